//! The letters there are, each with the values it tells. What they say stands in the books.

use exeunt_base::{JobId, ReceiptId, RequestId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::book::Book;
use crate::language::Language;
use crate::text::Shown;

/// A right, as letters call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// A copy of the data.
    Access,
    /// The data for another service.
    Portability,
    /// To be forgotten.
    Erasure,
    /// To be made unrecognizable.
    Anonymization,
}

impl Right {
    /// By its word in the store.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "access" => Some(Self::Access),
            "portability" => Some(Self::Portability),
            "erasure" => Some(Self::Erasure),
            "anonymization" => Some(Self::Anonymization),
            _ => None,
        }
    }

    /// As a sentence about it goes on: *a copy of your data*.
    pub fn told(self, language: Language) -> String {
        let name = match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Erasure => "erasure",
            Self::Anonymization => "anonymization",
        };
        language.word(&format!("right_{name}")).to_owned()
    }
}

/// Something that stays after an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What, in a word: `invoices`.
    pub what: String,
    /// By which law or for which reason.
    pub because: String,
    /// Until when, in words; empty when the map gives no end.
    pub until: String,
}

/// Why rows on hold are kept, as the law words it: what a hold is really for is nobody else's business.
pub fn legal_claims(language: Language) -> &'static str {
    Book::of(language).word("legal_claims")
}

/// A request that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Which.
    pub request: RequestId,
    /// When.
    pub at: Timestamp,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Everything was done.
    Done,
    /// Some rows wait for a decision.
    Review,
    /// Somebody stopped it.
    Cancelled,
    /// It could not go on.
    Failed,
}

/// What happened to somebody's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Somebody signed in with it.
    SignIn,
    /// Its roles changed.
    Roles,
    /// Its password changed.
    Password,
}

/// A letter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// To the person: their request came in (E1).
    Received {
        /// Which.
        reference: RequestId,
        /// What they asked for.
        right: Right,
        /// When it will be answered, where that is known.
        due: Option<Timestamp>,
    },
    /// To the person: a code to confirm with (E2).
    Code {
        /// Which request.
        reference: RequestId,
        /// Six digits.
        code: String,
        /// How long it counts.
        minutes: u32,
    },
    /// To whoever an address given on the portal belongs to: a code to confirm with (E2). There is no request yet.
    Confirm {
        /// What was asked for.
        right: Right,
        /// Six digits.
        code: String,
        /// How long it counts.
        minutes: u32,
        /// Where they say that it was not them.
        link: String,
    },
    /// To the person: a code that shows how their request stands.
    Look {
        /// Which request.
        reference: RequestId,
        /// Six digits.
        code: String,
        /// How long it counts.
        minutes: u32,
    },
    /// To every known address of the person but the one that asked (E3).
    Asked {
        /// Which request.
        reference: RequestId,
        /// What was asked for.
        right: Right,
    },
    /// To the person: it takes longer (E6).
    Extended {
        /// Which request.
        reference: RequestId,
        /// Why, in a sentence.
        reason: String,
        /// The new date.
        due: Timestamp,
    },
    /// To the person: their data can be fetched (E7).
    Ready {
        /// Which request.
        reference: RequestId,
        /// Where.
        link: String,
        /// Until when.
        until: Timestamp,
        /// How often.
        downloads: u32,
        /// Whether a passphrase opens it, that comes by another way.
        passphrase: bool,
    },
    /// To the person: the link ends soon (E8). It is kept nowhere, so it cannot be repeated.
    Ending {
        /// Which request.
        reference: RequestId,
        /// When it ends.
        until: Timestamp,
    },
    /// To the person: their data is hidden, and can come back for a while (E9).
    Started {
        /// Which request.
        reference: RequestId,
        /// When it is erased for good.
        until: Timestamp,
    },
    /// To the person: done, and looked for again (E10).
    Finished {
        /// Which request.
        reference: RequestId,
        /// What was deleted, and how many entries of it.
        deleted: Vec<(String, u64)>,
        /// What was made unrecognizable, and how many entries of it.
        anonymized: Vec<(String, u64)>,
        /// What is kept.
        kept: Vec<Kept>,
        /// When the last copy is gone that only time removes.
        copies_until: Option<Timestamp>,
        /// Whether there are such copies whose day nobody can name.
        copies_undated: bool,
        /// Until when a keyed digest of them keeps imports from bringing them back, where one is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listed_until: Option<Timestamp>,
        /// The receipt.
        receipt: ReceiptId,
    },
    /// To the person: refused, whole or in part (E11).
    Refused {
        /// Which request.
        reference: RequestId,
        /// Why, in a sentence.
        reason: String,
        /// Where that stands in the law.
        law: String,
    },
    /// To the person: nobody can tell that it is they who ask (E4).
    Unidentified {
        /// Which request.
        reference: RequestId,
        /// What they can add, in a sentence.
        wanted: String,
    },
    /// To the person: nothing was found (E13).
    NoData {
        /// Which request.
        reference: RequestId,
        /// How many systems were searched.
        systems: u64,
        /// Until when a keyed digest of them keeps imports from bringing them back, where one is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listed_until: Option<Timestamp>,
    },
    /// To the person: somebody stopped their request, and it is paused.
    Stopped {
        /// Which request.
        reference: RequestId,
        /// By when a person gets in touch.
        until: Timestamp,
    },
    /// To the person: their complaint came in (E22).
    Complained {
        /// About which request.
        reference: RequestId,
        /// By when a person answers it.
        until: Timestamp,
    },
    /// To the person: what came of their complaint.
    Answered {
        /// About which request.
        reference: RequestId,
        /// The answer, in lines and paragraphs.
        answer: String,
    },
    /// To an officer: answers that are due or late (E14).
    Due {
        /// Which.
        requests: Vec<Due>,
        /// What counts as soon is before this.
        now: Timestamp,
    },
    /// To whoever asked for a job: how it ended (E16).
    Job {
        /// Which.
        job: JobId,
        /// How.
        ended: Ended,
        /// Rows done.
        rows: u64,
        /// Rows that wait for a decision.
        failed: u64,
    },
    /// To a user: something happened with their account (E19).
    Account {
        /// What.
        what: Account,
        /// When.
        at: Timestamp,
    },
    /// To somebody who may want to be told of new sub-processors: whether they do.
    Subscribe {
        /// Where they say so.
        link: String,
    },
    /// To somebody who does: there will be one.
    Announced {
        /// What it is called.
        name: String,
        /// What it is for.
        purpose: String,
        /// Categories of data it gets.
        categories: Vec<String>,
        /// Where it handles them.
        region: String,
        /// From when on.
        effective: Timestamp,
        /// Where these letters are stopped.
        link: String,
    },
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({})", self.word())
    }
}

