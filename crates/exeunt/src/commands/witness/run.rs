//! `exeunt witness run`.

use std::net::SocketAddr;
use std::sync::Arc;

use exeunt_app::work::Stop;
use exeunt_base::Timestamp;
use exeunt_engine::World;
use exeunt_witness::Folder;
use serde_json::json;
use tokio::net::TcpListener;

use crate::commands::witness::Place;
use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::world::System;
use crate::{out, stop};

/// Where.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Listen here; whoever asks from elsewhere comes by a proxy that speaks TLS. Port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8421")]
    listen: SocketAddr,
}

/// Answers until it is told to stop.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let folder = Arc::new(Folder::open(&args.place.folder)?);
    let refused = |source| Failure::File { doing: "listen at", path: args.listen.to_string(), source };
    let listener = TcpListener::bind(args.listen).await.map_err(refused)?;
    let at = listener.local_addr()?;
    if door.json {
        out::json(&json!({ "listening": at }))?;
    } else {
        out::text(&format!("listening at http://{at}"))?;
    }
    let told = Stop::default();
    let say = told.clone();
    stop::when_told(move || say.now());
    exeunt_witness::serve(listener, folder, now, async move { told.said().await }).await.map_err(refused)?;
    Ok(Exit::DONE)
}

fn now() -> Timestamp {
    System::default().now()
}
