//! `exeunt request submit`: somebody asks for a right.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use exeunt_app::requests::details::{Details, Words};
use exeunt_app::requests::submit::Submission;
use exeunt_base::{Personal, Timestamp};
use exeunt_mail::{Contact, Language};
use exeunt_rights::Right;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::remote::ToldContact;

/// Most bytes of identifiers that are read.
const MOST: u64 = 1 << 20;

/// What is asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The right
    #[arg(long, value_enum)]
    right: Asked,
    /// What identifies the person: email=ada@example.test, customer_id=7 (stays in the shell's history)
    #[arg(long, value_name = "KIND=VALUE", value_parser = identifier)]
    identify: Vec<Identifier>,
    /// Read identifiers from a file, one KIND=VALUE a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    identify_file: Option<PathBuf>,
    /// When the person asked, if earlier than now: 2026-11-21T09:30:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    received: Option<Timestamp>,
    /// The law that rules it, such as uk-gdpr [default: the organization's]; `exeunt regime list` tells which there are
    #[arg(long, value_name = "ID")]
    regime: Option<String>,
    /// How surely you know who asks, 0 to 3, and how: 2=compared (login, address: 1; compared, agent: 2; document: 3)
    #[arg(long, value_name = "LEVEL=HOW", value_parser = identity)]
    identity: Option<(u8, String)>,
    /// The ground for erasure, a to f of Article 17(1) GDPR
    #[arg(long, value_name = "LETTER")]
    ground: Option<char>,
    /// A JSON file with what was said: {"statement": …, "explained": …, "complications": …}; `-` for standard input
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    /// Where the person gets letters about it: an e-mail address (stays in the shell's history)
    #[arg(long, value_name = "EMAIL", value_parser = personal)]
    contact: Option<Personal>,
    /// How the person is called in letters
    #[arg(long, value_name = "NAME", value_parser = personal, requires = "contact")]
    contact_name: Option<Personal>,
    /// The language of letters to the person: en, de, fr or es
    #[arg(long, value_name = "CODE", value_parser = language, requires = "contact")]
    contact_language: Option<Language>,
}

/// Rights that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Asked {
    /// Forget me
    Erasure,
    /// Take out what tells who I am, keep figures
    Anonymization,
    /// Give me all you have about me
    Access,
    /// Give me what I gave you, for another service
    Portability,
}

/// An identifier: what clap holds must not show it.
#[derive(Debug, Clone)]
pub(crate) struct Identifier(String, Personal);

impl Identifier {
    /// Its kind and value.
    pub(crate) fn parts(&self) -> (String, Personal) {
        (self.0.clone(), self.1.clone())
    }
}

/// Takes the request in.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let mut identifiers: Vec<(String, Personal)> = args.identify.iter().map(Identifier::parts).collect();
    if let Some(path) = &args.identify_file {
        identifiers.extend(read_identifiers(path)?);
    }
    let right = match args.right {
        Asked::Erasure => Right::Erasure,
        Asked::Anonymization => Right::Anonymization,
        Asked::Access => Right::Access,
        Asked::Portability => Right::Portability,
    };
    let said = args.words_file.as_deref().map(read_words).transpose()?.unwrap_or_default();
    let details = Details {
        channel: Some(String::from("cli")),
        regime: args.regime.clone(),
        identity: args.identity.clone(),
        ground: args.ground,
        statement: said.statement.map(Personal::new),
        explained: said.explained.map(Personal::new),
        complications: said.complications.map(Personal::new),
    };
    let id = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => {
            let language = args.contact_language.unwrap_or_else(|| office.usual_language());
            let contact = match &args.contact {
                Some(email) => {
                    let checked = Contact::new(email, args.contact_name.as_ref(), language);
                    Some(checked.map_err(|error| {
                        exeunt_app::Error::Usage("E0301", format!("the contact: {error}"))
                    })?)
                }
                None => None,
            };
            let submission = Submission { right, identifiers, received_at: args.received, contact, details };
            office.submit_request(&actor, submission, None).await?
        }
        Way::There(remote) => {
            let contact = args.contact.as_ref().map(|email| ToldContact {
                email,
                name: args.contact_name.as_ref(),
                language: args.contact_language.map(Language::as_str),
            });
            remote.submit_request(right, &identifiers, args.received, contact, &details).await?
        }
    };
    if door.json {
        out::json(&json!({ "request": id, "right": right.as_str(), "state": "received" }))?;
    } else {
        out::text(&id.to_string())?;
        out::remark(&match right {
            right if right.changes_rows() => format!("next: exeunt plan make {id}"),
            _ => format!("next: exeunt package make {id}"),
        });
    }
    Ok(Exit::DONE)
}

