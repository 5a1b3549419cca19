//! The log as CSV, for reading in a spreadsheet. A view: it proves nothing, the JSON Lines export does.

use std::fmt::Display;
use std::io::{self, Write};

use crate::event::Event;
use crate::merkle::{Hash, leaf_hash};

const COLUMNS: [&str; 10] =
    ["index", "at", "kind", "actor", "organization", "objects", "counts", "facts", "commitments", "leaf"];

/// Writes one row an entry.
pub struct Table<W: Write> {
    out: W,
    index: u64,
}

impl<W: Write> Table<W> {
    /// Begins with the names of the columns; `first` is the index of the first entry to come.
    pub fn begin(out: W, first: u64) -> io::Result<Self> {
        let mut table = Self { out, index: first };
        table.row(COLUMNS.map(str::to_owned))?;
        Ok(table)
    }

    /// Where it is written to, for whoever takes away what is there already.
    pub fn out_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes the next entry. One that this version cannot read shows its index and leaf only.
    pub fn entry(&mut self, entry: &[u8]) -> io::Result<()> {
        let event = Event::parse(entry).ok();
        self.line(event.as_ref(), leaf_hash(entry))
    }

    /// Writes the next entry as the leaf hash that is left of it.
    pub fn pruned(&mut self, leaf: Hash) -> io::Result<()> {
        self.line(None, leaf)
    }

    /// Ends the table; gives the writer back, flushed.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn line(&mut self, event: Option<&Event>, leaf: Hash) -> io::Result<()> {
        let show = |column: fn(&Event) -> String| event.map(column).unwrap_or_default();
        self.row([
            self.index.to_string(),
            show(|event| event.at.to_string()),
            show(|event| event.kind.to_string()),
            show(|event| event.actor.to_string()),
            show(|event| event.organization.to_string()),
            show(|event| event.objects.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
            show(|event| pairs(&event.counts)),
            show(|event| pairs(&event.facts)),
            show(|event| pairs(&event.commitments)),
            leaf.to_string(),
        ])?;
        self.index += 1;
        Ok(())
    }

    fn row(&mut self, fields: [String; 10]) -> io::Result<()> {
        let fields = fields.map(|field| quoted(&field));
        write!(self.out, "{}\r\n", fields.join(","))
    }
}

fn pairs<'a, V: Display + 'a>(labelled: impl IntoIterator<Item = (&'a String, &'a V)>) -> String {
    labelled.into_iter().map(|(label, value)| format!("{label}={value}")).collect::<Vec<_>>().join(" ")
}

/// A CSV field that no spreadsheet takes for a formula: a quote goes before what starts like one.
fn quoted(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) { "'" } else { "" };
    if guard.is_empty() && !field.contains(['"', ',', '\r', '\n']) {
        return field.to_owned();
    }
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use exeunt_base::{OrganizationId, Timestamp};

    use super::{Table, quoted};
    use crate::event::{Actor, Event};
    use crate::kind::Kind;
    use crate::merkle::leaf_hash;

    #[test]
    fn a_row_tells_what_the_entry_tells() {
        let event = Event::new(
            Timestamp::from_micros(0),
            Kind::JobSettled,
            Actor::System,
            OrganizationId::from_bytes([0; 16]),
        )
        .count("-rows", 3)
        .fact("mode", "erase");
        let mut table = Table::begin(Vec::new(), 7).expect("memory");
        table.pruned(leaf_hash(b"")).expect("memory");
        table.entry(&event.to_entry().expect("an entry")).expect("memory");
        table.entry(b"from a later version").expect("memory");
        let text = String::from_utf8(table.finish().expect("memory")).expect("UTF-8");
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[1], "7,,,,,,,,,bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=");
        assert!(
            lines[2].starts_with(
                "8,1970-01-01T00:00:00Z,job.settled,system,org_00000000000000000000000000,,\"'-rows=3\",mode=erase,,"
            ),
            "{}",
            lines[2]
        );
        assert!(lines[3].starts_with("9,,,,,,,,,"));
    }

    #[test]
    fn nothing_starts_a_formula_or_leaves_its_field() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("@x"), "\"'@x\"");
        assert_eq!(quoted("a\"b,c"), "\"a\"\"b,c\"");
        assert_eq!(quoted("plain"), "plain");
    }
}
