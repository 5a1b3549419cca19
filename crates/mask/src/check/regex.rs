//! Regular expressions as constraints use them: literals, classes, groups, alternatives, anchors, counts. Whatever else
//! a pattern holds, or more work than it is worth, makes the answer *unknown*.

/// A piece of a pattern.
enum Node {
    One(Set),
    Start,
    End,
    /// Alternatives, each a sequence.
    Group(Vec<Vec<Node>>),
    Repeat {
        node: Box<Node>,
        least: u32,
        most: Option<u32>,
    },
}

/// Characters that match one place.
struct Set {
    negated: bool,
    ranges: Vec<(char, char)>,
}

/// Steps a match may take; patterns that want more are left to the database.
const BUDGET: u32 = 50_000;
/// Longer texts likewise, and recursion stays shallow.
const LONGEST: usize = 300;

/// Whether the pattern is found in the text; `None` when it is not known.
pub(super) fn found(pattern: &str, text: &str, any_case: bool) -> Option<bool> {
    let fold = |c: char| if any_case { c.to_ascii_lowercase() } else { c };
    let text: Vec<char> = text.chars().take(LONGEST + 1).map(fold).collect();
    let pattern: Vec<char> = pattern.chars().collect();
    if text.len() > LONGEST || pattern.len() > LONGEST || any_case && !(pattern.is_ascii() && text.is_ascii())
    {
        return None;
    }
    let mut reader = Reader { pattern: &pattern, at: 0, depth: 0, any_case };
    let alternatives = reader.alternatives()?;
    if reader.at < pattern.len() {
        return None;
    }
    let mut matcher = Matcher { text: &text, budget: BUDGET };
    for start in 0..=text.len() {
        for sequence in &alternatives {
            if matcher.sequence(sequence, start, &mut |_, _| Some(true))? {
                return Some(true);
            }
        }
    }
    Some(false)
}

/// SQLite's GLOB as such a pattern, anchored at both ends.
pub(super) fn from_glob(glob: &str) -> String {
    let mut out = String::from("^");
    let mut in_set = false;
    for c in glob.chars() {
        match c {
            '[' => in_set = true,
            ']' => in_set = false,
            _ => {}
        }
        match c {
            '*' if !in_set => out.push_str(".*"),
            '?' if !in_set => out.push('.'),
            '.' | '+' | '(' | ')' | '|' | '{' | '}' | '$' | '^' | '\\' if !in_set => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out.push('$');
    out
}

trait IsAscii {
    fn is_ascii(&self) -> bool;
}

impl IsAscii for Vec<char> {
    fn is_ascii(&self) -> bool {
        self.iter().all(char::is_ascii)
    }
}

struct Reader<'a> {
    pattern: &'a [char],
    at: usize,
    depth: u32,
    any_case: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.pattern.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn alternatives(&mut self) -> Option<Vec<Vec<Node>>> {
        self.depth += 1;
        if self.depth > 12 {
            return None;
        }
        let mut all = vec![Vec::new()];
        while let Some(c) = self.peek() {
            match c {
                ')' => break,
                '|' => {
                    self.at += 1;
                    all.push(Vec::new());
                }
                _ => {
                    let node = self.repeated()?;
                    all.last_mut()?.push(node);
                }
            }
        }
        self.depth -= 1;
        Some(all)
    }

    fn repeated(&mut self) -> Option<Node> {
        let node = self.atom()?;
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.at += 1;
                let least = self.number()?;
                let most = match self.next()? {
                    '}' => return Some(repeat(node, least, Some(least))),
                    ',' if self.peek() == Some('}') => None,
                    ',' => Some(self.number()?),
                    _ => return None,
                };
                if self.next()? != '}' {
                    return None;
                }
                return self.not_lazy(repeat(node, least, most));
            }
            _ => return Some(node),
        };
        self.at += 1;
        self.not_lazy(repeat(node, least, most))
    }

    /// `*?` and the like find the same texts by another way that PostgreSQL defines for itself.
    fn not_lazy(&self, node: Node) -> Option<Node> {
        (!matches!(self.peek(), Some('?' | '*' | '+' | '{'))).then_some(node)
    }

    fn number(&mut self) -> Option<u32> {
        let mut value = 0u32;
        let start = self.at;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            value = value.checked_mul(10)?.checked_add(digit)?;
            self.at += 1;
        }
        (self.at > start && value <= 300).then_some(value)
    }

    fn atom(&mut self) -> Option<Node> {
        Some(match self.next()? {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => Node::One(Set { negated: true, ranges: Vec::new() }),
            '(' => {
                if self.peek() == Some('?') {
                    self.at += 1;
                    if self.next()? != ':' {
                        return None;
                    }
                }
                let group = Node::Group(self.alternatives()?);
                if self.next()? != ')' {
                    return None;
                }
                group
            }
            '[' => Node::One(self.set()?),
            '\\' => Node::One(Set { negated: false, ranges: escape(self.next()?)? }),
            '*' | '+' | '?' | '{' | '}' => return None,
            c => {
                let c = if self.any_case { c.to_ascii_lowercase() } else { c };
                Node::One(Set { negated: false, ranges: vec![(c, c)] })
            }
        })
    }

    fn set(&mut self) -> Option<Set> {
        let negated = self.peek() == Some('^');
        self.at += usize::from(negated);
        let mut ranges = Vec::new();
        let mut first = true;
        loop {
            let c = self.next()?;
            match c {
                ']' if !first => break,
                // a named class: `[:alpha:]`
                '[' if self.peek() == Some(':') => return None,
                '\\' => ranges.extend(escape(self.next()?)?),
                c => {
                    let ranged =
                        self.peek() == Some('-') && self.pattern.get(self.at + 1).is_some_and(|c| *c != ']');
                    if ranged {
                        self.at += 1;
                        let end = self.next()?;
                        if end == '\\' || end < c {
                            return None;
                        }
                        ranges.push((c, end));
                    } else {
                        ranges.push((c, c));
                    }
                }
            }
            first = false;
        }
        if self.any_case {
            let lower = |c: char| c.to_ascii_lowercase();
            let letters = |(a, b): &(char, char)| a.is_ascii_uppercase() && b.is_ascii_uppercase();
            if ranges.iter().any(|range| range.0.is_ascii_uppercase() != range.1.is_ascii_uppercase()) {
                return None;
            }
            let folded: Vec<_> =
                ranges.iter().filter(|r| letters(r)).map(|(a, b)| (lower(*a), lower(*b))).collect();
            ranges.extend(folded);
        }
        Some(Set { negated, ranges })
    }
}

