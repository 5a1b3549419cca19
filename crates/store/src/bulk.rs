//! Many rows in one statement: a wave has ten thousand requests, and a statement for each would cost more than the work.

/// Rows of one statement. SQLite takes `$1` for a name and looks each name up by walking over all of them, so a statement
/// of thousands of places costs their square: at 500 rows a wave took longer than with a statement for each row.
pub(crate) const ROWS: usize = 50;

/// `($3, $4), ($5, $6)`: places for `rows` rows of `width` values, the first of them being number `first`.
pub(crate) fn rows(rows: usize, width: usize, first: usize) -> String {
    let mut text = String::with_capacity(rows * width * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        text.push_str(&places(width, first + row * width));
        text.push(')');
    }
    text
}

/// `$3, $4, $5`: places for so many values, the first of them being number `first`.
pub(crate) fn places(count: usize, first: usize) -> String {
    let mut text = String::with_capacity(count * 6);
    for place in first..first + count {
        if place > first {
            text.push_str(", ");
        }
        text.push('$');
        text.push_str(&place.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_are_numbered_row_by_row() {
        assert_eq!(super::rows(2, 2, 3), "($3, $4), ($5, $6)");
        assert_eq!(super::places(0, 1), "");
    }
}
