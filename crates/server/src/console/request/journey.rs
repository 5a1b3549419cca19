//! The journey of one request as a picture: what happened and what is to come on one line, the deadline as a wall, pauses
//! hatched. Its table says the same in words.

use std::fmt::{self, Write};

use askama::FastWritable;
use askama::filters::HtmlSafe;
use exeunt_app::deadlines::Standing;
use exeunt_app::requests::history::Happened;
use exeunt_audit::kind::Kind;
use exeunt_base::Timestamp;
use exeunt_rights::Zone;
use exeunt_store::requests::Request;

use crate::console::words::moment::{Clock, Moment};
use crate::console::words::number;

/// A stop on the way.
pub(crate) struct Stop {
    pub(crate) name: &'static str,
    pub(crate) at: Moment,
    /// `done`, `now`, `next` or `wall`.
    kind: &'static str,
    when: Timestamp,
}

impl Stop {
    /// Whether it happened.
    pub(crate) fn state(&self) -> &'static str {
        match self.kind {
            "done" => "happened",
            "now" => "now",
            "wall" => "the last day",
            _ => "to come",
        }
    }
}

/// A stretch of time.
struct Stretch {
    kind: &'static str,
    from: Timestamp,
    to: Timestamp,
}

/// The picture.
pub(crate) struct Journey {
    /// It in one sentence.
    pub(crate) summary: String,
    pub(crate) stops: Vec<Stop>,
    stretches: Vec<Stretch>,
}

/// Width and height of the drawing, and its margins, in its own units.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 150.0;
const EDGE: f64 = 48.0;
const LINE: f64 = 84.0;

impl Journey {
    /// Of a request, from what the log has and what is set.
    pub(crate) fn of(
        request: &Request,
        standing: Option<&Standing>,
        history: &[Happened],
        zone: &Zone,
        clock: &Clock,
        now: Timestamp,
    ) -> Self {
        let first = |kind: Kind| history.iter().find(|one| one.kind == kind).map(|one| one.at);
        let last = |kind: Kind| history.iter().rev().find(|one| one.kind == kind).map(|one| one.at);
        let mut stops: Vec<(&'static str, &'static str, Timestamp)> =
            vec![("received", "done", request.received_at)];
        let mut add = |name, at: Option<Timestamp>| {
            if let Some(at) = at {
                stops.push((name, if at > now { "next" } else { "done" }, at));
            }
        };
        add("identified", first(Kind::RequestIdentified));
        add("approved", last(Kind::PlanApproved));
        let hidden = last(Kind::JobSettled);
        add("hidden", hidden);
        add("package made", last(Kind::PackageMade));
        let restored = last(Kind::RestoreClosed).filter(|_| request.state == "restored");
        add("restored", restored);
        let purged = last(Kind::PurgeFinished);
        match (purged, request.window_ends_at.filter(|_| request.state != "restored")) {
            (Some(at), _) => add("erased", Some(at)),
            (None, ends) => add("window ends", ends),
        }
        let answered = standing.and_then(|standing| standing.deadline.answered_at);
        add("answered", answered);
        if answered.is_none() {
            stops.push(("now", "now", now));
        }
        let due = standing.and_then(|standing| standing.deadline.answer_by.parse().ok());
        // the whole of the last day counts
        let wall = due.map(|day: exeunt_rights::Day| zone.start_of(day.plus_days(1)).plus_seconds(-60));
        if let Some(wall) = wall {
            stops.push(("due", "wall", wall));
        }
        stops.sort_by_key(|(_, _, at)| *at);
        let mut stretches = pauses(history, now, standing);
        if let (Some(from), Some(to)) = (hidden, purged.or(restored).or(request.window_ends_at)) {
            stretches.push(Stretch { kind: "window", from, to: to.max(from) });
        }
        let summary = summary(request, standing, hidden, purged, clock);
        let stops = stops
            .into_iter()
            .map(|(name, kind, when)| Stop { name, kind, when, at: clock.at(when) })
            .collect();
        Self { summary, stops, stretches }
    }

