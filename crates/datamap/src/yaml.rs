//! YAML as a tree that remembers where everything stands and how it was written.
//!
//! Built on parse events rather than on serde, because a map must keep `NO` a text, tell `null` from nothing, refuse a
//! key given twice, and report all its errors with their lines. Sizes are bounded: a file is untrusted input.

pub mod write;

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Parser, ScalarStyle};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it starts.
    pub at: Mark,
    /// Nodes in it, itself included.
    size: usize,
}

/// A value.
#[derive(Debug, Clone)]
pub enum Value {
    /// Anything that is not a list or a mapping.
    Scalar {
        /// The text; empty where nothing is written.
        text: String,
        /// Whether it stands without quotes, so that `null` and `1` mean more than their letters.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping in the order written, each key once.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Debug, Clone)]
pub struct Key {
    /// The text.
    pub text: String,
    /// Where it starts.
    pub at: Mark,
}

/// A place in a text, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// What is wrong with a text as YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where.
    pub at: Mark,
    /// What, in words.
    pub what: String,
}

/// The bytes of one file at most.
pub const MOST_BYTES: usize = 16 << 20;
/// The values in one file at most, aliases counted as often as they are used.
pub const MOST_NODES: usize = 1 << 20;
/// The depth of nesting at most.
pub const MOST_DEPTH: usize = 64;

/// Reads all documents of a text. Flaws that leave the rest readable (a key given twice) come together; after one
/// that does not (a syntax error), what was read before it is still returned.
pub fn read(text: &str) -> (Vec<Node>, Vec<Flaw>) {
    let mut builder = Builder::default();
    if text.len() > MOST_BYTES {
        builder
            .flaw(Mark { line: 1, column: 1 }, format!("the file is larger than {} MiB", MOST_BYTES >> 20));
        return (Vec::new(), builder.flaws);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                let at = mark(&span.start);
                if let Err(what) = builder.take(event, at, span.is_empty()) {
                    builder.flaw(at, what);
                    break;
                }
            }
            Err(error) => {
                builder.flaw(mark(error.marker()), format!("not readable as YAML: {}", error.info()));
                break;
            }
        }
    }
    (builder.documents, builder.flaws)
}

fn mark(at: &granit_parser::Marker) -> Mark {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Mark { line: number(at.line()), column: number(at.col()).saturating_add(1) }
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    documents: Vec<Node>,
    flaws: Vec<Flaw>,
    nodes: usize,
    bytes: usize,
}

struct Open {
    at: Mark,
    anchor: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map { pairs: Vec<(Key, Node)>, seen: BTreeSet<String>, key: Option<Key> },
}

impl Builder {
    fn flaw(&mut self, at: Mark, what: String) {
        self.flaws.push(Flaw { at, what });
    }

