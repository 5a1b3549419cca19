//! A value being read: knows its place in file and map, reports what is wrong with it, and reads on.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeunt_base::Name;

use crate::model::{Extra, Span};
use crate::parse::{Desk, Problem};
use crate::suggest::{did_you_mean, shown};
use crate::yaml::write::Out;
use crate::yaml::{Key, Mark, Node, Value};

/// A value and its place. Readers answer `None` when they have already reported why.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    pub(super) desk: &'a Desk,
    file: &'a Arc<str>,
    pub(super) node: &'a Node,
    pub(super) path: String,
}

impl<'a> Entry<'a> {
    pub(super) fn root(desk: &'a Desk, file: &'a Arc<str>, node: &'a Node) -> Self {
        Self { desk, file, node, path: String::new() }
    }

    pub(super) fn span(&self) -> Span {
        self.span_at(self.node.at)
    }

    fn span_at(&self, at: Mark) -> Span {
        Span { file: self.file.clone(), line: at.line, column: at.column }
    }

    pub(super) fn wrong(&self, what: impl Into<String>, fix: impl Into<Option<String>>) {
        let (path, what) = (self.path.clone(), what.into());
        self.desk.put(Problem { span: self.span(), path, what, fix: fix.into() });
    }

    fn wrong_key(&self, key: &Key, what: String, fix: Option<String>) {
        let path = join(&self.path, &key.text);
        self.desk.put(Problem { span: self.span_at(key.at), path, what, fix });
    }

    /// Where a key below stands, or the nearest thing above it that is written.
    pub(super) fn seek(&self, keys: &[&str]) -> Span {
        let mut place = (self.node.at, self.node);
        for key in keys {
            let Some(below) = step(place.1, key) else { break };
            place = below;
        }
        self.span_at(place.0)
    }

    /// Whether these keys lead somewhere.
    pub(super) fn has(&self, keys: &[&str]) -> bool {
        keys.iter().try_fold(self.node, |node, key| step(node, key).map(|(_, below)| below)).is_some()
    }

    /// The number of the item at a place in the list under `key`.
    pub(super) fn number_of(&self, key: &str, span: &Span) -> usize {
        let Some((_, Node { value: Value::List(items), .. })) = step(self.node, key) else { return 0 };
        items.iter().position(|item| (item.at.line, item.at.column) == (span.line, span.column)).unwrap_or(0)
    }

    /// Text, quoted or not. Nothing written, or `null`, is reported.
    pub(super) fn text(&self) -> Option<String> {
        match &self.node.value {
            Value::Scalar { text, plain } if !(*plain && is_null_word(text)) => Some(text.clone()),
            Value::Scalar { .. } => {
                self.wrong("a text is missing here", None);
                None
            }
            _ => {
                self.wrong(format!("a text is expected here, not {}", self.sort()), None);
                None
            }
        }
    }

    /// Text with something in it.
    pub(super) fn words(&self) -> Option<String> {
        let text = self.text()?;
        if text.trim().is_empty() {
            self.wrong("the text is empty", None);
            return None;
        }
        Some(text.trim().to_owned())
    }

    /// The name of a column, as written.
    pub(super) fn name(&self) -> Option<Name> {
        let text = self.text()?;
        let name = Name::new(&text).ok();
        if name.is_none() {
            self.wrong("a name must not be empty and must not hold a NUL character", None);
        }
        name
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match &self.node.value {
            Value::Scalar { text, plain: true } if text == "true" => Some(true),
            Value::Scalar { text, plain: true } if text == "false" => Some(false),
            _ => {
                self.wrong("`true` or `false` is expected here", None);
                None
            }
        }
    }

