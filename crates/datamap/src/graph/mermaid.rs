//! The map as a Mermaid flowchart, for Markdown pages that draw it.

use std::collections::BTreeMap;

use exeunt_base::ModelRef;

use crate::graph::{Stroke, fate, label, layers, stroke};
use crate::model::DataMap;

/// Mermaid text. Names are quoted and written as entities, so none can become markup.
pub fn draw(map: &DataMap) -> String {
    let mut out = String::from("flowchart LR\n");
    let columns = layers(map);
    let ids: BTreeMap<&ModelRef, String> =
        columns.iter().flatten().enumerate().map(|(number, at)| (at, format!("m{number}"))).collect();
    let several = map.sources.len() > 1;
    for source in map.sources.values() {
        if several {
            out.push_str(&format!("  subgraph {}\n", quoted(source.name.as_str())));
        }
        for at in columns.iter().flatten().filter(|at| at.source == source.name) {
            let Some(model) = map.model(at) else { continue };
            let text = format!("{}<br/><small>{}</small>", escaped(at.model.as_str()), escaped(&fate(model)));
            let (open, close) = if model.subject.is_some() { ("([\"", "\"])") } else { ("[\"", "\"]") };
            out.push_str(&format!("  {}{open}{text}{close}\n", ids[at]));
        }
        if several {
            out.push_str("  end\n");
        }
    }
    for (at, model) in map.models() {
        for relation in &model.relations {
            let arrow = match stroke(relation.kind) {
                Stroke::Solid => "-->",
                Stroke::Dashed => "-.->",
                Stroke::Dotted => "-..->",
            };
            let (from, to) = (&ids[&at], &ids[&relation.to]);
            out.push_str(&format!("  {from} {arrow}|{}| {to}\n", quoted(&label(relation))));
        }
    }
    let people: Vec<_> = map.subjects().map(|(at, _)| ids[&at].clone()).collect();
    if !people.is_empty() {
        out.push_str("  classDef person fill:#e8eef7,stroke:#2f4b7c,stroke-width:2px\n");
        out.push_str(&format!("  class {} person\n", people.join(",")));
    }
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Everything but plain letters as an entity of its number, which Mermaid shows and never reads.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_control() => out.push('·'),
            c if c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | ',' | ':' | '(' | ')') => {
                out.push(c)
            }
            c => out.push_str(&format!("#{};", u32::from(c))),
        }
    }
    out
}
