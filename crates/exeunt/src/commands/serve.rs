//! `exeunt serve`: the REST API and the workers, until somebody asks to stop.

mod round;
mod sealed;

use std::net::{SocketAddr, TcpListener};

use exeunt_app::House;
use exeunt_app::root_key::shares::DRILL_DAYS;
use exeunt_app::work::Stop;
use exeunt_server::Watch;
use tokio::task::JoinSet;

use crate::commands::serve::round::{Addresses, Process, Round};
use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::settings::Switch;
use crate::{out, process, stop};

/// What this process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Role {
    /// Both.
    #[default]
    All,
    /// Only answers calls.
    Api,
    /// Only carries work out.
    Worker,
}

/// How.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// What this process does; any number of workers may share one store on PostgreSQL
    #[arg(long, value_enum, default_value = "all")]
    role: Role,
    /// Listen here instead of where the settings say; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

/// Serves.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let all = door.settings()?;
    let settings = all.serve.clone().unwrap_or_default();
    let follows = all.traces.as_ref().is_some_and(|traces| traces.callers == Switch::On);
    let watch = Watch::new(settings.watcher(&all.base)?, Some(process::readings)).following_callers(follows);
    let stop = told();
    let mut listen = (args.role != Role::Worker).then(|| args.listen.unwrap_or(settings.listen));
    if let Some(why) = sealed::why(door, &all)? {
        listen = sealed::wait(door, &all, listen, &stop, &why).await?;
        if stop.is_said() {
            return Ok(Exit::DONE);
        }
    }
    let opened = door.house().await?;
    for note in open_storage(opened.clone()).await? {
        tracing::warn!("the storage: {note}");
    }
    remind(&opened);
    let addresses = Addresses { calls: listener(listen)?, metrics: listener(settings.metrics_listen)? };
    tell(door, addresses.calls.as_ref())?;
    let places = (args.role != Role::Api).then_some(settings.tasks_at_a_time as usize);
    let proxies = settings.proxies().map_err(|(_, what)| Failure::Settings(what.to_owned()))?;
    let process = Process { addresses, watch, proxies, places };
    rounds(door, &opened, &process, &stop).await.map(|()| Exit::DONE)
}

/// One round after the other, until it is told to end or cannot go on.
async fn rounds(door: &Door, opened: &House, process: &Process, stop: &Stop) -> Result<(), Failure> {
    let refused =
        |source| Failure::File { doing: "answer calls at", path: String::from("its address"), source };
    let (mut house, mut changes) = opened.with_added_sources().await?;
    let mut ending = JoinSet::new();
    let mut served = loop {
        let mut round = Round::begin(process, house, door.owner()).map_err(refused)?;
        let next = round.follow(opened, &mut changes, stop).await;
        round.end();
        // a batch in hand is finished first
        ending.spawn(round.finish());
        match next {
            Ok(Some(next)) => house = next,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    while let Some(ended) = ending.join_next().await {
        served = served.and(ended.unwrap_or(Ok(())));
    }
    served.map_err(refused)
}

/// Tries the storage out before anybody depends on it, on a thread that may wait.
async fn open_storage(house: House) -> Result<Vec<String>, Failure> {
    let opened = tokio::task::spawn_blocking(move || house.open_storage());
    Ok(opened.await.map_err(|_| Failure::Settings(String::from("trying the storage out broke off")))??)
}

/// Says when nobody would find the root key again (SEC-44).
fn remind(house: &House) {
    let due = match house.own().engine.keyring.recovery() {
        Ok(None) => {
            Some("there are no shares of the root key: when the unseal secret is lost, everything is")
        }
        Ok(Some(known)) => {
            let tried = known.drilled_at.unwrap_or(known.made_at);
            let due = tried.plus_days(DRILL_DAYS) < house.world.now();
            due.then_some("nobody tried for a year whether the shares of the root key still work")
        }
        Err(_) => Some("whether there are shares of the root key cannot be read"),
    };
    if let Some(due) = due {
        tracing::warn!("{due}; see `exeunt root-key`");
    }
}

fn listener(at: Option<SocketAddr>) -> Result<Option<TcpListener>, Failure> {
    let Some(at) = at else { return Ok(None) };
    let listening = TcpListener::bind(at).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    let refused = |source| Failure::File { doing: "listen at", path: at.to_string(), source };
    listening.map(Some).map_err(refused)
}

/// The one line that scripts wait for.
fn tell(door: &Door, listener: Option<&TcpListener>) -> Result<(), Failure> {
    let listening = listener.map(TcpListener::local_addr).transpose()?;
    if door.json {
        out::json(&serde_json::json!({ "listening": listening }))?;
    } else if let Some(address) = listening {
        out::text(&format!("listening at http://{address}"))?;
    } else {
        out::text("working")?;
    }
    Ok(())
}

/// Said when the system asks the process to end.
fn told() -> Stop {
    let stop = Stop::default();
    let say = stop.clone();
    stop::when_told(move || {
        // whoever reads a log line by line wants nothing else on standard error
        if out::is_attended() {
            out::remark("ending: what is in hand is finished first; once more to stop at once");
        }
        tracing::info!("told to end: what is in hand is finished first");
        say.now();
    });
    stop
}