    /// Where the label of each stop stands: its row, and its middle. There are four rows, two above the line and two below, so that
    /// neighbors do not run into each other.
    fn rows(&self) -> Vec<(usize, f64)> {
        let (from, to) = self.span();
        let mut ends = [f64::MIN; 4];
        let stops = self.stops.iter().map(|stop| {
            let x = EDGE + (stop.when.as_micros() as f64 - from) / (to - from) * (WIDTH - 2.0 * EDGE);
            let half = stop.name.chars().count() as f64 * 3.9 + 6.0;
            let center = x.clamp(half, WIDTH - half);
            let free = (0..4).find(|row| center - half >= ends[*row]);
            // where a moment has more than four, the next one stands beside
            let row = free.unwrap_or_else(|| {
                (1..4).fold(0, |least, row| if ends[row] < ends[least] { row } else { least })
            });
            let center = if free.is_some() { center } else { ends[row] + half };
            ends[row] = center + half;
            (row, center)
        });
        stops.collect()
    }

    /// From the first moment to the last.
    fn span(&self) -> (f64, f64) {
        let times = self.stops.iter().map(|stop| stop.when.as_micros() as f64);
        let (from, to) = times.fold((f64::MAX, f64::MIN), |(from, to), at| (from.min(at), to.max(at)));
        // a request of this minute is no point
        (from, to.max(from + 3_600e6))
    }
}

/// When the clock stood still.
fn pauses(history: &[Happened], now: Timestamp, standing: Option<&Standing>) -> Vec<Stretch> {
    let (mut all, mut since) = (Vec::new(), None);
    for one in history.iter().filter(|one| one.kind == Kind::RequestDeadlineMoved) {
        match one.facts.get("why").map(String::as_str) {
            Some("paused") => since = Some(one.at),
            Some("resumed") => {
                if let Some(from) = since.take() {
                    all.push(Stretch { kind: "pause", from, to: one.at });
                }
            }
            _ => {}
        }
    }
    if let (Some(from), true) =
        (since, standing.is_some_and(|standing| standing.deadline.paused_on.is_some()))
    {
        all.push(Stretch { kind: "pause", from, to: now });
    }
    all
}

fn summary(
    request: &Request,
    standing: Option<&Standing>,
    hidden: Option<Timestamp>,
    purged: Option<Timestamp>,
    clock: &Clock,
) -> String {
    let day = |at: Timestamp| clock.date_of(at);
    let mut text = format!("Received on {}", day(request.received_at));
    match (hidden, purged) {
        (_, Some(at)) => text.push_str(&format!(", erased for good on {}", day(at))),
        (Some(at), None) if request.state == "restored" => {
            text.push_str(&format!(", hidden on {} and brought back", day(at)));
        }
        (Some(at), None) => text.push_str(&format!(", hidden on {}", day(at))),
        (None, None) => {}
    }
    if let Some(ends) = request.window_ends_at.filter(|_| purged.is_none() && request.state != "restored") {
        text.push_str(&format!(", can come back until {}", day(ends)));
    }
    let Some(standing) = standing else { return text + "." };
    match (standing.deadline.answered_at, standing.days_left) {
        (Some(at), _) => text.push_str(&format!("; answered on {}", day(at))),
        (None, _) if standing.deadline.paused_on.is_some() => text.push_str("; the clock stands still"),
        (None, left @ 0..) => {
            let days = number::counted(left.unsigned_abs(), "day", "days");
            text.push_str(&format!("; {days} left until the answer is due"));
        }
        (None, late) => {
            let days = number::counted(late.unsigned_abs(), "day", "days");
            text.push_str(&format!("; the answer is {days} late"));
        }
    }
    text + "."
}

