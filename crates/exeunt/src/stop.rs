//! Ctrl-C: the first stops between two batches, the second at once. Either way nothing is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

use crate::out;

/// A flag that the first Ctrl-C (or SIGTERM) sets.
pub(crate) fn on_signal() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    tokio::spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        let mut again = false;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if again {
                // as a crash would: what was sealed is found again, what was struck is counted once
                std::process::exit(130);
            }
            again = true;
            flag.store(true, Ordering::Relaxed);
            out::remark("stopping after the batch in hand; once more to stop at once");
        }
    });
    stop
}
