//! SQL as tokens: enough of PostgreSQL's and SQLite's spelling for constraint expressions.

/// A piece of an expression.
#[derive(Clone, PartialEq)]
pub(super) enum Token {
    /// An unquoted word, in lower case.
    Word(String),
    /// A quoted name.
    Quoted(String),
    /// A number, as written.
    Number(String),
    /// A text literal, unescaped.
    Text(String),
    /// An operator or a bracket.
    Symbol(&'static str),
}

/// Longest first, so that `<=` is not `<` and `=`.
const SYMBOLS: [&str; 29] = [
    "!~~*", "!~~", "~~*", "!~*", "~~", "~*", "!~", "::", "<>", "!=", "<=", ">=", "||", "==", "->>", "->",
    "~", "=", "<", ">", "(", ")", "[", "]", ",", ".", "+", "-", "*",
];
const MORE_SYMBOLS: [&str; 6] = ["/", "%", "&", "|", "?", "@"];

impl Token {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<&str> {
        match self {
            Self::Number(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(this) if this == word)
    }
}

/// Takes a quoted piece off the front, its doubled quotes made single. `rest` begins after the opening quote.
fn quoted(rest: &str, quote: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            out.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == quote) {
            chars.next();
            out.push(quote);
        } else {
            return Some((out, &rest[at + c.len_utf8()..]));
        }
    }
    None
}

/// The tokens of an expression; `None` when it holds something that is no token.
pub(super) fn tokens(sql: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = match first {
            '\'' => {
                let (text, after) = quoted(&rest[1..], '\'')?;
                out.push(Token::Text(text));
                after
            }
            '"' | '`' => {
                let (name, after) = quoted(&rest[1..], first)?;
                out.push(Token::Quoted(name));
                after
            }
            'e' | 'E' if rest[1..].starts_with('\'') => {
                let (text, after) = quoted(&rest[2..], '\'')?;
                // an escape could be anything; a text without one means itself
                if text.contains('\\') {
                    return None;
                }
                out.push(Token::Text(text));
                after
            }
            '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
                out.push(Token::Number(rest[..end].to_owned()));
                &rest[end..]
            }
            c if c.is_alphabetic() || c == '_' => {
                let end =
                    rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
                out.push(Token::Word(rest[..end].to_lowercase()));
                &rest[end..]
            }
            _ if rest.starts_with("--") || rest.starts_with("/*") => return None,
            _ => {
                let symbol = SYMBOLS.iter().chain(&MORE_SYMBOLS).find(|symbol| rest.starts_with(**symbol))?;
                out.push(Token::Symbol(symbol));
                &rest[symbol.len()..]
            }
        }
        .trim_start();
    }
    Some(out)
}
