//! One document: a source, its models, what it leaves out and what it says about processing.

use std::collections::BTreeMap;

use exeunt_base::Name;

use crate::model::{
    Action, Extra, IdentityKind, Ignored, Model, Processing, TableName, TriggerDecision, TriggerEffect,
};
use crate::parse::entry::Entry;
use crate::parse::{action, field, relation};
use crate::region::{Region, Regions, Residence};
use crate::suggest::shown;

/// A document as read, its relations not bound yet.
pub(super) struct Draft<'a> {
    pub(super) name: Name,
    pub(super) entry: Entry<'a>,
    pub(super) models: BTreeMap<Name, ModelDraft<'a>>,
    pub(super) ignore: BTreeMap<TableName, Ignored>,
    pub(super) residence: Residence,
    pub(super) processing: Option<Processing>,
    pub(super) extra: Extra,
}

/// A model as read.
pub(super) struct ModelDraft<'a> {
    pub(super) model: Model,
    /// Whether `on_erase` was written.
    pub(super) decided: bool,
    pub(super) links: Vec<relation::Link<'a>>,
    pub(super) entry: Entry<'a>,
}

pub(super) fn read<'a>(entry: &Entry<'a>) -> Option<Draft<'a>> {
    let mut keys = entry.keys()?;
    let source = keys.need("source", "every document starts with `source: name`");
    let models = keys.need("models", "list the tables that hold people's data under `models:`");
    let ignore = keys.take("ignore").map(|entry| ignored(&entry)).unwrap_or_default();
    let residence = residence(keys.take("region"), keys.take("stays_in"));
    let processing = keys.take("processing").and_then(|entry| processing(&entry));
    let extra = keys.take("extra").map(|entry| entry.extra()).unwrap_or_default();
    keys.finish();
    // Models are read even when the source has no name, so that their problems are shown too.
    let models = models.map(|entry| read_models(&entry)).unwrap_or_default();
    let name = source.and_then(|entry| plain_name(&entry, "source"))?;
    Some(Draft { name, entry: entry.clone(), models, ignore, residence, processing, extra })
}

/// Where the data is, and where it stays.
fn residence(region: Option<Entry<'_>>, stays_in: Option<Entry<'_>>) -> Residence {
    let here = region.as_ref().and_then(one_region);
    let Some(stays) = stays_in else { return Residence { region: here, ..Residence::default() } };
    let stays_in: Regions = stays.items().iter().filter_map(one_region).collect();
    if region.is_none() {
        stays.wrong("nobody said where the data is", String::from("write its `region:`, too"));
    } else if here.as_ref().is_some_and(|here| !stays_in.is_empty() && !stays_in.hold(here)) {
        stays.wrong("the data is not where it has to stay", String::from("correct `region:` or `stays_in:`"));
    }
    Residence { region: here, stays_in }
}

fn one_region(entry: &Entry<'_>) -> Option<Region> {
    match entry.words()?.parse::<Region>() {
        Ok(region) => Some(region),
        Err(bad) => {
            entry.wrong(bad.to_string(), None);
            None
        }
    }
}

/// Names of sources and models stand before and after a dot, in file names and in reports.
fn plain_name(entry: &Entry<'_>, what: &str) -> Option<Name> {
    let name = entry.name()?;
    is_plain(entry, &name, what).then_some(name)
}

fn is_plain(entry: &Entry<'_>, name: &Name, what: &str) -> bool {
    let text = name.as_str();
    let bad = |c: char| c.is_control() || matches!(c, '.' | '/' | '\\' | '"' | '`') || c.is_whitespace();
    let fits = text.chars().count() <= 128 && !text.contains(bad);
    if !fits {
        let fix = "use up to 128 letters, digits, `_` or `-`; the table's own name goes under `table:`";
        entry.wrong(format!("`{}` cannot be the name of a {what}", shown(text)), String::from(fix));
    }
    fits
}

fn read_models<'a>(entry: &Entry<'a>) -> BTreeMap<Name, ModelDraft<'a>> {
    let named = entry.named().into_iter();
    named
        .filter_map(|(name, entry)| {
            let draft = model(&entry)?;
            is_plain(&entry, &name, "model").then_some((name, draft))
        })
        .collect()
}