/// Reads identifiers from a file, or from standard input for `-`.
pub(crate) fn read_identifiers(path: &Path) -> Result<Vec<(String, Personal)>, Failure> {
    let reader: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let file = std::fs::File::open(path);
        Box::new(file.map_err(|source| Failure::file("read the identifiers in", path, source))?)
    };
    let mut identifiers = Vec::new();
    // one more than is taken: whether it was reached tells that there is more
    let mut reader = BufReader::new(reader.take(MOST + 1));
    let (mut line, mut number) = (String::new(), 0);
    loop {
        line.clear();
        let read = reader.read_line(&mut line);
        if read.map_err(|source| Failure::file("read the identifiers in", path, source))? == 0 {
            break;
        }
        if reader.get_ref().limit() == 0 {
            return Err(too_long("E0301", "the identifiers"));
        }
        number += 1;
        let line = line.trim_end_matches(['\n', '\r']);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (kind, value) = line.split_once('=').ok_or_else(|| {
            let text = format!("line {number} of the identifiers is not of the form KIND=VALUE");
            Failure::App(exeunt_app::Error::Usage("E0301", text))
        })?;
        identifiers.push((kind.trim().to_owned(), Personal::new(value.to_owned())));
    }
    Ok(identifiers)
}

/// Reads what was said.
fn read_words(path: &Path) -> Result<Words, Failure> {
    let mut text = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MOST + 1).read_to_end(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut text))
    };
    let read = read.map_err(|source| Failure::file("read what was said in", path, source))?;
    if read as u64 > MOST {
        return Err(too_long("E0801", "what was said"));
    }
    serde_json::from_slice(&text).map_err(|error| {
        // the parser's words could quote what was said
        let text = format!(
            "line {} of what was said is not of the form {{\"statement\": …, \"explained\": …, \"complications\": …}}",
            error.line()
        );
        Failure::App(exeunt_app::Error::Usage("E0801", text))
    })
}

/// Nothing is taken of a text that would be cut.
fn too_long(code: &'static str, what: &str) -> Failure {
    let most = MOST >> 20;
    Failure::App(exeunt_app::Error::Usage(
        code,
        format!("{what}: more than {most} MiB; nothing of it was taken"),
    ))
}

/// A level, and how it was established.
pub(crate) fn identity(text: &str) -> Result<(u8, String), String> {
    let (level, how) = text.split_once('=').ok_or("the form is LEVEL=HOW, such as 1=login or 2=compared")?;
    let level = level.trim().parse().map_err(|_| String::from("a level is a number from 0 to 3"))?;
    Ok((level, how.trim().to_owned()))
}

pub(crate) fn identifier(text: &str) -> Result<Identifier, String> {
    let (kind, value) =
        text.split_once('=').ok_or("the form is KIND=VALUE, such as email=… or customer_id=…")?;
    Ok(Identifier(kind.trim().to_owned(), Personal::new(value.to_owned())))
}

fn personal(text: &str) -> Result<Personal, String> {
    Ok(Personal::new(text.to_owned()))
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_code(text).ok_or_else(|| String::from("letters are written in en, de, fr and es"))
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| String::from("the form is 2026-11-21T09:30:00Z"))
}