impl fmt::Display for Journey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = self.span();
        let rows = self.rows();
        // rows of labels that nobody needs take no room
        let top = if rows.iter().any(|(row, _)| *row == 2) { 16.0 } else { 40.0 };
        let bottom = if rows.iter().any(|(row, _)| *row == 3) { HEIGHT } else { HEIGHT - 24.0 };
        let height = bottom - top;
        let place =
            |at: Timestamp| EDGE + (at.as_micros() as f64 - from) / (to - from) * (WIDTH - 2.0 * EDGE);
        write!(
            f,
            "<svg class=\"journey\" viewBox=\"0 {top} {WIDTH} {height}\" role=\"img\" aria-labelledby=\"journey-summary\">\
             <defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <rect class=\"hatch\" width=\"2\" height=\"6\"/></pattern></defs>\
             <line class=\"way\" x1=\"{EDGE}\" x2=\"{}\" y1=\"{LINE}\" y2=\"{LINE}\"/>",
            WIDTH - EDGE
        )?;
        for stretch in &self.stretches {
            let (x, end) = (place(stretch.from.max(self.stops[0].when)), place(stretch.to).min(WIDTH - EDGE));
            let fill = if stretch.kind == "pause" { " fill=\"url(#hatch)\"" } else { "" };
            write!(
                f,
                "<rect class=\"{}\" x=\"{x:.1}\" y=\"{}\" width=\"{:.1}\" height=\"14\"{fill}/>",
                stretch.kind,
                LINE - 7.0,
                (end - x).max(2.0)
            )?;
        }
        let spot = |row: usize| [LINE - 22.0, LINE + 32.0, LINE - 46.0, LINE + 56.0][row];
        for (stop, (row, _)) in self.stops.iter().zip(&rows) {
            let (x, y) = (place(stop.when), spot(*row));
            let (from, to) = if row % 2 == 0 { (y + 5.0, LINE - 7.0) } else { (y - 14.0, LINE + 7.0) };
            write!(f, "<line class=\"tick\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{from}\" y2=\"{to}\"/>")?;
        }
        for stop in &self.stops {
            let (x, top) = (place(stop.when), LINE - 18.0);
            match stop.kind {
                "wall" => {
                    write!(
                        f,
                        "<rect class=\"wall\" x=\"{:.1}\" y=\"{top}\" width=\"4\" height=\"36\"/>",
                        x - 2.0
                    )?;
                }
                kind => write!(f, "<circle class=\"{kind}\" cx=\"{x:.1}\" cy=\"{LINE}\" r=\"6\"/>")?,
            }
        }
        for (stop, (row, center)) in self.stops.iter().zip(&rows) {
            let (kind, y) = (stop.kind, spot(*row));
            write!(
                f,
                "<text class=\"{kind}\" x=\"{center:.1}\" y=\"{y}\" text-anchor=\"middle\">{}</text>",
                stop.name
            )?;
        }
        f.write_str("</svg>")
    }
}

impl FastWritable for Journey {
    fn write_into(&self, to: &mut dyn Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(to, "{self}")?)
    }
}

// it is made of numbers and of words of ours
impl HtmlSafe for Journey {}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;

    use super::{Journey, Stop};
    use crate::console::words::moment::Clock;

    #[test]
    fn labels_of_one_moment_stand_apart_and_nothing_leaves_the_picture() {
        let start = Timestamp::from_micros(1_798_000_000_000_000);
        let clock = Clock::new("UTC".parse().unwrap(), start);
        let stop = |name, days| {
            let when = start.plus_days(days);
            Stop { name, kind: "done", when, at: clock.at(when) }
        };
        let names = ["received", "approved", "hidden", "restored", "answered"];
        let mut stops: Vec<Stop> = names.into_iter().map(|name| stop(name, 0)).collect();
        stops.push(stop("due", 30));
        let journey = Journey { summary: String::new(), stops, stretches: Vec::new() };
        let rows = journey.rows();
        assert_eq!(rows.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [0, 1, 2, 3, 2, 0]);
        assert!(rows[4].1 > rows[2].1 + 40.0, "the fifth stands beside the third: {rows:?}");
        let drawn = journey.to_string();
        assert!(drawn.starts_with("<svg") && drawn.ends_with("</svg>"), "{drawn}");
        assert!(!drawn.contains("NaN") && !drawn.contains("x=\"-"), "{drawn}");
    }
}