    fn take(&mut self, event: Event<'_>, at: Mark, nothing: bool) -> Result<(), String> {
        if let Some(tag) = event.tag()
            && !tag.is_yaml_core_schema_tag("str")
        {
            self.flaw(at, String::from("tags (`!…`) have no meaning here"));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let text = if plain && nothing { String::new() } else { text.into_owned() };
                self.place(Node { value: Value::Scalar { text, plain }, at, size: 1 }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open(Open { at, anchor, kind: Kind::List(Vec::new()) })
            }
            Event::MappingStart(_, anchor, _) => {
                let kind = Kind::Map { pairs: Vec::new(), seen: BTreeSet::new(), key: None };
                self.open(Open { at, anchor, kind })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err(String::from("an alias inside the value it stands for"));
                };
                // Counted before it is copied: nine levels of nine aliases are a bomb of 43 million nodes.
                if self.nodes + node.size > MOST_NODES {
                    return Err(too_many());
                }
                let mut node = node.clone();
                node.at = at;
                self.place(node, 0)
            }
            Event::DocumentStart(..) => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open) -> Result<(), String> {
        if self.open.len() >= MOST_DEPTH {
            return Err(format!("nested deeper than {MOST_DEPTH} levels"));
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(Open { at, anchor, kind }) = self.open.pop() else { return Ok(()) };
        let (value, size) = match kind {
            Kind::List(items) => {
                let size = items.iter().map(|node| node.size).sum::<usize>();
                (Value::List(items), size)
            }
            Kind::Map { pairs, .. } => {
                let size = pairs.iter().map(|(_, node)| node.size).sum::<usize>();
                (Value::Map(pairs), size)
            }
        };
        // The children were counted when they were placed.
        self.nodes -= size;
        self.place(Node { value, at, size: size + 1 }, anchor)
    }

    fn place(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        self.nodes += node.size;
        if let Value::Scalar { text, .. } = &node.value {
            self.bytes += text.len();
        }
        if self.nodes > MOST_NODES || self.bytes > 2 * MOST_BYTES {
            return Err(too_many());
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match &mut open.kind {
            Kind::List(items) => items.push(node),
            Kind::Map { pairs, seen, key } => match key.take() {
                None => match node.value {
                    Value::Scalar { text, .. } => *key = Some(Key { text, at: node.at }),
                    _ => return Err(String::from("a key must be a word, not a list or a mapping")),
                },
                Some(key) => {
                    if seen.insert(key.text.clone()) {
                        pairs.push((key, node));
                    } else {
                        let word = crate::suggest::shown(&key.text);
                        self.flaw(key.at, format!("the key `{word}` is given twice"));
                    }
                }
            },
        }
        Ok(())
    }
}

fn too_many() -> String {
    String::from("the file holds too many values (aliases counted as often as they are used)")
}

#[cfg(test)]
mod tests {
    use super::{Mark, Value, read};

    #[test]
    fn a_country_is_no_truth_value_and_a_place_is_remembered() {
        let (documents, flaws) = read("a: NO\nb: [1, 'x']\n---\nc:\n");
        assert_eq!(flaws, []);
        assert_eq!(documents.len(), 2);
        let Value::Map(pairs) = &documents[0].value else { panic!("a mapping") };
        assert!(matches!(&pairs[0].1.value, Value::Scalar { text, plain: true } if text == "NO"));
        assert_eq!(pairs[1].0.at, Mark { line: 2, column: 1 });
        assert_eq!(pairs[1].1.at, Mark { line: 2, column: 4 });
        let Value::Map(pairs) = &documents[1].value else { panic!("a mapping") };
        assert!(matches!(&pairs[0].1.value, Value::Scalar { text, plain: true } if text.is_empty()));
    }

    #[test]
    fn a_key_given_twice_is_told_and_the_rest_is_read() {
        let (documents, flaws) = read("a: 1\na: 2\nb: 3\nb: 4\n");
        assert_eq!(documents.len(), 1);
        assert_eq!(flaws.iter().map(|flaw| flaw.at.line).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn bombs_do_not_go_off() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let below = vec![format!("*a{}", level - 1); 9].join(",");
            bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
        }
        assert!(read(&bomb).1[0].what.contains("too many"));
        assert!(!read(&"[".repeat(100_000)).1.is_empty());
        assert!(!read(&"{a: ".repeat(100_000)).1.is_empty());
        assert!(!read(&"- ".repeat(100_000)).1.is_empty());
        assert!(read(&"a".repeat(super::MOST_BYTES + 1)).1[0].what.contains("larger"));
        let wide = format!("a: &a '{}'\nb: [{}]", "x".repeat(1 << 20), "*a,".repeat(1000));
        assert!(read(&wide).1[0].what.contains("too many"));
    }

    #[test]
    fn what_is_not_yaml_is_told_with_its_line() {
        let (_, flaws) = read("a: 1\nb: [1, 2\nc: }\n");
        assert_eq!(flaws.len(), 1);
        assert!(flaws[0].at.line >= 2, "{flaws:?}");
        assert!(!read("a: &x [*x]").1.is_empty());
        assert!(!read("? [a]\n: b").1.is_empty());
        assert!(!read("a: !!python/object:os.system x").1.is_empty());
    }
}
