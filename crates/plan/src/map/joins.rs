//! Relations that no enforced foreign key backs: whether they lead anywhere is asked of rows, a sample of them.
//!
//! Only those that can be asked cheaply and tell something: both sides in one source, compared by key, and leading to columns
//! that are unique there. `by_identity` is left out: not everybody who subscribed to a newsletter has an account.

use std::collections::BTreeMap;

use exeunt_base::{ModelRef, Name};
use exeunt_datamap::DataMap;
use exeunt_datamap::model::{Relation, Scalar, Span};
use exeunt_source::catalog::Table;
use exeunt_source::{Catalog, Filter, Sample, Sampled, Test};

use crate::map::check::references::same_pairs;
use crate::map::finding::{Finding, Severity};
use crate::map::live::Live;

/// Most references of a relation that are followed.
pub const AT_MOST: usize = 10_000;

/// Below this share somebody should look, in percent.
const ENOUGH: u64 = 95;

/// A relation by what it compares: the same one in whatever reading of a map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Join {
    /// The model that holds the relation.
    pub model: ModelRef,
    /// The other model.
    pub to: ModelRef,
    /// Columns here.
    pub by: Vec<Name>,
    /// Columns there.
    pub on: Vec<Name>,
    /// Constants that a row here must hold.
    pub when: Vec<(Name, String)>,
}

impl Join {
    /// Of a relation of this model.
    pub fn of(model: &ModelRef, relation: &Relation) -> Self {
        let when = relation.when.iter().map(|(name, value)| (name.clone(), format!("{value:?}")));
        Self {
            model: model.clone(),
            to: relation.to.clone(),
            by: relation.by.clone(),
            on: relation.on.clone(),
            when: when.collect(),
        }
    }
}

/// A relation to be asked about, and how.
#[derive(Debug, Clone)]
pub struct Question {
    /// The relation.
    pub join: Join,
    /// Where it is written.
    pub span: Span,
    /// The look at the rows.
    pub sample: Sample,
}

/// What is to be asked of the rows of each source.
pub fn questions(map: &DataMap, catalogs: &BTreeMap<Name, Catalog>) -> BTreeMap<Name, Vec<Question>> {
    let mut asked = BTreeMap::new();
    for source in map.sources.values() {
        let Some(catalog) = catalogs.get(&source.name) else { continue };
        let live = Live::new(catalog);
        let table = |model: &Name| live.table(&live.resolve(&source.models.get(model)?.table)?);
        let mut questions: Vec<Question> = Vec::new();
        for (name, model) in &source.models {
            let at = ModelRef { source: source.name.clone(), model: name.clone() };
            for relation in &model.relations {
                if relation.to.source != source.name || relation.by_identity.is_some() {
                    continue;
                }
                let (Some(here), Some(there)) = (table(name), table(&relation.to.model)) else { continue };
                let join = Join::of(&at, relation);
                if let Some(sample) = sample(&live, relation, here, there)
                    && questions.iter().all(|question| question.join != join)
                {
                    questions.push(Question { join, span: relation.span.clone(), sample });
                }
            }
        }
        if !questions.is_empty() {
            asked.insert(source.name.clone(), questions);
        }
    }
    asked
}

