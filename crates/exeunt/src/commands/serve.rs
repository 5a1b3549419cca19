//! `exeunt serve`: the REST API and the workers, until somebody asks to stop.

use exeunt_app::House;
use exeunt_app::work::{Stop, Worker};
use exeunt_server::Service;
use tokio::net::TcpListener;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::{out, stop};

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
    listen: Option<std::net::SocketAddr>,
}

/// Serves.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let settings = door.settings()?.serve.unwrap_or_default();
    let house = door.house().await?;
    let stop = told();
    let worker = (args.role != Role::Api).then(|| {
        let worker = Worker {
            house: house.clone(),
            owner: door.owner(),
            at_once: settings.tasks_at_a_time as usize,
            stop: stop.clone(),
        };
        tokio::spawn(worker.run())
    });
    let served = match args.role {
        Role::Worker => {
            tell(door, None)?;
            stop.said().await;
            Ok(())
        }
        Role::All | Role::Api => {
            let listen = args.listen.unwrap_or(settings.listen);
            answer(door, house, listen, &stop).await
        }
    };
    stop.now();
    if let Some(worker) = worker {
        // a batch in hand is finished first
        let _ = worker.await;
    }
    served.map(|()| Exit::DONE)
}

async fn answer(door: &Door, house: House, listen: std::net::SocketAddr, stop: &Stop) -> Result<(), Failure> {
    let refused = |source| Failure::File { doing: "listen at", path: listen.to_string(), source };
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    tell(door, Some(listener.local_addr().map_err(refused)?))?;
    let service = Service { house, stop: stop.clone() };
    exeunt_server::serve(listener, service).await.map_err(refused)
}

/// The one line that scripts wait for.
fn tell(door: &Door, listening: Option<std::net::SocketAddr>) -> Result<(), Failure> {
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
        out::remark("ending: what is in hand is finished first; once more to stop at once");
        say.now();
    });
    stop
}
