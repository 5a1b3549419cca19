//! One act on many requests, over the wire.

use std::str::FromStr;

use axum::http::StatusCode;
use exeunt_app::requests::bulk::choose::Choice;
use exeunt_app::requests::bulk::commit::Previewed;
use exeunt_app::requests::bulk::deed::Deed;
use exeunt_app::requests::bulk::preview::{Preview, Seen};
use exeunt_app::requests::bulk::said::Said;
use exeunt_app::requests::bulk::{Item, MOST, Verdict};
use exeunt_base::{RequestId, Timestamp};
use exeunt_rights::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::wire::requests::{RightWord, right};

/// What is to be done, and to which requests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkWanted {
    /// What.
    #[serde(rename = "do")]
    pub(crate) deed: BulkDeed,
    /// These requests. Not together with a filter.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 400)]
    requests: Option<Vec<String>>,
    /// All that the list of requests has under this filter, 400 at the most.
    #[serde(default)]
    filter: Option<BulkFilter>,
}

/// Which requests, as the list of requests has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkFilter {
    /// Only those in this state.
    #[serde(default)]
    #[schema(pattern = "^[a-z_]{1,40}$")]
    state: Option<String>,
    /// Only those for this right.
    #[serde(default)]
    #[schema(value_type = Option<RightWord>)]
    right: Option<String>,
    /// Only those not answered yet whose answer is due by this day.
    #[serde(default)]
    #[schema(format = Date)]
    due_by: Option<String>,
}

/// An act that there is for one request, and what it takes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkDeed {
    /// The act. `approve` is of the plans that answer the requests, `cancel` of the jobs that carry them out.
    #[schema(value_type = BulkAct)]
    act: String,
    /// The reason, one line of 1 to 500 characters: for `extend`, `hold`, `pause`, `refuse` and `withdraw`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    because: Option<String>,
    /// The kind of reason, for `extend`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40)]
    kind: Option<String>,
    /// What is waited for, for `pause`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40)]
    ground: Option<String>,
    /// Grounds that the requests' law knows, for `refuse`.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 20)]
    grounds: Option<Vec<String>>,
    /// The last day, for `hold`.
    #[serde(default)]
    #[schema(format = Date)]
    until: Option<String>,
}

/// What can be done to many.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum BulkAct {
    Acknowledge,
    Approve,
    Cancel,
    Extend,
    Hold,
    Pause,
    Refuse,
    Release,
    Resume,
    Withdraw,
}

/// What was looked at, and is to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkCommit {
    /// What, as it was looked at.
    #[serde(rename = "do")]
    pub(crate) deed: BulkDeed,
    /// When that was: `previewed_at` of the preview.
    #[schema(format = DateTime)]
    previewed_at: String,
    /// The requests that the preview called `allowed` or `two_people`, in its order, each with its version.
    #[schema(min_items = 1, max_items = 400)]
    requests: Vec<BulkSeen>,
    /// The preview's digest.
    #[schema(min_length = 64, max_length = 64)]
    digest: String,
}

/// A request as it was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkSeen {
    /// Its id.
    request: String,
    /// Its version.
    #[schema(min_length = 1, max_length = 80)]
    version: String,
}

/// What would come of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkPreview {
    /// When it was looked at. The preview counts for twelve hours.
    #[schema(value_type = String, format = DateTime)]
    previewed_at: Timestamp,
    /// Each request.
    items: Vec<BulkItem>,
    /// Of the act, who wants it, when, and each request that it would be done to, as it is now.
    digest: String,
}

/// What came of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkDone {
    /// Each request, in the order of the call.
    items: Vec<BulkItem>,
}

/// One request, and what would come or came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkItem {
    /// Its id.
    request: String,
    /// In a preview `allowed`, `two_people` (it would be proposed) or `refused`; afterwards `done`, `proposed`, `changed` (it was
    /// not what was seen any more, and nothing was done), `refused` or `failed`.
    verdict: &'static str,
    /// What it was when it was looked at.
    version: Option<String>,
    /// The plan that is approved.
    plan: Option<String>,
    /// Its digest.
    plan_digest: Option<String>,
    /// The proposal that waits for a second person.
    proposal: Option<String>,
    /// The code of what stands in the way.
    code: Option<&'static str>,
    /// What stands in the way, and what to do.
    why: Option<String>,
}

fn flaw(pointer: &str, words: &str) -> Problem {
    Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, pointer, words)
}

