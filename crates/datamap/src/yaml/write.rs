//! YAML back to text: block style for the large, one line for the small, comments where a reason helps a reviewer.

use crate::yaml::{Node, Value};

/// A value to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Out {
    /// Written as it is: a number, `true`, `null`.
    Plain(String),
    /// Text, quoted where plain text would mean something else.
    Text(String),
    /// A list.
    List(Vec<Item>),
    /// A mapping.
    Map(Vec<Pair>),
    /// The same on one line, if it fits.
    Line(Box<Out>),
}

/// An item of a list, with comments above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Comment lines.
    pub notes: Vec<String>,
    /// The value.
    pub value: Out,
}

/// An entry of a mapping, with comments above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Comment lines.
    pub notes: Vec<String>,
    /// The key.
    pub key: String,
    /// The value.
    pub value: Out,
}

impl Out {
    /// Text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().to_owned())
    }

    /// A list without comments.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().map(|value| Item { notes: Vec::new(), value }).collect())
    }

    /// A mapping without comments.
    pub fn map<K: Into<String>>(pairs: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(pairs.into_iter().map(|(key, value)| Pair::new(key, value)).collect())
    }

    /// The same, on one line if it fits.
    pub fn on_a_line(self) -> Self {
        Self::Line(Box::new(self))
    }

    /// The document as text.
    pub fn render(&self) -> String {
        let mut out = String::new();
        block(self, 0, Place::Top, &mut out);
        out
    }
}

impl Pair {
    /// An entry without comments.
    pub fn new(key: impl Into<String>, value: Out) -> Self {
        Self { notes: Vec::new(), key: key.into(), value }
    }

    /// The entry with a comment above.
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl From<&Node> for Out {
    fn from(node: &Node) -> Self {
        match &node.value {
            Value::Scalar { text, plain: true } if text.is_empty() => Self::Plain(String::from("null")),
            Value::Scalar { text, plain: true } if means_more(text) => Self::Plain(text.clone()),
            Value::Scalar { text, .. } => Self::Text(text.clone()),
            Value::List(items) => Self::list(items.iter().map(Self::from)),
            Value::Map(pairs) => {
                Self::map(pairs.iter().map(|(key, value)| (key.text.clone(), Self::from(value))))
            }
        }
    }
}

/// How wide a line written on one line may be.
const WIDTH: usize = 118;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    AfterKey,
    AfterDash,
}

fn block(value: &Out, indent: usize, place: Place, out: &mut String) {
    let space = if place == Place::AfterKey { " " } else { "" };
    match value {
        Out::Line(inner) => {
            let line = flow(inner);
            let used = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
            if used + line.chars().count() <= WIDTH || matches!(**inner, Out::Plain(_) | Out::Text(_)) {
                out.push_str(space);
                out.push_str(&line);
                out.push('\n');
            } else {
                block(inner, indent, place, out);
            }
        }
        Out::List(items) if !items.is_empty() => {
            if place != Place::Top {
                out.push('\n');
            }
            for item in items {
                notes(&item.notes, indent, out);
                pad(indent, out);
                out.push_str("- ");
                block(&item.value, indent + 2, Place::AfterDash, out);
            }
        }
        Out::Map(pairs) if !pairs.is_empty() => {
            if place == Place::AfterKey {
                out.push('\n');
            }
            for (at, pair) in pairs.iter().enumerate() {
                // The first entry after a dash stands on the dash's own line; its comments would break it.
                let first_after_dash = place == Place::AfterDash && at == 0;
                if !first_after_dash {
                    notes(&pair.notes, indent, out);
                    pad(indent, out);
                }
                out.push_str(&scalar(&pair.key));
                out.push(':');
                block(&pair.value, indent + 2, Place::AfterKey, out);
            }
        }
        _ => {
            out.push_str(space);
            out.push_str(&flow(value));
            out.push('\n');
        }
    }
}

fn flow(value: &Out) -> String {
    match value {
        Out::Plain(text) => text.clone(),
        Out::Text(text) => scalar(text),
        Out::Line(inner) => flow(inner),
        Out::List(items) => {
            let items: Vec<_> = items.iter().map(|item| flow(&item.value)).collect();
            format!("[{}]", items.join(", "))
        }
        Out::Map(pairs) if pairs.is_empty() => String::from("{}"),
        Out::Map(pairs) => {
            let pairs: Vec<_> =
                pairs.iter().map(|pair| format!("{}: {}", scalar(&pair.key), flow(&pair.value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn notes(lines: &[String], indent: usize, out: &mut String) {
    for line in lines {
        pad(indent, out);
        out.push_str("# ");
        out.extend(line.chars().map(|c| if c.is_control() || is_break(c) { ' ' } else { c }));
        out.push('\n');
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Text as YAML: plain where it can only be read as this text, by any reader of any YAML version.
pub fn scalar(text: &str) -> String {
    if is_safe_plain(text) { text.to_owned() } else { quoted(text) }
}

fn is_safe_plain(text: &str) -> bool {
    let first = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == '/');
    let letters =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | ' ' | '(' | ')' | '+' | '@');
    let inner = text.chars().all(letters) && !text.ends_with(' ') && !text.contains("  ");
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    first && inner && text.len() <= 200 && !words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether plain text could be read as something else than text, in any version of YAML.
fn means_more(text: &str) -> bool {
    const WORDS: [&str; 10] = ["~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    numeric || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_break(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{Out, Pair};
    use crate::yaml::{Value, read};

    #[test]
    fn any_text_reads_back() {
        for text in [
            "",
            "a",
            "null",
            "NO",
            "1",
            "1.5",
            "a: b",
            "a #b",
            "- x",
            "'",
            "\"",
            "\\",
            "\n",
            "é\u{85}\u{2028}x",
            "{a}",
            "*a",
            "&a",
            "!x",
            "%x",
            "@x",
            "`x`",
            " a ",
            "a  b",
            "\u{1b}[0m",
            "\u{feff}",
            "~",
            "<<",
            "0x1f",
            "🙂",
            "a,b]",
        ] {
            let (documents, flaws) = read(&Out::map([(text, Out::list([Out::text(text)]))]).render());
            assert_eq!(flaws, [], "{text:?}");
            let Value::Map(pairs) = &documents[0].value else { panic!("a mapping") };
            assert_eq!(pairs[0].0.text, text);
            let Value::List(items) = &pairs[0].1.value else { panic!("a list") };
            assert!(matches!(&items[0].value, Value::Scalar { text: read, .. } if read == text), "{text:?}");
        }
    }

    #[test]
    fn small_things_stand_on_a_line_and_reasons_above() {
        let small = Out::map([("to", Out::text("people")), ("by", Out::list([Out::text("id")]))]);
        let pairs = vec![
            Pair::new("a", Out::list([small.clone().on_a_line()])).noted("reason: why\nnot"),
            Pair::new("b", small),
            Pair::new("c", Out::map(Vec::<(String, Out)>::new())),
        ];
        let expected = "\
# reason: why not
a:
  - { to: people, by: [id] }
b:
  to: people
  by:
    - id
c: {}
";
        assert_eq!(Out::Map(pairs).render(), expected);
    }
}
