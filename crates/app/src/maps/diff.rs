//! Two texts line by line: what went, what came, and a little around it.

/// Lines shown around a change.
const AROUND: usize = 3;
/// Most differences that are told apart line by line; beyond them a stretch counts as written anew.
const MOST: usize = 1_500;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// It is in both.
    Same,
    /// It is only in the old text.
    Gone,
    /// It is only in the new text.
    New,
}

/// A line of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// What became of it.
    pub sort: Sort,
    /// Its number in the new text, or in the old one where it is gone; counted from 1.
    pub number: usize,
    /// It.
    pub text: &'a str,
}

/// Stretches of lines around what differs, in order.
pub fn between<'a>(old: &'a str, new: &'a str) -> Vec<Vec<Line<'a>>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let all = whole(&old, &new);
    let mut shown = vec![false; all.len()];
    for (place, _) in all.iter().enumerate().filter(|(_, line)| line.sort != Sort::Same) {
        let to = (place + AROUND + 1).min(all.len());
        shown[place.saturating_sub(AROUND)..to].iter_mut().for_each(|shown| *shown = true);
    }
    let mut stretches: Vec<Vec<Line<'a>>> = Vec::new();
    let mut open = false;
    for (line, shown) in all.into_iter().zip(shown) {
        match (shown, open, stretches.last_mut()) {
            (true, true, Some(last)) => last.push(line),
            (true, ..) => stretches.push(vec![line]),
            (false, ..) => {}
        }
        open = shown;
    }
    stretches
}

fn whole<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let same = |number: usize| Line { sort: Sort::Same, number: number + 1, text: new[number] };
    let mut lines: Vec<Line<'a>> = (0..head).map(same).collect();
    let (from, to) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let kept = common(from, to).unwrap_or_default();
    let (mut a, mut b) = (0, 0);
    for (at, bt) in kept.into_iter().chain([(from.len(), to.len())]) {
        lines.extend((a..at).map(|a| Line { sort: Sort::Gone, number: head + a + 1, text: from[a] }));
        lines.extend((b..bt).map(|b| Line { sort: Sort::New, number: head + b + 1, text: to[b] }));
        if at < from.len() && bt < to.len() {
            lines.push(same(head + bt));
        }
        (a, b) = (at + 1, bt + 1);
    }
    lines.extend((new.len() - tail..new.len()).map(same));
    lines
}

/// Pairs of lines that stay, by Myers' shortest edit script; nothing where the texts differ in too much.
fn common(old: &[&str], new: &[&str]) -> Option<Vec<(usize, usize)>> {
    let (n, m) = (old.len(), new.len());
    if n.abs_diff(m) > MOST {
        return None;
    }
    let most = (n + m).min(MOST);
    let offset = most + 1;
    let mut reach = vec![0usize; 2 * most + 3];
    let mut trace: Vec<Vec<usize>> = Vec::new();
    for d in 0..=most {
        trace.push(reach[offset - d - 1..=offset + d + 1].to_vec());
        for k in (0..=2 * d).step_by(2) {
            // the diagonal k - d, counted from `offset`
            let at = offset + k - d;
            let down = k == 0 || k != 2 * d && reach[at - 1] < reach[at + 1];
            let mut x = if down { reach[at + 1] } else { reach[at - 1] + 1 };
            let Some(mut y) = (x + offset).checked_sub(at) else { continue };
            while x < n && y < m && old[x] == new[y] {
                (x, y) = (x + 1, y + 1);
            }
            reach[at] = x;
            if x >= n && y >= m {
                return Some(back(&trace, n, m));
            }
        }
    }
    None
}

/// The way back through what was reached at each step.
fn back(trace: &[Vec<usize>], n: usize, m: usize) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut x, mut y) = (n as isize, m as isize);
    for (d, reach) in trace.iter().enumerate().rev() {
        let d = d as isize;
        let at = |k: isize| reach.get(usize::try_from(k + d + 1).unwrap_or(0)).copied().unwrap_or(0) as isize;
        let k = x - y;
        let down = k == -d || k != d && at(k - 1) < at(k + 1);
        let before = if down { k + 1 } else { k - 1 };
        let (px, py) = if d == 0 { (0, 0) } else { (at(before), at(before) - before) };
        let (sx, sy) = match (d, down) {
            (0, _) => (0, 0),
            (_, true) => (px, py + 1),
            (_, false) => (px + 1, py),
        };
        while x > sx && y > sy {
            (x, y) = (x - 1, y - 1);
            pairs.push((x as usize, y as usize));
        }
        (x, y) = (px, py);
    }
    pairs.reverse();
    pairs
}

#[cfg(test)]
mod tests {
    use super::{Sort, between, whole};

    fn told(old: &str, new: &str) -> String {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.split(' ').collect(), new.split(' ').collect());
        let sign = |sort| match sort {
            Sort::Same => "",
            Sort::Gone => "-",
            Sort::New => "+",
        };
        let lines = whole(&old, &new);
        lines.iter().map(|line| format!("{}{}", sign(line.sort), line.text)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_went_and_what_came_is_told_with_as_few_lines_as_there_are() {
        assert_eq!(told("a b c", "a b c"), "a b c");
        assert_eq!(told("a b c", "a x c"), "a -b +x c");
        assert_eq!(told("a b c d e", "b c x d"), "-a b c +x d -e");
        assert_eq!(told("a", "b a b"), "+b a +b");
        assert_eq!(told("a b a b a", "b a b"), "-a b a b -a");
    }

    #[test]
    fn both_texts_can_be_read_off_any_difference() {
        let mut state = 7u64;
        let mut chance = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..500 {
            let mut text = || -> Vec<&str> {
                let length = chance(12);
                (0..length).map(|_| ["a", "b", "c"][chance(3) as usize]).collect()
            };
            let (old, new) = (text(), text());
            let lines = whole(&old, &new);
            let side = |without| {
                lines.iter().filter(|line| line.sort != without).map(|line| line.text).collect::<Vec<_>>()
            };
            assert_eq!(side(Sort::New), old);
            assert_eq!(side(Sort::Gone), new);
        }
    }

    #[test]
    fn texts_that_have_nothing_in_common_are_told_at_once() {
        let text = |word: &str| (0..20_000).map(|line| format!("{word} {line}\n")).collect::<String>();
        assert_eq!(between(&text("old"), &text("new")).iter().map(Vec::len).sum::<usize>(), 40_000);
        assert!(between(&text("same"), &text("same")).is_empty());
    }
}
