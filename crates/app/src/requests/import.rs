//! Taking in many requests from a CSV file: every line is checked before any is written down, and all of them are written
//! in one change. The same file again takes nothing in.

use std::collections::BTreeSet;

use exeunt_base::{Personal, RequestId, Timestamp, hex};
use exeunt_engine::sealing;
use exeunt_rights::Right;
use exeunt_store::calls::{Call, REMEMBERED};

use crate::access::Permission;
use crate::actor::Actor;
use crate::calls;
use crate::error::Error;
use crate::office::Office;
use crate::requests::details::Details;
use crate::requests::intake::{self, Taken};
use crate::requests::submit::Submission;

/// Most requests of one file.
pub const MOST_LINES: usize = 5_000;
/// Most bytes of one file.
pub const MOST_BYTES: usize = 8 << 20;
/// Most flaws that are told.
const MOST_FLAWS: usize = 1_000;

/// Columns that are not identifiers.
const COLUMNS: [&str; 9] = [
    "right",
    "received_at",
    "regime",
    "identity_level",
    "identity_how",
    "ground",
    "statement",
    "explained",
    "complications",
];

/// What is wrong with a file, and where. It never holds what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The line, counted from 1; the heading is line 1.
    pub line: u64,
    /// The column's name, or nothing when it is the whole line.
    pub column: String,
    /// What is wrong.
    pub what: String,
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// All of it was taken in.
    Taken(Vec<RequestId>),
    /// It was taken in before; the first of its requests.
    Before(RequestId),
    /// Nothing was taken in: this must be mended first.
    Flawed(Vec<Flaw>),
}

impl Office {
    /// Takes in the requests of a CSV file: a column `right`, a column for each kind of identifier, and any of the others.
    /// With `dry`, only checks it.
    pub async fn import_requests(&self, actor: &Actor, file: &[u8], dry: bool) -> Result<Imported, Error> {
        self.allow(actor, Permission::SubmitRequests)?;
        if file.len() > MOST_BYTES {
            let most = MOST_BYTES >> 20;
            return Err(Error::Usage(
                "E0318",
                format!("a file of requests has at most {most} MiB; split it"),
            ));
        }
        let call = self.import_call(file)?;
        if let Some(earlier) = self.engine.store.earlier_call(self.organization.id, &call).await? {
            return earlier.made.parse().map(Imported::Before).map_err(|_| Error::Damaged {
                what: String::from("an earlier file"),
                why: String::from("what it took in is not known"),
            });
        }
        let (new, flaws) = self.read_file(actor, file)?;
        if !flaws.is_empty() {
            return Ok(Imported::Flawed(flaws));
        }
        let ids: Vec<RequestId> = new.iter().map(|taken| taken.request.id).collect();
        if dry {
            return Ok(Imported::Taken(ids));
        }
        let (organization, now) = (self.organization.id, self.engine.world.now());
        let mut change = self.engine.store.begin().await?;
        if let Some(earlier) = calls::claim(&mut change, organization, Some(&call), ids[0], now).await? {
            change.rollback().await?;
            return earlier.map(Imported::Before);
        }
        let events = intake::add_all(&mut change, organization, &new.iter().collect::<Vec<_>>()).await?;
        change.commit(organization, &events).await?;
        Ok(Imported::Taken(ids))
    }

    /// A file is known by its keyed digest, whoever brings it.
    fn import_call(&self, file: &[u8]) -> Result<Call, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, "calls")?;
        let digest = hex::encode(&sealing::mac(&key, &[b"file of requests", file]));
        Ok(Call { caller: String::from(REMEMBERED), key: digest.clone(), digest })
    }

    /// Every request of a file, or everything that is wrong with it.
    fn read_file(&self, actor: &Actor, file: &[u8]) -> Result<(Vec<Taken>, Vec<Flaw>), Error> {
        // spreadsheets put a mark of their encoding before the heading
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(file);
        let mut flaws = Vec::new();
        let head = match reader.headers() {
            Ok(head) => head.clone(),
            Err(error) => return Ok((Vec::new(), vec![unreadable(1, &error)])),
        };
        let kinds = heading(&head, &mut flaws);
        let mut new = Vec::new();
        let mut seen = BTreeSet::new();
        for (place, record) in reader.records().enumerate() {
            if flaws.len() >= MOST_FLAWS || !flaws.is_empty() && flaws[0].line == 1 {
                break;
            }
            if place >= MOST_LINES {
                flaws.push(flaw(0, "", format!("a file has at most {MOST_LINES} requests; split it")));
                break;
            }
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    flaws.push(unreadable(place as u64 + 2, &error));
                    continue;
                }
            };
            let line = record.position().map_or(place as u64 + 2, csv::Position::line);
            if record.len() != head.len() {
                let (has, wants) = (record.len(), head.len());
                flaws.push(flaw(line, "", format!("it has {has} fields, the heading {wants}")));
                continue;
            }
            let before = flaws.len();
            let submission = submission(&head, &record, &kinds, line, &mut flaws);
            if !seen.insert(record.iter().map(str::to_owned).collect::<Vec<_>>()) {
                flaws.push(flaw(line, "", String::from("it stands in the file twice, word for word")));
            }
            if flaws.len() > before {
                continue;
            }
            match self.taken(actor, submission) {
                Ok(taken) => new.push(taken),
                Err(error @ (Error::Usage(..) | Error::Identifier { .. })) => {
                    flaws.push(flaw(line, "", told(&error)));
                }
                Err(error) => return Err(error),
            }
        }
        if new.is_empty() && flaws.is_empty() {
            flaws.push(flaw(1, "", String::from("there is no request in it")));
        }
        Ok((new, flaws))
    }
}

