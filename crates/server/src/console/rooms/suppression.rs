//! Who must not come back by an import, or be written to: counts and times, a question for what somebody brings along, and no way
//! to read out who is there.

use askama::Template;
use axum::response::Response;
use exeunt_app::Error;
use exeunt_app::access::Permission;
use exeunt_app::error::Unfit;
use exeunt_app::suppression::add::Addition;
use exeunt_app::suppression::show::Line;
use exeunt_app::suppression::{ADD, Purpose};
use exeunt_base::Personal;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::request::form::{Choice, Field, Form, Kind};
use crate::console::request::freshened;
use crate::console::request::history::who;

use crate::console::rooms::{back, done};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number::{counted, grouped};

const PATH: &str = "/suppression";

/// Entries of one purpose and kind.
struct Row {
    what: &'static str,
    kind: String,
    entries: String,
    oldest: Moment,
    first_ends: Moment,
    last_ends: Moment,
}

/// Why somebody was entered or taken out by hand.
struct Said {
    did: &'static str,
    because: String,
    by: String,
    at: Moment,
}

/// What was asked about one line.
struct Verdict {
    line: usize,
    matched: bool,
}

/// An answer.
struct Answer {
    says: String,
    /// Line by line, where there was more than one.
    lines: Vec<Verdict>,
    any: bool,
}

#[derive(Template)]
#[template(path = "console/rooms/suppression.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    at: String,
    done: &'static str,
    rows: Vec<Row>,
    /// How long somebody stands there, by purpose; nothing where nobody does.
    erased_days: Option<String>,
    objection_days: String,
    check: Option<Form>,
    answer: Option<Answer>,
    changes: Vec<Form>,
    said: Vec<Said>,
}

/// Shows it.
pub(crate) async fn show(by: Visitor) -> Result<Response, Trouble> {
    Ok(shown(&made(&by).await?))
}

/// Asks about people, one a line. What was typed is in no address: the answer is this page.
pub(crate) async fn check(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::CheckSuppression)?;
    let kind = fields.text("kind");
    let lines: Vec<(usize, &str)> = (1..).zip(fields.raw("values").lines().map(str::trim)).collect();
    let lines: Vec<(usize, &str)> = lines.into_iter().filter(|(_, line)| !line.is_empty()).collect();
    let given: Vec<(String, Personal)> =
        lines.iter().map(|(_, value)| (kind.to_owned(), Personal::new((*value).to_owned()))).collect();
    let purpose = purpose(&fields)?;
    match by.office.check_suppression(&by.actor, purpose, &given).await {
        Ok(matches) => {
            let mut made = made(&by).await?;
            if let Some(form) = &mut made.check {
                form.refill(&fields, Some(("", String::new())));
            }
            let verdicts =
                lines.iter().zip(matches).map(|((line, _), matched)| Verdict { line: *line, matched });
            made.answer = Some(answered(verdicts.collect()));
            Ok(shown(&made))
        }
        Err(Error::Unfit(unfit)) => {
            let line = |one: &Unfit| {
                let number = lines.get(one.at).map_or(one.at + 1, |(number, _)| *number);
                format!("line {number}: {}", one.why)
            };
            let first: Vec<String> = unfit.iter().take(5).map(line).collect();
            let more = match unfit.len().saturating_sub(first.len()) {
                0 => String::new(),
                more => format!(", and {}", counted(more as u64, "more line", "more lines")),
            };
            let words = format!("Nothing was looked up: {}{more}.", first.join("; "));
            again(&by, Trouble::flaw(&words), "check", &fields, Some(("values", words.clone()))).await
        }
        Err(error) => {
            let trouble = Trouble::from(error);
            let words = if lines.is_empty() {
                String::from("Write one identifier a line.")
            } else {
                trouble.sentence()
            };
            again(&by, trouble, "check", &fields, Some(("values", words))).await
        }
    }
}

