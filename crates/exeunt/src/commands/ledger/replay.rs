//! `exeunt ledger replay`: erases again whoever is back.

use exeunt_app::{Actor, Office};
use exeunt_base::Name;
use exeunt_engine::job::run::Control;
use serde_json::json;

use crate::commands::job::{Guards, status_value, told};
use crate::commands::ledger::check::MAY_BEGIN;
use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::progress::Shown;
use crate::{elsewhere, out, sources, stop};

/// Where.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Erase in this database instead of the one in the settings: shop=sqlite:restored.db
    #[arg(long, value_name = "NAME=ADDRESS", value_parser = sources::address)]
    at: Vec<(Name, String)>,
    #[command(flatten)]
    guards: Guards,
}

/// Checks, then erases.
pub(crate) async fn run(door: Door, args: &Args) -> Result<Exit, Failure> {
    let door = door.at(&args.at);
    let (office, actor) = door.office(Needs::Sources).await?;
    let replayed = office.replay_ledger(&actor).await?;
    let Some(job) = replayed.job else {
        begin_again(&door, &office, &actor).await?;
        if door.json {
            out::json(&json!({ "requests": [], "job": null }))?;
        } else {
            out::text("nobody who was erased is back")?;
        }
        return Ok(Exit::DONE);
    };
    let requests = replayed.requests.iter().map(|(_, request)| request.to_string());
    elsewhere::note(&door, requests.chain([job.to_string()]))?;
    let control = Control { stop: stop::on_signal(), confirmed: args.guards.confirmed() };
    let shown = Shown::new("erasing again", door.json);
    let ended = office.run_job(&actor, job, &door.owner(), &control, &shown).await;
    shown.end();
    let status = ended?;
    begin_again(&door, &office, &actor).await?;
    if door.json {
        let one = |(old, new): &(_, _)| json!({ "erased_by": old, "erased_again_by": new });
        out::json(&json!({
            "requests": replayed.requests.iter().map(one).collect::<Vec<_>>(),
            "job": status_value(&status),
        }))?;
    } else {
        for (old, new) in &replayed.requests {
            out::text(&format!("{new} erases again whom {old} had erased"))?;
        }
        out::text(&told(&status))?;
        if let Some((name, _)) = args.at.first() {
            out::remark(&format!(
                "this was done in another database than the settings name: restore and purge it with --at {name}=ADDRESS as well"
            ));
        }
    }
    Ok(Exit::DONE)
}

/// After a store was taken back: once nobody who was erased is in the sources any more, the service may begin.
async fn begin_again(door: &Door, office: &Office, actor: &Actor) -> Result<(), Failure> {
    if !door.at.is_empty() || !office.gate_is_shut() {
        return Ok(());
    }
    let checked = office.check_ledger(actor).await?;
    if office.open_gate(actor, &checked).await? {
        out::remark(MAY_BEGIN);
    }
    Ok(())
}
