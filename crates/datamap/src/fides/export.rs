//! A map as Fides datasets.

use exeunt_base::Name;

use crate::model::{DataMap, Field, Model, Relation, RelationKind, SourceMap};
use crate::yaml::write::{Out, Pair};

/// The map as one YAML file of Fides datasets. What an import kept under `extra:` comes back as it was.
pub fn export(map: &DataMap) -> String {
    let datasets = map.sources.values().map(|source| dataset(map, source));
    Out::map([("dataset", Out::list(datasets))]).render()
}

fn dataset(map: &DataMap, source: &SourceMap) -> Out {
    let mut pairs = vec![Pair::new("fides_key", Out::text(source.name.as_str()))];
    if !source.extra.contains_key("name") {
        pairs.push(Pair::new("name", Out::text(source.name.as_str())));
    }
    merge(&mut pairs, &source.extra);
    let models = source.models.values().map(|model| collection(map, model));
    pairs.push(Pair::new("collections", Out::list(models)));
    Out::Map(pairs)
}

fn collection(map: &DataMap, model: &Model) -> Out {
    let mut pairs = vec![Pair::new("name", Out::text(model.table.name.as_str()))];
    merge(&mut pairs, &model.extra);
    let fields = model.fields.iter().map(|(name, written)| field(map, model, name, written));
    pairs.push(Pair::new("fields", Out::list(fields)));
    Out::Map(pairs)
}

fn field(map: &DataMap, model: &Model, name: &Name, field: &Field) -> Out {
    let mut pairs = vec![Pair::new("name", Out::text(name.as_str()))];
    if let Some(description) = &field.description {
        pairs.push(Pair::new("description", Out::text(description.clone())));
    }
    // Fides refuses a category on a field that has fields of its own.
    if let Some(category) = field.category.as_ref().filter(|_| !field.extra.contains_key("fields")) {
        pairs.push(Pair::new("data_categories", Out::list([Out::text(category.clone())])));
    }
    let mut meta = Vec::new();
    if model.key.contains(name) {
        meta.push(Pair::new("primary_key", Out::Plain(String::from("True"))));
    }
    let identity = model.subject.iter().flatten().find(|(_, column)| *column == name);
    if let Some((kind, _)) = identity {
        meta.push(Pair::new("identity", Out::text(kind.as_str())));
    }
    let references: Vec<Out> =
        model.relations.iter().filter_map(|relation| reference(map, relation, name)).collect();
    if !references.is_empty() {
        meta.push(Pair::new("references", Out::list(references)));
    }
    if !meta.is_empty() {
        pairs.push(Pair::new("fides_meta", Out::Map(meta)));
    }
    merge(&mut pairs, &field.extra);
    Out::Map(pairs)
}

fn reference(map: &DataMap, relation: &Relation, name: &Name) -> Option<Out> {
    let place =
        relation.by.iter().position(|column| column == name).filter(|_| relation.by_identity.is_none())?;
    let direction = match relation.kind {
        RelationKind::OwnedBy | RelationKind::AccessedBy => "from",
        RelationKind::Owns | RelationKind::Accesses => "to",
        RelationKind::RefersTo => return None,
    };
    let target = map.model(&relation.to)?;
    let field = format!("{}.{}", target.table.name.as_str(), relation.on.get(place)?.as_str());
    Some(Out::map([
        ("dataset", Out::text(relation.to.source.as_str())),
        ("field", Out::text(field)),
        ("direction", Out::text(direction)),
    ]))
}

/// What was kept replaces what was worked out: it is what the file said.
fn merge(pairs: &mut Vec<Pair>, extra: &crate::model::Extra) {
    for (key, value) in extra {
        // Older files say `fidesops_meta`; one meta block is enough.
        let key_here = if key == "fidesops_meta" { "fides_meta" } else { key };
        pairs.retain(|pair| pair.key != *key_here);
        pairs.push(Pair::new(key.as_str(), value.clone()));
    }
}
