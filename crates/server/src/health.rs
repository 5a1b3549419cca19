//! Whether the service is up. Anybody may ask; the answer tells nothing else.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;

use crate::service::Service;

/// How long the storage may take to answer: whoever asks does not wait for much longer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The process answers
#[utoipa::path(
    get, path = "/healthz", tag = "operations", security(()),
    responses((status = 200, description = "It does", body = String, content_type = "text/plain"))
)]
pub(crate) async fn show_health() -> &'static str {
    "ok\n"
}

/// The service can work: its store and its storage answer, and it is not ending
#[utoipa::path(
    get, path = "/readyz", tag = "operations", security(()),
    responses(
        (status = 200, description = "It can", body = String, content_type = "text/plain"),
        (status = 503, description = "Not now", body = String, content_type = "text/plain"),
    )
)]
pub(crate) async fn show_readiness(service: State<Service>) -> (StatusCode, &'static str) {
    if service.stop.is_said() {
        return (StatusCode::SERVICE_UNAVAILABLE, "ending\n");
    }
    if service.house.store.organizations().await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the control store does not answer\n");
    }
    let house = service.house.clone();
    let looking = tokio::task::spawn_blocking(move || house.look_at_storage());
    match tokio::time::timeout(PATIENCE, looking).await {
        Ok(Ok(Ok(()))) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the storage does not answer\n"),
    }
}
