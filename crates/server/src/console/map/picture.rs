//! The map as a picture: a box for each source, its tables inside, the person in the middle, lines for relations. Boxes are links
//! in the order of their distance from the person; arrow keys follow lines with the script.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use askama::FastWritable;
use askama::filters::HtmlSafe;
use exeunt_app::maps::joins::Remembered;
use exeunt_base::{ModelRef, Name};
use exeunt_datamap::categories;
use exeunt_datamap::model::{DataMap, Model, RelationKind};
use exeunt_plan::map::joins::{Join, Rate};

use crate::console::map::href;
use crate::console::map::paths::Paths;

/// Most boxes that a picture holds; a larger map is drawn source by source.
pub(crate) const MOST: usize = 60;
/// Most tables without a place in the map that are drawn.
const MOST_UNMAPPED: usize = 12;

const WIDTH: i64 = 184;
const HEIGHT: i64 = 54;
const GAP_X: i64 = 64;
const GAP_Y: i64 = 14;
const PAD: i64 = 18;
const HEAD: i64 = 26;
const PERSON: i64 = 38;
const LETTERS: usize = 24;

struct Node {
    at: ModelRef,
    href: String,
    name: String,
    about: String,
    marks: &'static str,
    class: &'static str,
    label: String,
    column: u32,
    right: bool,
    x: i64,
    y: i64,
}

struct Line {
    from: usize,
    /// Nobody: the person.
    to: Option<usize>,
    class: &'static str,
    /// How many of its references found their row, where that was looked at.
    rate: Option<Rate>,
}

struct Frame {
    name: String,
    x: i64,
    y: i64,
    width: i64,
    height: i64,
}

/// The picture.
pub(crate) struct Picture {
    nodes: Vec<Node>,
    lines: Vec<Line>,
    frames: Vec<Frame>,
    person: (i64, i64),
    width: i64,
    height: i64,
    /// What it shows, in one sentence.
    pub(crate) summary: String,
}

/// What is known of tables beside the map.
#[derive(Default)]
pub(crate) struct Beside {
    /// Models about which something was found that stops plans.
    pub(crate) wrong: BTreeSet<String>,
    /// Tables that the map does not have: source and table.
    pub(crate) unmapped: Vec<(String, String)>,
    /// How many references found their row.
    pub(crate) rates: Option<Arc<Remembered>>,
}

impl Picture {
    /// Of these models of a map; nothing where there are none.
    pub(crate) fn of_models(
        map: &DataMap,
        paths: &Paths,
        chosen: &[ModelRef],
        beside: &Beside,
    ) -> Option<Self> {
        let mut nodes: Vec<Node> = Vec::new();
        for at in chosen {
            if let Some(model) = map.model(at) {
                nodes.push(of_model(at, model, paths, beside.wrong.contains(&at.to_string())));
            }
        }
        for (source, table) in beside.unmapped.iter().take(MOST_UNMAPPED) {
            if let Some(node) = of_unmapped(source, table) {
                nodes.push(node);
            }
        }
        if nodes.is_empty() {
            return None;
        }
        nodes.sort_by(|a, b| (a.column, &a.at).cmp(&(b.column, &b.at)));
        let distances: BTreeSet<u32> = nodes.iter().map(|node| node.column).collect();
        for node in &mut nodes {
            node.column = distances.range(..node.column).count() as u32;
        }
        let places: BTreeMap<ModelRef, usize> =
            nodes.iter().enumerate().map(|(place, node)| (node.at.clone(), place)).collect();
        let mut lines = Vec::new();
        for (place, node) in nodes.iter().enumerate() {
            let Some(model) = map.model(&node.at) else { continue };
            if model.subject.is_some() {
                lines.push(Line { from: place, to: None, class: "own", rate: None });
            }
            for relation in &model.relations {
                let Some(to) = places.get(&relation.to).copied().filter(|to| *to != place) else { continue };
                let class = match relation.kind {
                    RelationKind::OwnedBy | RelationKind::Owns => "own",
                    RelationKind::AccessedBy | RelationKind::Accesses => "show",
                    RelationKind::RefersTo => "point",
                };
                let rate = beside.rates.as_ref().and_then(|known| {
                    known.rates.get(&Join::of(&node.at, relation)).copied().filter(|rate| rate.followed > 0)
                });
                lines.push(Line { from: place, to: Some(to), class, rate });
            }
        }
        let people = nodes.iter().filter(|node| node.class == "people").count();
        let sensitive = nodes.iter().filter(|node| node.marks.contains('◆')).count();
        let mapped = nodes.iter().filter(|node| map.model(&node.at).is_some()).count();
        let summary = match sensitive {
            0 => String::new(),
            count => format!(", {count} hold data of a special category"),
        };
        let summary = format!(
            "{} around the person: people are found in {people}{summary}.",
            counted(mapped, "table", "tables")
        );
        let mut picture =
            Self { nodes, lines, frames: Vec::new(), person: (0, 0), width: 0, height: 0, summary };
        picture.choose_sides(&places, paths);
        picture.lay_out();
        Some(picture)
    }

