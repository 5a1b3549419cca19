//! `exeunt suppression …`: who must not come back by an import, or be written to.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use exeunt_app::suppression::add::Addition;
use exeunt_app::suppression::show::Line;
use exeunt_app::suppression::{MOST, Purpose};
use exeunt_base::{Personal, RequestId};
use serde_json::json;

use crate::commands::request::submit::{Identifier, identifier, read_identifiers};
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::table::table;
use crate::{ids, out};

/// The suppression list.
#[derive(Debug, Subcommand)]
pub(crate) enum Suppression {
    /// Ask whether people are on the list; exit code 4 when somebody is
    Check(Check),
    /// Enter somebody by hand: they object to marketing, or were erased by other means
    Add(Add),
    /// Take somebody out, for a reason
    Remove(Remove),
    /// How many are on the list, and until when; never who
    Status,
}

/// What somebody is on the list for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum For {
    /// They were erased: no import brings them back
    Erased,
    /// They objected to marketing; asking finds those who were erased, too
    Marketing,
}

impl From<For> for Purpose {
    fn from(purpose: For) -> Self {
        match purpose {
            For::Erased => Self::Erased,
            For::Marketing => Self::Marketing,
        }
    }
}

/// About whom.
#[derive(Debug, clap::Args)]
struct Whom {
    /// An identifier: email=…, customer_id=7 (stays in the shell's history); may be repeated
    #[arg(long, value_name = "KIND=VALUE", value_parser = identifier, required_unless_present = "identify_file")]
    identify: Vec<Identifier>,
    /// Identifiers in a file, one KIND=VALUE a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    identify_file: Option<PathBuf>,
}

/// Whom to ask about, and what for.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    #[command(flatten)]
    whom: Whom,
    /// What for: to bring people in, or to write to them
    #[arg(long = "for", value_enum, value_name = "PURPOSE", default_value = "erased")]
    purpose: For,
    /// The kind of every line of the file, which then holds values alone
    #[arg(long, value_name = "KIND", requires = "identify_file")]
    kind: Option<String>,
}

/// Whom to enter, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    #[command(flatten)]
    whom: Whom,
    /// What for
    #[arg(long = "for", value_enum, value_name = "PURPOSE")]
    purpose: For,
    /// Why; it names nobody
    #[arg(long, value_name = "REASON")]
    because: String,
    /// The request in which they said so
    #[arg(long, value_name = "REQUEST", value_parser = ids::id::<RequestId>("req"))]
    request: Option<RequestId>,
}

/// Whom to take out, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    whom: Whom,
    /// What for they are not on the list any more
    #[arg(long = "for", value_enum, value_name = "PURPOSE")]
    purpose: For,
    /// Why; it names nobody
    #[arg(long, value_name = "REASON")]
    because: String,
}

impl Whom {
    /// Identifiers of one person.
    fn read(&self) -> Result<Vec<(String, Personal)>, Failure> {
        let mut all: Vec<_> = self.identify.iter().map(Identifier::parts).collect();
        if let Some(path) = &self.identify_file {
            all.extend(read_identifiers(path)?);
        }
        Ok(all)
    }
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, suppression: &Suppression) -> Result<Exit, Failure> {
    match suppression {
        Suppression::Check(args) => check(door, args).await,
        Suppression::Add(args) => add(door, args).await,
        Suppression::Remove(args) => remove(door, args).await,
        Suppression::Status => status(door).await,
    }
}

/// One line out for each line in, so that the answers can be laid beside the file. However long it is.
async fn check(door: &Door, args: &Check) -> Result<Exit, Failure> {
    let way = door.way(Needs::Home).await?;
    let mut told = Told {
        way: &way,
        purpose: args.purpose.into(),
        asked: Vec::new(),
        lines: 0,
        all: Vec::new(),
        json: door.json,
    };
    for one in &args.whom.identify {
        told.take(Some(one.parts())).await?;
    }
    if let Some(path) = &args.whom.identify_file {
        let unreadable = |source| Failure::file("read the identifiers in", path, source);
        let reader: Box<dyn Read> = if path == Path::new("-") {
            Box::new(std::io::stdin())
        } else {
            Box::new(std::fs::File::open(path).map_err(unreadable)?)
        };
        for line in BufReader::new(reader).lines() {
            let line = line.map_err(unreadable)?;
            let identifier = told.parsed(&line, args.kind.as_deref())?;
            told.take(identifier).await?;
        }
    }
    told.ask().await?;
    let matches = told.all.iter().filter(|matched| **matched == Some(true)).count();
    if door.json {
        let word = |matched: &Option<bool>| matched.map(|matched| if matched { "match" } else { "no_match" });
        let results: Vec<_> = told.all.iter().filter_map(word).collect();
        out::json(&json!({ "matches": matches, "results": results }))?;
    }
    Ok(if matches == 0 { Exit::DONE } else { Exit::FINDINGS })
}

/// A question in pieces that a service takes, and what was answered so far.
struct Told<'a> {
    way: &'a Way,
    purpose: Purpose,
    /// Lines not asked about yet; nothing for one that names nobody.
    asked: Vec<Option<(String, Personal)>>,
    /// Lines that were.
    lines: usize,
    all: Vec<Option<bool>>,
    json: bool,
}

