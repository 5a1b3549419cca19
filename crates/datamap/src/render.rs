//! A map back to YAML, one document a source: what discovery and imports write, and what a person then reviews.

use std::collections::BTreeMap;

use exeunt_base::{ModelRef, Name};

use crate::model::{
    Action, DataMap, EdgeAction, Extra, Field, Generalize, Ghost, GhostPer, Keep, KeepFrom, Method, Model,
    Noise, Processing, Reference, Relation, Scalar, Shared, SourceMap, Starting, Then, TriggerDecision,
    TriggerEffect,
};
use crate::yaml::write::{Item, Out, Pair};

/// Reasons to write as comments, by what they explain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// About a model.
    pub models: BTreeMap<ModelRef, Vec<String>>,
    /// About a model's relation, by its number.
    pub relations: BTreeMap<(ModelRef, usize), Vec<String>>,
    /// About a field.
    pub fields: BTreeMap<(ModelRef, Name), Vec<String>>,
}

/// The map as text that reads back as the same map.
pub fn render(map: &DataMap) -> String {
    render_with(map, &Notes::default())
}

/// The same, with comments.
pub fn render_with(map: &DataMap, notes: &Notes) -> String {
    let documents: Vec<String> = map.sources.values().map(|source| document(map, source, notes)).collect();
    documents.join("---\n")
}

fn document(map: &DataMap, source: &SourceMap, notes: &Notes) -> String {
    let mut pairs = vec![Pair::new("source", name(&source.name))];
    pairs
        .extend(source.residence.region.iter().map(|region| Pair::new("region", Out::text(region.as_str()))));
    if !source.residence.stays_in.is_empty() {
        let all = source.residence.stays_in.iter().map(|region| Out::text(region.as_str()));
        pairs.push(Pair::new("stays_in", Out::list(all).on_a_line()));
    }
    if source.processing != Processing::default() {
        pairs.push(Pair::new("processing", processing(&source.processing)));
    }
    let models = source.models.iter().map(|(key, written)| {
        let at = ModelRef { source: source.name.clone(), model: key.clone() };
        let lines = notes.models.get(&at).cloned().unwrap_or_default();
        Pair { notes: lines, key: key.as_str().to_owned(), value: model(map, &at, written, notes) }
    });
    pairs.push(Pair::new("models", Out::Map(models.collect())));
    if !source.ignore.is_empty() {
        let ignored = source.ignore.iter();
        let ignored = ignored.map(|(table, why)| (table.to_string(), Out::text(why.because.clone())));
        pairs.push(Pair::new("ignore", Out::map(ignored)));
    }
    pairs.extend(extra(&source.extra).map(|value| Pair::new("extra", value)));
    Out::Map(pairs).render()
}

fn extra(extra: &Extra) -> Option<Out> {
    (!extra.is_empty())
        .then(|| Out::map(extra.iter().map(|(key, value)| (key.as_str(), value.clone()))).on_a_line())
}

fn model(map: &DataMap, at: &ModelRef, model: &Model, notes: &Notes) -> Out {
    let mut pairs = vec![Pair::new("table", Out::text(model.table.to_string()))];
    let mut add = |key: &str, value: Out| pairs.push(Pair::new(key, value));
    if !model.key.is_empty() {
        add("key", names(&model.key));
    }
    if let Some(subject) = &model.subject {
        add(
            "subject",
            Out::map(subject.iter().map(|(kind, field)| (kind.as_str(), name(field)))).on_a_line(),
        );
    }
    if let Some(reason) = &model.unlinked {
        add("unlinked", Out::text(reason.clone()));
    }
    let fields = model.fields.iter().map(|(column, written)| {
        let lines = notes.fields.get(&(at.clone(), column.clone())).cloned().unwrap_or_default();
        Pair { notes: lines, key: column.as_str().to_owned(), value: field(written) }
    });
    add("fields", Out::Map(fields.collect()));
    if !model.relations.is_empty() {
        let items = model.relations.iter().enumerate().map(|(number, written)| Item {
            notes: notes.relations.get(&(at.clone(), number)).cloned().unwrap_or_default(),
            value: relation(map, at, written),
        });
        add("relations", Out::List(items.collect()));
    }
    add("on_erase", action(&model.on_erase));
    if let Some(written) = &model.on_anonymize {
        add("on_anonymize", action(written));
    }
    if let Some(written) = &model.keep {
        add("keep", keep(written));
    }
    if let Some(written) = &model.ghost {
        add("ghost", ghost(written));
    }
    if !model.triggers.is_empty() {
        let decided = model.triggers.iter().map(|(name, decision)| (name.as_str(), trigger(decision)));
        add("triggers", Out::map(decided));
    }
    if let Some(said) = &model.processing {
        add("processing", processing(said));
    }
    if let Some(value) = extra(&model.extra) {
        add("extra", value);
    }
    Out::Map(pairs)
}

