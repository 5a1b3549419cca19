//! Telling counters from other updates: every assignment adds to or takes from the column it sets.

use crate::analyze::tokens::Token;

/// Whether what follows an UPDATE's table only counts.
pub(super) fn only_counts(tokens: &[Token]) -> bool {
    let set = tokens.iter().take(4).position(|token| token.word() == Some("set"));
    let Some(set) = set else { return false };
    let mut assignments = vec![Vec::new()];
    let mut depth = 0;
    for token in &tokens[set + 1..] {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            Token::Sign(';') => break,
            Token::Word(word) if depth == 0 && matches!(word.as_str(), "where" | "from" | "returning") => {
                break;
            }
            Token::Sign(',') if depth == 0 => {
                assignments.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = assignments.last_mut() {
            last.push(token);
        }
    }
    assignments.iter().all(|assignment| counts(assignment))
}

/// `n = n + …`, `n = t.n - …`, `n = coalesce(n, 0) + …`.
fn counts(assignment: &[&Token]) -> bool {
    let [column, equals, value @ ..] = assignment else { return false };
    let Some(column) = column.name().filter(|_| equals.is('=')) else { return false };
    let itself = |tokens: &[&Token]| match tokens {
        [name] => name.name() == Some(column),
        [_, dot, name] => dot.is('.') && name.name() == Some(column),
        _ => false,
    };
    let end = value.iter().position(|token| token.is('+') || token.is('-'));
    let Some(end) = end else { return false };
    // Nothing may follow that multiplies or divides what was there.
    if value[end..].iter().any(|token| token.is('*') || token.is('/') || token.is('|')) {
        return false;
    }
    match &value[..end] {
        [call, open, inner @ .., comma, default, close]
            if call.word() == Some("coalesce") && open.is('(') && close.is(')') =>
        {
            comma.is(',') && **default == Token::Value && itself(inner)
        }
        plain => itself(plain),
    }
}
