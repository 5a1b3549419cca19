//! The small pieces of an expression: values, names, calls and casts.

use crate::check::lex::Token;
use crate::check::parse::{Expr, Function, Parser, Target};
use crate::decimal::Decimal;

impl Parser<'_> {
    pub(super) fn postfix(&mut self) -> Option<Expr> {
        let mut expr = self.primary()?;
        loop {
            if self.symbol("::") {
                expr = Expr::Cast(Box::new(expr), self.target()?);
            } else if self.word("collate") {
                // a collation decides what is equal, so nothing is known any more
                self.peek()?;
                self.at += 1;
                expr = Expr::Strict(Box::new(expr));
            } else if self.symbol("[") {
                self.or()?;
                if !self.symbol("]") {
                    return None;
                }
                expr = Expr::Unknown;
            } else {
                return Some(expr);
            }
        }
    }

    fn primary(&mut self) -> Option<Expr> {
        let token = self.peek()?.clone();
        self.at += 1;
        match token {
            Token::Number(text) => Some(Decimal::parse(&text).map_or(Expr::Unknown, Expr::Number)),
            Token::Text(text) => Some(Expr::Text(text)),
            Token::Symbol("(") => {
                let expr = self.or()?;
                if self.symbol(")") {
                    return Some(expr);
                }
                // a row of several values
                while self.symbol(",") {
                    self.or()?;
                }
                self.symbol(")").then_some(Expr::Unknown)
            }
            Token::Symbol("[") => {
                // SQLite also quotes names with square brackets
                let name = self.peek()?.clone();
                self.at += 1;
                if !self.symbol("]") {
                    return None;
                }
                let (Token::Word(name) | Token::Quoted(name)) = name else { return None };
                self.name(&name)
            }
            Token::Symbol(_) => None,
            Token::Quoted(name) => self.name(&name),
            Token::Word(word) => match word.as_str() {
                "null" => Some(Expr::Null),
                "true" => Some(Expr::Bool(true)),
                "false" => Some(Expr::Bool(false)),
                "cast" => self.cast(),
                "case" | "exists" | "select" => None,
                _ => self.name(&word),
            },
        }
    }

    /// A column, perhaps after its table, or a function's call.
    fn name(&mut self, name: &str) -> Option<Expr> {
        if self.symbol(".") {
            let next = self.peek()?.clone();
            self.at += 1;
            let (Token::Word(name) | Token::Quoted(name)) = next else { return None };
            return self.name(&name);
        }
        if !matches!(self.peek(), Some(Token::Symbol("("))) {
            let ours = name.to_lowercase() == self.column.to_lowercase();
            return Some(if ours { Expr::Column } else { Expr::Unknown });
        }
        let before = self.at;
        let mut arguments = match self.arguments(name) {
            Some(arguments) => arguments,
            // arguments with words between them: `EXTRACT(year FROM c)`
            None => {
                self.at = before;
                self.skip_brackets()?;
                return Some(Expr::Unknown);
            }
        };
        if name == "coalesce" {
            return Some(Expr::Coalesce(arguments));
        }
        let function = match name {
            "length" | "char_length" | "character_length" => Function::Length,
            "octet_length" => Function::OctetLength,
            "lower" => Function::Lower,
            "upper" => Function::Upper,
            "trim" | "btrim" => Function::Trim,
            "abs" => Function::Abs,
            _ => return Some(Expr::Unknown),
        };
        match (arguments.pop(), arguments.is_empty()) {
            (Some(argument), true) => Some(Expr::Call(function, Box::new(argument))),
            _ => Some(Expr::Unknown),
        }
    }

    /// A call's arguments; PostgreSQL prints `trim(c)` as `TRIM(BOTH FROM c)`.
    fn arguments(&mut self, name: &str) -> Option<Vec<Expr>> {
        let before = self.at;
        if name == "trim" && self.symbol("(") && self.word("both") && self.word("from") {
            let argument = self.or()?;
            return self.symbol(")").then_some(vec![argument]);
        }
        self.at = before;
        self.list("(", ")")
    }

    fn skip_brackets(&mut self) -> Option<()> {
        let mut open = 0;
        loop {
            if self.symbol("(") {
                open += 1;
            } else if self.symbol(")") {
                open -= 1;
                if open == 0 {
                    return Some(());
                }
            } else {
                self.peek()?;
                self.at += 1;
            }
        }
    }

    fn cast(&mut self) -> Option<Expr> {
        if !self.symbol("(") {
            return None;
        }
        let expr = self.or()?;
        if !self.word("as") {
            return None;
        }
        let target = self.target()?;
        self.symbol(")").then(|| Expr::Cast(Box::new(expr), target))
    }

    /// A type's name: `text`, `character varying(20)`, `timestamp without time zone`, `text[]`.
    pub(super) fn target(&mut self) -> Option<Target> {
        let (Token::Word(first) | Token::Quoted(first)) = self.peek()?.clone() else { return None };
        self.at += 1;
        while ["varying", "precision", "without", "with", "time", "zone"].iter().any(|word| self.word(word)) {
        }
        while self.symbol(".") {
            self.peek()?;
            self.at += 1;
        }
        let sized = self.symbol("(");
        if sized {
            while !self.symbol(")") {
                self.peek()?;
                self.at += 1;
            }
            while ["without", "with", "time", "zone"].iter().any(|word| self.word(word)) {}
        }
        let mut array = false;
        while self.symbol("[") {
            array = true;
            if !self.symbol("]") {
                return None;
            }
        }
        Some(match first.as_str() {
            _ if array => Target::Other,
            "text" | "varchar" | "bpchar" | "citext" if first != "citext" && !sized => Target::Text,
            "character" if !sized => Target::Text,
            "integer" | "int" | "int4" | "int8" | "int2" | "bigint" | "smallint" | "numeric" | "decimal"
            | "double" | "real" | "float8" | "float4"
                if !sized =>
            {
                Target::Number
            }
            "date" | "timestamp" | "timestamptz" if !sized => Target::Moment,
            _ => Target::Other,
        })
    }
}