/// The columns that are kinds of identifiers.
fn heading(head: &csv::StringRecord, flaws: &mut Vec<Flaw>) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let mut kinds = Vec::new();
    for (place, name) in head.iter().enumerate() {
        if !seen.insert(name) {
            flaws.push(flaw(1, name, String::from("two columns have this name")));
        } else if exeunt_datamap::model::IdentityKind::new(name).is_none() {
            let what = format!("column {} has no name that could be a kind of identifier", place + 1);
            flaws.push(flaw(1, "", what));
        } else if !COLUMNS.contains(&name) {
            kinds.push(place);
        }
    }
    if !seen.contains("right") {
        flaws.push(flaw(1, "right", String::from("there is no such column")));
    }
    if kinds.is_empty() {
        let what = String::from("there is no column for an identifier, such as `email` or `customer_id`");
        flaws.push(flaw(1, "", what));
    }
    kinds
}

fn submission(
    head: &csv::StringRecord,
    record: &csv::StringRecord,
    kinds: &[usize],
    line: u64,
    flaws: &mut Vec<Flaw>,
) -> Submission {
    let field = |name: &str| {
        let place = head.iter().position(|column| column == name)?;
        record.get(place).filter(|text| !text.is_empty())
    };
    let mut wrong = |column: &str, what: &str| flaws.push(flaw(line, column, what.to_owned()));
    let right = match field("right").map(str::parse::<Right>) {
        Some(Ok(right)) => right,
        _ => {
            wrong("right", "it is access, portability, erasure or anonymization");
            Right::Access
        }
    };
    let received_at = match field("received_at").map(str::parse::<Timestamp>) {
        Some(Err(_)) => {
            wrong("received_at", "it is a time as RFC 3339 writes it: 2026-03-01T09:30:00Z");
            None
        }
        Some(Ok(at)) => Some(at),
        None => None,
    };
    let identity = match (field("identity_level").map(str::parse::<u8>), field("identity_how")) {
        (Some(Ok(level)), how) => Some((level, how.unwrap_or("vouched").to_owned())),
        (Some(Err(_)), _) => {
            wrong("identity_level", "it is a number from 0 to 3");
            None
        }
        (None, Some(_)) => {
            wrong("identity_level", "it is missing though `identity_how` is given");
            None
        }
        (None, None) => None,
    };
    let mut letters = field("ground").unwrap_or_default().chars();
    let ground = letters.next();
    if letters.next().is_some() {
        wrong("ground", "it is one letter from a to f");
    }
    let personal = |name: &str| field(name).map(|text| Personal::new(text.to_owned()));
    Submission {
        right,
        identifiers: kinds
            .iter()
            .filter_map(|place| Some((head.get(*place)?, record.get(*place)?)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(kind, value)| (kind.to_owned(), Personal::new(value.to_owned())))
            .collect(),
        received_at,
        contact: None,
        details: Details {
            channel: Some(String::from("file")),
            regime: field("regime").map(str::to_owned),
            identity,
            ground,
            statement: personal("statement"),
            explained: personal("explained"),
            complications: personal("complications"),
        },
    }
}

fn flaw(line: u64, column: &str, what: String) -> Flaw {
    Flaw { line, column: column.chars().take(63).collect(), what }
}

/// What the reader could not take: its place and kind, never the bytes.
fn unreadable(line: u64, error: &csv::Error) -> Flaw {
    let line = error.position().map_or(line, csv::Position::line);
    let what = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8",
        _ => "it cannot be read as CSV",
    };
    flaw(line, "", String::from(what))
}

fn told(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}
