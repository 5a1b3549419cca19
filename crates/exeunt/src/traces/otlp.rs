//! Spans as OTLP has them: protocol buffers, `opentelemetry/proto/collector/trace/v1`. Eight small messages that never change
//! their numbers, so they are written here by hand (decision 0030).

use exeunt_base::Timestamp;

use crate::traces::span::{Span, Value};

/// How its form is called.
pub(super) const CONTENT_TYPE: &str = "application/x-protobuf";

/// Where it was recorded.
const SCOPE: &str = "exeunt";

/// `STATUS_CODE_ERROR`.
const ERROR: u64 = 2;

/// An `ExportTraceServiceRequest`.
pub(super) fn request(service: &str, spans: &[Span]) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    let mut resource = Message::default();
    resource.message(1, &attribute("service.name", &Value::Text(service.to_owned())));
    resource.message(1, &attribute("service.version", &Value::Text(version.to_owned())));
    let mut scope = Message::default();
    scope.text(1, SCOPE).text(2, version);
    let mut in_scope = Message::default();
    in_scope.message(1, &scope);
    for one in spans {
        in_scope.message(2, &span(one));
    }
    let mut of_resource = Message::default();
    of_resource.message(1, &resource).message(2, &in_scope);
    let mut request = Message::default();
    request.message(1, &of_resource);
    request.0
}

fn span(span: &Span) -> Message {
    let mut message = Message::default();
    message.bytes(1, &span.trace).bytes(2, &span.id);
    if let Some(parent) = &span.parent {
        message.bytes(4, parent);
    }
    message.text(5, &span.name).number(6, span.kind as u64);
    message.moment(7, span.begun).moment(8, span.ended.max(span.begun));
    for (name, value) in &span.attributes {
        message.message(9, &attribute(name, value));
    }
    if span.failed {
        let mut status = Message::default();
        status.number(3, ERROR);
        message.message(15, &status);
    }
    message
}

fn attribute(name: &str, value: &Value) -> Message {
    let mut any = Message::default();
    match value {
        Value::Text(text) => any.text(1, text),
        // as the format has it: two's complement, of 64 bits
        Value::Whole(number) => any.number(3, number.cast_unsigned()),
    };
    let mut message = Message::default();
    message.text(1, name).message(2, &any);
    message
}

/// A message in the making.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number as u8 & 0x7f) | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) -> &mut Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(&mut self, field: u64, text: &str) -> &mut Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(&mut self, field: u64, message: &Self) -> &mut Self {
        self.bytes(field, &message.0)
    }

    fn number(&mut self, field: u64, number: u64) -> &mut Self {
        self.varint(field << 3);
        self.varint(number);
        self
    }

    /// Nanoseconds since 1970, in eight bytes.
    fn moment(&mut self, field: u64, at: Timestamp) -> &mut Self {
        self.varint(field << 3 | 1);
        let nanos = at.as_micros().max(0).unsigned_abs().saturating_mul(1_000);
        self.0.extend_from_slice(&nanos.to_le_bytes());
        self
    }
}
