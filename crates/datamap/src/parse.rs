//! Text to a checked [`DataMap`], or every reason why not.
//!
//! Documents are first read one by one into drafts, then bound together: relations find their targets, and the whole
//! is checked against itself. Both steps go on after an error, so that one run shows all there is to mend.

mod action;
mod bind;
mod checks;
mod document;
mod entry;
mod field;
mod relation;
mod scalar;

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use crate::model::{DataMap, Span};
use crate::parse::entry::Entry;
use crate::{suggest, yaml};

/// Something wrong with a map, where it is, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub span: Span,
    /// The path to it: `models.orders.relations[0].to`. Empty at the top.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.span)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.what)?;
        self.fix.as_ref().map_or(Ok(()), |fix| write!(f, "; {fix}"))
    }
}

/// All that is wrong with a map, in the order of its files and lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.0.len() == 1 { "problem" } else { "problems" };
        write!(f, "the data map has {} {word}", self.0.len())?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}

/// Reads files (name and text) as one map. A file may hold several documents; several may describe one source, as
/// long as no model is described twice.
pub fn parse(files: &[(String, String)]) -> Result<DataMap, Problems> {
    let desk = Desk::default();
    let read: Vec<(Arc<str>, Vec<yaml::Node>)> = files.iter().map(|file| documents(file, &desk)).collect();
    let mut drafts = Vec::new();
    for (file, node) in read.iter().flat_map(|(file, nodes)| nodes.iter().map(move |node| (file, node))) {
        let nothing = matches!(&node.value, yaml::Value::Scalar { text, plain: true } if text.is_empty());
        if !nothing {
            drafts.extend(document::read(&Entry::root(&desk, file, node)));
        }
    }
    let broken = !desk.problems.borrow().is_empty();
    if drafts.is_empty() && !broken {
        let file = read.first().map(|(file, _)| file.clone()).unwrap_or_default();
        desk.put(Problem {
            span: Span { file, line: 1, column: 1 },
            path: String::new(),
            what: String::from("the map describes no source"),
            fix: Some(String::from("start a document with `source: name`, or run `exeunt map discover`")),
        });
    }
    let (map, entries) = bind::bind(drafts);
    checks::check(&map, &entries, &desk, broken);
    drop(entries);
    let mut problems = desk.problems.into_inner();
    if problems.is_empty() {
        return Ok(map);
    }
    let order = |span: &Span| read.iter().position(|(file, _)| *file == span.file);
    problems.sort_by_key(|problem| (order(&problem.span), problem.span.line, problem.span.column));
    problems.dedup();
    Err(Problems(problems))
}

fn documents((name, text): &(String, String), desk: &Desk) -> (Arc<str>, Vec<yaml::Node>) {
    let file: Arc<str> = suggest::shown(name).into();
    let (documents, flaws) = yaml::read(text);
    for flaw in flaws {
        let span = Span { file: file.clone(), line: flaw.at.line, column: flaw.at.column };
        desk.put(Problem { span, path: String::new(), what: flaw.what, fix: None });
    }
    (file, documents)
}

/// Where problems are collected.
#[derive(Default)]
struct Desk {
    problems: RefCell<Vec<Problem>>,
}

impl Desk {
    fn put(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }
}
