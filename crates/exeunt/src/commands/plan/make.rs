//! `exeunt plan make`: one plan for one request or a wave of them.

use exeunt_app::plans::make::Wishes;
use exeunt_base::RequestId;

use crate::commands::job::Guards;
use crate::commands::plan::show;
use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// For whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The requests, all for the same right
    #[arg(required = true, value_parser = ids::id::<RequestId>("req"))]
    requests: Vec<RequestId>,
    /// Carry the steps out in the sources and roll them back
    #[arg(long)]
    dry_run: bool,
    /// Do not count rows now
    #[arg(long, conflicts_with = "dry_run")]
    no_counts: bool,
    /// Another window than the settings say, in days
    #[arg(long, value_name = "DAYS")]
    window_days: Option<u32>,
    /// The answer will be late whatever is done, and why: the window may end after the deadline
    #[arg(long, value_name = "REASON")]
    late_because: Option<String>,
    #[command(flatten)]
    guards: Guards,
}

/// Makes the plan, and shows it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Sources).await?;
    let wishes = Wishes { window_days: args.window_days, late_because: args.late_because.clone() };
    let made = office.make_plan_with(&actor, &args.requests, &wishes).await?;
    let how =
        show::How { dry_run: args.dry_run, counts: !args.no_counts, explain: false, guards: args.guards };
    let blocked = show::print(door, &office, &actor, made.id, how).await?;
    if !door.json && !blocked {
        out::remark(&format!("next: exeunt plan show {0} --explain, then exeunt plan approve {0}", made.id));
    }
    Ok(if blocked { Exit::FINDINGS } else { Exit::DONE })
}