    /// Of the sources of a map, for one that is too large to be drawn whole.
    pub(crate) fn of_sources(map: &DataMap) -> Self {
        let mut nodes = Vec::new();
        let mut lines = Vec::new();
        for source in map.sources.values() {
            let special = source.models.values().filter(|model| is_special(model)).count();
            let people = source.models.values().any(|model| model.subject.is_some());
            let tables = counted(source.models.len(), "table", "tables");
            if people {
                lines.push(Line { from: nodes.len(), to: None, class: "own", rate: None });
            }
            nodes.push(Node {
                at: ModelRef { source: source.name.clone(), model: source.name.clone() },
                href: format!("/map?source={}", super::part(source.name.as_str())),
                name: source.name.to_string(),
                about: tables.clone(),
                marks: if special > 0 { "◆ sensitive" } else { "" },
                class: if people { "people" } else { "" },
                label: format!(
                    "Open source {}: {tables}, {special} with data of a special category",
                    source.name
                ),
                column: 0,
                right: nodes.len() % 2 == 0,
                x: 0,
                y: 0,
            });
        }
        let summary = format!(
            "{} in {}: too many to draw at once. Open a source to see its tables.",
            counted(map.models().count(), "table", "tables"),
            counted(map.sources.len(), "source", "sources"),
        );
        let mut picture =
            Self { nodes, lines, frames: Vec::new(), person: (0, 0), width: 0, height: 0, summary };
        picture.lay_out();
        picture.frames.clear();
        picture
    }

    /// Tables of one source stand on both sides of the person, each beside the table it hangs on; of several, each source on one.
    fn choose_sides(&mut self, places: &BTreeMap<ModelRef, usize>, paths: &Paths) {
        let sources: BTreeSet<_> = self.nodes.iter().map(|node| node.at.source.clone()).collect();
        let mut weight = [0usize; 2];
        if sources.len() > 1 {
            for source in &sources {
                let right = weight[1] <= weight[0];
                let own = self.nodes.iter_mut().filter(|node| node.at.source == *source);
                weight[usize::from(right)] += own.map(|node| node.right = right).count();
            }
            return;
        }
        for place in 0..self.nodes.len() {
            let before = paths.before(&self.nodes[place].at).and_then(|before| places.get(before));
            // what hangs on a table of people is shared out; what hangs on that stays on its side
            let right = match before {
                Some(before) if self.nodes[*before].column > 0 => self.nodes[*before].right,
                _ => weight[1] <= weight[0],
            };
            weight[usize::from(right)] += 1;
            self.nodes[place].right = right;
        }
    }

