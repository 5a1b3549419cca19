//! Ctrl-C: the first stops between two batches, the second at once. Either way nothing is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

use crate::out;

/// A flag that the first Ctrl-C (or SIGTERM) sets.
pub(crate) fn on_signal() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    when_told(move || {
        flag.store(true, Ordering::Relaxed);
        out::remark("stopping after the batch in hand; once more to stop at once");
    });
    stop
}

/// Does something at the first Ctrl-C (or SIGTERM); the second one ends the process.
pub(crate) fn when_told(say: impl FnOnce() + Send + 'static) {
    let mut say = Some(say);
    tokio::spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            match say.take() {
                Some(say) => say(),
                // as a crash would: what was sealed is found again, what was struck is counted once
                None => std::process::exit(130),
            }
        }
    });
}