impl Letter {
    /// Every word there is for a letter.
    pub const WORDS: [&'static str; 21] = [
        "received",
        "code",
        "confirm",
        "look",
        "asked",
        "extended",
        "ready",
        "ending",
        "started",
        "finished",
        "refused",
        "unidentified",
        "no_data",
        "stopped",
        "complained",
        "answered",
        "due",
        "job",
        "account",
        "subscribe",
        "announced",
    ];

    /// Its word, in the store, at every door, and as its section in the books.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::Code { .. } => "code",
            Self::Confirm { .. } => "confirm",
            Self::Look { .. } => "look",
            Self::Asked { .. } => "asked",
            Self::Extended { .. } => "extended",
            Self::Ready { .. } => "ready",
            Self::Ending { .. } => "ending",
            Self::Started { .. } => "started",
            Self::Finished { .. } => "finished",
            Self::Refused { .. } => "refused",
            Self::Unidentified { .. } => "unidentified",
            Self::NoData { .. } => "no_data",
            Self::Stopped { .. } => "stopped",
            Self::Complained { .. } => "complained",
            Self::Answered { .. } => "answered",
            Self::Due { .. } => "due",
            Self::Job { .. } => "job",
            Self::Account { .. } => "account",
            Self::Subscribe { .. } => "subscribe",
            Self::Announced { .. } => "announced",
        }
    }

    /// Its values by the names of their places. A paragraph that names one that is empty is left out.
    pub(crate) fn values(&self, language: Language) -> Vec<(&'static str, Shown)> {
        let day = |at: &Timestamp| Shown::Text(language.day(*at));
        let word_if = |there: bool, name: &str| {
            if there { Shown::Text(language.word(name).to_owned()) } else { Shown::Nothing }
        };
        let reference = |id: &RequestId| ("reference", Shown::Text(id.to_string()));
        match self {
            Self::Received { reference: id, right, due } => vec![
                reference(id),
                ("right", Shown::Text(right.told(language))),
                ("due", due.as_ref().map_or(Shown::Nothing, day)),
            ],
            Self::Confirm { right, code, minutes, link } => vec![
                ("right", Shown::Text(right.told(language))),
                ("code", Shown::Text(code.clone())),
                ("minutes", Shown::Text(minutes.to_string())),
                ("link", Shown::Link(link.clone())),
            ],
            Self::Code { reference: id, code, minutes } | Self::Look { reference: id, code, minutes } => {
                vec![
                    reference(id),
                    ("code", Shown::Text(code.clone())),
                    ("minutes", Shown::Text(minutes.to_string())),
                ]
            }
            Self::Asked { reference: id, right } => {
                vec![reference(id), ("right", Shown::Text(right.told(language)))]
            }
            Self::Extended { reference: id, reason, due } => {
                vec![reference(id), ("reason", Shown::Text(reason.clone())), ("due", day(due))]
            }
            Self::Ready { reference: id, link, until, downloads, passphrase } => vec![
                reference(id),
                ("link", Shown::Link(link.clone())),
                ("until", day(until)),
                ("downloads", Shown::Text(downloads.to_string())),
                ("passphrase", word_if(*passphrase, "passphrase")),
                ("archive", word_if(!passphrase, "archive")),
            ],
            Self::Ending { reference: id, until }
            | Self::Started { reference: id, until }
            | Self::Stopped { reference: id, until }
            | Self::Complained { reference: id, until } => {
                vec![reference(id), ("until", day(until))]
            }
            Self::Finished {
                reference: id,
                deleted,
                anonymized,
                kept,
                copies_until,
                copies_undated,
                listed_until,
                receipt,
            } => {
                let counted = |all: &[(String, u64)]| {
                    Shown::lines(all.iter().map(|(what, rows)| format!("{what}: {rows}")).collect())
                };
                let whole = kept.iter().map(|kept| {
                    let until =
                        if kept.until.is_empty() { String::new() } else { format!(" ({})", kept.until) };
                    format!("{}: {}{until}", kept.what, kept.because)
                });
                vec![
                    reference(id),
                    ("deleted", counted(deleted)),
                    ("anonymized", counted(anonymized)),
                    ("kept", Shown::lines(whole.collect())),
                    ("copies", copies_until.as_ref().map_or(Shown::Nothing, day)),
                    ("undated", word_if(*copies_undated, "copies_undated")),
                    ("listed", listed_until.as_ref().map_or(Shown::Nothing, day)),
                    ("receipt", Shown::Text(receipt.to_string())),
                ]
            }
            Self::Refused { reference: id, reason, law } => vec![
                reference(id),
                ("reason", Shown::Text(reason.clone())),
                ("law", Shown::Text(law.clone())),
            ],
            Self::Unidentified { reference: id, wanted } => {
                vec![reference(id), ("wanted", Shown::Text(wanted.clone()))]
            }
            Self::Answered { reference: id, answer } => vec![reference(id), ("answer", Shown::prose(answer))],
            Self::NoData { reference: id, systems, listed_until } => vec![
                reference(id),
                ("systems", Shown::Text(systems.to_string())),
                ("listed", listed_until.as_ref().map_or(Shown::Nothing, day)),
            ],
            Self::Due { requests, now } => {
                let of = |late: bool| {
                    let some = requests.iter().filter(|due| (due.at <= *now) == late);
                    Shown::lines(
                        some.map(|due| format!("{}: {}", due.request, language.day(due.at))).collect(),
                    )
                };
                vec![
                    ("count", Shown::Text(requests.len().to_string())),
                    ("late", of(true)),
                    ("soon", of(false)),
                ]
            }
            Self::Job { job, ended, rows, failed } => {
                let name = match ended {
                    Ended::Done => "job_done",
                    Ended::Review => "job_review",
                    Ended::Cancelled => "job_cancelled",
                    Ended::Failed => "job_failed",
                };
                let review = (*failed > 0).then(|| failed.to_string());
                vec![
                    ("job", Shown::Text(job.to_string())),
                    ("how", Shown::Text(language.word(name).to_owned())),
                    ("rows", Shown::Text(rows.to_string())),
                    ("failed", review.map_or(Shown::Nothing, Shown::Text)),
                ]
            }
            Self::Account { what, at } => {
                let name = match what {
                    Account::SignIn => "account_sign_in",
                    Account::Roles => "account_roles",
                    Account::Password => "account_password",
                };
                let time = at.to_utc().time();
                vec![
                    ("what", Shown::Text(language.word(name).to_owned())),
                    ("day", day(at)),
                    ("time", Shown::Text(format!("{:02}:{:02}", time.hour(), time.minute()))),
                ]
            }
            Self::Subscribe { link } => vec![("link", Shown::Link(link.clone()))],
            Self::Announced { name, purpose, categories, region, effective, link } => vec![
                ("company", Shown::Text(name.clone())),
                ("purpose", Shown::Text(purpose.clone())),
                ("categories", Shown::lines(categories.clone())),
                ("region", Shown::Text(region.clone())),
                ("effective", day(effective)),
                ("link", Shown::Link(link.clone())),
            ],
        }
    }
}
