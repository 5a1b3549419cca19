//! An act as it is said at a door, by its word and what is said with it, read strictly.

use exeunt_rights::Day;

use crate::requests::bulk::deed::Deed;

/// Most characters of a reason.
const REASON: usize = 500;
/// Most characters of a word of the law.
const WORD: usize = 40;
/// Most grounds.
const GROUNDS: usize = 20;

/// What was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The act's word.
    pub act: String,
    /// The reason.
    pub because: Option<String>,
    /// The kind of reason.
    pub kind: Option<String>,
    /// What is waited for.
    pub ground: Option<String>,
    /// Grounds of the law.
    pub grounds: Option<Vec<String>>,
    /// The last day.
    pub until: Option<String>,
}

/// What is wrong with it, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadDeed {
    /// The field's name.
    pub field: &'static str,
    /// What belongs there.
    pub words: String,
}

fn bad(field: &'static str, words: impl Into<String>) -> BadDeed {
    BadDeed { field, words: words.into() }
}

/// A text of this length.
fn text(field: &'static str, given: Option<&String>, most: usize) -> Result<String, BadDeed> {
    let given = given.cloned().unwrap_or_default();
    if (1..=most).contains(&given.chars().count()) {
        return Ok(given);
    }
    Err(bad(field, format!("1 to {most} characters")))
}

impl Said {
    /// The act, with all that it takes and nothing else.
    pub fn deed(&self) -> Result<Deed, BadDeed> {
        let takes: &[&str] = match self.act.as_str() {
            "acknowledge" | "approve" | "cancel" | "release" | "resume" => &[],
            "extend" => &["kind", "because"],
            "hold" => &["because", "until"],
            "pause" => &["ground", "because"],
            "refuse" => &["grounds", "because"],
            "withdraw" => &["because"],
            _ => return Err(bad("act", format!("one of {}", Deed::WORDS.join(", ")))),
        };
        for (field, given) in [
            ("because", self.because.is_some()),
            ("kind", self.kind.is_some()),
            ("ground", self.ground.is_some()),
            ("grounds", self.grounds.is_some()),
            ("until", self.until.is_some()),
        ] {
            match (given, takes.contains(&field)) {
                (true, false) => return Err(bad(field, "this act does not take it")),
                (false, true) if field != "until" => return Err(bad(field, "this act needs it")),
                _ => {}
            }
        }
        let because = || text("because", self.because.as_ref(), REASON);
        Ok(match self.act.as_str() {
            "acknowledge" => Deed::Acknowledge,
            "approve" => Deed::Approve,
            "cancel" => Deed::Cancel,
            "extend" => Deed::Extend { kind: text("kind", self.kind.as_ref(), WORD)?, because: because()? },
            "hold" => Deed::Hold { because: because()?, until: self.until()? },
            "pause" => {
                Deed::Pause { ground: text("ground", self.ground.as_ref(), WORD)?, because: because()? }
            }
            "refuse" => Deed::Refuse { grounds: self.grounds()?, because: because()? },
            "release" => Deed::Release,
            "resume" => Deed::Resume,
            _ => Deed::Withdraw { because: because()? },
        })
    }

    fn until(&self) -> Result<Option<Day>, BadDeed> {
        let until = self.until.as_deref().map(str::parse).transpose();
        until.map_err(|_| bad("until", "a day such as 2026-12-31"))
    }

    fn grounds(&self) -> Result<Vec<String>, BadDeed> {
        let grounds = self.grounds.clone().unwrap_or_default();
        if (1..=GROUNDS).contains(&grounds.len()) {
            return Ok(grounds);
        }
        Err(bad("grounds", format!("1 to {GROUNDS} grounds")))
    }
}