    fn lay_out(&mut self) {
        let sources: BTreeSet<_> = self.nodes.iter().map(|node| node.at.source.clone()).collect();
        let one = sources.len() == 1;
        // what is on one side only leaves no gap on the other
        let mut distances: BTreeMap<(bool, Name), BTreeSet<u32>> = BTreeMap::new();
        for node in &self.nodes {
            distances.entry((node.right, node.at.source.clone())).or_default().insert(node.column);
        }
        for node in &mut self.nodes {
            let known = distances.get(&(node.right, node.at.source.clone()));
            node.column = known.map_or(0, |known| known.range(..node.column).count() as u32);
        }
        let mut bottom = [PAD; 2];
        let mut columns = [0u32; 2];
        let mut blocks: Vec<(String, bool, i64, i64, u32)> = Vec::new();
        for right in [false, true] {
            for source in &sources {
                let side = usize::from(right);
                let mut rows: BTreeMap<u32, i64> = BTreeMap::new();
                let top = bottom[side];
                for node in
                    self.nodes.iter_mut().filter(|node| node.at.source == *source && node.right == right)
                {
                    let row = rows.entry(node.column).or_default();
                    node.y = top + HEAD + *row * (HEIGHT + GAP_Y);
                    *row += 1;
                }
                let Some(tallest) = rows.values().max() else { continue };
                let deepest = rows.keys().max().copied().unwrap_or(0);
                let height = HEAD + tallest * (HEIGHT + GAP_Y) + GAP_Y;
                blocks.push((source.to_string(), right, top, height, deepest));
                columns[side] = columns[side].max(deepest + 1);
                bottom[side] = top + height + PAD;
            }
        }
        let step = WIDTH + GAP_X;
        let middle = PAD * 2 + i64::from(columns[0]) * step + PERSON;
        self.width = middle + PERSON + i64::from(columns[1]) * step + PAD * 2;
        self.height = bottom[0].max(bottom[1]).max(4 * PERSON + 2 * PAD);
        self.person = (middle, self.height / 2);
        // the shorter side stands in the middle of the longer one
        let shift = |side: usize| (self.height - bottom[side]) / 2;
        let shifts = [shift(0), shift(1)];
        for node in &mut self.nodes {
            let column = i64::from(node.column);
            node.x = if node.right {
                middle + PERSON + GAP_X + column * step
            } else {
                middle - PERSON - (column + 1) * step
            };
            node.y += shifts[usize::from(node.right)];
        }
        self.frames = if one {
            let (width, height) = (self.width - 2 * PAD, self.height - PAD);
            let name = blocks.first().map(|block| block.0.clone()).unwrap_or_default();
            vec![Frame { name, x: PAD, y: PAD / 2, width, height }]
        } else {
            let frame = |(name, right, top, height, deepest): (String, bool, i64, i64, u32)| {
                let width = i64::from(deepest + 1) * step - GAP_X + 2 * PAD;
                let x =
                    if right { middle + PERSON + GAP_X - PAD } else { middle - PERSON - GAP_X - width + PAD };
                Frame { name, x, y: top + shifts[usize::from(right)], width, height }
            };
            blocks.into_iter().map(frame).collect()
        };
    }

    fn middle(&self, place: Option<usize>) -> (i64, i64) {
        place.map_or(self.person, |place| (self.nodes[place].x + WIDTH / 2, self.nodes[place].y + HEIGHT / 2))
    }

    /// Boxes that a line joins with this one, for arrow keys.
    fn neighbors(&self, place: usize) -> String {
        let joined = self.lines.iter().filter_map(|line| match line.to {
            Some(to) if line.from == place => Some(to),
            Some(to) if to == place => Some(line.from),
            _ => None,
        });
        let joined: BTreeSet<usize> = joined.collect();
        joined.iter().map(|place| format!("n{place}")).collect::<Vec<_>>().join(" ")
    }

    fn draw_line(&self, line: &Line, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((fx, fy), (tx, ty)) = (self.middle(Some(line.from)), self.middle(line.to));
        let half = if line.to.is_none() { PERSON } else { WIDTH / 2 };
        // from side to side; boxes above each other are joined around their outer side
        let (x1, x2, bend) = match fx.cmp(&tx) {
            std::cmp::Ordering::Less => (fx + WIDTH / 2, tx - half, (tx - fx).min(2 * GAP_X) / 2),
            std::cmp::Ordering::Greater => (fx - WIDTH / 2, tx + half, -(fx - tx).min(2 * GAP_X) / 2),
            std::cmp::Ordering::Equal => {
                let x = fx + WIDTH / 2;
                write!(
                    f,
                    "<path class=\"{}\" d=\"M{x} {fy} C{out} {fy} {out} {ty} {x} {ty}\"/>",
                    line.class,
                    out = x + GAP_X / 2
                )?;
                return draw_rate(line, (x + GAP_X / 2, (fy + ty) / 2), f);
            }
        };
        write!(
            f,
            "<path class=\"{}\" d=\"M{x1} {fy} C{} {fy} {} {ty} {x2} {ty}\"/>",
            line.class,
            x1 + bend,
            x2 - bend
        )?;
        // near the table whose references they are: lines that meet elsewhere do not write over each other
        draw_rate(line, ((3 * x1 + x2) / 4, (3 * fy + ty) / 4), f)
    }

