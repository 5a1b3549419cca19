//! A plan as a table: for each model, how many rows are deleted, anonymized, kept and detached.

use std::collections::BTreeMap;

use exeunt_base::ModelRef;

use crate::document::{Action, Document, Purpose};

/// A line of the table. `None`: the plan does no such thing to this model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The model.
    pub model: ModelRef,
    /// Rows that go.
    pub delete: Option<u64>,
    /// Rows that are masked.
    pub anonymize: Option<u64>,
    /// Rows that stay as they are, by law.
    pub keep: Option<u64>,
    /// Rows whose link to the person, or to a row that goes, is cut.
    pub detach: Option<u64>,
}

/// Rows by what finally becomes of them, each once: one whose reference is cleared before it goes counts as deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows of each step, by its place in the plan, that no stronger step takes.
    pub steps: Vec<u64>,
    /// Rows of each kept set, by its place in the plan, that no step touches.
    pub kept: Vec<u64>,
}

/// The lines, in the order of the models. Without a census nobody knows the counts.
pub fn lines(document: &Document, counts: Option<&Counts>) -> Vec<Line> {
    let mut lines: BTreeMap<&ModelRef, Line> = BTreeMap::new();
    let mut add = |set: usize, rows: Option<&u64>, field: fn(&mut Line) -> &mut Option<u64>| {
        let model = &document.sets[set].model;
        let line = lines.entry(model).or_insert_with(|| Line {
            model: model.clone(),
            delete: None,
            anonymize: None,
            keep: None,
            detach: None,
        });
        let count = field(line);
        *count = Some(count.unwrap_or(0) + rows.copied().unwrap_or(0));
    };
    for (place, step) in document.steps.iter().enumerate() {
        add(
            step.set,
            counts.and_then(|counts| counts.steps.get(place)),
            match &step.action {
                Action::Delete { .. } => |line| &mut line.delete,
                Action::Update { purpose: Purpose::Anonymize, .. } => |line| &mut line.anonymize,
                Action::Update { .. } => |line| &mut line.detach,
            },
        );
    }
    for (place, kept) in document.kept.iter().enumerate().filter(|(_, kept)| !kept.minimized) {
        add(kept.set, counts.and_then(|counts| counts.kept.get(place)), |line| &mut line.keep);
    }
    lines.into_values().collect()
}

/// The table as text. Counts are shown where they are known, else a mark.
pub fn text(document: &Document, counts: Option<&Counts>) -> String {
    let cell = |count: Option<u64>| match count {
        None => String::new(),
        Some(count) if counts.is_some() => count.to_string(),
        Some(_) => "yes".into(),
    };
    let mut grid: Vec<[String; 5]> =
        vec![["model".into(), "delete".into(), "anonymize".into(), "keep".into(), "detach".into()]];
    for line in lines(document, counts) {
        grid.push([
            line.model.to_string(),
            cell(line.delete),
            cell(line.anonymize),
            cell(line.keep),
            cell(line.detach),
        ]);
    }
    let width = |column: usize| grid.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut out = String::new();
    for row in &grid {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[column] - cell.chars().count());
            line.push_str(&if column == 0 { format!("{cell}{pad}") } else { format!("  {pad}{cell}") });
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
