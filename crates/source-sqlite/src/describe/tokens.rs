//! SQLite's tokens, for reading definitions out of `sqlite_schema`. Comments and white space are left out.

use std::ops::Range;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) sort: Sort,
    pub(crate) place: Range<usize>,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A keyword or a bare name.
    Word(String),
    /// A quoted name, unquoted: `"a"`, `` `a` ``, `[a]`. SQLite may take the first for a text.
    Quoted(String),
    /// A text or a blob.
    Literal(String),
    /// A number.
    Number,
    /// Any other character.
    Sign(char),
}

/// The tokens of a text. What is not closed ends with the text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (length, sort) = match first {
            _ if first.is_whitespace() || first == '\u{feff}' => (first.len_utf8(), None),
            '-' if rest.starts_with("--") => (rest.find('\n').unwrap_or(rest.len()), None),
            '/' if rest.starts_with("/*") => (rest.find("*/").map_or(rest.len(), |end| end + 2), None),
            '\'' => {
                let (length, inner) = quoted(rest, '\'');
                (length, Some(Sort::Literal(inner)))
            }
            '"' | '`' => {
                let (length, inner) = quoted(rest, first);
                (length, Some(Sort::Quoted(inner)))
            }
            '[' => {
                let end = rest.find(']').unwrap_or(rest.len());
                (rest.len().min(end + 1), Some(Sort::Quoted(rest[1..end].to_owned())))
            }
            'x' | 'X' if rest[1..].starts_with('\'') => {
                let (length, inner) = quoted(&rest[1..], '\'');
                (length + 1, Some(Sort::Literal(inner)))
            }
            _ if first.is_ascii_digit()
                || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) =>
            {
                (number(rest), Some(Sort::Number))
            }
            _ if is_name(first) => {
                let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                (length, Some(Sort::Word(rest[..length].to_owned())))
            }
            _ => (first.len_utf8(), Some(Sort::Sign(first))),
        };
        if let Some(sort) = sort {
            found.push(Token { sort, place: at..at + length });
        }
        at += length;
    }
    found
}

impl Token {
    /// Whether it is this keyword.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        matches!(&self.sort, Sort::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether it is this character.
    pub(crate) fn is_sign(&self, sign: char) -> bool {
        self.sort == Sort::Sign(sign)
    }

    /// The name it can be. SQLite takes texts for names where only a name can stand.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.sort {
            Sort::Word(name) | Sort::Quoted(name) | Sort::Literal(name) => Some(name),
            Sort::Number | Sort::Sign(_) => None,
        }
    }
}

/// How many tokens a parenthesis that opens at the first of these takes, both ends included.
pub(crate) fn parenthesis(tokens: &[Token]) -> usize {
    let mut depth = 0usize;
    for (place, token) in tokens.iter().enumerate() {
        if token.is_sign('(') {
            depth += 1;
        } else if token.is_sign(')') {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return place + 1;
            }
        }
    }
    tokens.len()
}

/// Length and inside of a quoted stretch; a doubled quote stands for one.
fn quoted(text: &str, quote: char) -> (usize, String) {
    let mut inner = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            inner.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == quote) {
            inner.push(quote);
            chars.next();
        } else {
            return (at + 1, inner);
        }
    }
    (text.len(), inner)
}

fn number(text: &str) -> usize {
    let mut before = ' ';
    text.find(|c: char| {
        let inside = c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
        let signed = matches!(c, '+' | '-') && matches!(before, 'e' | 'E') && !text.starts_with("0x");
        before = c;
        !inside && !signed
    })
    .unwrap_or(text.len())
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::{Sort, tokens};

    #[test]
    fn quotes_comments_and_brackets_are_seen_through() {
        let text = "a\"b\"\"c\"[d e]`f``g`'it''s'x'41'/* ( ' */--)\n1e-5+0x1F.5;é_1";
        let word = |text: &str| Sort::Word(text.into());
        let quoted = |text: &str| Sort::Quoted(text.into());
        let literal = |text: &str| Sort::Literal(text.into());
        assert_eq!(
            tokens(text).into_iter().map(|token| token.sort).collect::<Vec<_>>(),
            [
                word("a"),
                quoted("b\"c"),
                quoted("d e"),
                quoted("f`g"),
                literal("it's"),
                literal("41"),
                Sort::Number,
                Sort::Sign('+'),
                Sort::Number,
                Sort::Sign(';'),
                word("é_1"),
            ]
        );
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        for text in ["'a", "\"a", "[a", "/* a", "-- a", "x'", "", "[", "é'é"] {
            assert!(tokens(text).iter().all(|token| token.place.end <= text.len()), "{text}");
        }
    }
}
