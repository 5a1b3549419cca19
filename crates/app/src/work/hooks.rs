//! Telling an organization's webhooks again and again. Each organization has a way of its own.

use std::time::Duration;

use tracing::warn;

use crate::office::Office;
use crate::work::Stop;

/// How often it is looked for what happened.
const LOOK: Duration = Duration::from_secs(1);
/// How long nothing is tried after trouble of our own.
const REST: Duration = Duration::from_secs(10);
/// How long a call in hand has when it is time to stop.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells webhooks until it is told to stop.
pub(super) async fn again_and_again(office: Office, stop: Stop) {
    while !stop.is_said() {
        let told = tokio::select! {
            told = office.tell_webhooks(&stop) => told,
            // a call in hand that takes longer is made again by the next process, when its lease has run out
            () = async { stop.said().await; office.engine.world.wait(PATIENCE).await } => return,
        };
        let rest = match told {
            Ok(()) => LOOK,
            Err(error) => {
                let organization = office.organization.id;
                warn!(%organization, error.code = error.code(), "could not look after webhooks: {error}");
                REST
            }
        };
        tokio::select! {
            () = stop.said() => {}
            () = office.engine.world.wait(rest) => {}
        }
    }
}
