//! Many rows in one statement: a wave has ten thousand requests, and a statement for each would cost more than the work.

/// Rows of one statement.
pub(crate) const ROWS: usize = 500;

/// `(?, ?), (?, ?)`: places for `rows` rows of `width` values. They have no numbers, and neither may the other places of
/// the statement: SQLite takes `$1` for a name and looks each name up by walking over all of them, so that a statement
/// of thousands of numbered places costs their square.
pub(crate) fn rows(rows: usize, width: usize) -> String {
    let row = format!("({})", places(width));
    repeated(&row, rows)
}

/// `?, ?, ?`: places for so many values.
pub(crate) fn places(count: usize) -> String {
    repeated("?", count)
}

fn repeated(what: &str, times: usize) -> String {
    let mut text = String::with_capacity(times * (what.len() + 2));
    for time in 0..times {
        text.push_str(if time == 0 { "" } else { ", " });
        text.push_str(what);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_stand_row_by_row() {
        assert_eq!(super::rows(2, 2), "(?, ?), (?, ?)");
        assert_eq!(super::places(0), "");
    }
}
