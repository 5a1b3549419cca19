//! Sending an organization's letters again and again. Each has a way of its own: one's slow mail server is nobody else's
//! trouble.

use std::time::Duration;

use tracing::warn;

use crate::letters::send::Round;
use crate::office::Office;
use crate::work::Stop;

/// How often it is looked for letters.
const LOOK: Duration = Duration::from_millis(500);
/// How long a mail server that cannot be reached is left alone.
const REST: Duration = Duration::from_secs(10);
/// How long a letter in hand has when it is time to stop.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends letters until it is told to stop.
pub(super) async fn again_and_again(office: Office, stop: Stop) {
    while !stop.is_said() {
        let sent = tokio::select! {
            sent = office.send_letters(&stop) => sent,
            // a letter in hand that takes longer is sent by the next process, when its lease has run out
            () = async { stop.said().await; office.engine.world.wait(PATIENCE).await } => return,
        };
        let rest = match sent {
            Ok(Round::Done) => LOOK,
            Ok(Round::NoServer) => REST,
            Err(error) => {
                let organization = office.organization.id;
                warn!(%organization, error.code = error.code(), "could not look after letters: {error}");
                REST
            }
        };
        tokio::select! {
            () = stop.said() => {}
            () = office.engine.world.wait(rest) => {}
        }
    }
}