    /// A word from a list.
    pub(super) fn word<T: Clone>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| value.clone());
        if found.is_none() {
            let known = || words.iter().map(|(word, _)| *word);
            let all = known().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let fix = did_you_mean(&text, known()).unwrap_or_else(|| format!("known are {all}"));
            self.wrong(format!("`{}` is not known here", shown(&text)), fix);
        }
        found
    }

    /// The items of a list; a single value counts as a list of one.
    pub(super) fn items(&self) -> Vec<Entry<'a>> {
        match &self.node.value {
            Value::List(items) => {
                let entry = |(at, node)| Entry { node, path: format!("{}[{at}]", self.path), ..self.clone() };
                items.iter().enumerate().map(entry).collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// The items of a list that must be one.
    pub(super) fn list(&self) -> Vec<Entry<'a>> {
        if matches!(self.node.value, Value::List(_)) {
            return self.items();
        }
        self.wrong(
            format!("a list is expected here, not {}", self.sort()),
            String::from("start each item with `- `"),
        );
        Vec::new()
    }

    /// Names, one or a list, each once.
    pub(super) fn names(&self) -> Vec<Name> {
        let mut names = Vec::new();
        for item in self.items() {
            let Some(name) = item.name() else { continue };
            if names.contains(&name) {
                item.wrong(format!("`{name}` is listed twice"), None);
            } else {
                names.push(name);
            }
        }
        names
    }

    /// Texts, one or a list.
    pub(super) fn texts(&self) -> Vec<String> {
        self.items().iter().filter_map(Entry::words).collect()
    }

    fn pairs(&self) -> Option<&'a [(Key, Node)]> {
        match &self.node.value {
            Value::Map(pairs) => Some(pairs),
            _ => {
                let fix = String::from("write `key: value` lines below it, indented");
                self.wrong(format!("a mapping is expected here, not {}", self.sort()), fix);
                None
            }
        }
    }

    fn below(&self, key: &Key, node: &'a Node) -> Entry<'a> {
        Entry { node, path: join(&self.path, &key.text), ..self.clone() }
    }

    /// A mapping whose keys are the reader's own: models, fields, columns.
    pub(super) fn named(&self) -> BTreeMap<Name, Entry<'a>> {
        let mut named = BTreeMap::new();
        for (key, node) in self.pairs().unwrap_or_default() {
            match Name::new(&key.text) {
                Ok(name) => {
                    named.insert(name, self.below(key, node));
                }
                Err(bad) => self.wrong_key(key, bad.to_string(), None),
            }
        }
        named
    }

    /// A mapping nobody here reads.
    pub(super) fn extra(&self) -> Extra {
        self.pairs()
            .unwrap_or_default()
            .iter()
            .map(|(key, node)| (key.text.clone(), Out::from(node)))
            .collect()
    }

    /// A mapping whose keys are known words.
    pub(super) fn keys(&self) -> Option<Keys<'a>> {
        self.pairs().map(|pairs| Keys { entry: self.clone(), pairs, asked: Vec::new() })
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.node.value, Value::Map(_))
    }

    /// Whether nothing at all is written here.
    pub(super) fn is_blank(&self) -> bool {
        matches!(&self.node.value, Value::Scalar { text, plain: true } if text.is_empty())
    }

    /// Whether `null` is written here, quoted or not.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.node.value, Value::Scalar { text, .. } if text == "null" || text == "~")
    }

    fn sort(&self) -> &'static str {
        match &self.node.value {
            Value::Scalar { text, plain: true } if text.is_empty() => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// A mapping of known keys. Whatever nobody asked for by the end is reported.
pub(super) struct Keys<'a> {
    pub(super) entry: Entry<'a>,
    pairs: &'a [(Key, Node)],
    asked: Vec<&'static str>,
}

impl<'a> Keys<'a> {
    pub(super) fn take(&mut self, key: &'static str) -> Option<Entry<'a>> {
        self.asked.push(key);
        self.pairs.iter().find(|(known, _)| known.text == key).map(|(key, node)| self.entry.below(key, node))
    }

    pub(super) fn need(&mut self, key: &'static str, fix: &str) -> Option<Entry<'a>> {
        let found = self.take(key);
        if found.is_none() {
            self.entry.wrong(format!("`{key}:` is missing"), fix.to_owned());
        }
        found
    }

    pub(super) fn finish(self) {
        for (key, _) in self.pairs {
            if !self.asked.contains(&key.text.as_str()) {
                let fix = did_you_mean(&key.text, self.asked.iter().copied())
                    .unwrap_or_else(|| format!("known keys here: {}", self.asked.join(", ")));
                self.entry.wrong_key(key, format!("there is no key `{}` here", shown(&key.text)), Some(fix));
            }
        }
    }
}

/// One key or list number down: where it stands and what it holds.
fn step<'n>(node: &'n Node, wanted: &str) -> Option<(Mark, &'n Node)> {
    match &node.value {
        Value::Map(pairs) => {
            pairs.iter().find(|(key, _)| key.text == wanted).map(|(key, node)| (key.at, node))
        }
        Value::List(items) => items.get(wanted.parse::<usize>().ok()?).map(|node| (node.at, node)),
        Value::Scalar { .. } => None,
    }
}

fn join(path: &str, key: &str) -> String {
    let key = shown(key);
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

pub(super) fn is_null_word(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
