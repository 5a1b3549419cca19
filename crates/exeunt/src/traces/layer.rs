//! Listens to the spans of the log, and puts those that end into the queue. Waits for nobody.

use std::fmt;
use std::sync::Arc;

use exeunt_base::{Timestamp, hex};
use exeunt_engine::World;
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::traces::COUNTS;
use crate::traces::known::{Known, known, plain};
use crate::traces::span::{Span, Value};
use crate::world::System;

/// What the server calls the word of a caller on whose trace it goes on: `00-…-…-01`, checked there.
const PARENT: &str = "call.parent";

/// The listening end.
pub(crate) struct Layer {
    queue: mpsc::Sender<Span>,
    one_in: u32,
    world: Arc<System>,
}

/// A span that has not ended.
struct Open {
    known: &'static Known,
    trace: [u8; 16],
    id: [u8; 8],
    parent: Option<[u8; 8]>,
    /// Whether its trace is among those that are sent.
    told: bool,
    begun: Timestamp,
    failed: bool,
    attributes: Vec<(&'static str, Value)>,
}

impl Layer {
    pub(super) fn new(queue: mpsc::Sender<Span>, one_in: u32, world: Arc<System>) -> Self {
        Self { queue, one_in, world }
    }

    /// Whether it concerns this layer at all: events do not, and neither do other people's spans.
    pub(crate) fn wants(about: &Metadata<'_>) -> bool {
        about.is_span() && about.target().starts_with("exeunt") && known(about.name()).is_some()
    }

    fn chance<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.world.chance(&mut bytes);
        // all zeros would mean *none*
        if bytes == [0; N] {
            bytes[0] = 1;
        }
        bytes
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Layer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let (Some(known), Some(span)) = (known(attributes.metadata().name()), context.span(id)) else {
            return;
        };
        let above = span
            .scope()
            .skip(1)
            .find_map(|above| above.extensions().get::<Open>().map(|open| (open.trace, open.id, open.told)));
        let mut open = Open {
            known,
            trace: [0; 16],
            id: self.chance(),
            parent: None,
            told: false,
            begun: self.world.now(),
            failed: false,
            attributes: Vec::new(),
        };
        let mut caller = Caller(None);
        attributes.record(&mut caller);
        match above.or_else(|| caller.0.as_deref().and_then(parent)) {
            Some((trace, parent, told)) => {
                (open.trace, open.parent, open.told) = (trace, Some(parent), told);
            }
            None => {
                open.trace = self.chance();
                let [.., a, b, c, d] = open.trace;
                open.told = u32::from_be_bytes([a, b, c, d]) % self.one_in.max(1) == 0;
            }
        }
        attributes.record(&mut open);
        span.extensions_mut().insert(open);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            values.record(open);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(open) = span.extensions_mut().remove::<Open>().filter(|open| open.told) else { return };
        let span = Span {
            name: open.known.title(&open.attributes),
            kind: open.known.kind,
            trace: open.trace,
            id: open.id,
            parent: open.parent,
            begun: open.begun,
            ended: self.world.now(),
            failed: open.failed,
            attributes: open.attributes,
        };
        if self.queue.try_send(span).is_err() {
            COUNTS.dropped(1);
        }
    }
}

impl Open {
    fn put(&mut self, field: &Field, value: Value) {
        let Some(name) = self.known.outside(field.name()) else { return };
        match (name, &value) {
            ("error.type", _) => self.failed = true,
            ("http.response.status_code", Value::Whole(500..)) => self.failed = true,
            _ => {}
        }
        match self.attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.attributes.push((name, value)),
        }
    }
}

impl Visit for Open {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // what is not told is not even written
        if self.known.outside(field.name()).is_some() {
            self.record_str(field, &format!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if plain(value) {
            self.put(field, Value::Text(value.to_owned()));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::Whole(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::Whole(i64::try_from(value).unwrap_or(i64::MAX)));
    }
}

/// Finds the caller's word.
struct Caller(Option<String>);

impl Visit for Caller {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == PARENT {
            self.0 = Some(value.to_owned());
        }
    }
}

/// The trace, the span above, and whether it is sent.
fn parent(word: &str) -> Option<([u8; 16], [u8; 8], bool)> {
    let mut parts = word.split('-').skip(1);
    let mut next = || parts.next().and_then(hex::decode);
    let (trace, span, flags) = (next()?, next()?, next()?);
    Some((trace.try_into().ok()?, span.try_into().ok()?, flags.first()? & 1 == 1))
}
