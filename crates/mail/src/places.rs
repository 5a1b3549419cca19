//! Places for values in a text: `{name}`, of lower-case letters, digits and `_`.

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Words as they stand.
    Words(&'a str),
    /// A place for the value of that name.
    Place(&'a str),
}

/// A text in its pieces. Braces around anything else are words.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut rest, mut from) = (text, 0);
    while let Some(open) = rest[from..].find('{').map(|at| at + from) {
        let name = rest[open + 1..].split('}').next().unwrap_or_default();
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let closed = rest[open + 1..].len() > name.len();
        if !closed || name.is_empty() || !name.bytes().all(is_name) {
            from = open + 1;
            continue;
        }
        if open > 0 {
            found.push(Piece::Words(&rest[..open]));
        }
        found.push(Piece::Place(name));
        rest = &rest[open + name.len() + 2..];
        from = 0;
    }
    if !rest.is_empty() {
        found.push(Piece::Words(rest));
    }
    found
}

/// The names of a text's places.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Place(name) => Some(name),
        Piece::Words(_) => None,
    })
}

/// A text with its places filled; a place without a value becomes nothing. Values are not looked into.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let value = |name: &str| values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
    let piece = |piece| match piece {
        Piece::Words(words) => words,
        Piece::Place(name) => value(name),
    };
    pieces(text).into_iter().map(piece).collect()
}

/// The names in their alphabet's order: what two languages must have in common.
#[cfg(test)]
pub(crate) fn sorted(text: &str) -> Vec<&str> {
    let mut all: Vec<&str> = names(text).collect();
    all.sort_unstable();
    all
}

#[cfg(test)]
mod tests {
    use super::{Piece, names, pieces};

    #[test]
    fn only_names_in_braces_are_places() {
        assert_eq!(pieces("a {b} c"), [Piece::Words("a "), Piece::Place("b"), Piece::Words(" c")]);
        assert_eq!(pieces("{b}{c_1}"), [Piece::Place("b"), Piece::Place("c_1")]);
        for words in ["", "{", "{}", "{A}", "{ b }", "{b", "b}", "{{"] {
            assert_eq!(names(words).count(), 0, "{words}");
        }
        assert_eq!(names("{{b}}").collect::<Vec<_>>(), ["b"]);
    }
}
