//! Methods of the map as methods of the mask, refused where a column cannot take what they make.

use std::collections::BTreeMap;

use exeunt_base::Name;
use exeunt_datamap::model::method::{FakeKind, Generalize, Method, Noise, Scalar};
use exeunt_mask::{Coarseness, Masker, Spread};

use crate::build::edges::Edges;
use crate::build::schema::{ModelId, Schema};
use crate::document::{Assign, Note, Severity, Value};
use crate::facts::facts_of;
use crate::problem::Problem;

/// The assignments that carry methods out on a model's table.
pub(crate) fn assign<'a>(
    schema: &Schema<'a>,
    edges: &Edges<'a>,
    model: ModelId,
    methods: &BTreeMap<Name, Method>,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> Vec<Assign> {
    let node = &schema.models[model];
    let table = schema.table_of(model);
    let mut list = Vec::new();
    for (name, method) in methods {
        let at = format!("{}.{name}", node.at);
        let span =
            node.model.fields.get(name).map_or_else(|| node.model.span.clone(), |field| field.span.clone());
        let Some(column) = table.columns.get(name) else { continue };
        let method = convert(method);
        if method == exeunt_mask::Method::Keep {
            continue;
        }
        let mut refuse = |code, text: String, fix: String| {
            problems.push(Problem { code, span: span.clone(), at: at.clone(), text, fix });
        };
        if node.model.key.contains(name) {
            refuse(
                "mask_on_key",
                "the column is part of the model's key, by which rows are found again".into(),
                "leave the key as it is, or delete the row".into(),
            );
            continue;
        }
        let referred = edges.into[node.table].iter().map(|edge| &edges.all[*edge]);
        if let Some(edge) =
            referred.filter(|edge| edge.enforced()).find(|edge| edge.to_columns.contains(name))
        {
            refuse(
                "mask_on_referred_column",
                format!("rows of {} refer to this column", schema.spot(edge.from, &edge.columns)),
                "leave the column as it is, or delete the row".into(),
            );
            continue;
        }
        let refers = edges.out[node.table].iter().map(|edge| &edges.all[*edge]);
        let kept_value = matches!(method, exeunt_mask::Method::Null);
        if let Some(edge) =
            refers.filter(|edge| edge.enforced() && !kept_value).find(|edge| edge.columns.contains(name))
        {
            refuse(
                "mask_on_reference",
                format!(
                    "the column refers to {}; a masked value would lead nowhere",
                    schema.spot(edge.to, &edge.to_columns)
                ),
                "use `null`, or decide the reference with `on_erase` on its relation".into(),
            );
            continue;
        }
        let kind = schema.inputs.abilities.get(&node.at.source).map_or("", |abilities| abilities.kind);
        let category = node.model.fields.get(name).and_then(|field| field.category.as_deref());
        let facts = facts_of(table.table, column, category.unwrap_or(""), kind);
        match Masker::plan(&method, &facts) {
            Ok(masker) => {
                notes.extend(masker.notes().iter().map(|note| Note {
                    severity: Severity::Warning,
                    code: "mask_note".into(),
                    at: at.clone(),
                    text: format!("`{method}`: {note}"),
                }));
                list.push(Assign {
                    column: name.clone(),
                    to: Value::Mask(method),
                    category: category.unwrap_or("").to_owned(),
                });
            }
            Err(refusal) => refuse(
                "mask_refused",
                format!("`{method}` cannot be honored here: {}", refusal.reason),
                refusal.suggestion,
            ),
        }
    }
    list
}

/// A map's method in the mask's words.
pub fn convert(method: &Method) -> exeunt_mask::Method {
    use exeunt_mask::Method as Mask;
    match method {
        Method::Keep => Mask::Keep,
        Method::Null | Method::Fixed(Scalar::Null) => Mask::Null,
        Method::Redact => Mask::Redact,
        Method::Fixed(Scalar::Bool(value)) => Mask::Fixed(exeunt_mask::Scalar::Bool(*value)),
        Method::Fixed(Scalar::Int(value)) => Mask::Fixed(exeunt_mask::Scalar::Int(*value)),
        Method::Fixed(Scalar::Number(text)) => Mask::Fixed(exeunt_mask::Scalar::Number(text.clone())),
        Method::Fixed(Scalar::Text(text)) => Mask::Fixed(exeunt_mask::Scalar::Text(text.clone())),
        Method::Hash => Mask::Hash,
        Method::Pseudonym => Mask::Pseudonym,
        Method::Generalize(how) => Mask::Generalize(match how {
            Generalize::Year => Coarseness::Year,
            Generalize::Month => Coarseness::Month,
            Generalize::Day => Coarseness::Day,
            Generalize::Prefix(length) => Coarseness::Prefix(*length),
            Generalize::Band(width) => Coarseness::Band(*width),
        }),
        Method::TruncateIp => Mask::TruncateIp,
        Method::Partial { keep_start, keep_end } => {
            Mask::Partial { keep_start: *keep_start, keep_end: *keep_end }
        }
        Method::Shuffle => Mask::Shuffle,
        Method::Noise(by) => Mask::Noise {
            by: match by {
                Noise::Percent(share) => Spread::Percent(*share),
                Noise::Amount(amount) => Spread::Amount(*amount),
                Noise::Days(days) => Spread::Days(*days),
            },
        },
        Method::Fake(kind) => Mask::Fake(fake(*kind)),
    }
}

fn fake(kind: FakeKind) -> exeunt_mask::FakeKind {
    exeunt_mask::FakeKind::parse(kind.word()).unwrap_or(exeunt_mask::FakeKind::Auto)
}