impl BulkDeed {
    /// The act, with all it takes and nothing else.
    pub(crate) fn deed(&self) -> Result<Deed, Problem> {
        let said = Said {
            act: self.act.clone(),
            because: self.because.clone(),
            kind: self.kind.clone(),
            ground: self.ground.clone(),
            grounds: self.grounds.clone(),
            until: self.until.clone(),
        };
        said.deed().map_err(|bad| flaw(&format!("/do/{}", bad.field), &bad.words))
    }
}

impl BulkWanted {
    /// Which requests.
    pub(crate) fn choice(&self) -> Result<Choice, Problem> {
        match (&self.requests, &self.filter) {
            (Some(requests), None) if (1..=MOST).contains(&requests.len()) => {
                let ids =
                    requests.iter().enumerate().map(|(place, id)| read(&format!("/requests/{place}"), id));
                Ok(Choice::Named(ids.collect::<Result<_, _>>()?))
            }
            (Some(_), None) => Err(flaw("/requests", "1 to 400 requests")),
            (None, Some(filter)) => Ok(Choice::Filtered(filter.filter()?)),
            _ => Err(flaw("", "either `requests` or `filter`")),
        }
    }
}

impl BulkFilter {
    fn filter(&self) -> Result<exeunt_store::requests::Filter, Problem> {
        let is_word = |word: &str| {
            (1..=40).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        if self.state.as_deref().is_some_and(|state| !is_word(state)) {
            return Err(flaw("/filter/state", "a state of requests, such as `received`"));
        }
        if self.right.as_deref().is_some_and(|word| right(word).is_none()) {
            return Err(flaw("/filter/right", "access, portability, erasure or anonymization"));
        }
        let due_by = day("/filter/due_by", self.due_by.as_deref())?.map(|day| day.to_string());
        Ok(exeunt_store::requests::Filter { state: self.state.clone(), kind: self.right.clone(), due_by })
    }
}

impl BulkCommit {
    /// What was looked at.
    pub(crate) fn previewed(&self) -> Result<Previewed, Problem> {
        if !(1..=MOST).contains(&self.requests.len()) {
            return Err(flaw("/requests", "1 to 400 requests"));
        }
        let at = self
            .previewed_at
            .parse()
            .map_err(|_| flaw("/previewed_at", "a time as RFC 3339 writes it: 2026-11-22T09:30:00Z"))?;
        let one = |(place, seen): (usize, &BulkSeen)| {
            if !(1..=80).contains(&seen.version.len()) {
                return Err(flaw(&format!("/requests/{place}/version"), "`version` of the preview"));
            }
            let request = read(&format!("/requests/{place}/request"), &seen.request)?;
            Ok(Seen { request, version: seen.version.clone() })
        };
        let seen = self.requests.iter().enumerate().map(one).collect::<Result<_, _>>()?;
        Ok(Previewed { at, seen, digest: self.digest.clone() })
    }
}

fn read(place: &str, id: &str) -> Result<RequestId, Problem> {
    id.parse().map_err(|_| flaw(place, "an id of a request"))
}

fn day(place: &str, text: Option<&str>) -> Result<Option<Day>, Problem> {
    text.map(Day::from_str).transpose().map_err(|_| flaw(place, "a day such as 2026-12-31"))
}

impl From<&Preview> for BulkPreview {
    fn from(preview: &Preview) -> Self {
        Self {
            previewed_at: preview.at,
            items: preview.items.iter().map(BulkItem::from).collect(),
            digest: preview.digest.clone(),
        }
    }
}

impl BulkDone {
    /// Of these.
    pub(crate) fn of(items: &[Item]) -> Self {
        Self { items: items.iter().map(BulkItem::from).collect() }
    }
}

impl From<&Item> for BulkItem {
    fn from(item: &Item) -> Self {
        let why = item.verdict.why();
        Self {
            request: item.request.to_string(),
            verdict: item.verdict.as_str(),
            version: item.version.clone(),
            plan: item.plan.as_ref().map(|(plan, _)| plan.to_string()),
            plan_digest: item.plan.as_ref().map(|(_, digest)| format!("sha256:{digest}")),
            proposal: match item.verdict {
                Verdict::Proposed(id) => Some(id.to_string()),
                _ => None,
            },
            code: why.map(|(code, _)| code),
            why: why.map(|(_, words)| words.to_owned()),
        }
    }
}
