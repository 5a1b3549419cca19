//! A collector of traces: takes spans by OTLP over HTTP, as protocol buffers, and tells what it took. It reads the wire's form by
//! itself, with the numbers of the fields as OpenTelemetry's own files have them.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::web::{Reply, Web};

/// How long is waited for spans.
const PATIENCE: Duration = Duration::from_secs(60);

/// A collector. It ends when dropped.
#[derive(Debug)]
pub struct Collector {
    web: Web,
    taken: Arc<(Mutex<Taken>, Condvar)>,
}

/// What it took.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Spans, in the order they came.
    pub spans: Vec<Span>,
    /// Attributes of whoever sent them.
    pub resource: BTreeMap<String, String>,
    /// Every byte of every call.
    pub bytes: Vec<u8>,
    /// Paths that were called.
    pub paths: Vec<String>,
    /// What `Authorization` said last.
    pub authorization: Option<String>,
    /// What it was given and could not read.
    pub unread: Vec<String>,
    status: Option<u16>,
}

/// A span as it came. Ids are hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The trace it belongs to.
    pub trace: String,
    /// Its own id.
    pub id: String,
    /// The span above it; empty when there is none.
    pub parent: String,
    /// Its name.
    pub name: String,
    /// OTLP's number: 1 internal, 2 server, 3 client, 5 consumer.
    pub kind: u64,
    /// Nanoseconds since 1970.
    pub begun: u64,
    /// Nanoseconds since 1970.
    pub ended: u64,
    /// Whether its status is *error*.
    pub failed: bool,
    /// What is said of it, numbers in decimal.
    pub attributes: BTreeMap<String, String>,
}

impl Collector {
    /// Starts one on a free port.
    pub fn start() -> Result<Self> {
        let taken: Arc<(Mutex<Taken>, Condvar)> = Arc::default();
        let there = Arc::clone(&taken);
        let web = Web::start(move |_, asked| {
            let (taken, rang) = &*there;
            let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(status) = taken.status {
                return Reply::status(status);
            }
            taken.paths.push(asked.path.clone());
            taken.authorization.clone_from(&asked.authorization);
            taken.bytes.extend_from_slice(&asked.bytes);
            if let Err(error) = read(&asked.bytes, &mut taken) {
                taken.unread.push(format!("{error:#}"));
            }
            rang.notify_all();
            Reply::status(200)
        })?;
        Ok(Self { web, taken })
    }

    /// Its port on this machine.
    pub fn port(&self) -> u16 {
        self.web.port()
    }

    /// From now on it answers so and takes nothing; or takes everything again.
    pub fn answer(&self, status: Option<u16>) {
        self.taken.0.lock().unwrap_or_else(PoisonError::into_inner).status = status;
    }

    /// What it took so far.
    pub fn taken(&self) -> Taken {
        self.taken.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it took what is wanted.
    pub fn wait_for(&self, wanted: impl Fn(&Taken) -> bool) -> Result<Taken> {
        let (taken, rang) = &*self.taken;
        let taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (taken, waited) = rang
            .wait_timeout_while(taken, PATIENCE, |taken| !wanted(taken))
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            let names: Vec<&str> = taken.spans.iter().map(|span| span.name.as_str()).collect();
            bail!("the collector took {names:?} and could not read {:?}", taken.unread);
        }
        Ok(taken.clone())
    }
}

impl Taken {
    /// Spans of a name.
    pub fn of(&self, name: &str) -> Vec<&Span> {
        self.spans.iter().filter(|span| span.name == name).collect()
    }
}

/// One field of a message.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn fields(mut bytes: &[u8]) -> Result<Vec<(u64, Field<'_>)>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut bytes)?),
            1 => {
                let (eight, rest) = bytes.split_first_chunk::<8>().context("eight bytes are cut off")?;
                bytes = rest;
                Field::Number(u64::from_le_bytes(*eight))
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)?)?;
                let (inner, rest) = bytes.split_at_checked(length).context("a field is cut off")?;
                bytes = rest;
                Field::Bytes(inner)
            }
            other => bail!("there is no kind {other} of field here"),
        };
        found.push((tag >> 3, field));
    }
    Ok(found)
}

fn varint(bytes: &mut &[u8]) -> Result<u64> {
    let mut number = 0;
    for place in 0..10 {
        let (first, rest) = bytes.split_first().context("a number is cut off")?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << (place * 7);
        if first & 0x80 == 0 {
            return Ok(number);
        }
    }
    bail!("a number has no end")
}

/// The messages within a message, by the number of their field.
fn inner(bytes: &[u8], wanted: u64) -> Result<Vec<&[u8]>> {
    let of = |(number, field)| match field {
        Field::Bytes(inner) if number == wanted => Some(inner),
        _ => None,
    };
    Ok(fields(bytes)?.into_iter().filter_map(of).collect())
}

/// `ExportTraceServiceRequest` › `ResourceSpans` › `ScopeSpans` › `Span`.
fn read(bytes: &[u8], taken: &mut Taken) -> Result<()> {
    for of_resource in inner(bytes, 1)? {
        for resource in inner(of_resource, 1)? {
            taken
                .resource
                .extend(inner(resource, 1)?.into_iter().map(attribute).collect::<Result<Vec<_>>>()?);
        }
        for in_scope in inner(of_resource, 2)? {
            for one in inner(in_scope, 2)? {
                taken.spans.push(span(one)?);
            }
        }
    }
    Ok(())
}

fn span(bytes: &[u8]) -> Result<Span> {
    let mut span = Span::default();
    for (number, field) in fields(bytes)? {
        match (number, field) {
            (1, Field::Bytes(id)) => span.trace = hex(id, 16)?,
            (2, Field::Bytes(id)) => span.id = hex(id, 8)?,
            (4, Field::Bytes(id)) => span.parent = hex(id, 8)?,
            (5, Field::Bytes(name)) => span.name = text(name)?,
            (6, Field::Number(kind)) => span.kind = kind,
            (7, Field::Number(begun)) => span.begun = begun,
            (8, Field::Number(ended)) => span.ended = ended,
            (9, Field::Bytes(said)) => span.attributes.extend([attribute(said)?]),
            (15, Field::Bytes(status)) => {
                let code = fields(status)?.into_iter().find(|(number, _)| *number == 3);
                span.failed = matches!(code, Some((_, Field::Number(2))));
            }
            (other, _) => bail!("a span has a field {other} that nobody here knows"),
        }
    }
    Ok(span)
}

fn attribute(bytes: &[u8]) -> Result<(String, String)> {
    let (mut name, mut value) = (String::new(), String::new());
    for (number, field) in fields(bytes)? {
        match (number, field) {
            (1, Field::Bytes(said)) => name = text(said)?,
            (2, Field::Bytes(any)) => {
                for (kind, field) in fields(any)? {
                    value = match (kind, field) {
                        (1, Field::Bytes(said)) => text(said)?,
                        (3, Field::Number(number)) => number.cast_signed().to_string(),
                        (other, _) => bail!("a value of kind {other}"),
                    };
                }
            }
            (other, _) => bail!("an attribute has a field {other}"),
        }
    }
    Ok((name, value))
}

fn text(bytes: &[u8]) -> Result<String> {
    Ok(String::from_utf8(bytes.to_vec())?)
}

fn hex(id: &[u8], length: usize) -> Result<String> {
    ensure!(id.len() == length, "an id has {} bytes", id.len());
    Ok(exeunt_base::hex::encode(id))
}
