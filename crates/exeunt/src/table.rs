//! Tables in plain text: headings, columns as wide as they need, numbers to the right.

/// A table. Columns whose cells are all numbers (or empty) stand to the right.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let count = headings.len();
    let number = |cell: &String| cell.chars().all(|c| c.is_ascii_digit() || c == ',');
    let right: Vec<bool> =
        (0..count).map(|column| !rows.is_empty() && rows.iter().all(|row| number(&row[column]))).collect();
    let width = |text: &str| text.chars().count();
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            rows.iter().map(|row| width(&row[column])).chain([width(headings[column])]).max().unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    let heading: Vec<String> = headings.iter().map(|text| (*text).to_owned()).collect();
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    for row in [&heading, &rule].into_iter().chain(rows) {
        let mut line = String::new();
        for column in 0..count {
            let pad = " ".repeat(widths[column] - width(&row[column]));
            let cell =
                if right[column] { format!("{pad}{}", row[column]) } else { format!("{}{pad}", row[column]) };
            line.push_str(if column == 0 { "" } else { "  " });
            line.push_str(&cell);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn numbers_stand_to_the_right_and_lines_have_no_tail() {
        let rows = [vec!["shop.orders".into(), "1,200".into()], vec!["shop.é".into(), "7".into()]];
        let text = "model         rows\n───────────  ─────\nshop.orders  1,200\nshop.é           7\n";
        assert_eq!(table(&["model", "rows"], &rows), text);
    }
}
