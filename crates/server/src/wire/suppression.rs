//! The suppression list over the wire.

use axum::http::StatusCode;
use exeunt_app::suppression::Purpose;
use exeunt_app::suppression::add::Addition;
use exeunt_app::suppression::show::Line;
use exeunt_base::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::wire::requests::Identifier;

/// What somebody is on the list for.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum For {
    /// They were erased: an import must not bring them back.
    #[default]
    Erased,
    /// They objected to marketing, or were erased: nobody writes to them.
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

impl From<Purpose> for For {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Erased => Self::Erased,
            Purpose::Marketing => Self::Marketing,
        }
    }
}

/// Who is asked about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckSuppression {
    /// What for: `erased` for whoever brings people in, `marketing` for whoever writes to them.
    #[serde(default)]
    purpose: For,
    /// Each for itself; ask for every identifier that you have of a person.
    #[schema(min_items = 1, max_items = 1000)]
    identifiers: Vec<Identifier>,
}

impl CheckSuppression {
    /// What for, and whom.
    pub(crate) fn read(self) -> (Purpose, Vec<(String, Personal)>) {
        (self.purpose.into(), parts(self.identifiers))
    }
}

/// Whether somebody of an identifier is on the list.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// Yes: leave them out.
    Match,
    /// No.
    NoMatch,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checked {
    /// One for each identifier, in their order.
    pub(crate) results: Vec<Verdict>,
}

impl From<Vec<bool>> for Checked {
    fn from(matches: Vec<bool>) -> Self {
        let verdict = |matched| if matched { Verdict::Match } else { Verdict::NoMatch };
        Self { results: matches.into_iter().map(verdict).collect() }
    }
}

/// Whom to enter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSuppression {
    /// What for.
    purpose: For,
    /// Identifiers of one person.
    #[schema(min_items = 1, max_items = 64)]
    identifiers: Vec<Identifier>,
    /// Why, one line of 1 to 500 characters that names nobody.
    #[schema(min_length = 1, max_length = 500, example = "objected on the phone")]
    because: String,
    /// The request in which they said so, if there is one.
    #[serde(default)]
    #[schema(example = "req_01m81cf077eb8npjdnn33sww60")]
    request: Option<String>,
}

impl NewSuppression {
    /// What is to be entered.
    pub(crate) fn read(self) -> Result<Addition, Problem> {
        let flaw = || {
            Problem::flaw(
                StatusCode::UNPROCESSABLE_ENTITY,
                "/request",
                "the id of a request, such as `req_…`",
            )
        };
        let request = self.request.as_deref().map(str::parse).transpose().map_err(|_| flaw())?;
        let identifiers = parts(self.identifiers);
        Ok(Addition { purpose: self.purpose.into(), identifiers, because: self.because, request })
    }
}

/// What was entered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Added {
    /// Until when they are on the list, as the settings are now.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) until: Timestamp,
}

/// Whom to take out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveSuppression {
    /// What for they are not on the list any more.
    purpose: For,
    /// By which identifier.
    identifier: Identifier,
    /// Why, one line of 1 to 500 characters that names nobody.
    #[schema(min_length = 1, max_length = 500, example = "became a customer again")]
    because: String,
}

impl RemoveSuppression {
    /// What for, whom, and why.
    pub(crate) fn read(self) -> (Purpose, (String, Personal), String) {
        (self.purpose.into(), (self.identifier.kind, self.identifier.value), self.because)
    }
}

fn parts(identifiers: Vec<Identifier>) -> Vec<(String, Personal)> {
    identifiers.into_iter().map(|one| (one.kind, one.value)).collect()
}

/// What the list holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressionView {
    /// Days for which somebody who was erased is on it; with 0 nobody is.
    pub(crate) suppression_days: i64,
    /// Days for which somebody who objected to marketing is on it.
    pub(crate) objection_days: i64,
    /// By purpose and kind.
    pub(crate) items: Vec<CountView>,
}

/// Entries of one purpose and kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountView {
    /// What for.
    pub(crate) purpose: For,
    /// Kind of the identifiers.
    #[schema(example = "email")]
    pub(crate) kind: String,
    /// How many.
    pub(crate) entries: u64,
    /// When the oldest was entered.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) oldest: Timestamp,
    /// When that one goes.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) first_ends: Timestamp,
    /// When the newest goes.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) last_ends: Timestamp,
}

impl SuppressionView {
    /// Of what there is.
    pub(crate) fn of(lines: Vec<Line>, days: impl Fn(Purpose) -> i64) -> Self {
        let view = |line: Line| CountView {
            purpose: line.counted.purpose.into(),
            kind: line.counted.kind,
            entries: line.counted.entries,
            oldest: line.counted.oldest,
            first_ends: line.first_ends,
            last_ends: line.last_ends,
        };
        Self {
            suppression_days: days(Purpose::Erased),
            objection_days: days(Purpose::Marketing),
            items: lines.into_iter().map(view).collect(),
        }
    }
}
