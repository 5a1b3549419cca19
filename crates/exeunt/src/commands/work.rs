//! `exeunt work …`.

use clap::Subcommand;
use exeunt_app::halts::stop::Lift;
use exeunt_app::{Actor, Office};
use exeunt_base::Name;
use exeunt_store::halts::Halt;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::remote::Remote;
use crate::table::table;

/// Halting work.
#[derive(Debug, Subcommand)]
pub(crate) enum Work {
    /// What is halted, since when, and why
    Status,
    /// Strike, restore and purge nothing at a source until it is resumed; a batch in hand is finished
    Pause(Pause),
    /// Let work at a source go on
    Resume(Resume),
    /// Stop erasures and purges of the organization at once; batches in hand are the last
    Stop(Stop),
    /// Lift the emergency stop: two different people have to
    Lift,
}

/// Where, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Pause {
    /// The source
    #[arg(value_parser = |text: &str| Name::new(text).map_err(|error| error.to_string()))]
    source: Name,
    /// Why
    #[arg(long, value_name = "REASON")]
    because: String,
}

/// Where.
#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    /// The source
    #[arg(value_parser = |text: &str| Name::new(text).map_err(|error| error.to_string()))]
    source: Name,
}

/// Why.
#[derive(Debug, clap::Args)]
pub(crate) struct Stop {
    /// Why
    #[arg(long, value_name = "REASON")]
    because: String,
}

/// Does what was asked, and tells how things stand then.
pub(crate) async fn run(door: &Door, work: &Work) -> Result<Exit, Failure> {
    let way = door.way(Needs::Home).await?;
    let lifted = match &way {
        Way::Here(office, actor) => here(office, actor, work).await?,
        Way::There(remote) => there(remote, work).await?,
    };
    let remark = lifted.map(|lift| match lift {
        Lift::Asked => "asked for; somebody else has to lift it too",
        Lift::Lifted => "lifted; work goes on",
    });
    if let Some(remark) = remark {
        out::remark(remark);
    }
    let halts = match &way {
        Way::Here(office, actor) => office.list_halts(actor).await?,
        Way::There(remote) => remote.list_halts().await?,
    };
    if door.json {
        let one = |halt: &Halt| {
            json!({
                "source": halt.source,
                "because": halt.because,
                "by": halt.by,
                "at": halt.at,
                "lift_by": halt.lift_by,
                "lift_at": halt.lift_at,
            })
        };
        out::json(&json!({ "halts": halts.iter().map(one).collect::<Vec<_>>() }))?;
    } else if halts.is_empty() {
        out::text("nothing is halted")?;
    } else {
        let rows: Vec<Vec<String>> = halts.iter().map(line).collect();
        out::text(&table(&["what", "since", "because", "lifted by"], &rows))?;
    }
    Ok(Exit::DONE)
}

async fn here(office: &Office, actor: &Actor, work: &Work) -> Result<Option<Lift>, Failure> {
    match work {
        Work::Status => {}
        Work::Pause(Pause { source, because }) => office.pause_source(actor, source, because).await?,
        Work::Resume(Resume { source }) => office.resume_source(actor, source).await?,
        Work::Stop(Stop { because }) => office.stop_work(actor, because).await?,
        Work::Lift => return Ok(Some(office.lift_stop(actor).await?)),
    }
    Ok(None)
}

async fn there(remote: &Remote, work: &Work) -> Result<Option<Lift>, Failure> {
    match work {
        Work::Status => {}
        Work::Pause(Pause { source, because }) => remote.pause_source(source, because).await?,
        Work::Resume(Resume { source }) => remote.resume_source(source).await?,
        Work::Stop(Stop { because }) => remote.stop_work(because).await?,
        Work::Lift => return Ok(Some(remote.lift_stop().await?)),
    }
    Ok(None)
}

fn line(halt: &Halt) -> Vec<String> {
    let what = halt
        .source
        .as_ref()
        .map_or_else(|| String::from("everything that destroys"), |source| format!("source {source}"));
    let lifted = match (&halt.source, halt.lift_by) {
        (Some(_), _) => String::new(),
        (None, None) => String::from("nobody yet"),
        (None, Some(by)) => format!("{by}, one more needed"),
    };
    vec![what, out::time(halt.at), halt.because.clone(), lifted]
}
