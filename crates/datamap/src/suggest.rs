//! "Did you mean": the nearest known word to one that is not known.

/// The nearest of `known`, if it is near enough to be a slip.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = word.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
    if wanted.len() > LONGEST {
        return None;
    }
    // One letter of two is another word, not a slip.
    let most = if wanted.len() < 3 { 0 } else { (wanted.len() / 3).max(1) };
    known
        .into_iter()
        .filter_map(|candidate| {
            let letters: Vec<char> =
                candidate.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
            let near = letters.len() <= LONGEST && letters.len().abs_diff(wanted.len()) <= most;
            let distance = near.then(|| distance(&wanted, &letters))?;
            (distance <= most).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", or nothing.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, known).map(|near| format!("did you mean `{}`?", shown(near)))
}

/// A text from somebody else's file, made safe to show: control characters escaped, long ones cut.
pub fn shown(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(80)
        .flat_map(|c| {
            let plain = !c.is_control();
            plain.then_some(c).into_iter().chain((!plain).then(|| c.escape_default()).into_iter().flatten())
        })
        .collect();
    if text.chars().nth(80).is_some() {
        out.push('…');
    }
    out
}

/// Longer words are no slips of the pen.
const LONGEST: usize = 64;

/// Edit distance with neighbors swapped as one step.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{nearest, shown};

    #[test]
    fn a_slip_is_recognized_and_a_stranger_is_not() {
        let known = ["customers", "orders", "order_lines"];
        assert_eq!(nearest("custmers", known), Some("customers"));
        assert_eq!(nearest("Orders", known), Some("orders"));
        assert_eq!(nearest("odrers", known), Some("orders"));
        assert_eq!(nearest("invoices", known), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), known), None);
    }

    #[test]
    fn hostile_text_is_shown_harmless() {
        assert_eq!(shown("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\nb");
        assert_eq!(shown(&"é".repeat(100)).chars().count(), 81);
    }
}