fn answered(lines: Vec<Verdict>) -> Answer {
    let matches = lines.iter().filter(|line| line.matched).count() as u64;
    let says = match (lines.len(), matches) {
        (1, 0) => String::from("No match: nobody of this identifier is on the list for that."),
        (1, _) => String::from("Match: somebody of this identifier is on the list. Leave them out."),
        (all, 0) => format!("No match among {} lines.", grouped(all as u64)),
        (all, matches) => format!(
            "{} among {} lines. Leave these people out.",
            counted(matches, "match", "matches"),
            grouped(all as u64)
        ),
    };
    Answer { says, any: matches > 0, lines: if lines.len() > 1 { lines } else { Vec::new() } }
}

/// Enters somebody.
pub(crate) async fn add(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::AddSuppression)?;
    let request = fields.text("request");
    let Ok(request) = Some(request).filter(|id| !id.is_empty()).map(str::parse).transpose() else {
        let why = "Write the id of a request as its page has it: req_ and letters after it.";
        return again(&by, Trouble::flaw(why), "add", &fields, Some(("request", why.to_owned()))).await;
    };
    let new = Addition {
        purpose: purpose(&fields)?,
        identifiers: vec![identifier(&fields)],
        because: fields.text("because").to_owned(),
        request,
    };
    match by.office.add_suppression(&by.actor, &new).await {
        Ok(_) => Ok(back(PATH, "suppressed", None)),
        Err(error) if error.is_unknown() => {
            let why = "There is no request of this id here.";
            again(&by, Trouble::flaw(why), "add", &fields, Some(("request", why.to_owned()))).await
        }
        Err(error) => refused(&by, error, "add", &fields).await,
    }
}

/// Takes somebody out.
pub(crate) async fn remove(Sent { mut by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::RemoveSuppression)?;
    let (cookie, fresh) = freshened(&mut by, &fields).await;
    let purpose = purpose(&fields)?;
    let removed = match fresh {
        Ok(()) => {
            let because = fields.text("because");
            by.office.remove_suppression(&by.actor, purpose, identifier(&fields), because).await
        }
        Err(error) => Err(error),
    };
    let mut response = match removed {
        Ok(()) => return Ok(back(PATH, "unsuppressed", cookie)),
        Err(error) => refused(&by, error, "remove", &fields).await?,
    };
    crate::console::request::keep(&mut response, cookie);
    Ok(response)
}

/// The form again, with what is wrong at its field.
async fn refused(by: &Visitor, error: Error, key: &str, fields: &Fields) -> Result<Response, Trouble> {
    let flaw = match &error {
        Error::Unfit(unfit) => {
            let why = unfit.first().map(|one| one.why.clone()).unwrap_or_default();
            Some(("value", format!("This cannot stand in the list: {why}.")))
        }
        Error::Refused("E0984", _) => Some(("value", Trouble::told(&error))),
        Error::Usage("E0983" | "E0801", _) => Some(("because", Trouble::told(&error))),
        _ => None,
    };
    let trouble = match &flaw {
        Some((_, why)) if matches!(error, Error::Unfit(_)) => Trouble::flaw(why),
        _ => Trouble::from(error),
    };
    again(by, trouble, key, fields, flaw).await
}

async fn again(
    by: &Visitor,
    trouble: Trouble,
    key: &str,
    fields: &Fields,
    flaw: Option<(&str, String)>,
) -> Result<Response, Trouble> {
    let forbidden = trouble.status().is_server_error() || trouble.code() == "E0901";
    if forbidden || trouble.code() == "E0914" {
        return Err(trouble);
    }
    let mut made = made(by).await?;
    made.problem = Some(trouble.sentence());
    let forms = made.check.iter_mut().chain(&mut made.changes);
    if let Some(form) = forms.into_iter().find(|form| form.key == key) {
        made.at = form.refill(fields, flaw);
    }
    Ok(trouble.marked(page(trouble.status(), &made)))
}

fn identifier(fields: &Fields) -> (String, Personal) {
    (fields.text("kind").to_owned(), Personal::new(fields.text("value").to_owned()))
}

fn purpose(fields: &Fields) -> Result<Purpose, Trouble> {
    Purpose::from_word(fields.text("purpose")).ok_or_else(|| Trouble::flaw("Choose what it is for."))
}

