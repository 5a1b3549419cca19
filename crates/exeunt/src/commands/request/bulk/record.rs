//! A preview as it is kept between looking and doing, in a file or a pipe: the same form that the API has.

use exeunt_app::requests::bulk::commit::Previewed;
use exeunt_app::requests::bulk::deed::Deed;
use exeunt_app::requests::bulk::preview::{Preview, Seen};
use exeunt_app::requests::bulk::{self, Item, Verdict};
use exeunt_base::{RequestId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An act, as it is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    /// The act's word.
    pub(crate) act: String,
    /// The reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<String>,
    /// The kind of reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    /// What is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ground: Option<String>,
    /// Grounds of the law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) grounds: Option<Vec<String>>,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
}

impl Said {
    /// The act.
    pub(crate) fn deed(&self) -> Result<Deed, Failure> {
        let said = bulk::said::Said {
            act: self.act.clone(),
            because: self.because.clone(),
            kind: self.kind.clone(),
            ground: self.ground.clone(),
            grounds: self.grounds.clone(),
            until: self.until.clone(),
        };
        said.deed()
            .map_err(|bad| Failure::Usage(format!("`{}` of `{}`: {}", bad.field, self.word(), bad.words)))
    }

    /// The act's word, where it is one.
    fn word(&self) -> &str {
        if Deed::WORDS.contains(&self.act.as_str()) { &self.act } else { "bulk" }
    }
}

/// A preview.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// When it was looked at.
    pub(crate) previewed_at: Timestamp,
    /// What is to be done.
    #[serde(rename = "do")]
    pub(crate) said: Said,
    /// What would come of each request.
    pub(crate) items: Vec<Line>,
    /// What lets exactly this be done.
    pub(crate) digest: String,
}

/// What came of each.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    /// Each request.
    pub(crate) items: Vec<Line>,
}

/// One request.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Its id.
    pub(crate) request: RequestId,
    /// `allowed`, `two_people`, `refused`; `done`, `proposed`, `changed`, `failed`.
    pub(crate) verdict: String,
    /// What it was.
    pub(crate) version: Option<String>,
    /// The plan that is approved.
    pub(crate) plan: Option<String>,
    /// Its digest.
    pub(crate) plan_digest: Option<String>,
    /// The proposal that waits for a second person.
    pub(crate) proposal: Option<String>,
    /// The code of what stands in the way.
    pub(crate) code: Option<String>,
    /// What stands in the way.
    pub(crate) why: Option<String>,
}

impl Record {
    /// Of a preview.
    pub(crate) fn of(said: &Said, preview: &Preview) -> Self {
        Self {
            previewed_at: preview.at,
            said: said.clone(),
            items: preview.items.iter().map(Line::of).collect(),
            digest: preview.digest.clone(),
        }
    }

    /// The requests that it would be done to, each with its version.
    pub(crate) fn seen(&self) -> Vec<(RequestId, String)> {
        let to_be_done = self.items.iter().filter(|line| line.is_to_be_done());
        to_be_done.filter_map(|line| Some((line.request, line.version.clone()?))).collect()
    }

    /// As the office wants it.
    pub(crate) fn previewed(&self) -> Previewed {
        let seen = self.seen().into_iter().map(|(request, version)| Seen { request, version });
        Previewed { at: self.previewed_at, seen: seen.collect(), digest: self.digest.clone() }
    }
}

impl Line {
    /// Of a request.
    pub(crate) fn of(item: &Item) -> Self {
        let why = item.verdict.why();
        Self {
            request: item.request,
            verdict: item.verdict.as_str().to_owned(),
            version: item.version.clone(),
            plan: item.plan.as_ref().map(|(plan, _)| plan.to_string()),
            plan_digest: item.plan.as_ref().map(|(_, digest)| format!("sha256:{digest}")),
            proposal: match item.verdict {
                Verdict::Proposed(id) => Some(id.to_string()),
                _ => None,
            },
            code: why.map(|(code, _)| code.to_owned()),
            why: why.map(|(_, words)| words.to_owned()),
        }
    }

    /// Whether it would be done or proposed.
    pub(crate) fn is_to_be_done(&self) -> bool {
        ["allowed", "two_people"].contains(&self.verdict.as_str())
    }

    /// A line of a table: which, what, and why or what about.
    pub(crate) fn cells(&self) -> Vec<String> {
        let what = match self.verdict.as_str() {
            "allowed" => "would be done",
            "two_people" => "would be proposed: it takes two people",
            other => other,
        };
        let about = match (&self.code, &self.plan, &self.proposal) {
            (Some(code), ..) => format!("{code}: {}", self.why.as_deref().unwrap_or_default()),
            (None, _, Some(proposal)) => proposal.clone(),
            (None, Some(plan), None) => plan.clone(),
            (None, None, None) => String::new(),
        };
        vec![self.request.to_string(), what.to_owned(), about]
    }
}
