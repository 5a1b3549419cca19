//! How a request came in, and what was written down then.

use exeunt_base::Personal;
use exeunt_rights::regime::HIGHEST_LEVEL;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Longest text of one field.
const LONGEST: usize = 20_000;

/// Ways a request comes in.
pub const CHANNELS: [&str; 6] = ["api", "cli", "form", "agent", "staff", "file"];

/// Ways in which it is established who asks.
pub const HOW: [&str; 6] = ["vouched", "login", "address", "compared", "document", "agent"];

/// What is written down beside the identifiers. Nothing of it has to be given.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// One of [`CHANNELS`]; `api` when nobody says.
    pub channel: Option<String>,
    /// The regime that rules it; the organization's usual one when nobody says.
    pub regime: Option<String>,
    /// How surely we know who asks, and how that was established. Whoever enters a request vouches for level 1 when they
    /// say nothing: that the person was met on a proven channel.
    pub identity: Option<(u8, String)>,
    /// The ground for erasure: `a` to `f` of Article 17(1).
    pub ground: Option<char>,
    /// What the person asked for, in their words.
    pub statement: Option<Personal>,
    /// What was explained to them.
    pub explained: Option<Personal>,
    /// Anything that makes it hard.
    pub complications: Option<Personal>,
}

/// What people said, as it is sealed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Words {
    /// What the person asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// What was explained to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained: Option<String>,
    /// Anything that makes it hard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complications: Option<String>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words")
    }
}

impl Details {
    /// Refuses words nobody knows and texts that are too long.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let usage = |why: String| Err(Error::Usage("E0801", why));
        if self.channel.as_deref().is_some_and(|channel| !CHANNELS.contains(&channel)) {
            return usage(format!("a request comes in by one of these channels: {}", CHANNELS.join(", ")));
        }
        if let Some((level, how)) = &self.identity {
            check_identity(*level, how)?;
        }
        if self.ground.is_some_and(|ground| !('a'..='f').contains(&ground)) {
            return usage(String::from("the ground for erasure is a letter from a to f, of Article 17(1)"));
        }
        for (name, text) in [
            ("statement", &self.statement),
            ("explained", &self.explained),
            ("complications", &self.complications),
        ] {
            if text.as_ref().is_some_and(|text| text.expose().chars().count() > LONGEST) {
                return usage(format!("`{name}` is a text of at most {LONGEST} characters"));
            }
        }
        Ok(self)
    }

    /// The channel.
    pub(crate) fn channel(&self) -> &str {
        self.channel.as_deref().unwrap_or("api")
    }

    /// How surely we know who asks, and why.
    pub(crate) fn level(&self) -> (u8, &str) {
        self.identity.as_ref().map_or((1, "vouched"), |(level, how)| (*level, how))
    }

    /// What people said, to be sealed; `None` when nobody said anything.
    pub(crate) fn words(&self) -> Option<Vec<u8>> {
        let text = |given: &Option<Personal>| {
            given.as_ref().map(|text| text.expose().trim().to_owned()).filter(|text| !text.is_empty())
        };
        let words = Words {
            statement: text(&self.statement),
            explained: text(&self.explained),
            complications: text(&self.complications),
        };
        let any = words.statement.is_some() || words.explained.is_some() || words.complications.is_some();
        any.then(|| serde_json::to_vec(&words).expect("texts become JSON"))
    }
}

/// Refuses levels and ways of establishing them that there are not, or that do not go together.
pub(crate) fn check_identity(level: u8, how: &str) -> Result<(), Error> {
    let usage = |why: String| Err(Error::Usage("E0801", why));
    if level > HIGHEST_LEVEL {
        return usage(format!("who asks is known at a level from 0 to {HIGHEST_LEVEL}"));
    }
    if !HOW.contains(&how) {
        return usage(format!("who asks is established in one of these ways: {}", HOW.join(", ")));
    }
    let most = match how {
        "vouched" | "login" | "address" => 1,
        "compared" | "agent" => 2,
        _ => HIGHEST_LEVEL,
    };
    if level > most {
        return usage(format!("`{how}` establishes level {most} at most"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use exeunt_base::Personal;

    use super::{Details, check_identity};

    #[test]
    fn what_nobody_knows_is_refused_and_saying_nothing_vouches_for_level_one() {
        assert_eq!(Details::default().level(), (1, "vouched"));
        assert!(Details::default().words().is_none());
        for bad in [
            Details { channel: Some("pigeon".into()), ..Details::default() },
            Details { identity: Some((4, "document".into())), ..Details::default() },
            Details { identity: Some((2, "login".into())), ..Details::default() },
            Details { identity: Some((1, "guessed".into())), ..Details::default() },
            Details { ground: Some('g'), ..Details::default() },
            Details { statement: Some(Personal::new("x".repeat(20_001))), ..Details::default() },
        ] {
            assert!(bad.clone().checked().is_err(), "{bad:?}");
        }
        assert!(check_identity(3, "document").is_ok() && check_identity(0, "vouched").is_ok());
    }
}
