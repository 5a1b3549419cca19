//! `exeunt organization list`.

use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Lists them.
pub(crate) async fn run(door: &Door) -> Result<Exit, Failure> {
    let (office, _) = door.office(Needs::Home).await?;
    let all = office.engine.store.organizations().await.map_err(exeunt_app::Error::from)?;
    if door.json {
        let one = |organization: &exeunt_store::organizations::Organization| {
            json!({
                "organization": organization.id,
                "name": organization.name,
                "created_at": organization.created_at,
            })
        };
        out::json(&json!({ "organizations": all.iter().map(one).collect::<Vec<_>>() }))?;
    } else {
        let rows: Vec<Vec<String>> = all
            .iter()
            .map(|organization| {
                let created = out::time(organization.created_at);
                vec![organization.id.to_string(), organization.name.clone(), created]
            })
            .collect();
        out::text(&table(&["organization", "name", "since"], &rows))?;
    }
    Ok(Exit::DONE)
}