fn field(field: &Field) -> Out {
    let mut pairs = Vec::new();
    if field.computed {
        pairs.push(("computed", plain("true")));
    }
    if let Some(title) = &field.title {
        pairs.push(("title", Out::text(title.clone())));
    }
    if let Some(description) = &field.description {
        pairs.push(("description", Out::text(description.clone())));
    }
    if !field.values.is_empty() {
        let codes = field.values.iter().map(|(code, meaning)| (code.as_str(), Out::text(meaning.clone())));
        pairs.push(("values", Out::map(codes)));
    }
    if !field.search {
        pairs.push(("search", plain("false")));
    }
    if field.hidden {
        pairs.push(("hidden", plain("true")));
    }
    pairs.extend(extra(&field.extra).map(|value| ("extra", value)));
    match (&field.category, pairs.is_empty()) {
        (Some(category), true) => Out::text(category.clone()),
        (Some(category), false) => {
            pairs.insert(0, ("category", Out::text(category.clone())));
            Out::map(pairs).on_a_line()
        }
        (None, _) => Out::map(pairs).on_a_line(),
    }
}

fn relation(map: &DataMap, at: &ModelRef, relation: &Relation) -> Out {
    let to =
        if relation.to.source == at.source { relation.to.model.to_string() } else { relation.to.to_string() };
    let by = match relation.by.as_slice() {
        [one] => name(one),
        several => names(several),
    };
    let mut pairs = vec![("to", Out::text(to)), ("by", by)];
    let implied =
        relation.by_identity.is_some() || map.model(&relation.to).is_some_and(|to| to.key == relation.on);
    if !implied {
        pairs.push(("on", names(&relation.on)));
    }
    pairs.push(("as", Out::text(relation.kind.word())));
    if !relation.when.is_empty() {
        pairs.push(("when", constants(&relation.when)));
    }
    if let Some(kind) = &relation.by_identity {
        pairs.push(("by_identity", Out::text(kind.as_str())));
    }
    if !relation.redact.is_empty() {
        pairs.push(("redact", names(&relation.redact)));
    }
    if relation.shared == Some(Shared::LastOwner) {
        pairs.push(("shared", Out::text("last_owner")));
    }
    match &relation.on_erase {
        None => {}
        Some(EdgeAction::Cascade) => pairs.push(("on_erase", Out::text("cascade"))),
        Some(EdgeAction::Cut(Reference::Null)) => pairs.push(("on_erase", plain("null"))),
        Some(EdgeAction::Cut(Reference::Repoint)) => pairs.push(("on_erase", Out::text("repoint"))),
        Some(EdgeAction::Cut(Reference::Refuse)) => pairs.push(("on_erase", Out::text("refuse"))),
        Some(EdgeAction::Row(fate)) => pairs.push(("on_erase", action(fate))),
    }
    Out::map(pairs).on_a_line()
}

fn action(action: &Action) -> Out {
    match action {
        Action::Anonymize(methods) => anonymize(methods),
        other => Out::text(other.word()),
    }
}

fn anonymize(methods: &BTreeMap<Name, Method>) -> Out {
    let methods = methods.iter().map(|(column, written)| (column.as_str(), method(written)));
    Out::map([("anonymize", Out::map(methods).on_a_line())])
}

