//! What a map says, in words.

use exeunt_app::maps::joins::Remembered;
use exeunt_base::{ModelRef, Name};
use exeunt_datamap::Model;
use exeunt_datamap::model::{
    Action, DataMap, EdgeAction, Keep, KeepFrom, Method, Reference, Relation, RelationKind, Starting, Then,
    Unit,
};
use exeunt_plan::map::joins::{Join, Rate};
use exeunt_plan::map::{Finding, Severity};

use crate::console::trouble::quoted;
use crate::console::words::number::grouped;

/// What erasure does to a row of a model.
pub(crate) fn erasure(model: &Model) -> String {
    if let Some(reason) = &model.unlinked {
        return format!("nothing: {reason}");
    }
    let action = fate(&model.on_erase);
    model.keep.as_ref().map_or(action.clone(), |keep| format!("{}; other rows: {action}", kept(keep)))
}

fn fate(action: &Action) -> String {
    match action {
        Action::Delete => String::from("deletes the row"),
        Action::Anonymize(methods) if methods.len() == 1 => {
            String::from("anonymizes 1 column, the row stays")
        }
        Action::Anonymize(methods) => format!("anonymizes {} columns, the row stays", methods.len()),
        Action::Keep => String::from("keeps the row"),
        Action::Detach => String::from("keeps the row and cuts its link to the person"),
    }
}

/// What a law holds back, and for how long.
pub(crate) fn kept(keep: &Keep) -> String {
    let unit = match keep.period.unit {
        Unit::Years => "year",
        Unit::Months => "month",
        Unit::Days => "day",
    };
    let many = if keep.period.count == 1 { "" } else { "s" };
    let from = match (&keep.from, keep.starting) {
        (KeepFrom::Request, _) => String::from("the request"),
        (KeepFrom::Column(column), Starting::Date) => column.to_string(),
        (KeepFrom::Column(column), Starting::EndOfYear) => format!("the end of the year of {column}"),
        (KeepFrom::Column(column), Starting::EndOfMonth) => format!("the end of the month of {column}"),
    };
    let then = match &keep.then {
        Then::Delete => "then deletes it",
        Then::Anonymize(_) => "then anonymizes it",
    };
    format!("keeps it {} {unit}{many} from {from} because of {}, {then}", keep.period.count, keep.because)
}

/// What erasure does to one column.
pub(crate) fn column(model: &Model, name: &Name) -> String {
    let links = model.relations.iter().any(|relation| relation.by.contains(name));
    match &model.on_erase {
        _ if model.unlinked.is_some() => String::from("stays"),
        Action::Delete => String::from("goes with the row"),
        Action::Anonymize(methods) => match methods.get(name) {
            Some(method) => masked(method).to_owned(),
            None if links => String::from("stays, or is cut where the row it points at goes"),
            None => String::from("stays as it is"),
        },
        Action::Keep => String::from("stays as long as the law says"),
        Action::Detach if links => String::from("is emptied: the link to the person"),
        Action::Detach => String::from("stays as it is"),
    }
}

fn masked(method: &Method) -> &'static str {
    match method {
        Method::Keep => "stays as it is, on purpose",
        Method::Null => "is emptied",
        Method::Redact => "becomes a neutral word",
        Method::Fixed(_) => "becomes one value for everybody",
        Method::Hash => "becomes a digest whose key is destroyed",
        Method::Pseudonym => "becomes a token, the same for equal values",
        Method::Generalize(_) => "becomes coarser",
        Method::TruncateIp => "loses the part of the address that tells a household",
        Method::Partial { .. } => "keeps only its ends",
        Method::Shuffle => "becomes another row’s value",
        Method::Noise(_) => "is moved by chance",
        Method::Fake(_) => "becomes an invented value",
    }
}

/// What a relation means for the row that holds it.
pub(crate) fn relation(relation: &Relation) -> String {
    let by = relation.by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let means = match relation.kind {
        RelationKind::OwnedBy => "its rows are the person’s when that row is",
        RelationKind::Owns => "that row is the person’s when its own is",
        RelationKind::AccessedBy => "shown to the person of that row, not erased with them",
        RelationKind::Accesses => "that row is shown to the person, not erased with them",
        RelationKind::RefersTo => "only points at that row",
    };
    format!("by {by}: {means}{}", edge(relation))
}

fn edge(relation: &Relation) -> String {
    match &relation.on_erase {
        None => String::new(),
        Some(EdgeAction::Cut(Reference::Null)) => String::from("; emptied when that row goes"),
        Some(EdgeAction::Cut(Reference::Repoint)) => String::from("; pointed at nobody when that row goes"),
        Some(EdgeAction::Cut(Reference::Refuse)) => String::from("; stops the plan when that row would go"),
        Some(EdgeAction::Cascade) => String::from("; goes with that row"),
        Some(EdgeAction::Row(action)) => format!("; erasing that row {}", fate(action)),
    }
}

/// What a sample of references came to.
pub(crate) fn rate(rate: Rate) -> String {
    match rate.percent() {
        Some(percent) => format!("{percent} % of {} sampled", grouped(rate.followed)),
        None => String::from("no reference to sample"),
    }
}

/// What samples of a model's references came to, one after the other.
pub(crate) fn rates(at: &ModelRef, model: &Model, known: &Remembered) -> Vec<String> {
    let mut told = Vec::new();
    for relation in &model.relations {
        if let Some(sampled) = known.rates.get(&Join::of(at, relation)) {
            let by = relation.by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            told.push(format!("{by} → {}: {}", relation.to.model, rate(*sampled)));
        }
    }
    told
}

/// Whether any relation of this map was looked at.
pub(crate) fn any_rate(map: &DataMap, known: &Remembered) -> bool {
    map.models().any(|(at, model)| {
        model.relations.iter().any(|relation| known.rates.contains_key(&Join::of(&at, relation)))
    })
}

/// A finding as pages tell it.
pub(crate) struct Found {
    pub(crate) tone: &'static str,
    pub(crate) shape: &'static str,
    pub(crate) word: &'static str,
    pub(crate) place: String,
    pub(crate) href: String,
    pub(crate) what: String,
    pub(crate) fix: String,
    pub(crate) line: Option<u32>,
}

impl Found {
    /// Of a comparison. `href` leads to where it can be mended.
    pub(crate) fn of(finding: &Finding, href: String) -> Self {
        let (tone, shape, word) = match finding.severity {
            Severity::Error => ("bad", "!", "stops plans"),
            Severity::Warning => ("warn", "▲", "look at it"),
            Severity::Info => ("", "○", "good to know"),
        };
        Self {
            tone,
            shape,
            word,
            place: finding.place.clone(),
            href,
            what: quoted(&finding.what),
            fix: quoted(&finding.fix),
            line: finding.span.as_ref().map(|span| span.line).filter(|line| *line > 0),
        }
    }
}
