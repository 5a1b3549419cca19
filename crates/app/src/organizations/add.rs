//! Adding an organization to a home: its keys first, then its name and the first entries of its log.

use exeunt_audit::event::{Actor as By, Event};
use exeunt_audit::kind::Kind;
use exeunt_base::OrganizationId;
use exeunt_engine::World;
use exeunt_engine::world::{chance_for_id, secret_bytes};
use exeunt_store::organizations::Organization;

use crate::actor::Actor;
use crate::error::Error;
use crate::home::files;
use crate::home::layout::Layout;
use crate::home::notary::signing_key;
use crate::office::Office;
use exeunt_vault::Keyring;

/// Longest name.
const LONGEST: usize = 100;

impl Office {
    /// Adds an organization of a name that none has yet. Only for whoever runs the machine.
    pub async fn add_organization(&self, actor: &Actor, name: &str) -> Result<OrganizationId, Error> {
        if !actor.powers.are_all() {
            return Err(Error::Denied(crate::access::Permission::ManageUsers));
        }
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
            return Err(Error::Usage("E0801", format!("a name is one line of 1 to {LONGEST} characters")));
        }
        let known = self.engine.store.organizations().await?;
        if known.iter().any(|organization| organization.name == name) {
            return Err(Error::Refused(
                "E0909",
                String::from("an organization of this name is here already"),
            ));
        }
        let world = &*self.engine.world;
        let organization = keyed(&self.engine.keyring, &self.layout, name, world)?;
        let by = actor.id.map_or(By::System, By::Known);
        let events = [
            Event::new(organization.created_at, Kind::OrganizationCreated, by, organization.id),
            Event::new(organization.created_at, Kind::KeyCreated, by, organization.id)
                .fact("purpose", "organization"),
        ];
        let mut change = self.engine.store.begin().await?;
        change.add_organization(&organization).await?;
        change.commit(organization.id, &events).await?;
        Ok(organization.id)
    }
}

/// Makes the keys of a new organization, and publishes the one that checks its log.
pub(crate) fn keyed(
    keyring: &Keyring,
    layout: &Layout,
    name: &str,
    world: &dyn World,
) -> Result<Organization, Error> {
    let now = world.now();
    let id = OrganizationId::new(now, chance_for_id(world));
    keyring.add_organization(id, &secret_bytes(world))?;
    let origin = format!("exeunt.invalid/log/{id}");
    let log_key = signing_key(keyring, id, &origin)?.public().clone();
    let path = layout.log_key(id);
    files::make_dir(path.parent().unwrap_or(&layout.checkpoints))?;
    files::write_new(&path, format!("{log_key}\n").as_bytes())?;
    Ok(Organization { id, name: name.to_owned(), origin, created_at: now })
}
