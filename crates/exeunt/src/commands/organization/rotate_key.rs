//! `exeunt organization rotate-key`.

use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// Rotates the key of the organization that `--organization` names, or of the home's own.
pub(crate) async fn run(door: &Door) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let version = office.rotate_organization_key(&actor).await?;
    if door.json {
        out::json(&json!({ "organization": office.organization.id, "version": version }))?;
    } else {
        out::text(&format!(
            "{} has another key, the one after {}",
            office.organization.name,
            version.saturating_sub(1)
        ))?;
    }
    Ok(Exit::DONE)
}
