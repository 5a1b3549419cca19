//! What use cases about users share: finding them, their roles, what their log entries look like.

use exeunt_audit::event::{Actor as By, Event};
use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, OrganizationId, Secret, Timestamp, UserId};
use exeunt_store::Change;
use exeunt_store::users::{DISABLED, User};

use crate::access::{Permission, Powers, Role};
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::error::Error as Refused;
use crate::people::password;
use crate::people::person::{self, Person};

/// The roles of a user, each once, in their usual order. A word of a later release gives no power.
pub(crate) fn roles_of(user: &User) -> Vec<Role> {
    let words: Vec<&str> = user.roles.split_whitespace().collect();
    Role::ALL.into_iter().filter(|role| words.contains(&role.as_str())).collect()
}

/// Roles as they are stored.
pub(crate) fn words_of(roles: &[Role]) -> Result<String, Refused> {
    let words: Vec<&str> =
        Role::ALL.iter().filter(|role| roles.contains(role)).map(|role| role.as_str()).collect();
    if words.is_empty() { Err(Refused::NoRole) } else { Ok(words.join(" ")) }
}

/// What a user may.
pub(crate) fn powers_of(user: &User) -> Powers {
    if user.is_active() { Powers::of_roles(roles_of(user)) } else { Powers::NONE }
}

/// Roles as a fact of the log.
pub(crate) fn fact_of(roles: &str) -> String {
    roles.replace(' ', ".")
}

/// Whether an actor is this user.
pub(crate) fn is_self(actor: &Actor, user: UserId) -> bool {
    actor.id == Some(ActorId::from(user))
}

/// Refuses to take away the last administrator an organization has.
pub(crate) async fn keep_an_admin(change: &mut Change<'_>, user: &User) -> Result<(), Error> {
    let is_admin = |user: &User| user.is_active() && roles_of(user).contains(&Role::Admin);
    if !is_admin(user) {
        return Ok(());
    }
    let all = change.users(user.organization).await?;
    if all.iter().any(|other| other.id != user.id && is_admin(other)) {
        return Ok(());
    }
    Err(Refused::LastAdmin.into())
}

/// Whether an organization has somebody who lets others in.
pub(crate) async fn has_admin(change: &mut Change<'_>, organization: OrganizationId) -> Result<bool, Error> {
    let all = change.users(organization).await?;
    Ok(all.iter().any(|user| user.is_active() && roles_of(user).contains(&Role::Admin)))
}

impl Office {
    /// A user of the actor's organization. Another's answers *not found*, and so does one that may not be seen.
    pub(crate) async fn user_of(&self, actor: &Actor, id: UserId) -> Result<User, Error> {
        if !is_self(actor, id) {
            self.allow(actor, Permission::ManageUsers)?;
        }
        let user = self.engine.store.user(id).await?;
        self.own(user.organization, "user", &id.to_string())?;
        Ok(user)
    }

    /// An event that a user caused.
    pub(crate) fn event_of(&self, kind: Kind, user: UserId, organization: OrganizationId) -> Event {
        Event::new(self.engine.world.now(), kind, By::Known(user.into()), organization).about(user)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.engine.world.now()
    }

    pub(crate) fn person_of(&self, user: &User) -> Result<Person, Error> {
        Person::open(&self.engine.keyring, user.organization, user.id, &user.person)
    }

    /// Checks a password that somebody of an organization chose.
    pub(crate) async fn check_password(
        &self,
        organization: OrganizationId,
        person: &Person,
        password: &Secret<String>,
    ) -> Result<(), Error> {
        let all = self.engine.store.organizations().await?;
        let name = all.iter().find(|other| other.id == organization).map_or("", |found| found.name.as_str());
        let around = [person.name.expose(), person.email.expose(), name];
        Ok(password::check(password.expose(), &around).map_err(Refused::from)?)
    }

    pub(crate) fn login_of(&self, email: &exeunt_base::Personal) -> [u8; 32] {
        person::login_of(&self.engine.keyring, email)
    }

    /// A user's second factor.
    pub(crate) fn totp_of(&self, user: &User) -> Result<Secret<Vec<u8>>, Error> {
        let sealed = user.totp.as_deref().ok_or_else(|| Error::Damaged {
            what: format!("user {}", user.id),
            why: String::from("there is no second factor"),
        })?;
        let context = totp_context(user.id);
        Ok(self.engine.keyring.open_for(user.organization, person::PURPOSE, context.as_bytes(), sealed)?)
    }

    pub(crate) fn seal_totp(
        &self,
        organization: OrganizationId,
        user: UserId,
        secret: &Secret<Vec<u8>>,
    ) -> Result<Vec<u8>, Error> {
        let context = totp_context(user);
        Ok(self.engine.keyring.seal_for(
            organization,
            person::PURPOSE,
            context.as_bytes(),
            secret,
            &self.chance(),
        )?)
    }
}

fn totp_context(user: UserId) -> String {
    format!("{user} second factor")
}

/// Refuses a user who left.
pub(crate) fn must_not_be_disabled(user: &User) -> Result<(), Refused> {
    if user.state == DISABLED {
        return Err(Refused::State { found: user.state.clone(), wanted: "invited or active" });
    }
    Ok(())
}