    fn draw_node(&self, place: usize, node: &Node, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Node { x, y, class, .. } = node;
        write!(
            f,
            "<a href=\"{}\" id=\"n{place}\" data-to=\"{}\"><title>{}</title><rect class=\"{class}\" x=\"{x}\" y=\"{y}\" \
             width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/><text class=\"name\" x=\"{}\" y=\"{}\">{}</text>\
             <text class=\"about\" x=\"{}\" y=\"{}\">{}</text>",
            escaped(&node.href),
            self.neighbors(place),
            escaped(&format!("{} {} {}: {}", cut(&node.name), cut(&node.about), node.marks, node.label)),
            x + 12,
            y + 22,
            escaped(&cut(&node.name)),
            x + 12,
            y + 42,
            escaped(&cut(&node.about)),
        )?;
        if !node.marks.is_empty() {
            let tone = if node.marks.contains('!') { "bad" } else { "hold" };
            write!(
                f,
                "<text class=\"mark {tone}\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                x + WIDTH - 10,
                y - 3,
                node.marks
            )?;
        }
        f.write_str("</a>")
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { width, height, .. } = self;
        write!(
            f,
            "<svg class=\"map\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"group\" aria-label=\"{}\" data-map>",
            escaped(&self.summary)
        )?;
        for frame in &self.frames {
            let Frame { x, y, width, height, .. } = frame;
            write!(
                f,
                "<rect class=\"frame\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\
                 <text class=\"of\" x=\"{}\" y=\"{}\">{}</text>",
                x + 10,
                y + 17,
                escaped(&cut(&frame.name))
            )?;
        }
        for line in &self.lines {
            self.draw_line(line, f)?;
        }
        let (x, y) = self.person;
        write!(
            f,
            "<circle class=\"person\" cx=\"{x}\" cy=\"{y}\" r=\"{PERSON}\"/><text class=\"name\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">Person</text>",
            y + 5
        )?;
        for (place, node) in self.nodes.iter().enumerate() {
            self.draw_node(place, node, f)?;
        }
        f.write_str("</svg>")
    }
}

impl FastWritable for Picture {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(to, "{self}")?)
    }
}

// every text of others goes through `escaped`
impl HtmlSafe for Picture {}

fn draw_rate(line: &Line, (x, y): (i64, i64), f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some((rate, percent)) = line.rate.and_then(|rate| Some((rate, rate.percent()?))) else {
        return Ok(());
    };
    let tone = if rate.is_low() { " bad" } else { "" };
    write!(
        f,
        "<text class=\"rate{tone}\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{percent} %<title>{}</title></text>",
        y - 4,
        super::words::rate(rate)
    )
}

fn of_model(at: &ModelRef, model: &Model, paths: &Paths, wrong: bool) -> Node {
    let special = is_special(model);
    let people = model.subject.is_some();
    let about = match (&model.unlinked, &model.keep) {
        (Some(_), _) => String::from("not linked to people"),
        (None, Some(keep)) => format!("■ kept {}", keep.period),
        (None, None) => format!("erasure: {}", model.on_erase.word()),
    };
    let told = format!(
        "{at}: {}{}{}{}",
        super::words::erasure(model),
        if people { ", people are found here" } else { "" },
        if special { ", holds data of a special category" } else { "" },
        if wrong { ", does not fit the database" } else { "" },
    );
    Node {
        href: href(at.source.as_str(), at.model.as_str()),
        name: at.model.to_string(),
        about,
        marks: match (wrong, special) {
            (true, true) => "! differs ◆ sensitive",
            (true, false) => "! differs",
            (false, true) => "◆ sensitive",
            (false, false) => "",
        },
        class: match (people, &model.unlinked, &model.keep) {
            (true, ..) => "people",
            (_, Some(_), _) => "loose",
            (.., Some(_)) => "kept",
            _ => "",
        },
        label: told,
        column: paths.distance(at).map_or(UNREACHED, |distance| distance.min(UNREACHED)),
        right: true,
        x: 0,
        y: 0,
        at: at.clone(),
    }
}

/// The column of what no person leads to.
const UNREACHED: u32 = 6;

fn of_unmapped(source: &str, table: &str) -> Option<Node> {
    let name = |text: &str| Name::new(text).ok();
    Some(Node {
        at: ModelRef { source: name(source)?, model: name(&format!("{table} "))? },
        href: format!("/map/discover?source={}", super::part(source)),
        name: table.to_owned(),
        about: String::from("not in the map"),
        marks: "! unmapped",
        class: "loose",
        label: format!("{source}.{table}: not in the map; see what is proposed"),
        column: UNREACHED,
        right: true,
        x: 0,
        y: 0,
    })
}

/// Whether a model holds data of a special category.
pub(crate) fn is_special(model: &Model) -> bool {
    model.fields.values().any(|field| field.category.as_deref().is_some_and(categories::is_special))
}

/// A number with its noun.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    let number = crate::console::words::number::grouped(count as u64);
    format!("{number} {}", if count == 1 { one } else { many })
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    text.chars().take(LETTERS - 1).chain(['…']).collect()
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
            c if c.is_control() => out.push('·'),
            c => out.push(c),
        }
    }
    out
}
