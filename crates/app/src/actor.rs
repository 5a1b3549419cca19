//! Who acts. Each operator of a home has an id of their own, so that the log tells two people apart without naming them.

use std::fs;
use std::path::Path;

use exeunt_base::{ActorId, OrganizationId};
use exeunt_engine::World;
use exeunt_engine::world::chance_for_id;

use crate::access::Powers;
use crate::error::Error;
use crate::home::files;

/// Somebody who acts, for one organization, with what they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// What the log calls them; `None` is the service itself, when something is due.
    pub id: Option<ActorId>,
    /// For whom. Another organization's office lets them do nothing.
    pub organization: OrganizationId,
    /// What they may.
    pub powers: Powers,
}

impl Actor {
    /// The service itself, when something is due.
    pub fn service(organization: OrganizationId) -> Self {
        Self { id: None, organization, powers: Powers::all() }
    }

    /// The operator known to this home under a word such as `uid-1000`, met for the first time if need be. They hold the
    /// home's keys, so nothing is kept from them.
    pub fn meet(
        operators: &Path,
        word: &str,
        organization: OrganizationId,
        world: &dyn World,
    ) -> Result<Self, Error> {
        let met = |id| Self { id: Some(id), organization, powers: Powers::all() };
        files::make_dir(operators)?;
        let path = operators.join(word);
        if let Some(known) = read(&path)? {
            return Ok(met(known));
        }
        let id = ActorId::new(world.now(), chance_for_id(world));
        // two processes may meet the same operator at once: the first one names them
        files::write_new(&path, format!("{id}\n").as_bytes())?;
        Ok(met(read(&path)?.unwrap_or(id)))
    }
}

fn read(path: &Path) -> Result<Option<ActorId>, Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::file("read", path, source)),
    };
    let id = text.trim().parse().map_err(|_| Error::Damaged {
        what: format!("operator file `{}`", path.display()),
        why: String::from("it does not hold an id such as `act_…`"),
    })?;
    Ok(Some(id))
}
