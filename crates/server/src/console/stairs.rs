//! Stairs: how much is still there, and on which day each step of it falls away.

use std::fmt::Write;

use exeunt_rights::Day;

use crate::console::words::number::grouped;

/// A step of the stairs: so many rows are left after a day.
pub(crate) struct Stair {
    pub(crate) day: Day,
    pub(crate) left: u64,
}

/// The stairs, ready to be shown. They hold numbers and days alone, and make their own SVG.
pub(crate) struct Stairs(String);

/// What is left after each day on which something falls away, of rows with the last day of each, in the order of these days.
pub(crate) fn stairs(steps: &[(Option<Day>, u64)], today: Day) -> Vec<Stair> {
    let mut left: u64 = steps.iter().map(|(_, rows)| rows).sum();
    let mut stairs: Vec<Stair> = Vec::new();
    for (day, rows) in steps {
        let Some(day) = day.map(|day| day.max(today)) else { continue };
        left = left.saturating_sub(*rows);
        match stairs.last_mut() {
            Some(last) if last.day == day => last.left = left,
            _ => stairs.push(Stair { day, left }),
        }
    }
    stairs
}

const WIDE: f64 = 640.0;
const HIGH: f64 = 160.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 20.0;

/// The picture, as soon as one day is known. A sentence with the id `stairs-says` tells the same.
pub(crate) fn picture(stairs: &[Stair], total: u64, open: u64, today: Day) -> Option<Stairs> {
    let last = stairs.last()?;
    let span = last.day.days_since(today).max(1) as f64 * 1.05;
    let x = |day: Day| LEFT + WIDE * (day.days_since(today).max(0) as f64 / span);
    let y = |rows: u64| TOP + HIGH * (1.0 - rows as f64 / total.max(1) as f64);
    let mut path = format!("M{LEFT:.1} {:.1} L{LEFT:.1} {:.1}", TOP + HIGH, y(total));
    for stair in stairs {
        let _ = write!(path, " H{:.1} V{:.1}", x(stair.day), y(stair.left));
    }
    let _ = write!(path, " H{:.1} V{:.1} Z", LEFT + WIDE, TOP + HIGH);
    let mut svg = format!(
        "<svg class=\"stairs\" viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" aria-labelledby=\"stairs-says\"><path class=\"held\" d=\"{path}\"/>",
        LEFT + WIDE + 10.0,
        TOP + HIGH + 40.0
    );
    if open > 0 {
        let (top, bottom) = (y(open), TOP + HIGH);
        let _ = write!(
            svg,
            "<rect class=\"open\" x=\"{LEFT:.1}\" y=\"{top:.1}\" width=\"{WIDE:.1}\" height=\"{:.1}\"/>",
            bottom - top
        );
    }
    let _ = write!(
        svg,
        "<line class=\"way\" x1=\"{LEFT:.1}\" y1=\"{0:.1}\" x2=\"{1:.1}\" y2=\"{0:.1}\"/>",
        TOP + HIGH,
        LEFT + WIDE
    );
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">0</text>",
        LEFT - 8.0,
        TOP + 5.0,
        grouped(total),
        LEFT - 8.0,
        TOP + HIGH
    );
    let _ = write!(svg, "<text x=\"{LEFT:.1}\" y=\"{:.1}\">{today}</text>", TOP + HIGH + 22.0);
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text></svg>",
        LEFT + WIDE,
        TOP + HIGH + 22.0,
        last.day
    );
    Some(Stairs(svg))
}

impl std::fmt::Display for Stairs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::FastWritable for Stairs {
    fn write_into(&self, to: &mut dyn Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(to.write_str(&self.0)?)
    }
}

// made of numbers, days and words of ours
impl askama::filters::HtmlSafe for Stairs {}

#[cfg(test)]
mod tests {
    use super::{picture, stairs};

    #[test]
    fn stairs_go_down_day_by_day_to_what_nobody_knows_the_end_of() {
        let today = "2026-11-23".parse().unwrap();
        let day = |text: &str| Some(text.parse().unwrap());
        let steps = [(day("2027-12-31"), 3), (day("2027-12-31"), 2), (day("2030-12-31"), 4), (None, 1)];
        let all: Vec<_> = stairs(&steps, today).iter().map(|one| (one.day.to_string(), one.left)).collect();
        assert_eq!(all, [("2027-12-31".to_owned(), 5), ("2030-12-31".to_owned(), 1)]);
        let svg = picture(&stairs(&steps, today), 10, 1, today).unwrap().to_string();
        assert!(svg.contains("class=\"open\"") && svg.contains("2030-12-31"), "{svg}");
        assert!(picture(&[], 1, 1, today).is_none());
    }
}
