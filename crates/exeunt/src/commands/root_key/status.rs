//! `exeunt root-key status`.

use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// Tells.
pub(crate) async fn run(door: &Door) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let known = office.shares(&actor)?;
    let due = known.is_none_or(|(_, due)| due < office.engine.world.now());
    if door.json {
        let known = known.map(|(known, due)| {
            json!({
                "made_at": known.made_at.to_string(),
                "drilled_at": known.drilled_at.map(|at| at.to_string()),
                "drill_due_at": due.to_string(),
            })
        });
        out::json(&json!({ "shares": known, "token": office.root_key_is_in_token() }))?;
    } else if let Some((known, due)) = known {
        let drilled = known
            .drilled_at
            .map_or_else(|| String::from("never tried"), |at| format!("last tried {}", out::time(at)));
        out::text(&format!(
            "shares were made {}, {drilled}; try them by {}",
            out::time(known.made_at),
            out::time(due)
        ))?;
    } else {
        out::text(
            "there are no shares: when the unseal secret is lost, everything is. Make some: exeunt root-key shares",
        )?;
    }
    Ok(if due { Exit::FINDINGS } else { Exit::DONE })
}
