//! Tokens as an expression about one column. What is not understood becomes [`Expr::Unknown`], as narrowly as can be.

use crate::check::lex::Token;
use crate::decimal::Decimal;

/// An expression about one column.
#[derive(Clone)]
pub(super) enum Expr {
    Column,
    Null,
    Bool(bool),
    Number(Decimal),
    Text(String),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Whether the value is in the list.
    In(Box<Expr>, Vec<Expr>),
    Like {
        value: Box<Expr>,
        pattern: Box<Expr>,
        any_case: bool,
    },
    Matches {
        value: Box<Expr>,
        pattern: Box<Expr>,
        how: Pattern,
    },
    IsNull(Box<Expr>),
    /// `IS TRUE` and `IS FALSE`, which are never NULL.
    Is(Box<Expr>, bool),
    Coalesce(Vec<Expr>),
    Call(Function, Box<Expr>),
    Cast(Box<Expr>, Target),
    Plus(Box<Expr>, Box<Expr>),
    Times(Box<Expr>, Box<Expr>),
    Remainder(Box<Expr>, Box<Expr>),
    Negated(Box<Expr>),
    /// Something we cannot read that is NULL when its operand is.
    Strict(Box<Expr>),
    /// Another column, a function we do not know, anything.
    Unknown,
}

/// Which language a pattern is in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    Regex,
    AnyCaseRegex,
    Glob,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Length,
    OctetLength,
    Lower,
    Upper,
    Trim,
    Abs,
}

/// What a cast makes of its value, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Text,
    Number,
    /// A date or time: only comparisons look at it.
    Moment,
    Other,
}

/// Deep enough for any constraint a person wrote, shallow enough for any stack.
const DEEPEST: u32 = 60;
/// Long enough likewise: a chain of conditions is judged recursively.
const LONGEST: usize = 2_000;

/// Reads a whole constraint.
pub(super) fn expression(tokens: &[Token], column: &str) -> Expr {
    if tokens.len() > LONGEST {
        return Expr::Unknown;
    }
    let start = match tokens {
        [first, ..] if first.is_word("check") => 1,
        [first, _, third, ..] if first.is_word("constraint") && third.is_word("check") => 3,
        _ => 0,
    };
    let mut parser = Parser { tokens: &tokens[start..], at: 0, column, depth: 0 };
    let Some(expr) = parser.or() else { return Expr::Unknown };
    let rest = &parser.tokens[parser.at..];
    let trailer =
        rest.iter().all(|t| ["not", "valid", "no", "inherit", "enforced"].iter().any(|w| t.is_word(w)));
    if trailer { expr } else { Expr::Unknown }
}

