//! Whether the service is up. Anybody may ask; the answer tells nothing else.

use axum::extract::State;
use axum::http::StatusCode;

use crate::service::Service;

/// The process answers
#[utoipa::path(
    get, path = "/healthz", tag = "operations", security(()),
    responses((status = 200, description = "It does", body = String, content_type = "text/plain"))
)]
pub(crate) async fn show_health() -> &'static str {
    "ok\n"
}

/// The service can work: its store answers, and it is not ending
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
    match service.house.store.organizations().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the control store does not answer\n"),
    }
}
