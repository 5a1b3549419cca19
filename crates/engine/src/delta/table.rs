//! The delta table itself: its columns, and an event as a row of it.

use exeunt_base::{Cell, Name, OrganizationId, Row, Timestamp};
use exeunt_source::journal::moment;
use exeunt_source::{Journal, JournalColumn, JournalSort};
use exeunt_store::deltas::DeltaEvent;

use crate::delta::{Columns, Target, keys};

/// The form of rows, told in each of them.
const VERSION: i64 = 1;

/// The columns, always all of them: a table need not change when a setting does.
const COLUMNS: &[(&str, JournalSort, bool)] = &[
    ("event_id", JournalSort::Text, true),
    ("organization", JournalSort::Text, true),
    ("sequence", JournalSort::Whole, true),
    ("request_id", JournalSort::Text, true),
    ("event", JournalSort::Text, true),
    ("model", JournalSort::Text, false),
    ("subject_keys", JournalSort::Text, false),
    ("subject_keys_sha256", JournalSort::Text, false),
    ("happened_at", JournalSort::Moment, true),
    ("pushed_at", JournalSort::Moment, true),
    ("schema_version", JournalSort::Whole, true),
];

fn name(text: &str) -> Name {
    Name::new(text).expect("our own names are neither empty nor hold a NUL")
}

impl Target {
    /// The table as a journal.
    pub fn journal(&self) -> Journal {
        let column = |(text, sort, required): &(&str, _, _)| JournalColumn {
            name: name(text),
            sort: *sort,
            required: *required,
        };
        Journal {
            table: self.table.clone(),
            columns: COLUMNS.iter().map(column).collect(),
            key: name("event_id"),
            part: name("organization"),
            number: name("sequence"),
            moment: name("happened_at"),
        }
    }

    /// An event as a row. `keys` is what is known of the person's keys, opened.
    pub(crate) fn row(
        &self,
        organization: OrganizationId,
        (sequence, event): &(u64, DeltaEvent),
        known: Option<&str>,
        now: Timestamp,
    ) -> Row {
        let text = |text: Option<String>| text.map_or(Cell::Null, Cell::Text);
        let plain = known.filter(|_| self.columns != Columns::Sha256).map(str::to_owned);
        let digests = known.filter(|_| self.columns != Columns::Plain).and_then(keys::hashed);
        vec![
            Cell::Text(event.id.to_string()),
            Cell::Text(organization.to_string()),
            Cell::Int(i64::try_from(*sequence).unwrap_or(i64::MAX)),
            Cell::Text(event.request.to_string()),
            Cell::text(&event.event),
            text(event.model.clone()),
            text(plain),
            text(digests),
            Cell::Text(moment(event.at)),
            Cell::Text(moment(now)),
            Cell::Int(VERSION),
        ]
    }
}