pub(super) struct Parser<'a> {
    tokens: &'a [Token],
    pub(super) at: usize,
    pub(super) column: &'a str,
    depth: u32,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_word(word));
        self.at += usize::from(found);
        found
    }

    pub(super) fn symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(this)) if *this == symbol);
        self.at += usize::from(found);
        found
    }

    pub(super) fn or(&mut self) -> Option<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.and()?;
        while self.word("or") {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Some(left)
    }

    fn and(&mut self) -> Option<Expr> {
        let mut left = self.not()?;
        while self.word("and") {
            left = Expr::And(Box::new(left), Box::new(self.not()?));
        }
        Some(left)
    }

    fn not(&mut self) -> Option<Expr> {
        let mut negations = 0;
        while self.word("not") {
            negations += 1;
        }
        let expr = self.predicate()?;
        Some(if negations % 2 == 1 { Expr::Not(Box::new(expr)) } else { expr })
    }

    fn predicate(&mut self) -> Option<Expr> {
        let mut left = self.sum()?;
        loop {
            let before = self.at;
            if let Some(comparison) = self.comparison() {
                left = self.compared(left, comparison)?;
                continue;
            }
            if self.word("is") {
                let negated = self.word("not");
                let is_null = if self.word("null") {
                    Expr::IsNull(Box::new(left))
                } else if self.word("true") {
                    Expr::Is(Box::new(left), true)
                } else if self.word("false") {
                    Expr::Is(Box::new(left), false)
                } else {
                    self.peek()?;
                    self.at += 1;
                    Expr::Unknown
                };
                left = negate(is_null, negated);
                continue;
            }
            if self.word("isnull") {
                left = Expr::IsNull(Box::new(left));
                continue;
            }
            if self.word("notnull") {
                left = negate(Expr::IsNull(Box::new(left)), true);
                continue;
            }
            let negated = self.word("not");
            if self.word("in") {
                left = negate(Expr::In(Box::new(left), self.list("(", ")")?), negated);
            } else if self.word("between") {
                let low = self.sum()?;
                if !self.word("and") {
                    return None;
                }
                let high = self.sum()?;
                let above = Expr::Compare(Comparison::GreaterOrEqual, Box::new(left.clone()), Box::new(low));
                let below = Expr::Compare(Comparison::LessOrEqual, Box::new(left), Box::new(high));
                left = negate(Expr::And(Box::new(above), Box::new(below)), negated);
            } else if let Some((any_case, not_like)) = self.like() {
                let pattern = Box::new(self.sum()?);
                let like = Expr::Like { value: Box::new(left), pattern, any_case };
                left = if self.word("escape") {
                    self.sum()?;
                    Expr::Unknown
                } else {
                    negate(like, negated != not_like)
                };
            } else if let Some((how, not_matching)) = self.pattern() {
                let pattern = Box::new(self.sum()?);
                left = negate(Expr::Matches { value: Box::new(left), pattern, how }, negated != not_matching);
            } else if self.unreadable_operator() {
                self.sum()?;
                left = Expr::Strict(Box::new(left));
            } else {
                self.at = before;
                return Some(left);
            }
        }
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let Some(Token::Symbol(symbol)) = self.peek() else { return None };
        let comparison = match *symbol {
            "=" | "==" => Comparison::Equal,
            "<>" | "!=" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        };
        self.at += 1;
        Some(comparison)
    }

    /// The right side of a comparison: a value, or PostgreSQL's `ANY (ARRAY[…])`.
    fn compared(&mut self, left: Expr, comparison: Comparison) -> Option<Expr> {
        let any = self.word("any") || self.word("some");
        let all = !any && self.word("all");
        if !any && !all {
            return Some(Expr::Compare(comparison, Box::new(left), Box::new(self.sum()?)));
        }
        let list = self.array()?;
        Some(match (comparison, any) {
            (Comparison::Equal, true) => Expr::In(Box::new(left), list),
            (Comparison::NotEqual, false) => negate(Expr::In(Box::new(left), list), true),
            _ => Expr::Unknown,
        })
    }

    /// `(ARRAY[…])`, with brackets and casts around it.
    fn array(&mut self) -> Option<Vec<Expr>> {
        let mut open = 0;
        while self.symbol("(") {
            open += 1;
        }
        if !self.word("array") {
            return None;
        }
        let list = self.list("[", "]")?;
        loop {
            if self.symbol("::") {
                self.target()?;
            } else if open > 0 && self.symbol(")") {
                open -= 1;
            } else {
                return (open == 0).then_some(list);
            }
        }
    }

    pub(super) fn list(&mut self, open: &str, close: &str) -> Option<Vec<Expr>> {
        if !self.symbol(open) {
            return None;
        }
        let mut list = Vec::new();
        while !self.symbol(close) {
            list.push(self.or()?);
            if !self.symbol(",") && !matches!(self.peek(), Some(Token::Symbol(this)) if *this == close) {
                return None;
            }
        }
        Some(list)
    }

    /// Whether a LIKE comes next: in any case, negated.
    fn like(&mut self) -> Option<(bool, bool)> {
        for (symbol, any_case, negated) in
            [("~~", false, false), ("~~*", true, false), ("!~~", false, true), ("!~~*", true, true)]
        {
            if self.symbol(symbol) {
                return Some((any_case, negated));
            }
        }
        if self.word("like") {
            return Some((false, false));
        }
        self.word("ilike").then_some((true, false))
    }

    /// Whether a pattern comes next: in which language, negated.
    fn pattern(&mut self) -> Option<(Pattern, bool)> {
        let operators = [
            ("~", Pattern::Regex, false),
            ("~*", Pattern::AnyCaseRegex, false),
            ("!~", Pattern::Regex, true),
            ("!~*", Pattern::AnyCaseRegex, true),
        ];
        for (symbol, how, negated) in operators {
            if self.symbol(symbol) {
                return Some((how, negated));
            }
        }
        self.word("glob").then_some((Pattern::Glob, false))
    }

    fn unreadable_operator(&mut self) -> bool {
        if self.word("similar") {
            return self.word("to");
        }
        ["->", "->>", "&", "|", "?", "@"].iter().any(|symbol| self.symbol(symbol))
            || ["regexp", "match"].iter().any(|word| self.word(word))
    }

    fn sum(&mut self) -> Option<Expr> {
        let mut left = self.product()?;
        loop {
            if self.symbol("+") {
                left = Expr::Plus(Box::new(left), Box::new(self.product()?));
            } else if self.symbol("-") {
                left = Expr::Plus(Box::new(left), Box::new(Expr::Negated(Box::new(self.product()?))));
            } else if self.symbol("||") {
                self.product()?;
                left = Expr::Strict(Box::new(left));
            } else {
                return Some(left);
            }
        }
    }

    fn product(&mut self) -> Option<Expr> {
        let mut left = self.unary()?;
        loop {
            if self.symbol("*") {
                left = Expr::Times(Box::new(left), Box::new(self.unary()?));
            } else if self.symbol("%") {
                left = Expr::Remainder(Box::new(left), Box::new(self.unary()?));
            } else if self.symbol("/") {
                self.unary()?;
                left = Expr::Strict(Box::new(left));
            } else {
                return Some(left);
            }
        }
    }

    fn unary(&mut self) -> Option<Expr> {
        let mut negative = false;
        loop {
            if self.symbol("-") {
                negative = !negative;
            } else if !self.symbol("+") {
                break;
            }
        }
        let expr = self.postfix()?;
        Some(if negative { Expr::Negated(Box::new(expr)) } else { expr })
    }
}

fn negate(expr: Expr, negated: bool) -> Expr {
    if negated { Expr::Not(Box::new(expr)) } else { expr }
}
