//! A sample: requests drawn so that neither side can choose which, with everything that is needed to draw them again.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_app::audits::sample::{MOST, place_text, seed_text};
use exeunt_rights::Day;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::request::form::{Field, Form, Kind};
use crate::console::request::history::who;
use crate::console::rooms::Of;
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped};

#[derive(Template)]
#[template(path = "console/rooms/audit/sample_ask.html")]
struct Asking {
    frame: Frame,
    problem: Option<String>,
    at: String,
    form: Form,
}

/// A drawn request.
struct Row {
    number: usize,
    id: String,
    place: String,
}

#[derive(Template)]
#[template(path = "console/rooms/audit/sample.html")]
struct Page {
    frame: Frame,
    entry: u64,
    at: Moment,
    by: String,
    from: Moment,
    to: Moment,
    size: String,
    root: String,
    seed: String,
    list: String,
    drawn: String,
    of: String,
    fewer: bool,
    same: bool,
    rows: Vec<Row>,
    seed_command: String,
    place_command: String,
}

/// The question.
pub(crate) async fn ask(by: Visitor) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ReadAudit)?;
    by.office.allow(&by.actor, Permission::ReadRequests)?;
    Ok(shown(&asking(&by).await))
}

/// Draws, and leads to what was drawn.
pub(crate) async fn draw(sent: Sent) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.allow(&by.actor, Permission::ReadAudit)?;
    let day = |field: &'static str| {
        fields.text(field).parse::<Day>().map_err(|_| (field, "Write the day like 2026-12-31."))
    };
    let count = fields.text("count").parse::<u32>().map_err(|_| ("count", "Write a number from 1 to 200."));
    let question = day("from").and_then(|from| Ok((from, day("to")?, count?)));
    let (from, to, count) = match question {
        Ok(question) => question,
        Err((field, why)) => return again(&by, &fields, &Trouble::flaw(why), Some((field, why))).await,
    };
    match by.office.draw_sample(&by.actor, from, to, count).await {
        Ok(entry) => Ok(Redirect::to(&format!("/audit/sample/{entry}")).into_response()),
        Err(error) => {
            let trouble = Trouble::from(error);
            if !trouble.is_mendable() {
                return Err(trouble);
            }
            again(&by, &fields, &trouble, None).await
        }
    }
}

async fn again(
    by: &Visitor,
    fields: &Fields,
    trouble: &Trouble,
    flaw: Option<(&str, &str)>,
) -> Result<Response, Trouble> {
    let mut made = asking(by).await;
    made.problem = Some(trouble.sentence());
    made.at = made.form.refill(fields, flaw.map(|(field, why)| (field, why.to_owned())));
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &made))
}

async fn asking(by: &Visitor) -> Asking {
    let today = by.clock().today();
    let says = "The question is written into the log, and with it what was drawn. Whoever draws again until they like it is seen.";
    let mut from = Field::day("from", "Entered from", "");
    from.value = today.plus_months(-3).to_string();
    let mut to = Field::day("to", "Entered to", "Both days count.");
    to.value = today.to_string();
    let mut count = Field::number("count", "How many", "1 to 200.", 1, MOST);
    count.value = String::from("10");
    let form =
        Form::new(String::from("/audit/sample"), "sample", "Draw a sample", says, "Draw these requests");
    Asking {
        frame: by.frame("Draw a sample", "audit").await,
        problem: None,
        at: String::new(),
        form: form.with(from).with(to).with(count),
    }
}

/// A sample that was drawn.
pub(crate) async fn show(by: Visitor, Of(entry): Of<u64>) -> Result<Response, Trouble> {
    let sample = by.office.show_sample(&by.actor, entry).await?;
    let clock = by.clock();
    let quoted = |text: &str| {
        text.trim_end_matches('\n').split('\n').map(|part| format!(" '{part}'")).collect::<String>()
    };
    let seed = seed_text(&sample.root, sample.size, sample.from, sample.to, sample.wanted);
    let first = sample.drawn.first().map(|(id, _)| place_text(&sample.seed, *id)).unwrap_or_default();
    Ok(shown(&Page {
        frame: by.frame("Sample", "audit").await,
        entry,
        at: clock.at(sample.at),
        by: who(&by, sample.by.by, &sample.by.roles),
        from: clock.at(sample.from),
        to: clock.at(sample.to),
        size: grouped(sample.size),
        drawn: counted(sample.drawn.len() as u64, "request", "requests"),
        of: grouped(sample.of),
        fewer: (sample.drawn.len() as u64) < sample.wanted,
        same: sample.same,
        rows: sample
            .drawn
            .iter()
            .zip(1..)
            .map(|((id, place), number)| Row {
                number,
                id: id.to_string(),
                place: place.chars().take(16).collect(),
            })
            .collect(),
        seed_command: format!("printf '%s\\n'{} | sha256sum", quoted(&seed)),
        place_command: format!("printf '%s\\n'{} | sha256sum", quoted(&first)),
        root: sample.root,
        seed: sample.seed,
        list: sample.list,
    }))
}