fn method(method: &Method) -> Out {
    let with = |argument: Out| Out::map([(method.word(), argument)]).on_a_line();
    match method {
        Method::Null => plain("null"),
        Method::Fixed(value) => with(constant(value)),
        Method::Generalize(Generalize::Year) => with(Out::text("year")),
        Method::Generalize(Generalize::Month) => with(Out::text("month")),
        Method::Generalize(Generalize::Day) => with(Out::text("day")),
        Method::Generalize(Generalize::Prefix(count)) => with(Out::map([("prefix", plain(count))])),
        Method::Generalize(Generalize::Band(width)) => with(Out::map([("band", plain(width))])),
        Method::Partial { keep_start, keep_end } => {
            with(Out::map([("keep_start", plain(keep_start)), ("keep_end", plain(keep_end))]))
        }
        Method::Noise(Noise::Percent(percent)) => with(Out::map([("by", Out::text(format!("{percent}%")))])),
        Method::Noise(Noise::Amount(amount)) => with(Out::map([("by", plain(amount))])),
        Method::Noise(Noise::Days(days)) => with(Out::map([("by", Out::text(format!("{days}d")))])),
        Method::Fake(kind) => with(Out::text(kind.word())),
        other => Out::text(other.word()),
    }
}

fn keep(keep: &Keep) -> Out {
    let from = match &keep.from {
        KeepFrom::Column(column) => name(column),
        KeepFrom::Request => Out::text("request"),
    };
    let starting = match keep.starting {
        Starting::Date => "date",
        Starting::EndOfYear => "end_of_year",
        Starting::EndOfMonth => "end_of_month",
    };
    let then = match &keep.then {
        Then::Delete => Out::text("delete"),
        Then::Anonymize(methods) => anonymize(methods),
    };
    let mut pairs = vec![
        ("for", Out::text(keep.period.to_string())),
        ("from", from),
        ("starting", Out::text(starting)),
        ("because", Out::text(keep.because.clone())),
        ("then", then),
    ];
    if !keep.when.is_empty() {
        pairs.push(("when", constants(&keep.when)));
    }
    Out::map(pairs).on_a_line()
}

fn ghost(ghost: &Ghost) -> Out {
    let per = match ghost.per {
        GhostPer::Shared => "shared",
        GhostPer::Person => "person",
    };
    Out::map([("per", Out::text(per)), ("row", constants(&ghost.row))]).on_a_line()
}

fn trigger(decision: &TriggerDecision) -> Out {
    let effect = match decision.effect {
        TriggerEffect::Counter => "counter",
        TriggerEffect::Local => "local",
        TriggerEffect::Log => "log",
        TriggerEffect::None => "none",
    };
    Out::map([("effect", Out::text(effect)), ("because", Out::text(decision.because.clone()))]).on_a_line()
}

fn processing(said: &Processing) -> Out {
    let mut pairs = Vec::new();
    let mut text = |key, value: &Option<String>| {
        pairs.extend(value.iter().map(|value| Pair::new(key, Out::text(value.clone()))));
    };
    text("controller", &said.controller);
    text("contact", &said.contact);
    text("retention", &said.retention);
    text("source", &said.data_source);
    text("automated_decisions", &said.automated_decisions);
    text("transfers", &said.transfers);
    text("rights", &said.rights);
    text("authority", &said.authority);
    let lists =
        [("purposes", &said.purposes), ("legal_basis", &said.legal_basis), ("recipients", &said.recipients)];
    for (key, values) in lists.into_iter().filter(|(_, values)| !values.is_empty()) {
        pairs.push(Pair::new(key, Out::list(values.iter().map(Out::text)).on_a_line()));
    }
    Out::Map(pairs)
}

fn constants(values: &BTreeMap<Name, Scalar>) -> Out {
    Out::map(values.iter().map(|(column, value)| (column.as_str(), constant(value)))).on_a_line()
}

fn constant(value: &Scalar) -> Out {
    match value {
        Scalar::Null => plain("null"),
        Scalar::Bool(value) => plain(value),
        Scalar::Int(value) => plain(value),
        Scalar::Number(text) => plain(text),
        Scalar::Text(text) => Out::text(text.clone()),
    }
}

fn name(name: &Name) -> Out {
    Out::text(name.as_str())
}

fn names(names: &[Name]) -> Out {
    Out::list(names.iter().map(name)).on_a_line()
}

fn plain(value: impl ToString) -> Out {
    Out::Plain(value.to_string())
}