/// How a relation is asked about; not at all where a foreign key answers, or nothing would.
fn sample(live: &Live<'_>, relation: &Relation, here: &Table, there: &Table) -> Option<Sample> {
    let known = |table: &Table, columns: &[Name]| columns.iter().all(|name| table.column(name).is_some());
    if !known(here, &relation.by) || !known(there, &relation.on) {
        return None;
    }
    let backed = |from: &Table, by: &[Name], to: &Table, on: &[Name]| {
        let mut keys = from.foreign_keys.iter().filter(|key| key.enforced && key.to == to.name);
        keys.any(|key| same_pairs(&key.columns, live.target(key), by, on))
    };
    if backed(here, &relation.by, there, &relation.on) || backed(there, &relation.on, here, &relation.by) {
        return None;
    }
    if there.is_unique(&relation.on) {
        return Some(Sample {
            table: here.name.clone(),
            by: relation.by.clone(),
            filters: filters(here, relation)?,
            to: there.name.clone(),
            on: relation.on.clone(),
            at_most: AT_MOST,
        });
    }
    // written from the side of the key: it is the rows there that refer to the rows here
    let turned = here.is_unique(&relation.by) && relation.when.is_empty();
    turned.then(|| Sample {
        table: there.name.clone(),
        by: relation.on.clone(),
        filters: Vec::new(),
        to: here.name.clone(),
        on: relation.by.clone(),
        at_most: AT_MOST,
    })
}

fn filters(table: &Table, relation: &Relation) -> Option<Vec<Filter>> {
    let filter = |(name, value): (&Name, &Scalar)| {
        let kind = &table.column(name)?.kind;
        let test = match value {
            Scalar::Null => Test::IsNull,
            value => Test::Equals(crate::build::constant_of(kind, value)),
        };
        Some(Filter { column: name.clone(), test })
    };
    relation.when.iter().map(filter).collect()
}

/// How many of the references that were followed found their row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// References that were followed.
    pub followed: u64,
    /// Those that found their row.
    pub found: u64,
}

impl From<Sampled> for Rate {
    fn from(sampled: Sampled) -> Self {
        Self { followed: sampled.followed, found: sampled.found }
    }
}

impl Rate {
    /// The share in percent, rounded down, so that 100 means all; nothing where there was nothing to follow.
    pub fn percent(self) -> Option<u64> {
        let share = u128::from(self.found) * 100 / u128::from(self.followed.max(1));
        (self.followed > 0).then(|| u64::try_from(share).unwrap_or(100))
    }

    /// Whether so few found their row that somebody should look.
    pub fn is_low(self) -> bool {
        self.percent().is_some_and(|percent| percent < ENOUGH)
    }
}

/// What a sample says against a relation.
pub fn judge(question: &Question, rate: Rate) -> Option<Finding> {
    let percent = rate.percent().filter(|_| rate.is_low())?;
    let Rate { followed, found } = rate;
    let to = &question.join.to;
    let ((severity, code), what, fix) = if found == 0 {
        (
            (Severity::Warning, "join-finds-nothing"),
            format!(
                "not one of {followed} references that were sampled finds its row along the relation to `{to}`: the relation \
                 is likely wrong, and rows of people would be missed"
            ),
            "correct `by:`, `on:` or `to:`; where the rows referred to are truly gone, take the relation out",
        )
    } else {
        (
            (Severity::Warning, "join-misses"),
            format!(
                "{found} of {followed} references that were sampled ({percent} %) find their row along the relation to `{to}`; \
                 rows whose reference finds nothing belong to nobody who can be looked up"
            ),
            "see what the others refer to: a `when:` that is missing, another table, or rows that are gone",
        )
    };
    Some(Finding {
        severity,
        code,
        span: Some(question.span.clone()),
        place: place(question),
        what,
        fix: fix.to_owned(),
    })
}

/// What is said of relations that were to be asked about and were not.
pub fn unasked(question: &Question, why: &str) -> Finding {
    Finding {
        severity: Severity::Info,
        code: "join-unsampled",
        span: Some(question.span.clone()),
        place: place(question),
        what: format!(
            "whether the relation to `{}` finds its rows was not looked at: {why}",
            question.join.to
        ),
        fix: String::new(),
    }
}

fn place(question: &Question) -> String {
    let by = question.join.by.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
    format!("{}.{by}", question.join.model)
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn all_is_only_said_of_all() {
        let percent = |followed, found| Rate { followed, found }.percent();
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(10_000, 9_999), Some(99));
        assert_eq!(percent(3, 3), Some(100));
    }
}