async fn made(by: &Visitor) -> Result<Page, Trouble> {
    let clock = by.clock();
    let row = |line: Line| Row {
        what: match line.counted.purpose {
            Purpose::Erased => "Erased",
            Purpose::Marketing => "Objected to marketing",
        },
        kind: line.counted.kind,
        entries: grouped(line.counted.entries),
        oldest: clock.at(line.counted.oldest),
        first_ends: clock.at(line.first_ends),
        last_ends: clock.at(line.last_ends),
    };
    let rows = by.office.show_suppression(&by.actor).await?.into_iter().map(row).collect();
    let kinds = by.office.kinds_of_suppression(&by.actor)?;
    let said = by.office.reasons_of_suppression(&by.actor).await?;
    let said = said.into_iter().map(|(reason, face)| Said {
        did: if reason.act == ADD { "entered" } else { "taken out" },
        because: reason.because,
        by: who(by, face.by, &face.roles),
        at: clock.at(reason.at),
    });
    let mut changes = Vec::new();
    if by.may(Permission::AddSuppression) {
        changes.push(add_form(&kinds));
    }
    if by.may(Permission::RemoveSuppression) {
        changes.push(remove_form(&kinds));
    }
    let days = |purpose| by.office.suppression_days(purpose);
    Ok(Page {
        frame: by.frame("Suppression", "suppression").await,
        problem: None,
        at: String::new(),
        done: done(by),
        rows,
        erased_days: Some(days(Purpose::Erased)).filter(|days| *days > 0).map(lasting),
        objection_days: lasting(days(Purpose::Marketing)),
        check: by.may(Permission::CheckSuppression).then(|| check_form(&kinds)),
        answer: None,
        changes,
        said: said.collect(),
    })
}

fn lasting(days: i64) -> String {
    counted(days.unsigned_abs(), "day", "days")
}

fn choices(kinds: &[String]) -> Vec<Choice> {
    kinds.iter().map(|kind| Choice::new(kind.clone(), kind.clone())).collect()
}

fn check_form(kinds: &[String]) -> Form {
    let purposes = vec![
        Choice::new("erased", "To bring people in: were they erased?"),
        Choice::new("marketing", "To write to people: did they object, or were they erased?"),
    ];
    Form::new(format!("{PATH}/check"), "check", "Check people against the list", "", "Check these people")
        .with(Field::choice("purpose", "What for", "", purposes))
        .with(Field::choice("kind", "Identifier", "", choices(kinds)))
        .with(Field::text(
            "values",
            "People",
            "One identifier a line, 1,000 at the most. They go into no address and no log. Programs ask the API with a key that may only check.",
        ))
}

fn add_form(kinds: &[String]) -> Form {
    let purposes = vec![
        Choice::new("marketing", "They object to marketing"),
        Choice::new("erased", "They were erased by other means than a request here"),
    ];
    Form::new(
        PATH.to_owned(),
        "add",
        "Enter somebody by hand",
        "It counts at once. Only a keyed digest is kept, so nobody reads out who it is. Whoever is erased by a request is entered without this.",
        "Enter in the list",
    )
    .with(Field::choice("purpose", "Why they are entered", "", purposes))
    .with(Field::choice("kind", "Identifier", "", choices(kinds)))
    .with(Field::line("value", "Its value", "It goes into no address and no log."))
    .with(Field::because("One line that names nobody. It is shown here; the log keeps a seal of it."))
    .with(Field::line("request", "Request", "Its id, if they said so in a request.").optional())
}

fn remove_form(kinds: &[String]) -> Form {
    let purposes = vec![
        Choice::new("erased", "Imports may bring them in again"),
        Choice::new("marketing", "They want marketing again"),
    ];
    Form::new(
        format!("{PATH}/remove"),
        "remove",
        "Take somebody out",
        "1 entry goes, and cannot be brought back; they can be entered again. What else is known of the same person stays. Restored backups are still searched for them.",
        "Take out of the list",
    )
    .with(Field::choice("purpose", "What changes", "", purposes))
    .with(Field::choice("kind", "Identifier", "", choices(kinds)))
    .with(Field::line("value", "Its value", "Type it: the list cannot show it."))
    .with(Field::because("One line that names nobody. It is shown here; the log keeps a seal of it."))
    .dangerous()
    .asks_code()
}