impl Told<'_> {
    /// An identifier of a line; nothing where there is none.
    fn parsed(&self, line: &str, kind: Option<&str>) -> Result<Option<(String, Personal)>, Failure> {
        let text = line.trim();
        if text.is_empty() || (kind.is_none() && text.starts_with('#')) {
            return Ok(None);
        }
        let pair = match kind {
            Some(kind) => Some((kind, text)),
            None => text.split_once('='),
        };
        let number = self.lines + self.asked.len() + 1;
        let (kind, value) = pair.ok_or_else(|| {
            let words = format!("line {number} of the identifiers is not of the form KIND=VALUE");
            Failure::App(exeunt_app::Error::Usage("E0301", words))
        })?;
        Ok(Some((kind.trim().to_owned(), Personal::new(value.to_owned()))))
    }

    async fn take(&mut self, identifier: Option<(String, Personal)>) -> Result<(), Failure> {
        self.asked.push(identifier);
        if self.asked.len() < MOST { Ok(()) } else { self.ask().await }
    }

    async fn ask(&mut self) -> Result<(), Failure> {
        let lines = std::mem::take(&mut self.asked);
        let places: Vec<usize> =
            lines.iter().enumerate().filter(|(_, line)| line.is_some()).map(|(at, _)| at).collect();
        let identifiers: Vec<(String, Personal)> = lines.iter().flatten().cloned().collect();
        let mut answers =
            if identifiers.is_empty() { Vec::new() } else { self.answers(&identifiers, &places).await? }
                .into_iter();
        let first = self.all.len();
        self.all.extend(lines.iter().map(|line| line.as_ref().and_then(|_| answers.next())));
        self.lines += lines.len();
        if !self.json {
            let word = |matched: &Option<bool>| match matched {
                Some(true) => "match\n",
                Some(false) => "no match\n",
                None => "\n",
            };
            out::text(&self.all[first..].iter().map(word).collect::<String>())?;
        }
        Ok(())
    }

    async fn answers(
        &self,
        identifiers: &[(String, Personal)],
        places: &[usize],
    ) -> Result<Vec<bool>, Failure> {
        match self.way {
            Way::Here(office, actor) => {
                let answers = office.check_suppression(actor, self.purpose, identifiers).await;
                Ok(answers.map_err(|error| match error {
                    // by the line of the file
                    exeunt_app::Error::Unfit(mut unfit) => {
                        for one in &mut unfit {
                            one.at = self.lines + places.get(one.at).copied().unwrap_or(one.at);
                        }
                        exeunt_app::Error::Unfit(unfit)
                    }
                    other => other,
                })?)
            }
            Way::There(remote) => {
                let answers = remote.check_suppression(self.purpose, identifiers).await;
                if answers.is_err() && self.lines > 0 {
                    out::remark(&format!("places are counted from line {}", self.lines + 1));
                }
                Ok(answers?)
            }
        }
    }
}

async fn add(door: &Door, args: &Add) -> Result<Exit, Failure> {
    let new = Addition {
        purpose: args.purpose.into(),
        identifiers: args.whom.read()?,
        because: args.because.clone(),
        request: args.request,
    };
    let until = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.add_suppression(&actor, &new).await?,
        Way::There(remote) => remote.add_suppression(&new).await?,
    };
    if door.json {
        out::json(&json!({ "until": until }))?;
    } else {
        out::text(&format!("on the list until {}", out::time(until)))?;
    }
    Ok(Exit::DONE)
}

async fn remove(door: &Door, args: &Remove) -> Result<Exit, Failure> {
    let identifiers = args.whom.read()?;
    let [identifier] = identifiers.as_slice() else {
        let words = "this takes one identifier at a time";
        return Err(Failure::App(exeunt_app::Error::Usage("E0980", words.to_owned())));
    };
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => {
            let purpose = args.purpose.into();
            office.remove_suppression(&actor, purpose, identifier.clone(), &args.because).await?;
        }
        Way::There(remote) => {
            remote.remove_suppression(args.purpose.into(), identifier, &args.because).await?;
        }
    }
    if door.json {
        out::json(&json!({ "removed": true }))?;
    } else {
        out::text("that identifier is not on the list any more")?;
    }
    Ok(Exit::DONE)
}

async fn status(door: &Door) -> Result<Exit, Failure> {
    let (lines, [suppression_days, objection_days]) = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => {
            let lines = office.show_suppression(&actor).await?;
            (lines, Purpose::ALL.map(|purpose| office.suppression_days(purpose)))
        }
        Way::There(remote) => remote.show_suppression().await?,
    };
    if door.json {
        let value = |line: &Line| {
            json!({
                "purpose": line.counted.purpose.as_str(),
                "kind": line.counted.kind,
                "entries": line.counted.entries,
                "oldest": line.counted.oldest,
                "first_ends": line.first_ends,
                "last_ends": line.last_ends,
            })
        };
        let items: Vec<_> = lines.iter().map(value).collect();
        out::json(
            &json!({ "suppression_days": suppression_days, "objection_days": objection_days, "items": items }),
        )?;
        return Ok(Exit::DONE);
    }
    if lines.is_empty() {
        out::text(
            "nobody is on the suppression list; whoever is erased is entered when everything is purged",
        )?;
        return Ok(Exit::DONE);
    }
    let row = |line: &Line| {
        vec![
            line.counted.purpose.as_str().to_owned(),
            line.counted.kind.clone(),
            line.counted.entries.to_string(),
            out::time(line.counted.oldest),
            out::time(line.first_ends),
            out::time(line.last_ends),
        ]
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    out::text(&table(&["for", "kind", "entries", "oldest", "oldest goes", "newest goes"], &rows))?;
    Ok(Exit::DONE)
}
