//! Having an organization's log signed by its witnesses again and again. A witness that does not answer stops no work.

use std::time::Duration;

use tracing::warn;

use crate::office::Office;
use crate::work::Stop;

/// How often it is looked whether the log grew.
const LOOK: Duration = Duration::from_secs(60);

/// Asks until it is told to stop.
pub(super) async fn again_and_again(office: Office, stop: Stop) {
    while !stop.is_said() {
        let asked = tokio::select! {
            asked = office.ask_witnesses_if_grown() => asked,
            // whatever was signed meanwhile is signed again when somebody asks
            () = stop.said() => return,
        };
        if let Err(error) = asked {
            let organization = office.organization.id;
            warn!(%organization, error.code = error.code(), "could not ask the witnesses: {error}");
        }
        tokio::select! {
            () = stop.said() => {}
            () = office.engine.world.wait(LOOK) => {}
        }
    }
}
