//! Which spans are told, and which of their fields: everything else is nobody's business.

use crate::traces::span::{Kind, Value};

/// A span of ours that is told.
#[derive(Debug)]
pub(super) struct Known {
    /// Its name in the code.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Its fields, and what they are called outside.
    fields: &'static [(&'static str, &'static str)],
    /// The fields that make up its name outside, after its own name.
    named: &'static [&'static str],
}

/// Names outside are those of OpenTelemetry's conventions where there are some.
const KNOWN: [Known; 8] = [
    Known {
        name: "call",
        kind: Kind::Server,
        fields: &[
            ("call.method", "http.request.method"),
            ("call.route", "http.route"),
            ("call.status", "http.response.status_code"),
            ("call.code", "exeunt.error"),
            ("request_id", "exeunt.request_id"),
        ],
        named: &["http.request.method", "http.route"],
    },
    Known {
        name: "task",
        kind: Kind::Consumer,
        fields: &[
            ("task.id", "exeunt.task.id"),
            ("task.kind", "exeunt.task.kind"),
            ("task.organization", "exeunt.organization"),
            ("task.tries", "exeunt.task.tries"),
            ("task.left", "exeunt.task.left"),
            ("error.code", "error.type"),
        ],
        named: &["exeunt.task.kind"],
    },
    Known {
        name: "job",
        kind: Kind::Internal,
        fields: &[("job.id", "exeunt.job.id"), ("job.state", "exeunt.job.state")],
        named: &[],
    },
    Known {
        name: "batch",
        kind: Kind::Internal,
        fields: &[
            ("batch.rows", "exeunt.batch.rows"),
            ("batch.source", "exeunt.source"),
            ("batch.ended", "exeunt.batch.ended"),
        ],
        named: &[],
    },
    Known {
        name: "restore",
        kind: Kind::Internal,
        fields: &[("request.id", "exeunt.request.id")],
        named: &[],
    },
    Known {
        name: "purge",
        kind: Kind::Internal,
        fields: &[("purge.requests", "exeunt.purge.requests")],
        named: &[],
    },
    Known {
        name: "export",
        kind: Kind::Internal,
        fields: &[("request.id", "exeunt.request.id")],
        named: &[],
    },
    Known {
        name: "letter",
        kind: Kind::Client,
        fields: &[("letter.id", "exeunt.letter.id"), ("letter.word", "exeunt.letter.kind")],
        named: &[],
    },
];

/// The span of this name.
pub(super) fn known(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

impl Known {
    /// What a field is called outside; nothing when it is not told.
    pub(super) fn outside(&self, field: &str) -> Option<&'static str> {
        self.fields.iter().find(|(inside, _)| *inside == field).map(|(_, outside)| *outside)
    }

    /// Its name outside: `GET /api/v1/requests`, `task run_job`, `batch`.
    pub(super) fn title(&self, attributes: &[(&'static str, Value)]) -> String {
        let value =
            |wanted: &&str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
        let parts = self.named.iter().filter_map(value).filter_map(|value| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::Whole(_) => None,
        });
        // a call is known by what is called
        let own = (self.kind != Kind::Server || self.named.is_empty()).then_some(self.name);
        own.into_iter().chain(parts).collect::<Vec<_>>().join(" ")
    }
}

/// The longest text that is told.
const LONGEST: usize = 200;

/// A text as it may be told: made of nothing but the letters of ids, words and routes. No address of anybody is.
pub(super) fn plain(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./{}*:".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(letter)
}
