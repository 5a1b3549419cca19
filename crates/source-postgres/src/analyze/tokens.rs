//! A function's text as words, names and signs; strings and comments are out of the way.

/// One piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// An unquoted word, in lower case.
    Word(String),
    /// A quoted name.
    Quoted(String),
    /// A string or a number: its value does not matter.
    Value,
    /// Anything else.
    Sign(char),
}

impl Token {
    /// The word, when it may be a keyword.
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The name it may stand for.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Quoted(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it is this sign.
    pub(super) fn is(&self, sign: char) -> bool {
        *self == Self::Sign(sign)
    }
}

/// All tokens; `None` when something is opened and never closed.
pub(super) fn read(text: &str) -> Option<Vec<Token>> {
    let mut rest = text;
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
        } else if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.find('\n').map_or("", |end| &comment[end..]);
        } else if rest.starts_with("/*") {
            rest = after_comment(rest)?;
        } else if first == '\'' {
            rest = after_string(&rest[1..], false)?;
            tokens.push(Token::Value);
        } else if matches!(first, 'e' | 'E') && rest[1..].starts_with('\'') {
            rest = after_string(&rest[2..], true)?;
            tokens.push(Token::Value);
        } else if first == '"' {
            let (name, after) = quoted(&rest[1..])?;
            tokens.push(Token::Quoted(name));
            rest = after;
        } else if let Some(after) = dollar_quoted(rest) {
            rest = after?;
            tokens.push(Token::Value);
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
            tokens.push(Token::Value);
            rest = &rest[end..];
        } else if first.is_alphabetic() || first == '_' {
            let end =
                rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$')).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_lowercase()));
            rest = &rest[end..];
        } else {
            tokens.push(Token::Sign(first));
            rest = &rest[first.len_utf8()..];
        }
    }
    Some(tokens)
}

/// Comments nest.
fn after_comment(text: &str) -> Option<&str> {
    let (mut depth, mut rest) = (0, text);
    loop {
        if let Some(inside) = rest.strip_prefix("/*") {
            depth += 1;
            rest = inside;
        } else if let Some(after) = rest.strip_prefix("*/") {
            depth -= 1;
            rest = after;
            if depth == 0 {
                return Some(rest);
            }
        } else {
            rest = &rest[rest.chars().next()?.len_utf8()..];
        }
    }
}

/// A doubled quote closes and opens again, which comes to the same.
fn after_string(text: &str, backslashes: bool) -> Option<&str> {
    let mut rest = text;
    loop {
        let stop = rest.find(['\'', '\\'])?;
        let escaped = rest[stop..].starts_with('\\');
        rest = &rest[stop + 1..];
        if !escaped {
            return Some(rest);
        }
        if backslashes {
            rest = &rest[rest.chars().next()?.len_utf8()..];
        }
    }
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut name, mut rest) = (String::new(), text);
    loop {
        let stop = rest.find('"')?;
        name.push_str(&rest[..stop]);
        rest = &rest[stop + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Some((name, rest)),
        }
    }
}

/// `$tag$ … $tag$`: nothing when it does not open one; nothing inside when it is never closed.
fn dollar_quoted(text: &str) -> Option<Option<&str>> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find('$')?;
    let tag = &inner[..end];
    let names = tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !names || tag.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mark = &text[..end + 2];
    let body = &inner[end + 1..];
    Some(body.find(mark).map(|close| &body[close + mark.len()..]))
}

#[cfg(test)]
mod tests {
    use super::{Token, read};

    #[test]
    fn strings_and_comments_are_out_of_the_way() {
        let words = |text: &str| {
            let tokens = read(text).unwrap();
            tokens.iter().filter_map(Token::name).map(str::to_owned).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(words("SELECT 'it''s \\' FROM x"), "select from x");
        assert_eq!(words(r"SELECT E'it\'s' FROM x"), "select from x");
        assert_eq!(words("a $f$ DELETE FROM $g$ x $g$ $f$ b"), "a b");
        assert_eq!(words("f($1) + $2"), "f");
        assert_eq!(words("\"Mixed \"\"Case\"\"\" plain"), "Mixed \"Case\" plain");
        assert_eq!(words("a -- b\nc /* d /* e */ f */ g"), "a c g");
        for open in ["'x", "/* x", "\"x", "$a$ x"] {
            assert_eq!(read(open), None, "{open}");
        }
    }
}