fn escape(c: char) -> Option<Vec<(char, char)>> {
    match c {
        'd' => Some(vec![('0', '9')]),
        // beyond ASCII the locale decides, but our own values are plain
        'w' => Some(vec![('0', '9'), ('a', 'z'), ('A', 'Z'), ('_', '_')]),
        's' => Some(vec![(' ', ' '), ('\t', '\r')]),
        c if c.is_ascii_punctuation() => Some(vec![(c, c)]),
        _ => None,
    }
}

fn repeat(node: Node, least: u32, most: Option<u32>) -> Node {
    Node::Repeat { node: Box::new(node), least, most }
}

impl Set {
    fn takes(&self, c: char) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != self.negated
    }
}

struct Matcher<'a> {
    text: &'a [char],
    budget: u32,
}

/// What must still match after a piece did, from the place where it ended. `None`: gave up.
type Rest<'r, 'a> = &'r mut dyn FnMut(&mut Matcher<'a>, usize) -> Option<bool>;

impl<'a> Matcher<'a> {
    fn sequence(&mut self, nodes: &[Node], at: usize, rest: Rest<'_, 'a>) -> Option<bool> {
        match nodes.split_first() {
            None => rest(self, at),
            Some((node, others)) => {
                self.node(node, at, &mut |matcher, at| matcher.sequence(others, at, rest))
            }
        }
    }

    fn node(&mut self, node: &Node, at: usize, rest: Rest<'_, 'a>) -> Option<bool> {
        self.budget = self.budget.checked_sub(1)?;
        match node {
            Node::Start => {
                if at == 0 {
                    rest(self, at)
                } else {
                    Some(false)
                }
            }
            Node::End => {
                if at == self.text.len() {
                    rest(self, at)
                } else {
                    Some(false)
                }
            }
            Node::One(set) => match self.text.get(at) {
                Some(c) if set.takes(*c) => rest(self, at + 1),
                _ => Some(false),
            },
            Node::Group(alternatives) => {
                for sequence in alternatives {
                    if self.sequence(sequence, at, rest)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            Node::Repeat { node, least, most } => self.repeated(node, *least, *most, at, rest),
        }
    }

    fn repeated(
        &mut self,
        node: &Node,
        least: u32,
        most: Option<u32>,
        at: usize,
        rest: Rest<'_, 'a>,
    ) -> Option<bool> {
        if most != Some(0) {
            let more = self.node(node, at, &mut |matcher, next| {
                // a repetition of nothing would go on for ever
                if next == at && least == 0 {
                    return Some(false);
                }
                matcher.repeated(
                    node,
                    least.saturating_sub(1),
                    most.map(|most| most.saturating_sub(1)),
                    next,
                    rest,
                )
            })?;
            if more {
                return Some(true);
            }
        }
        if least == 0 { rest(self, at) } else { Some(false) }
    }
}

#[cfg(test)]
mod tests {
    use super::{found, from_glob};

    #[test]
    fn the_patterns_of_real_schemas_are_understood() {
        for (pattern, text, expected) in [
            ("^[0-9]{5}$", "10115", Some(true)),
            ("^[0-9]{5}$", "[erased]", Some(false)),
            (r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "x7@erased.invalid", Some(true)),
            (r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "[erased]", Some(false)),
            (r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", "x7@erased.invalid", Some(true)),
            (r"^\+?[0-9 ()-]{7,}$", "+99912345678", Some(true)),
            ("^https?://", "https://erased.invalid/x", Some(true)),
            ("^(new|paid)$", "paid", Some(true)),
            ("^(new|paid)$", "gone", Some(false)),
            ("a|b", "xxb", Some(true)),
            ("^(?:ab)+c?$", "ababc", Some(true)),
            ("", "", Some(true)),
            ("^(a*)*$", "aaaaaaaaaaaaaaaaaaaaaaab", None),
            ("^[[:alpha:]]+$", "a", None),
            (r"(a)\1", "aa", None),
            ("(?=a)", "a", None),
            ("a**", "a", None),
            ("(", "a", None),
            ("a)", "a", None),
        ] {
            assert_eq!(found(pattern, text, false), expected, "{pattern} on {text}");
        }
        assert_eq!(found("^[A-Z]+$", "abc", true), Some(true));
        assert_eq!(found("^[A-Z]+$", "abc", false), Some(false));
        assert_eq!(found("a", &"x".repeat(10_000), false), None);
    }

    #[test]
    fn globs_become_patterns() {
        let glob = |glob: &str, text: &str| found(&from_glob(glob), text, false);
        assert_eq!((glob("[0-9]*", "5x"), glob("[0-9]*", "x5")), (Some(true), Some(false)));
        assert_eq!((glob("?.b", "a.b"), glob("?.b", "aab")), (Some(true), Some(false)));
    }
}
