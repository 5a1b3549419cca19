//! What is answered while nobody has unsealed the home: that the process is up, and why it can do nothing (SEC-41).

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use crate::health;
use crate::problem::Problem;

/// The routes of a sealed process.
pub fn sealed() -> Router {
    Router::new()
        .route("/healthz", get(health::show_health))
        .route("/readyz", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "sealed\n") }))
        .fallback(|| async {
            let mut problem = Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "E0964",
                "this installation is sealed: the secret that opens it is not there; whoever runs the machine puts it there",
            );
            problem.retry_after = Some(30);
            problem
        })
}
