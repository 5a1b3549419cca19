//! Decisions about a request: each is a form of the overview. What is refused comes back with what was typed.

use axum::response::Response;
use exeunt_app::Error;
use exeunt_app::portal::complain::Answer;
use exeunt_base::{RequestId, Timestamp};
use exeunt_mail::{NOTE, tidy};
use exeunt_rights::{Day, Zone};

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::request::overview::Failed;
use crate::console::request::{AboutPart, back, overview};
use crate::console::trouble::{Trouble, sentence};

/// Why an act was not done.
enum Refusal {
    /// A field is not what it should be.
    Flaw(&'static str, &'static str),
    /// The same in words that say more of it.
    Said(&'static str, String),
    /// The office says no.
    Office(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Office(error)
    }
}

/// Does one of the acts.
pub(crate) async fn decide(AboutPart(id, act, sent): AboutPart<String>) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    // what one may not see does not tell that it is there
    by.office.show_request(&by.actor, id).await?;
    let done = match act.as_str() {
        "acknowledge" => by.office.acknowledge_request(&by.actor, id).await.map(drop).map_err(Refusal::from),
        "identify" => identify(&by, id, &fields).await,
        "unidentified" => told(by.office.cannot_identify(&by.actor, id, fields.text("wanted")).await),
        "reopen" => told(by.office.reopen_request(&by.actor, id, because(&fields)).await.map(drop)),
        "pause" => {
            let ground = fields.text("ground");
            told(by.office.pause_deadline(&by.actor, id, ground, because(&fields)).await)
        }
        "resume" => told(by.office.resume_deadline(&by.actor, id).await.map(drop)),
        "extend" => {
            let kind = fields.text("kind");
            told(by.office.extend_deadline(&by.actor, id, kind, because(&fields)).await.map(drop))
        }
        "received" => received(&by, id, &fields).await,
        "refuse" => refuse(&by, id, &fields).await,
        "withdraw" => told(by.office.withdraw_request(&by.actor, id, because(&fields)).await),
        "hold" => hold(&by, id, &fields).await,
        "complaint" => complaint(&by, id, &fields).await,
        "release" => told(by.office.release_request_because(&by.actor, id, because(&fields)).await),
        _ => return Err(Trouble::not_found()),
    };
    match done {
        Ok(()) if act == "complaint" && !fields.text("answer").is_empty() => {
            Ok(back(id, "", "complaint_mailed", None))
        }
        Ok(()) => Ok(back(id, "", &act, None)),
        Err(Refusal::Office(Error::Proposed(_))) => Ok(back(id, "", "proposed", None)),
        Err(Refusal::Flaw(field, why)) => {
            let failed = Failed { act: &act, typed: &fields, flaw: Some((field, why.to_owned())) };
            overview::again(&by, id, Trouble::flaw(why), Some(failed)).await
        }
        Err(Refusal::Said(field, why)) => {
            let failed = Failed { act: &act, typed: &fields, flaw: Some((field, why.clone())) };
            overview::again(&by, id, Trouble::flaw(&why), Some(failed)).await
        }
        Err(Refusal::Office(error)) => {
            let failed = Failed { act: &act, typed: &fields, flaw: None };
            overview::again(&by, id, error.into(), Some(failed)).await
        }
    }
}

fn told(done: Result<(), Error>) -> Result<(), Refusal> {
    done.map_err(Refusal::Office)
}

fn because(fields: &Fields) -> &str {
    fields.text("because")
}

async fn identify(by: &Visitor, id: RequestId, fields: &Fields) -> Result<(), Refusal> {
    let level = fields.text("level").parse();
    let level = level.map_err(|_| Refusal::Flaw("level", "Choose a level from 0 to 3."))?;
    let note = Some(fields.text("note")).filter(|note| !note.is_empty());
    if level == exeunt_rights::regime::HIGHEST_LEVEL && note.is_none() {
        return Err(Refusal::Flaw(
            "note",
            "Level 3 takes a note: why there was reasonable doubt about who asks.",
        ));
    }
    told(by.office.identify_request(&by.actor, id, level, fields.text("how"), note).await)
}

async fn refuse(by: &Visitor, id: RequestId, fields: &Fields) -> Result<(), Refusal> {
    let grounds: Vec<String> = fields.all("ground").map(str::to_owned).collect();
    if grounds.is_empty() {
        return Err(Refusal::Flaw("ground", "Choose at least one ground."));
    }
    told(by.office.refuse_request(&by.actor, id, &grounds, because(fields)).await)
}

async fn complaint(by: &Visitor, id: RequestId, fields: &Fields) -> Result<(), Refusal> {
    let number = fields.text("number").parse().unwrap_or_default();
    let answer = match (fields.text("answer"), because(fields)) {
        ("", "") => {
            return Err(Refusal::Flaw(
                "answer",
                "Write the answer that is mailed, or below what you said in another way.",
            ));
        }
        ("", line) => Answer::Given(line),
        (_, "") => Answer::Letter(fields.raw("answer")),
        (_, _) => {
            return Err(Refusal::Flaw(
                "because",
                "Leave one of the two empty: a letter is mailed, or the answer went another way.",
            ));
        }
    };
    if let Answer::Letter(words) = answer
        && let Err(bad) = tidy(words, NOTE)
    {
        return Err(Refusal::Said("answer", sentence(&bad.to_string())));
    }
    told(by.office.answer_complaint(&by.actor, id, number, answer).await)
}

async fn hold(by: &Visitor, id: RequestId, fields: &Fields) -> Result<(), Refusal> {
    let until = Some(fields.text("until")).filter(|day| !day.is_empty());
    let until = until.map(str::parse::<Day>).transpose();
    let until = until.map_err(|_| Refusal::Flaw("until", "Write the day like 2026-12-31."))?;
    told(by.office.hold_request(&by.actor, id, because(fields), until).await)
}

async fn received(by: &Visitor, id: RequestId, fields: &Fields) -> Result<(), Refusal> {
    let at = moment(fields.text("at"), &by.office.policy.law.zone);
    let at = at.ok_or(Refusal::Flaw("at", "Write day and time like 2026-11-22T09:30."))?;
    told(by.office.correct_received(&by.actor, id, at, because(fields)).await.map(drop))
}

/// A moment of the organization's zone, as a browser writes it: `2026-11-22T09:30`.
fn moment(text: &str, zone: &Zone) -> Option<Timestamp> {
    let (day, time) = text.split_once('T')?;
    let (hour, minute) = time.split_once(':')?;
    let minute = minute.split(':').next()?;
    let day: Day = day.parse().ok()?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) {
        return None;
    }
    let wanted = hour * 60 + minute;
    let at = zone.start_of(day).plus_seconds(wanted * 60);
    // a day on which clocks change is longer or shorter
    let (_, said) = zone.weekday_and_minute(at);
    let shifted = at.plus_seconds((wanted - i64::from(said)) * 60);
    Some(if zone.day_of(shifted) == day { shifted } else { at })
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_moment_is_read_in_the_zone_even_when_clocks_change() {
        let zone = "Europe/Berlin".parse().unwrap();
        let read = |text| moment(text, &zone).map(|at| at.to_string());
        assert_eq!(read("2026-11-22T09:30").as_deref(), Some("2026-11-22T08:30:00Z"));
        assert_eq!(read("2026-03-29T12:00").as_deref(), Some("2026-03-29T10:00:00Z"));
        assert_eq!(read("2026-10-25T12:00").as_deref(), Some("2026-10-25T11:00:00Z"));
        for wrong in ["", "2026-11-22", "2026-11-22T25:00", "2026-13-22T09:30", "yesterday"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
