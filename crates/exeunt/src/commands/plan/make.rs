//! `exeunt plan make`: one plan for one request or a wave of them.

use exeunt_app::plans::make::Wishes;
use exeunt_base::{PlanId, RequestId};

use crate::commands::job::Guards;
use crate::commands::plan::show;
use crate::door::{Door, Needs, Way};
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
    let wishes = Wishes { window_days: args.window_days, late_because: args.late_because.clone() };
    let how =
        show::How { dry_run: args.dry_run, counts: !args.no_counts, explain: false, guards: args.guards };
    let (office, actor) = match door.way(Needs::Sources).await? {
        Way::Here(office, actor) => (office, actor),
        Way::There(remote) => {
            let id = remote.make_plan(&args.requests, &wishes).await?;
            let blocked = show::print_from(door, &remote, &remote.show_plan(id).await?, how).await?;
            return Ok(told(door, id, blocked));
        }
    };
    let made = office.make_plan_with(&actor, &args.requests, &wishes).await?;
    let blocked = show::print(door, &office, &actor, made.id, how).await?;
    Ok(told(door, made.id, blocked))
}

fn told(door: &Door, id: PlanId, blocked: bool) -> Exit {
    if !door.json && !blocked {
        out::remark(&format!("next: exeunt plan show {id} --explain, then exeunt plan approve {id}"));
    }
    if blocked { Exit::FINDINGS } else { Exit::DONE }
}
