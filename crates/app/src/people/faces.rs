//! Who is behind the actors of a list: each is looked up once. Told by id and roles, never by name.

use std::collections::HashMap;

use exeunt_audit::event;
use exeunt_base::ActorId;

use crate::access::Role;
use crate::error::Error;
use crate::office::Office;
use crate::people::users;

/// Somebody who did something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Face {
    /// The person; `None` for the service itself.
    pub by: Option<ActorId>,
    /// Their roles as they are now; none for somebody who is no user.
    pub roles: Vec<Role>,
}

/// Those that were looked up.
pub(crate) struct Faces<'a> {
    office: &'a Office,
    roles: HashMap<ActorId, Vec<Role>>,
    people: HashMap<ActorId, ActorId>,
}

impl Office {
    /// Begins to look up who is behind actors.
    pub(crate) async fn faces(&self) -> Result<Faces<'_>, Error> {
        let users = self.engine.store.users(self.organization.id).await?;
        let roles = users.iter().map(|user| (user.id.into(), users::roles_of(user))).collect();
        Ok(Faces { office: self, roles, people: HashMap::new() })
    }
}

impl Faces<'_> {
    /// Who an entry of the log names.
    pub(crate) async fn of(&mut self, actor: event::Actor) -> Result<Face, Error> {
        match actor {
            event::Actor::System => Ok(Face::default()),
            event::Actor::Known(by) => self.of_actor(by).await,
        }
    }

    /// Who is behind an actor: a key for programs stands for who made it.
    pub(crate) async fn of_actor(&mut self, by: ActorId) -> Result<Face, Error> {
        let person = match self.people.get(&by) {
            Some(person) => *person,
            None => {
                let person = self.office.person_behind(by).await?;
                self.people.insert(by, person);
                person
            }
        };
        let roles = self.roles.get(&person).cloned().unwrap_or_default();
        Ok(Face { by: Some(person), roles })
    }
}
