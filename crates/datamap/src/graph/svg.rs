//! The map as one self-contained SVG: no script, no font or picture from elsewhere.

use std::collections::BTreeMap;

use exeunt_base::ModelRef;

use crate::graph::{Stroke, fate, label, layers, short_label, stroke};
use crate::model::{DataMap, Model, Relation};

const BOX_WIDTH: i64 = 208;
const BOX_HEIGHT: i64 = 52;
const GAP_X: i64 = 170;
const GAP_Y: i64 = 28;
const MARGIN: i64 = 40;
const HEADING: i64 = 64;
const MOST_LETTERS: usize = 26;
/// More edge labels than this are noise; the label is still there when pointed at.
const MOST_LABELS: usize = 400;

const STYLE: &str = "\
svg{font-family:Georgia,'Times New Roman',serif;background:#fff}\
.t{font-size:22px;fill:#1c1c1c}.h{font-size:12px;fill:#666;font-family:system-ui,sans-serif}\
.n{font-size:15px;fill:#1c1c1c}.f{font-size:11.5px;fill:#5a5a5a;font-family:system-ui,sans-serif}\
.l{font-size:10.5px;fill:#5a5a5a;font-family:system-ui,sans-serif;paint-order:stroke;stroke:#fff;stroke-width:3px}\
rect.b{fill:#fdfcf9;stroke:#b9b4a7}rect.p{fill:#e8eef7;stroke:#2f4b7c;stroke-width:2}rect.k{fill:#faf3e3;stroke:#a07a22}\
rect.o{fill:#f4f4f4;stroke:#ccc;stroke-dasharray:4 3}path{fill:none;stroke:#7d8796;stroke-width:1.3}\
path.dashed{stroke-dasharray:6 4}path.dotted{stroke-dasharray:1.5 4;stroke-linecap:round}";

/// The picture as SVG text.
pub fn draw(map: &DataMap) -> String {
    let columns = ordered(map);
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(0) as i64;
    let places = places(&columns, tallest);
    let width = 2 * MARGIN + columns.len() as i64 * BOX_WIDTH + columns.len() as i64 * GAP_X;
    let height = HEADING + 2 * MARGIN + tallest * (BOX_HEIGHT + GAP_Y) + 24;
    let sources: Vec<_> = map.sources.keys().map(|name| name.as_str()).collect();
    let title = format!("Data map: {}", sources.join(", "));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title\">\n<title id=\"title\">{0}</title>\n<style>{STYLE}</style>\n\
         <defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path d=\"M0,0.5 L7,4 L0,7.5\" style=\"stroke-dasharray:none\"/></marker></defs>\n\
         <text class=\"t\" x=\"{MARGIN}\" y=\"{1}\">{0}</text>\n",
        escaped(&title),
        MARGIN + 12
    );
    let models: Vec<(ModelRef, &Model)> = map.models().collect();
    let edges = models.iter().map(|(_, model)| model.relations.len()).sum::<usize>();
    let mut lanes: BTreeMap<(&ModelRef, &ModelRef), i64> = BTreeMap::new();
    let mut starts: BTreeMap<(&ModelRef, std::cmp::Ordering), i64> = BTreeMap::new();
    for (at, model) in &models {
        for relation in &model.relations {
            let (Some(from), Some(to)) = (places.get(at), places.get(&relation.to)) else { continue };
            let lane = lanes.entry((at, &relation.to)).or_default();
            let start = starts.entry((at, from.0.cmp(&to.0))).or_default();
            out.push_str(&edge(*from, *to, (*start % 4, *lane % 4), relation, edges <= MOST_LABELS));
            *lane += 1;
            *start += 1;
        }
    }
    for (at, model) in &models {
        if let Some(place) = places.get(at) {
            out.push_str(&node(*place, at, model, map.sources.len() > 1));
        }
    }
    let legend = "solid: belongs to · dashed: shown to · dotted: refers to";
    out.push_str(&format!(
        "<text class=\"h\" x=\"{MARGIN}\" y=\"{}\">{legend}</text>\n</svg>\n",
        height - 18
    ));
    out
}

