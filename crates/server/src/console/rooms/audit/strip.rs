//! The heads of the log over time: how far it reached, and where nobody signed for days.

use std::fmt::{self, Write};

use askama::FastWritable;
use askama::filters::HtmlSafe;
use exeunt_audit::note::Note;
use exeunt_base::Timestamp;
use exeunt_store::witnesses::WitnessedHead;

use crate::console::words::moment::{Clock, Moment};
use crate::console::words::number::{counted, grouped};

/// Days without a head from which on it is a gap.
const GAP: f64 = 2.0;
const DAY: f64 = 86_400.0;

/// A head that witnesses signed.
pub(super) struct Head {
    at: Timestamp,
    entries: u64,
    /// How many signed, of how many.
    signed: usize,
    witnesses: usize,
    pub(super) when: Moment,
    pub(super) size: String,
    pub(super) by: String,
    /// What is before it, where that is a gap.
    pub(super) gap: String,
}

/// The strip, ready to be shown. It holds numbers and words of ours, and makes its own SVG.
pub(super) struct Strip {
    svg: String,
    pub(super) says: String,
}

/// The heads, the latest first.
pub(super) fn heads(clock: &Clock, kept: &[WitnessedHead], witnesses: usize) -> Vec<Head> {
    let mut heads: Vec<Head> = kept
        .iter()
        .map(|one| {
            // of the signatures one is the log's own
            let signed = Note::parse(one.checkpoint.as_bytes())
                .map(|note| note.signatures().len().saturating_sub(1))
                .unwrap_or(0);
            Head {
                at: one.at,
                entries: one.size,
                signed,
                witnesses,
                when: clock.at(one.at),
                size: grouped(one.size),
                by: format!("{signed} of {witnesses}"),
                gap: String::new(),
            }
        })
        .collect();
    for place in 1..heads.len() {
        let days = heads[place - 1].at.seconds_since(heads[place].at) / DAY;
        if days > GAP {
            heads[place - 1].gap =
                format!("{} without a signed head before it", counted(days as u64, "day", "days"));
        }
    }
    heads
}

const LEFT: f64 = 10.0;
const WIDE: f64 = 700.0;
const BASE: f64 = 90.0;
const HIGH: f64 = 60.0;

/// The strip; nothing where no witness signed anything.
pub(super) fn picture(heads: &[Head], first: Option<Timestamp>, now: Timestamp) -> Option<Strip> {
    let (latest, oldest) = (heads.first()?, heads.last()?);
    let begin = first.map_or(oldest.at, |first| first.max(oldest.at.plus_days(-7))).min(oldest.at);
    let span = now.seconds_since(begin).max(1.0);
    let x = |at: Timestamp| LEFT + WIDE * (at.seconds_since(begin) / span).clamp(0.0, 1.0);
    let most = latest.entries.max(1) as f64;
    let mut svg = format!(
        "<svg class=\"strip\" viewBox=\"0 0 {:.0} 130\" role=\"img\" aria-labelledby=\"strip-says\"><line class=\"way\" x1=\"{LEFT}\" y1=\"{BASE}\" x2=\"{:.1}\" y2=\"{BASE}\"/>",
        LEFT * 2.0 + WIDE,
        LEFT + WIDE
    );
    let mut gaps = 0;
    let mut until = now;
    for head in heads {
        if until.seconds_since(head.at) / DAY > GAP {
            gaps += 1;
            let _ = write!(
                svg,
                "<rect class=\"gap\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{HIGH}\"/>",
                x(head.at),
                BASE - HIGH,
                x(until) - x(head.at)
            );
        }
        until = head.at;
    }
    for head in heads {
        let (at, high) = (x(head.at), HIGH * head.entries as f64 / most);
        let _ = write!(
            svg,
            "<line class=\"head\" x1=\"{at:.1}\" y1=\"{BASE}\" x2=\"{at:.1}\" y2=\"{:.1}\"/>",
            BASE - high
        );
        for place in 0..head.witnesses {
            let class = if place < head.signed { "tick" } else { "tick none" };
            let _ = write!(
                svg,
                "<circle class=\"{class}\" cx=\"{at:.1}\" cy=\"{:.1}\" r=\"3.5\"/>",
                BASE + 10.0 + 10.0 * place as f64
            );
        }
    }
    svg.push_str("</svg>");
    let gap = match gaps {
        0 => String::from("without a gap"),
        gaps => format!("with {} of more than two days, in red", counted(gaps, "gap", "gaps")),
    };
    let says = format!(
        "{} over time, the latest over {} entries, {gap}. Each dot is a witness that signed.",
        counted(heads.len() as u64, "signed head", "signed heads"),
        grouped(latest.entries)
    );
    Some(Strip { svg, says })
}

impl fmt::Display for Strip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.svg)
    }
}

impl FastWritable for Strip {
    fn write_into(&self, to: &mut dyn Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(to.write_str(&self.svg)?)
    }
}

impl HtmlSafe for Strip {}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;
    use exeunt_store::witnesses::WitnessedHead;

    use super::{heads, picture};
    use crate::console::words::moment::Clock;

    #[test]
    fn days_without_a_head_are_a_gap() {
        let now = Timestamp::from_micros(1_798_000_000_000_000);
        let head =
            |size, days: i64| WitnessedHead { size, checkpoint: String::new(), at: now.plus_days(-days) };
        let clock = Clock::new("Europe/Berlin".parse().unwrap(), now);
        let kept = [head(30, 0), head(20, 1), head(10, 6)];
        let all = heads(&clock, &kept, 2);
        assert_eq!(all[1].gap, "5 days without a signed head before it");
        assert!(all[0].gap.is_empty());
        let strip = picture(&all, None, now).unwrap();
        assert_eq!(strip.to_string().matches("class=\"gap\"").count(), 1);
        assert!(strip.says.contains("3 signed heads") && strip.says.contains("1 gap"), "{}", strip.says);
        assert!(picture(&[], None, now).is_none());
    }
}
