//! `exeunt plan approve`: binds the approval to the digest that was read.

use std::io::BufRead;

use exeunt_app::Error;
use serde_json::json;

use crate::commands::plan::{find, told};
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::ids::Work;
use crate::out;

/// Which, and as read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The plan, or a request it answers
    #[arg(value_name = "PLAN|REQUEST")]
    work: Work,
    /// The digest that was read, or its first 12 letters or more
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
}

/// Approves.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let way = door.way(Needs::Home).await?;
    let id = match &way {
        Way::Here(office, _) => find(office, args.work).await?,
        Way::There(remote) => remote.find_plan(args.work).await?,
    };
    let show = async || match &way {
        Way::Here(office, actor) => Ok::<_, Failure>(office.show_plan(actor, id).await?),
        Way::There(remote) => remote.show_plan(id).await,
    };
    let named = match &args.digest {
        Some(digest) => digest.clone(),
        None if out::is_attended() => {
            out::remark(&told(&show().await?, None, true));
            out::remark("To approve exactly this, type the first 12 letters of its digest:");
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            line.trim().to_owned()
        }
        None => {
            return Err(Error::Usage("E0308", format!(
                "say what was read: --digest, with at least the first 12 letters `exeunt plan show {id}` prints"
            ))
            .into());
        }
    };
    let digest = match &way {
        Way::Here(office, actor) => office.approve_plan(actor, id, &named).await?,
        Way::There(remote) => remote.approve_plan(id, &named).await?,
    };
    if door.json {
        out::json(&json!({ "plan": id, "digest": digest, "approved": true }))?;
    } else {
        out::text(&format!("approved {id}"))?;
        let shown = show().await?;
        out::remark(&match shown.stored.right.as_str() {
            "erasure" | "anonymization" => format!("next: exeunt job run {id}"),
            _ => {
                shown.requests.first().map(|id| format!("next: exeunt package make {id}")).unwrap_or_default()
            }
        });
    }
    Ok(Exit::DONE)
}
