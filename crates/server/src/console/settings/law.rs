//! Regimes: the clocks, grounds and citations that requests are answered by, and the days on which nobody works.

use askama::Template;
use axum::response::{IntoResponse, Response};
use exeunt_app::law::KeptPack;
use exeunt_rights::regime::{Pause, Roll, Status};
use exeunt_rights::{Calendar, Pack};

use crate::console::door::Visitor;
use crate::console::frame::{Frame, shown};
use crate::console::settings::{Tab, around};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::{Clock, Moment};

/// Days ahead for which the calendar is told.
const AHEAD: i64 = 120;

#[derive(Template)]
#[template(path = "console/settings/law.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    zone: String,
    /// Days soon on which nobody works, though it is no weekend.
    off: Vec<Moment>,
    packs: Vec<Regime>,
}

/// A regime in words.
struct Regime {
    id: String,
    name: String,
    version: u32,
    state: Badge,
    usual: bool,
    signed: String,
    since: Moment,
    clock: Vec<(&'static str, String)>,
    levels: Vec<(&'static str, u8)>,
    refusals: Vec<(String, String)>,
    citations: Vec<(String, String)>,
}

/// The page.
pub(crate) async fn show(visitor: Visitor) -> Response {
    let law = match visitor.office.law(&visitor.actor) {
        Ok(law) => law,
        Err(error) => return Trouble::from(error).into_response(),
    };
    let clock = visitor.clock();
    let today = clock.today();
    let usual = Calendar::default();
    let off = (0..AHEAD)
        .map(|days| today.plus_days(days))
        .filter(|day| !law.calendar.is_working(*day) && usual.is_working(*day))
        .map(|day| clock.day(day));
    let mut packs: Vec<Regime> = law.packs().map(|kept| regime(kept, law.usual(), &clock)).collect();
    packs.sort_by_key(|one| !one.usual);
    let around = around(&visitor, "Regimes", "law").await;
    let made = Page {
        frame: around.frame,
        tabs: around.tabs,
        problem: None,
        at: "",
        done: "",
        zone: law.zone.name().to_owned(),
        off: off.collect(),
        packs,
    };
    shown(&made)
}

fn regime(kept: &KeptPack, usual: &str, clock: &Clock) -> Regime {
    let pack = &kept.pack;
    let levels = &pack.identity;
    Regime {
        id: pack.id.clone(),
        name: pack.name.clone(),
        version: pack.version,
        state: Badge::regime(pack.status == Status::InForce, pack.status == Status::Draft),
        usual: pack.id == usual,
        signed: kept.signed_by.clone().map_or_else(
            || String::from("It came with the program."),
            |key| format!("It was signed by {key}."),
        ),
        since: clock.day(pack.effective_from),
        clock: times(pack),
        levels: vec![
            ("Access", levels.access),
            ("Access to sensitive data", levels.sensitive),
            ("Portability", levels.portability),
            ("Erasure", levels.erasure),
            ("Anonymization", levels.anonymization),
        ],
        refusals: pack.refusals.iter().map(|one| (one.text.clone(), one.citation.clone())).collect(),
        citations: pack
            .rights
            .iter()
            .chain(&pack.citations)
            .map(|(what, at)| (spelled(what), at.clone()))
            .collect(),
    }
}

fn times(pack: &Pack) -> Vec<(&'static str, String)> {
    let clock = &pack.clock;
    let mut told = vec![("Answer", format!("within {}", clock.answer))];
    if let Some(period) = &clock.acknowledge {
        told.push(("Confirm receipt", format!("within {period}")));
    }
    if let Some(period) = &clock.extension {
        told.push(("Longer, once, with notice", format!("by {period}")));
    }
    told.push((
        "Due on a day nobody works",
        String::from(match clock.roll {
            Roll::NextWorkingDay => "moves to the next working day",
            Roll::None => "stays",
        }),
    ));
    let pauses: Vec<&str> = clock
        .pause
        .iter()
        .map(|ground| match ground {
            Pause::Identity => "waiting for what shows who the person is",
            Pause::Clarification => "waiting for what the person means",
            Pause::Fee => "waiting for a fee",
        })
        .collect();
    told.push(("The clock stops", if pauses.is_empty() { String::from("never") } else { pauses.join("; ") }));
    if let Some(months) = pack.keep_request_record_months {
        told.push(("The record of a request is kept", format!("{months} months at least")));
    }
    told
}

fn spelled(word: &str) -> String {
    let mut text = word.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
