//! The data map over the wire.

use exeunt_app::maps::diff::{Line, Sort};
use exeunt_app::maps::draft::Drafted;
use exeunt_app::maps::see::{Held, Seen};
use exeunt_base::{Name, Timestamp};
use exeunt_plan::map::Finding;
use exeunt_plan::map::joins::{Join, Rate};
use exeunt_store::maps::Version;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The map in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MapView {
    /// Who holds it: `files` that the settings name, or the `store`.
    held: &'static str,
    /// Its digest, which plans bind to.
    digest: Option<String>,
    /// The version that is in force, where the store holds it.
    version: Option<i64>,
    /// How many models it has.
    models: usize,
    /// The sources it speaks of.
    sources: Vec<String>,
    /// Whether somebody works on a draft.
    draft: bool,
    /// Why it cannot be read, where it should be there.
    trouble: Option<String>,
    /// Its text.
    text: Option<String>,
}

impl MapView {
    pub(crate) fn new(seen: Seen, text: Option<String>) -> Self {
        let map = seen.map.as_ref();
        Self {
            held: match seen.held {
                Held::Files(_) => "files",
                Held::Store(_) => "store",
            },
            digest: map.map(|map| format!("sha256:{}", map.digest)),
            version: match &seen.held {
                Held::Store(Some(version)) => Some(version.version),
                _ => None,
            },
            models: map.map_or(0, |map| map.map.models().count()),
            sources: map.map(|map| map.map.sources.keys().map(Name::to_string).collect()).unwrap_or_default(),
            draft: seen.draft.is_some(),
            trouble: seen.trouble.map(|error| error.to_string()),
            text,
        }
    }
}

/// Versions that were published.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MapVersions {
    /// They.
    pub(crate) items: Vec<VersionView>,
}

/// A version that was published.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionView {
    /// Counted from 1.
    version: i64,
    /// Its digest.
    digest: String,
    /// By whom, as the log calls them.
    published_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    published_at: Timestamp,
}

impl From<&Version> for VersionView {
    fn from(version: &Version) -> Self {
        Self {
            version: version.version,
            digest: format!("sha256:{}", version.digest),
            published_by: version.published_by.to_string(),
            published_at: version.published_at,
        }
    }
}

/// What a look at the databases found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MapChecked {
    /// What was found, the worst first.
    pub(crate) findings: Vec<FindingView>,
    /// How many references of a sample find their row, along relations that no foreign key backs.
    pub(crate) joins: Vec<RateView>,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// `error` stops plans, `warning` should be looked at, `info` is good to know.
    severity: &'static str,
    /// A fixed word for it: `column-unmapped`.
    code: &'static str,
    /// What it is about: `shop.orders.total`.
    place: String,
    /// Where in the map's text, where the map says something about it.
    line: Option<u32>,
    /// What was found.
    what: String,
    /// What to do.
    fix: String,
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        Self {
            severity: finding.severity.word(),
            code: finding.code,
            place: finding.place.clone(),
            line: finding.span.as_ref().map(|span| span.line).filter(|line| *line > 0),
            what: finding.what.clone(),
            fix: finding.fix.clone(),
        }
    }
}

/// What a sample of references came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RateView {
    /// The model that holds the relation.
    model: String,
    /// Columns of it.
    by: Vec<String>,
    /// The other model.
    to: String,
    /// Columns of that.
    on: Vec<String>,
    /// References that were followed.
    sampled: u64,
    /// Those that found their row.
    found: u64,
}

impl From<(&Join, &Rate)> for RateView {
    fn from((join, rate): (&Join, &Rate)) -> Self {
        Self {
            model: join.model.to_string(),
            by: join.by.iter().map(Name::to_string).collect(),
            to: join.to.to_string(),
            on: join.on.iter().map(Name::to_string).collect(),
            sampled: rate.followed,
            found: rate.found,
        }
    }
}

/// The draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftView {
    /// One more with each change; to be named with the next one.
    revision: i64,
    /// By whom it was changed last, as the log calls them.
    changed_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
    /// Whether it is a map.
    reads: bool,
    /// All that is wrong with it, where it is none.
    problems: Vec<DraftProblem>,
    /// Its text.
    text: String,
}

/// Something wrong with a draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftProblem {
    /// In which line.
    line: u32,
    /// Where: `models.orders.relations[0].to`.
    path: String,
    /// What is wrong.
    what: String,
    /// What to do about it.
    fix: Option<String>,
}

impl From<Drafted> for DraftView {
    fn from(drafted: Drafted) -> Self {
        let Drafted { draft, read } = drafted;
        let problems = read.as_ref().err().map(|problems| problems.0.as_slice()).unwrap_or_default();
        let problem = |problem: &exeunt_datamap::parse::Problem| DraftProblem {
            line: problem.span.line,
            path: problem.path.clone(),
            what: problem.what.clone(),
            fix: problem.fix.clone(),
        };
        Self {
            revision: draft.revision,
            changed_by: draft.changed_by.to_string(),
            changed_at: draft.changed_at,
            reads: read.is_ok(),
            problems: problems.iter().map(problem).collect(),
            text: draft.text,
        }
    }
}

/// A text to be kept as the draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveDraft {
    /// The whole map, as YAML.
    #[schema(min_length = 1, max_length = 4_194_304)]
    pub(crate) text: String,
    /// The revision that it takes the place of; 0 where there was no draft.
    pub(crate) revision: i64,
}

/// A revision of the draft.
#[derive(Debug, Serialize, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Revision {
    /// The revision.
    pub(crate) revision: i64,
}

/// A map that was published.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Published {
    /// Its version.
    pub(crate) version: i64,
}

/// In what the draft differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MapDiff {
    /// Stretches of lines around what differs, in order; none where both say the same.
    pub(crate) stretches: Vec<Vec<LineView>>,
}

/// A line of a difference.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineView {
    /// `same`, `gone`, or `new`.
    sort: &'static str,
    /// Its number in the new text, or in the old one where it is gone.
    number: usize,
    /// It.
    text: String,
}

impl From<&Line<'_>> for LineView {
    fn from(line: &Line<'_>) -> Self {
        let sort = match line.sort {
            Sort::Same => "same",
            Sort::Gone => "gone",
            Sort::New => "new",
        };
        Self { sort, number: line.number, text: line.text.to_owned() }
    }
}
