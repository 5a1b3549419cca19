//! Traces: how long each step of the service took, told to the operator's collector where the settings name one, and to nobody
//! otherwise.
//!
//! The spans are those of the log. Which of them are told, and which of their fields, stands in one table ([`known`]), and a
//! value that is not made of the letters that ids, words and routes are made of is left out: nothing about a person can get
//! into a trace by way of a new field. The queue is bounded. Whoever does work never waits for it; what does not fit, or what
//! the collector does not take, is dropped and counted.

mod known;
mod layer;
mod otlp;
mod send;
mod span;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use exeunt_server::Reading;
use tokio::sync::mpsc;

use crate::cli::{Cli, Command};
use crate::door::Door;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::world::System;

pub(crate) use crate::traces::layer::Layer;
pub(crate) use crate::traces::send::Sender;

/// Most spans that wait to be sent.
const QUEUE: usize = 4_096;

/// What became of spans in this process.
static COUNTS: Counts = Counts { sent: AtomicU64::new(0), dropped: AtomicU64::new(0) };

struct Counts {
    sent: AtomicU64,
    dropped: AtomicU64,
}

impl Counts {
    fn sent(&self, spans: usize) {
        self.sent.fetch_add(spans as u64, Ordering::Relaxed);
    }

    fn dropped(&self, spans: usize) {
        self.dropped.fetch_add(spans as u64, Ordering::Relaxed);
    }
}

/// Both ends: what listens to spans, and what sends them.
pub(crate) fn of(cli: &Cli) -> Result<Option<(Layer, Sender)>, Failure> {
    if !matches!(cli.command, Command::Serve(_)) {
        return Ok(None);
    }
    // where there are no settings, or none that can be read, the command itself says so
    match Door::new(cli).and_then(|door| door.settings_if_any()) {
        Ok(Some(settings)) => by(&settings),
        _ => Ok(None),
    }
}

fn by(settings: &Settings) -> Result<Option<(Layer, Sender)>, Failure> {
    let Some(wanted) = &settings.traces else { return Ok(None) };
    let address = wanted.address().map_err(Failure::Settings)?;
    let way = wanted.way(&settings.base).map_err(Failure::Settings)?;
    let headers = wanted.headers(&settings.base).map_err(Failure::Settings)?;
    let (queue, waiting) = mpsc::channel(QUEUE);
    let world = Arc::new(System::default());
    let layer = Layer::new(queue, wanted.one_in, Arc::clone(&world));
    let sender = Sender { waiting, way, address, headers, service: wanted.service.clone(), world };
    Ok(Some((layer, sender)))
}

/// What became of spans, for whoever watches. Zeros where nothing is told.
pub(crate) fn readings() -> [Reading; 2] {
    let of = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64;
    [
        Reading {
            name: "exeunt_spans_sent_total",
            help: "Spans of traces that the collector took.",
            value: of(&COUNTS.sent),
        },
        Reading {
            name: "exeunt_spans_dropped_total",
            help: "Spans of traces that were dropped: too many at once, or the collector did not take them.",
            value: of(&COUNTS.dropped),
        },
    ]
}
