//! Two pictures of a period: what was asked for week by week, and how long answers took beside how long they may take.

use std::fmt::{self, Write};

use askama::FastWritable;
use askama::filters::HtmlSafe;
use exeunt_app::reports::Period;
use exeunt_app::reports::period::Week;
use exeunt_rights::Right;

use crate::console::request::said::right;
use crate::console::words::number::grouped;

/// Stacked bars, a week each, with the share that was answered in time as a line. It holds numbers, days and words of ours, and makes its own SVG.
pub(super) struct Volume(String);

/// Bars of days, a right each, with what was promised as a line.
pub(super) struct Times(String);

const LEFT: f64 = 44.0;
const WIDE: f64 = 660.0;
const TOP: f64 = 34.0;
const HIGH: f64 = 150.0;

/// How each right is told apart: by its place in the stack, its pattern and its word, never by color alone.
fn class(right: Right) -> &'static str {
    match right {
        Right::Access => "a",
        Right::Portability => "b",
        Right::Erasure => "c",
        Right::Anonymization => "d",
    }
}

impl Volume {
    pub(super) fn of(weeks: &[Week]) -> Self {
        let most = weeks.iter().map(Week::total).max().unwrap_or(0).max(1);
        let step = WIDE / weeks.len().max(1) as f64;
        let bar = (step * 0.7).clamp(1.0, 48.0);
        let mut svg = format!(
            "<svg class=\"bars\" viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" aria-labelledby=\"volume-says\">",
            LEFT + WIDE + 50.0,
            TOP + HIGH + 30.0
        );
        let mut key = LEFT;
        for right_of in Right::ALL {
            let name = right(right_of.as_str());
            let _ = write!(
                svg,
                "<rect class=\"{}\" x=\"{key:.1}\" y=\"4\" width=\"14\" height=\"14\"/><text x=\"{:.1}\" y=\"16\">{name}</text>",
                class(right_of),
                key + 20.0
            );
            key += 46.0 + name.len() as f64 * 8.0;
        }
        for (place, week) in weeks.iter().enumerate() {
            let x = LEFT + step * place as f64 + (step - bar) / 2.0;
            let mut y = TOP + HIGH;
            for right in Right::ALL {
                let count = week.by_right.get(&right).copied().unwrap_or(0);
                if count == 0 {
                    continue;
                }
                let high = HIGH * count as f64 / most as f64;
                y -= high;
                let _ = write!(
                    svg,
                    "<rect class=\"{}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{bar:.1}\" height=\"{high:.1}\"/>",
                    class(right)
                );
            }
        }
        axis(&mut svg, &grouped(most));
        in_time(&mut svg, weeks, key, |place| LEFT + step * (place as f64 + 0.5));
        let ends = [weeks.first(), weeks.last().filter(|_| weeks.len() > 1)];
        for (week, (x, anchor)) in ends.into_iter().zip([(LEFT, "start"), (LEFT + WIDE, "end")]) {
            if let Some(week) = week {
                let _ = write!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">week of {}</text>",
                    TOP + HIGH + 20.0,
                    week.from
                );
            }
        }
        svg.push_str("</svg>");
        Self(svg)
    }
}

impl Times {
    /// Nothing where nothing was answered.
    pub(super) fn of(period: &Period) -> Option<Self> {
        let rows: Vec<_> = period
            .report
            .metrics
            .by_right
            .iter()
            .filter_map(|(right, figures)| {
                let (median, ninetieth) = (figures.median_days()?, figures.ninetieth_days()?);
                Some((
                    *right,
                    median,
                    f64::from(ninetieth),
                    period.promised.get(right).copied().unwrap_or(0) as f64,
                ))
            })
            .collect();
        if rows.is_empty() {
            return None;
        }
        let most = rows.iter().flat_map(|row| [row.1, row.2, row.3]).fold(1.0, f64::max) * 1.1;
        let (left, wide, row_high) = (120.0, 560.0, 56.0);
        let x = |days: f64| left + wide * days / most;
        let bottom = 10.0 + row_high * rows.len() as f64;
        let mut svg = format!(
            "<svg class=\"bars\" viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" aria-labelledby=\"times-says\">",
            left + wide + 30.0,
            bottom + 10.0
        );
        for (place, (right_of, median, ninetieth, promised)) in rows.iter().enumerate() {
            let y = 10.0 + row_high * place as f64;
            let _ = write!(
                svg,
                "<text x=\"0\" y=\"{:.1}\">{}</text><rect class=\"c\" x=\"{left}\" y=\"{:.1}\" width=\"{:.1}\" height=\"14\"/><rect class=\"a\" x=\"{left}\" y=\"{:.1}\" width=\"{:.1}\" height=\"14\"/>",
                y + 24.0,
                right(right_of.as_str()),
                y + 4.0,
                (x(*median) - left).max(1.0),
                y + 22.0,
                (x(*ninetieth) - left).max(1.0)
            );
            let _ = write!(
                svg,
                "<line class=\"wall\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{2:.1}\"/>",
                x(*promised),
                y,
                y + 40.0
            );
            // each number stands beside its bar, where the line is not in its way
            for (days, high) in [(*median, 16.0), (*ninetieth, 34.0)] {
                let _ = write!(svg, "<text x=\"{:.1}\" y=\"{:.1}\">{days}</text>", x(days) + 6.0, y + high);
            }
            let (at, anchor) = if *promised > most * 0.8 { (-6.0, "end") } else { (6.0, "start") };
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{promised}</text>",
                x(*promised) + at,
                y + 25.0
            );
        }
        svg.push_str("</svg>");
        Some(Self(svg))
    }
}

