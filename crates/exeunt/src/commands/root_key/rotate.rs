//! `exeunt root-key rotate`.

use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// Rotates.
pub(crate) async fn run(door: &Door) -> Result<Exit, Failure> {
    let keeper = door.keeper(&door.settings()?)?;
    let (office, actor) = door.office(Needs::Home).await?;
    let had_shares = office.shares(&actor)?.is_some();
    let version = office.rotate_root_key(&actor, &*keeper).await?;
    if door.json {
        out::json(&json!({ "version": version.to_string(), "shares_void": had_shares }))?;
    } else {
        out::text(&format!("this home has another root key, the one after {}", version.saturating_sub(1)))?;
        if had_shares {
            out::remark("shares of the old one count no more; make others: exeunt root-key shares");
        }
    }
    Ok(Exit::DONE)
}
