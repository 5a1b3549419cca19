//! `exeunt ledger check`: in the sources as they are, or in a restored copy.

use exeunt_base::Name;
use exeunt_engine::ledger::{Back, Checked};
use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::{out, sources};

/// Where.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Look at this database instead of the one in the settings: shop=sqlite:restored.db
    #[arg(long, value_name = "NAME=ADDRESS", value_parser = sources::address)]
    at: Vec<(Name, String)>,
}

/// Looks.
pub(crate) async fn run(door: Door, args: &Args) -> Result<Exit, Failure> {
    let door = door.at(&args.at);
    let (office, actor) = door.office(Needs::Sources).await?;
    let checked = office.check_ledger(&actor).await?;
    // what another database holds says nothing of those of every day
    let begins = args.at.is_empty() && office.open_gate(&actor, &checked).await?;
    if door.json {
        let one = |back: &Back| {
            json!({
                "erased_by": back.erased_by,
                "seen": back.seen.iter().map(|(model, kind)| json!({ "model": model, "kind": kind })).collect::<Vec<_>>(),
            })
        };
        out::json(&json!({
            "looked_at": checked.looked_at,
            "ledger": office.ledger_size(&actor).await?,
            "back": checked.back.iter().map(one).collect::<Vec<_>>(),
        }))?;
    } else {
        out::text(&told(&checked))?;
        if begins {
            out::remark(MAY_BEGIN);
        }
    }
    Ok(if checked.back.is_empty() { Exit::DONE } else { Exit::FINDINGS })
}

/// What is said when the gate of a store that was taken back opens.
pub(super) const MAY_BEGIN: &str = "the service may begin again";

/// What was found, for people. Never who.
pub(crate) fn told(checked: &Checked) -> String {
    let looked = out::plural(checked.looked_at, "person", "people");
    if checked.back.is_empty() {
        return format!("looked at {looked}: nobody who was erased is back\n");
    }
    let back = checked.back.len() as u64;
    let mut text =
        format!("looked at {looked}: {} back\n", out::plural(back, "erased person is", "erased people are"));
    for back in &checked.back {
        let seen: Vec<String> = back.seen.iter().map(|(model, kind)| format!("{model} by {kind}")).collect();
        text.push_str(&format!("  erased by {}, seen in {}\n", back.erased_by, seen.join(", ")));
    }
    text.push_str("Erase them again with: exeunt ledger replay\n");
    text
}