fn model<'a>(entry: &Entry<'a>) -> Option<ModelDraft<'a>> {
    let mut keys = entry.keys()?;
    let table = keys.need("table", "name the table, such as `table: public.orders`").and_then(|e| e.table());
    let key = keys.take("key").map(|entry| entry.names()).unwrap_or_default();
    let subject = keys.take("subject").map(|entry| subject(&entry));
    let fields = keys.take("fields").map(|entry| field::read(&entry)).unwrap_or_default();
    let links: Vec<_> = match keys.take("relations") {
        Some(entry) => entry.list().iter().filter_map(relation::read).collect(),
        None => Vec::new(),
    };
    let written = keys.take("on_erase");
    let decided = written.is_some();
    let on_erase = written.and_then(|entry| action::read(&entry)).unwrap_or(Action::Detach);
    let on_anonymize = keys.take("on_anonymize").and_then(|entry| action::on_anonymize(&entry));
    let keep = keys.take("keep").and_then(|entry| action::keep(&entry, &on_erase));
    let ghost = keys.take("ghost").and_then(|entry| action::ghost(&entry));
    let unlinked = keys.take("unlinked").and_then(|entry| entry.words());
    let triggers = keys.take("triggers").map(|entry| triggers(&entry)).unwrap_or_default();
    let processing = keys.take("processing").and_then(|entry| processing(&entry));
    let extra = keys.take("extra").map(|entry| entry.extra()).unwrap_or_default();
    keys.finish();
    let model = Model {
        table: table?,
        key,
        subject,
        fields,
        relations: Vec::new(),
        on_erase,
        on_anonymize,
        keep,
        ghost,
        unlinked,
        triggers,
        processing,
        extra,
        span: entry.span(),
    };
    Some(ModelDraft { model, decided, links, entry: entry.clone() })
}

fn subject(entry: &Entry<'_>) -> BTreeMap<IdentityKind, Name> {
    let mut kinds = BTreeMap::new();
    for (word, entry) in entry.named() {
        let Some(kind) = IdentityKind::new(word.as_str()) else {
            let fix = "use a short word in lower case, such as `email` or `customer_id`";
            entry.wrong(format!("`{word}` cannot be the kind of an identifier"), String::from(fix));
            continue;
        };
        if let Some(name) = entry.name() {
            kinds.insert(kind, name);
        }
    }
    if kinds.is_empty() {
        let fix = "write the kind of identifier and its column, such as `subject: { email: email }`";
        entry.wrong("a subject needs at least one identifier", String::from(fix));
    }
    kinds
}

fn ignored(entry: &Entry<'_>) -> BTreeMap<TableName, Ignored> {
    let mut tables = BTreeMap::new();
    for (name, entry) in entry.named() {
        let Some(table) = TableName::parse(name.as_str()) else {
            entry.wrong(
                format!("`{name}` does not name a table"),
                String::from("write `table` or `schema.table`"),
            );
            continue;
        };
        if let Some(because) = entry.words() {
            tables.insert(table, Ignored { because, span: entry.span() });
        }
    }
    tables
}

const EFFECTS: [(&str, TriggerEffect); 4] = [
    ("counter", TriggerEffect::Counter),
    ("local", TriggerEffect::Local),
    ("log", TriggerEffect::Log),
    ("none", TriggerEffect::None),
];

fn triggers(entry: &Entry<'_>) -> BTreeMap<Name, TriggerDecision> {
    let mut decided = BTreeMap::new();
    for (name, entry) in entry.named() {
        let Some(mut keys) = entry.keys() else { continue };
        let effect =
            keys.need("effect", "one of counter, local, log, none").and_then(|entry| entry.word(&EFFECTS));
        let because = keys.need("because", "say why you are sure of it").and_then(|entry| entry.words());
        keys.finish();
        if let (Some(effect), Some(because)) = (effect, because) {
            decided.insert(name, TriggerDecision { effect, because, span: entry.span() });
        }
    }
    decided
}

fn processing(entry: &Entry<'_>) -> Option<Processing> {
    let mut keys = entry.keys()?;
    let text = |entry: Option<Entry<'_>>| entry.and_then(|entry| entry.words());
    let list = |entry: Option<Entry<'_>>| entry.map(|entry| entry.texts()).unwrap_or_default();
    let said = Processing {
        controller: text(keys.take("controller")),
        contact: text(keys.take("contact")),
        purposes: list(keys.take("purposes")),
        legal_basis: list(keys.take("legal_basis")),
        recipients: list(keys.take("recipients")),
        retention: text(keys.take("retention")),
        data_source: text(keys.take("source")),
        automated_decisions: text(keys.take("automated_decisions")),
        transfers: text(keys.take("transfers")),
        rights: text(keys.take("rights")),
        authority: text(keys.take("authority")),
    };
    keys.finish();
    Some(said)
}
