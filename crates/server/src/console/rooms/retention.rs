//! What is still there and why: rows that stay because a law says so, until which day, and how long everything else is kept.

use std::fmt::Write;

use askama::Template;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::reports::retention::Retained;
use exeunt_rights::Day;
use exeunt_store::kept::Step;
use exeunt_store::retention::Class;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page, shown};
use crate::console::rooms::{back, done};
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped, lasting};

/// Rows that stay.
struct Line {
    model: String,
    rows: String,
    requests: String,
    ends: Option<Moment>,
    next: Option<Moment>,
    trouble: String,
    followed: String,
}

/// A class of what this installation keeps.
struct Kept {
    what: &'static str,
    items: String,
    oldest: Option<Moment>,
    limit: String,
    /// Nothing where no time is set.
    state: Option<Badge>,
}

/// A step of the stairs: so many rows are left after a day.
struct Stair {
    day: Day,
    left: u64,
}

/// The stairs, ready to be shown. They hold numbers and days alone, and make their own SVG.
struct Stairs(String);

#[derive(Template)]
#[template(path = "console/rooms/retention.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    done: &'static str,
    lines: Vec<Line>,
    total: String,
    says: String,
    stairs: Option<Stairs>,
    kept: Vec<Kept>,
    may_check: bool,
}

/// Shows it.
pub(crate) async fn show(by: Visitor) -> Result<Response, Trouble> {
    Ok(shown(&made(&by).await?))
}

/// Has everything that stays looked at now.
pub(crate) async fn check(sent: Sent) -> Result<Response, Trouble> {
    let by = sent.by;
    match by.office.ask_check_kept(&by.actor).await {
        Ok(_) => Ok(back("/retention", "checking", None)),
        Err(error) => {
            let trouble = Trouble::from(error);
            if !trouble.is_mendable() {
                return Err(trouble);
            }
            let mut made = made(&by).await?;
            made.problem = Some(trouble.sentence());
            Ok(page(trouble.status(), &made))
        }
    }
}

async fn made(by: &Visitor) -> Result<Page, Trouble> {
    let steps = by.office.list_kept(&by.actor).await?;
    let clock = by.clock();
    let day = |text: &str| text.parse::<Day>().ok();
    let total: u64 = steps.iter().map(|step| step.rows).sum();
    let open: u64 = steps.iter().filter(|step| step.ends.is_none()).map(|step| step.rows).sum();
    let stairs = stairs(&steps, clock.today());
    let kept = match by.may(Permission::ReadAudit) {
        true => by.office.report_retention(&by.actor).await?,
        false => Vec::new(),
    };
    Ok(Page {
        frame: by.frame("Retention", "retention").await,
        problem: None,
        done: done(by),
        lines: steps
            .iter()
            .map(|step| Line {
                model: step.model.clone(),
                rows: grouped(step.rows),
                requests: grouped(step.requests),
                ends: step.ends.as_deref().and_then(day).map(|day| clock.day(day)),
                next: day(&step.next_check).map(|day| clock.day(day)),
                trouble: step.trouble.as_deref().map(sentence).unwrap_or_default(),
                followed: if step.followed == 0 {
                    String::new()
                } else {
                    format!("{} are being erased now", counted(step.followed, "row", "rows"))
                },
            })
            .collect(),
        total: counted(total, "row", "rows"),
        says: says(total, open, &stairs, by),
        stairs: picture(&stairs, total, open, clock.today()),
        kept: kept.iter().map(|one| class(by, one)).collect(),
        may_check: by.may(Permission::RunJobs) && total > 0,
    })
}

/// The picture in one sentence.
fn says(total: u64, open: u64, stairs: &[Stair], by: &Visitor) -> String {
    let rows = counted(total, "row", "rows");
    let day = |day| by.clock().date_of(by.office.policy.law.zone.start_of(day));
    let last = stairs.last().map(|stair| day(stair.day));
    let known = match last {
        Some(last) => format!(" The last of those whose end is known falls away after {last}."),
        None => String::new(),
    };
    let unknown = match open {
        0 => String::new(),
        open => format!(" Of {} the end is not known yet.", counted(open, "row", "rows")),
    };
    let stay = if total == 1 { "stays" } else { "stay" };
    format!("{rows} {stay} because a law says so.{known}{unknown}")
}

/// What is left after each day on which something falls away.
fn stairs(steps: &[Step], today: Day) -> Vec<Stair> {
    let mut left: u64 = steps.iter().map(|step| step.rows).sum();
    let mut stairs: Vec<Stair> = Vec::new();
    for step in steps {
        let Some(day) = step.ends.as_deref().and_then(|text| text.parse::<Day>().ok()) else { continue };
        let day = day.max(today);
        left = left.saturating_sub(step.rows);
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

fn picture(stairs: &[Stair], total: u64, open: u64, today: Day) -> Option<Stairs> {
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

fn class(by: &Visitor, one: &Retained) -> Kept {
    Kept {
        what: match one.kept.class {
            Class::Transit => "Keys of rows that jobs at work will change",
            Class::Temporary => "What is needed for one call or sign-in",
            Class::Outbox => "Letters and table rows that wait to go out",
            Class::Downloads => "Who fetched a package, from where",
            Class::Packages => "Packages that wait to be fetched",
            Class::Vault => "Requests with rows that can come back",
            Class::Identities => "Who asked, of requests that were answered",
            Class::KeptRows => "Keys of rows that stay by law",
            Class::HeldRows => "Rows that holds keep",
            Class::Suppressed => "People who were erased, as keyed digests",
            Class::Objections => "People who objected to marketing, as keyed digests",
            Class::Requests => "Requests, without whose they were",
            Class::Audit => "Entries of the audit log",
        },
        items: grouped(one.kept.items),
        oldest: one.kept.oldest.map(|at| by.clock().at(at)),
        limit: match one.limit {
            Some(seconds) => format!("{} at the most", lasting(seconds as f64)),
            None => String::from("no time is set"),
        },
        state: one.limit.map(|_| if one.overdue { Badge::TOO_LONG } else { Badge::IN_TIME }),
    }
}

#[cfg(test)]
mod tests {
    use exeunt_store::kept::Step;

    use super::{picture, stairs};

    fn step(ends: Option<&str>, rows: u64) -> Step {
        Step {
            model: String::from("shop.orders"),
            ends: ends.map(str::to_owned),
            rows,
            requests: 1,
            followed: 0,
            next_check: String::from("2026-12-01"),
            trouble: None,
        }
    }

    #[test]
    fn stairs_go_down_day_by_day_to_what_nobody_knows_the_end_of() {
        let today = "2026-11-23".parse().unwrap();
        let steps = [
            step(Some("2027-12-31"), 3),
            step(Some("2027-12-31"), 2),
            step(Some("2030-12-31"), 4),
            step(None, 1),
        ];
        let all: Vec<_> = stairs(&steps, today).iter().map(|one| (one.day.to_string(), one.left)).collect();
        assert_eq!(all, [("2027-12-31".to_owned(), 5), ("2030-12-31".to_owned(), 1)]);
        let svg = picture(&stairs(&steps, today), 10, 1, today).unwrap().to_string();
        assert!(svg.contains("class=\"open\"") && svg.contains("2030-12-31"), "{svg}");
        assert!(picture(&[], 1, 1, today).is_none());
    }
}
