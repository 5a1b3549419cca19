//! The calendar of answers: a month, with what is due on each day; and the week that Today begins with.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use exeunt_app::Error;
use exeunt_app::deadlines::calendar::DueDay;
use exeunt_rights::search::{Compared, Is, Search, Sort, Term, When};
use exeunt_rights::{Calendar, Day};
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, page};
use crate::console::requests::list::{SOON, href};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped};
use crate::console::words::week;

/// Years that can be turned to: nothing is due outside them.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2999;

/// What the address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// `2026-12`; the current one where nothing is said.
    month: String,
}

/// A day of the calendar.
pub(crate) struct Cell {
    pub(crate) machine: String,
    /// Its number, and its month where that begins.
    pub(crate) name: String,
    /// The whole date, for whoever hears it.
    pub(crate) said: Moment,
    pub(crate) today: bool,
    /// Of the month that is shown.
    pub(crate) inside: bool,
    pub(crate) holiday: bool,
    pub(crate) works: bool,
    pub(crate) due: Option<Due>,
}

/// What is due on a day.
pub(crate) struct Due {
    pub(crate) href: String,
    pub(crate) count: String,
    /// The worst of it: its color, shape and words.
    pub(crate) tone: &'static str,
    pub(crate) worst: String,
}

#[derive(Template)]
#[template(path = "console/requests/calendar.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    month: String,
    before: Option<(String, String)>,
    after: Option<(String, String)>,
    now: Option<(String, String)>,
    heads: Vec<(&'static str, &'static str)>,
    weeks: Vec<Vec<Cell>>,
    summary: String,
    zone: String,
}

/// A month.
pub(crate) async fn show(
    by: Visitor,
    headers: HeaderMap,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let wanted = wanted.map(|Query(wanted)| wanted.month).unwrap_or_default();
    let today = by.clock().today();
    let named = first_of(&wanted);
    let problem = (named.is_none() && !wanted.is_empty())
        .then(|| String::from("This is no month such as 2026-12, so the current one is shown."));
    let first = named.unwrap_or_else(|| today.plus_days(1 - i64::from(today.day())));
    let last = first.end_of_month();
    let begins = week::first_day(&headers);
    let ahead = (7 + i64::from(first.weekday().number_days_from_monday())
        - i64::from(begins.number_days_from_monday()))
        % 7;
    let from = first.plus_days(-ahead);
    let count = (last.days_since(from) / 7 + 1) * 7;
    let cells =
        cells(&by, from, count, |day| (day.year(), day.month()) == (first.year(), first.month())).await?;
    let summary = summary(&by, first, last, &cells);
    let mut days = cells.1.into_iter();
    let mut weeks = Vec::new();
    while days.len() > 0 {
        weeks.push(days.by_ref().take(7).collect());
    }
    let turn = |months: i64| link(first.plus_months(months));
    let current = (today.year(), today.month()) == (first.year(), first.month());
    let shown = Page {
        frame: by.frame("Calendar", "requests").await,
        month: named_month(first),
        before: turn(-1),
        after: turn(1),
        now: if current { None } else { link(today) },
        heads: week::days(begins).collect(),
        weeks,
        summary,
        zone: by.office.policy.law.zone.name().to_owned(),
        problem,
    };
    let status = if shown.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page(status, &shown))
}

/// The week that begins today.
pub(crate) async fn week(by: &Visitor) -> Result<Vec<Cell>, Error> {
    Ok(cells(by, by.clock().today(), 7, |_| true).await?.1)
}

/// What is due in days that follow each other, and the days as they are shown.
async fn cells(
    by: &Visitor,
    from: Day,
    count: i64,
    inside: impl Fn(Day) -> bool,
) -> Result<(HashMap<Day, DueDay>, Vec<Cell>), Error> {
    let clock = by.clock();
    let due = by.office.due_days(&by.actor, from, from.plus_days(count - 1)).await?;
    let due: HashMap<Day, DueDay> = due.into_iter().map(|one| (one.day, one)).collect();
    let calendar: &Calendar = &by.office.policy.law.calendar;
    let cell = |place: i64| {
        let day = from.plus_days(place);
        let begins = place == 0 || day.day() == 1;
        Cell {
            machine: day.to_string(),
            name: if begins { short(day) } else { day.day().to_string() },
            said: clock.day(day),
            today: day == clock.today(),
            inside: inside(day),
            holiday: calendar.is_holiday(day),
            works: calendar.is_working(day),
            due: due.get(&day).map(|due| told(due, clock.today())),
        }
    };
    let cells = (0..count).map(cell).collect();
    Ok((due, cells))
}