/// The line of what was answered in time, from 0 to 100 % at the right; broken where a week has no answer.
fn in_time(svg: &mut String, weeks: &[Week], key: f64, x: impl Fn(usize) -> f64) {
    if weeks.iter().all(|week| week.on_time_share.is_none()) {
        return;
    }
    let _ = write!(
        svg,
        "<path class=\"share\" d=\"M{key:.1} 11h20\"/><circle class=\"share\" cx=\"{:.1}\" cy=\"11\" r=\"3.5\"/><text x=\"{:.1}\" y=\"16\">In time</text>",
        key + 10.0,
        key + 26.0
    );
    let (mut path, mut points, mut on) = (String::new(), String::new(), false);
    for (place, week) in weeks.iter().enumerate() {
        let Some(share) = week.on_time_share else {
            on = false;
            continue;
        };
        let (x, y) = (x(place), TOP + HIGH * (1.0 - share.clamp(0.0, 1.0)));
        let _ = write!(path, "{}{x:.1} {y:.1}", if on { 'L' } else { 'M' });
        let _ = write!(points, "<circle class=\"share\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>");
        on = true;
    }
    let _ = write!(
        svg,
        "<path class=\"share\" d=\"{path}\"/>{points}<text x=\"{0:.1}\" y=\"{1:.1}\">100%</text><text x=\"{0:.1}\" y=\"{2:.1}\">0%</text>",
        LEFT + WIDE + 6.0,
        TOP + 8.0,
        TOP + HIGH
    );
}

fn axis(svg: &mut String, most: &str) {
    let base = TOP + HIGH;
    let _ = write!(
        svg,
        "<line class=\"way\" x1=\"{LEFT}\" y1=\"{base}\" x2=\"{:.1}\" y2=\"{base}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{most}</text><text x=\"{:.1}\" y=\"{base}\" text-anchor=\"end\">0</text>",
        LEFT + WIDE,
        LEFT - 6.0,
        TOP + 8.0,
        LEFT - 6.0
    );
}

impl fmt::Display for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FastWritable for Volume {
    fn write_into(&self, to: &mut dyn Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(to.write_str(&self.0)?)
    }
}

impl FastWritable for Times {
    fn write_into(&self, to: &mut dyn Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(to.write_str(&self.0)?)
    }
}

// made of numbers, days and words of ours
impl HtmlSafe for Volume {}
impl HtmlSafe for Times {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use exeunt_app::reports::period::Week;
    use exeunt_rights::Right;

    use super::Volume;

    #[test]
    fn what_was_in_time_is_a_line_that_breaks_where_nothing_was_answered() {
        let week = |day: &str, share| Week {
            from: day.parse().unwrap(),
            by_right: BTreeMap::from([(Right::Access, 2)]),
            on_time_share: share,
        };
        let weeks = [week("2026-11-02", Some(1.0)), week("2026-11-09", None), week("2026-11-16", Some(0.5))];
        let svg = Volume::of(&weeks).0;
        assert!(svg.contains("In time") && svg.contains("100%"), "{svg}");
        let line = svg.split("<path class=\"share\" d=\"").nth(2).unwrap().split('"').next().unwrap();
        assert_eq!((line.matches('M').count(), line.matches('L').count()), (2, 0), "{line}");
        assert!(!Volume::of(&[week("2026-11-02", None)]).0.contains("In time"));
    }

    #[test]
    fn a_week_without_a_request_has_no_bar() {
        let week = |day: &str, by_right| Week { from: day.parse().unwrap(), by_right, on_time_share: None };
        let two = BTreeMap::from([(Right::Access, 2), (Right::Erasure, 1)]);
        let svg = Volume::of(&[week("2026-11-09", two), week("2026-11-16", BTreeMap::new())]).0;
        // four of the key, and two of the one week
        assert_eq!(svg.matches("<rect").count(), 6, "{svg}");
        assert!(svg.contains("week of 2026-11-09") && svg.contains("week of 2026-11-16"));
        assert!(Volume::of(&[]).0.ends_with("</svg>"));
    }
}
