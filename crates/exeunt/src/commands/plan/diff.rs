//! `exeunt plan diff`.

use exeunt_base::PlanId;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which two.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The older plan
    #[arg(value_parser = ids::id::<PlanId>("pln"))]
    old: PlanId,
    /// The newer plan
    #[arg(value_parser = ids::id::<PlanId>("pln"))]
    new: PlanId,
}

/// Compares.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let changes = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.diff_plans(&actor, args.old, args.new).await?,
        Way::There(remote) => {
            let (old, new) = (remote.show_plan(args.old).await?, remote.show_plan(args.new).await?);
            exeunt_plan::diff::between(old.plan.document(), new.plan.document())
        }
    };
    if door.json {
        out::json(&json!({ "old": args.old, "new": args.new, "changes": changes }))?;
    } else if changes.is_empty() {
        out::text("both plans do the same")?;
    } else {
        out::text(&changes.iter().map(|change| format!("{change}\n")).collect::<String>())?;
    }
    Ok(Exit::DONE)
}