fn told(due: &DueDay, today: Day) -> Due {
    let left = due.day.days_since(today);
    let (tone, worst) = match () {
        () if due.overdue > 0 => ("bad", format!("! {} overdue", grouped(due.overdue))),
        () if due.paused == due.due => ("hold", String::from("■ clock stands still")),
        () if left <= SOON => ("warn", String::from("▲ due soon")),
        () => ("", String::from("○ time left")),
    };
    let on = Term { negated: false, is: Is::Due(Compared::On, When::Day(due.day)) };
    Due {
        href: href(&Search { terms: vec![on], sort: Sort::Due }),
        count: format!("{} due", grouped(due.due)),
        tone,
        worst,
    }
}

fn summary(by: &Visitor, first: Day, last: Day, (due, _): &(HashMap<Day, DueDay>, Vec<Cell>)) -> String {
    let month: Vec<&DueDay> = due.values().filter(|one| one.day >= first && one.day <= last).collect();
    let all = month.iter().map(|one| one.due).sum();
    if all == 0 {
        return format!("No answer is due in {}.", named_month(first));
    }
    let overdue: u64 = month.iter().map(|one| one.overdue).sum();
    let paused: u64 = month.iter().map(|one| one.paused).sum();
    // the day with the most; the earlier of two
    let most = month.iter().max_by_key(|one| (one.due, std::cmp::Reverse(one.day)));
    let mut said = format!("{} due in {}", counted(all, "answer is", "answers are"), named_month(first));
    if let Some(most) = most.filter(|_| month.len() > 1) {
        let (weekday, _) =
            by.office.policy.law.zone.weekday_and_minute(by.office.policy.law.zone.start_of(most.day));
        said.push_str(&format!(", most of them on {weekday}, {}: {}", short(most.day), grouped(most.due)));
    }
    let verb = |count: u64| if count == 1 { "is" } else { "are" };
    if overdue > 0 {
        said.push_str(&format!("; {} {} overdue", grouped(overdue), verb(overdue)));
    }
    if paused > 0 {
        said.push_str(&format!("; of {} the clock stands still", grouped(paused)));
    }
    said.push('.');
    said
}

/// The first day of a month that is named as `2026-12`.
fn first_of(month: &str) -> Option<Day> {
    let day: Day = format!("{month}-01").parse().ok()?;
    YEARS.contains(&day.year()).then_some(day)
}

/// The address of a day's month, and what it is called.
fn link(day: Day) -> Option<(String, String)> {
    let href = format!("/requests/calendar?month={:04}-{:02}", day.year(), day.month());
    YEARS.contains(&day.year()).then(|| (href, named_month(day)))
}

fn named_month(day: Day) -> String {
    format!("{} {}", day.to_date().month(), day.year())
}

fn short(day: Day) -> String {
    let month = day.to_date().month().to_string();
    format!("{} {}", day.day(), month.get(..3).unwrap_or(&month))
}

#[cfg(test)]
mod tests {
    use exeunt_app::deadlines::calendar::DueDay;

    use super::{first_of, link, told};

    #[test]
    fn months_are_read_and_turned_to_within_their_years() {
        assert_eq!(first_of("2026-12").unwrap().to_string(), "2026-12-01");
        for bad in ["", "2026", "2026-13", "26-12", "2026-1", "1969-12", "3000-01", "2026-12-01", "x"] {
            assert_eq!(first_of(bad), None, "{bad}");
        }
        assert_eq!(link(first_of("2999-12").unwrap().plus_months(1)), None);
        let (href, name) = link(first_of("2026-12").unwrap().plus_months(1)).unwrap();
        assert_eq!((href.as_str(), name.as_str()), ("/requests/calendar?month=2027-01", "January 2027"));
    }

    #[test]
    fn the_worst_of_a_day_is_told() {
        let today = "2026-11-23".parse().unwrap();
        let on = |day: &str, overdue, paused| {
            let due = DueDay { day: day.parse().unwrap(), due: 3, overdue, paused };
            let told = told(&due, today);
            format!("{} {}", told.tone, told.worst)
        };
        assert_eq!(on("2026-11-22", 2, 1), "bad ! 2 overdue");
        assert_eq!(on("2026-11-22", 0, 3), "hold ■ clock stands still");
        assert_eq!(on("2026-11-30", 0, 1), "warn ▲ due soon");
        assert_eq!(on("2026-12-01", 0, 0), " ○ time left");
    }
}
