//! Serving until told to stop: open calls are answered first.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use exeunt_app::work::Stop;
use exeunt_engine::World;
use tokio::net::TcpListener;

use crate::service::Service;

/// How long open calls have when the service ends.
const PATIENCE: Duration = Duration::from_secs(8);

/// Answers calls by these routes until the service's stop is said.
pub async fn serve(listener: TcpListener, service: &Service, routes: Router) -> io::Result<()> {
    serve_until(listener, &service.stop, service.house.world.clone(), routes).await
}

/// Answers calls by these routes until that stop is said.
pub async fn serve_until(
    listener: TcpListener,
    stop: &Stop,
    world: Arc<dyn World>,
    routes: Router,
) -> io::Result<()> {
    let told = stop.clone();
    let app = routes.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move { told.said().await });
    tokio::select! {
        served = serving => served,
        // a client that never ends its call does not keep the process
        () = async { stop.said().await; world.wait(PATIENCE).await } => Ok(()),
    }
}
