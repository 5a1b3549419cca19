//! Serving until told to stop: open calls are answered first.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

use crate::service::Service;

/// How long open calls have when the service ends.
const PATIENCE: Duration = Duration::from_secs(8);

/// Answers calls by these routes until the service's stop is said.
pub async fn serve(listener: TcpListener, service: &Service, routes: Router) -> io::Result<()> {
    let stop = service.stop.clone();
    let told = stop.clone();
    let world = service.house.world.clone();
    let app = routes.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move { told.said().await });
    tokio::select! {
        served = serving => served,
        // a client that never ends its call does not keep the process
        () = async { stop.said().await; world.wait(PATIENCE).await } => Ok(()),
    }
}
