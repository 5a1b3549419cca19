//! The witness's one call: `POST /add-checkpoint`.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use exeunt_audit::witness::{Refusal, SIZE_TYPE, Submission};
use exeunt_base::Timestamp;
use tokio::net::TcpListener;
use tracing::{error, info, warn};

use crate::folder::{Error, Folder};

/// Most bytes of a submission: a head with all its signatures, and the proof.
const MOST_BYTES: usize = 64 * 1024;

/// What a witness works with.
#[derive(Clone)]
struct Witness {
    folder: Arc<Folder>,
    now: fn() -> Timestamp,
}

/// The witness as an HTTP service.
pub fn router(folder: Arc<Folder>, now: fn() -> Timestamp) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(Witness { folder, now })
}

/// Serves until `stop` is over.
pub async fn serve(
    listener: TcpListener,
    folder: Arc<Folder>,
    now: fn() -> Timestamp,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(folder, now)).with_graceful_shutdown(stop).await
}

async fn add_checkpoint(State(witness): State<Witness>, body: String) -> Response {
    // to wait for the disk is to block
    let done = tokio::task::spawn_blocking(move || {
        let submission: Submission = body.parse()?;
        let signature = witness.folder.add(&submission, (witness.now)())?;
        let origin = submission.origin().unwrap_or_default();
        Ok::<_, Error>((origin, signature))
    });
    match done.await {
        Ok(Ok((origin, signature))) => {
            info!(log = %origin, "signed a head");
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{signature}\n")).into_response()
        }
        Ok(Err(Error::Refused(refusal))) => refused(refusal),
        Ok(Err(error)) => {
            error!("could not look after a submission: {error}");
            (StatusCode::INTERNAL_SERVER_ERROR, "the witness cannot work just now\n").into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refused(refusal: Refusal) -> Response {
    if matches!(refusal, Refusal::OtherHistory(_) | Refusal::NotGrown) {
        warn!("refused a head that does not continue the log: {refusal}");
    }
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    match refusal.size() {
        Some(size) => (status, [(header::CONTENT_TYPE, SIZE_TYPE)], format!("{size}\n")).into_response(),
        None => (status, format!("{refusal}\n")).into_response(),
    }
}