/// The columns, each ordered so that boxes stand near what they hang on (the mean place of their neighbors).
fn ordered(map: &DataMap) -> Vec<Vec<ModelRef>> {
    let mut columns = layers(map);
    for column in 1..columns.len() {
        let (left, right) = columns.split_at_mut(column);
        let rank: BTreeMap<&ModelRef, usize> =
            left[column - 1].iter().enumerate().map(|(rank, at)| (at, rank)).collect();
        let weight = |at: &ModelRef| -> usize {
            let relations = map.model(at).map(|model| model.relations.as_slice()).unwrap_or_default();
            let ranks: Vec<_> =
                relations.iter().filter_map(|relation| rank.get(&relation.to).copied()).collect();
            if ranks.is_empty() { usize::MAX } else { ranks.iter().sum::<usize>() * 1000 / ranks.len() }
        };
        right[0].sort_by_cached_key(|at| (weight(at), at.clone()));
    }
    columns
}

fn places(columns: &[Vec<ModelRef>], tallest: i64) -> BTreeMap<ModelRef, (i64, i64)> {
    let mut places = BTreeMap::new();
    for (column, models) in columns.iter().enumerate() {
        let x = MARGIN + column as i64 * (BOX_WIDTH + GAP_X);
        let top = HEADING + MARGIN + (tallest - models.len() as i64) * (BOX_HEIGHT + GAP_Y) / 2;
        for (row, at) in models.iter().enumerate() {
            places.insert(at.clone(), (x, top + row as i64 * (BOX_HEIGHT + GAP_Y)));
        }
    }
    places
}

fn node((x, y): (i64, i64), at: &ModelRef, model: &Model, with_source: bool) -> String {
    let class = if model.subject.is_some() {
        "b p"
    } else if model.keep.is_some() {
        "b k"
    } else if model.unlinked.is_some() {
        "b o"
    } else {
        "b"
    };
    let name = if with_source { at.to_string() } else { at.model.to_string() };
    let fields = match model.fields.len() {
        1 => String::from("1 field"),
        count => format!("{count} fields"),
    };
    let about = format!("{} · {fields}", fate(model));
    format!(
        "<g><title>{full} ({table})</title><rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{BOX_WIDTH}\" \
         height=\"{BOX_HEIGHT}\" rx=\"5\"/><text class=\"n\" x=\"{tx}\" y=\"{ny}\">{name}</text>\
         <text class=\"f\" x=\"{tx}\" y=\"{fy}\">{about}</text></g>\n",
        full = escaped(&at.to_string()),
        table = escaped(&model.table.to_string()),
        name = escaped(&cut(&name, MOST_LETTERS)),
        about = escaped(&cut(&about, MOST_LETTERS + 9)),
        tx = x + 12,
        ny = y + 22,
        fy = y + 40,
    )
}

/// A curve from the referring row to the row referred to; parallel edges run in lanes of their own.
fn edge(
    from: (i64, i64),
    to: (i64, i64),
    (start, lane): (i64, i64),
    relation: &Relation,
    labeled: bool,
) -> String {
    let shift = 6 * lane;
    let (fy, ty) = (from.1 + 14 + 12 * start, to.1 + BOX_HEIGHT / 2 + shift);
    // The label stands where the line starts: lines meet at their ends, and words would meet there too.
    let (path, anchor, x) = if from.0 > to.0 {
        let (x1, x2) = (from.0, to.0 + BOX_WIDTH);
        let bend = (x1 - x2) / 2;
        (format!("M{x1},{fy} C{},{fy} {},{ty} {x2},{ty}", x1 - bend, x2 + bend), "end", x1 - 6)
    } else if from.0 < to.0 {
        let (x1, x2) = (from.0 + BOX_WIDTH, to.0);
        let bend = (x2 - x1) / 2;
        (format!("M{x1},{fy} C{},{fy} {},{ty} {x2},{ty}", x1 + bend, x2 - bend), "start", x1 + 6)
    } else {
        // The same column, or the same box: a loop on the right side.
        let x = from.0 + BOX_WIDTH;
        let ty = if from == to { ty + 14 } else { ty };
        let out = x + 46 + shift;
        (format!("M{x},{fy} C{out},{fy} {out},{ty} {x},{ty}"), "start", x + 10)
    };
    let class = match stroke(relation.kind) {
        Stroke::Solid => "solid",
        Stroke::Dashed => "dashed",
        Stroke::Dotted => "dotted",
    };
    let text = label(relation);
    let words = if labeled {
        let short = escaped(&cut(&short_label(relation), 26));
        format!("<text class=\"l\" x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{short}</text>", fy - 4)
    } else {
        String::new()
    };
    format!(
        "<g><title>{}</title><path class=\"{class}\" d=\"{path}\" marker-end=\"url(#a)\"/>{words}</g>\n",
        escaped(&text)
    )
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('·'),
            c => out.push(c),
        }
    }
    out
}
