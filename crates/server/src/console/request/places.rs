//! Writing into the marked places of a letter before it goes, with the whole letter as it will go beside it.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::letters::places::{Draft, Places};
use exeunt_base::RequestId;
use exeunt_mail::{NOTE, OPENING, Remarks};

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, shown};
use crate::console::request::{AboutPart, Head, Within, around, back, history};
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::moment::Moment;

/// The HTML of a letter: made of our books' words, and of values that were escaped.
struct Html(String);

impl Html {
    /// What stands in a draft's body.
    fn of(draft: &Draft) -> Self {
        Self(draft.text.body().to_owned())
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// the room of letters escapes every value of it, and tests that
impl HtmlSafe for Html {}

/// A field as it was typed.
struct Field {
    typed: String,
    most: usize,
    flaw: Option<String>,
}

impl Field {
    fn new(typed: &str, most: usize) -> Self {
        Self { typed: typed.to_owned(), most, flaw: None }
    }
}

#[derive(Template)]
#[template(path = "console/request/places.html")]
struct Page {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    letter: &'static str,
    what: &'static str,
    opening: Field,
    note: Field,
    written: Option<(Moment, String)>,
    /// Whether what the page shows differs from what is kept.
    changed: bool,
    language: &'static str,
    language_name: &'static str,
    mailed: bool,
    subject: String,
    plain: String,
    html: Html,
}

/// A letter that may come, as the list of letters shows it.
pub(super) struct ToCome {
    pub(super) letter: &'static str,
    pub(super) what: &'static str,
    /// What was written into it; empty where nothing was.
    pub(super) places: &'static str,
    pub(super) written: Option<(Moment, String)>,
}

/// The letters about a request that may still come; none for whoever does not decide about it.
pub(super) async fn to_come(by: &Visitor, id: RequestId) -> Result<Vec<ToCome>, Trouble> {
    if !by.may(Permission::DecideRequests) {
        return Ok(Vec::new());
    }
    let all = by.office.letter_places(&by.actor, id).await?;
    Ok(all.iter().map(|one| told(by, one)).collect())
}

fn told(by: &Visitor, one: &Places) -> ToCome {
    ToCome {
        letter: one.letter,
        what: history::letter(one.letter),
        places: match one.remarks.places().as_slice() {
            [] => "",
            ["opening"] => "an opening",
            ["note"] => "a note at the end",
            _ => "an opening, and a note at the end",
        },
        written: written(by, one),
    }
}

fn written(by: &Visitor, one: &Places) -> Option<(Moment, String)> {
    one.written.map(|(actor, at)| (by.clock().at(at), history::who(by, actor, &[])))
}

/// Shows what is kept, and the letter with it.
pub(crate) async fn show(by: Visitor, Within(id, word): Within<String>) -> Result<Response, Trouble> {
    let places = of(&by, id, &word).await?;
    let remarks = places.remarks.clone();
    Ok(shown(&made(&by, id, &places, &remarks, false).await?))
}

/// Keeps what was typed, takes it out, or only shows the letter with it.
pub(crate) async fn write(AboutPart(id, word, sent): AboutPart<String>) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    let places = of(&by, id, &word).await?;
    let typed = match fields.text("act") {
        "clear" => Ok(Remarks::default()),
        _ => Remarks::new(fields.raw("opening"), fields.raw("note")),
    };
    let remarks = match typed {
        Ok(remarks) => remarks,
        Err(bad) => {
            let why = sentence(&bad.why.to_string());
            let trouble = Trouble::flaw(&why);
            let mut page = made(&by, id, &places, &Remarks::default(), true).await?;
            refill(&mut page, &fields);
            let field = if bad.place == "opening" { &mut page.opening } else { &mut page.note };
            field.flaw = Some(why.clone());
            page.head.at = bad.place.to_owned();
            page.problem = Some(why);
            return Ok(trouble.on(&page));
        }
    };
    if fields.text("act") == "look" {
        let changed = remarks != places.remarks;
        return Ok(shown(&made(&by, id, &places, &remarks, changed).await?));
    }
    match by.office.set_letter_places(&by.actor, id, &word, &remarks).await {
        Ok(()) => Ok(back(id, "letters", if remarks.is_empty() { "unworded" } else { "worded" }, None)),
        Err(error) => {
            let trouble = Trouble::from(error);
            if !trouble.is_mendable() {
                return Err(trouble);
            }
            let mut page = made(&by, id, &places, &remarks, true).await?;
            refill(&mut page, &fields);
            page.problem = Some(trouble.sentence());
            Ok(trouble.on(&page))
        }
    }
}

fn refill(page: &mut Page, fields: &Fields) {
    page.opening.typed = fields.raw("opening").to_owned();
    page.note.typed = fields.raw("note").to_owned();
}

/// One that may still come.
async fn of(by: &Visitor, id: RequestId, word: &str) -> Result<Places, Trouble> {
    let all = by.office.letter_places(&by.actor, id).await?;
    all.into_iter().find(|one| one.letter == word).ok_or_else(Trouble::not_found)
}

async fn made(
    by: &Visitor,
    id: RequestId,
    places: &Places,
    remarks: &Remarks,
    changed: bool,
) -> Result<Page, Trouble> {
    let draft = by.office.draft_letter(&by.actor, id, places.letter, remarks).await?;
    let (_, frame, head) = around(by, id, "letters").await?;
    Ok(Page {
        frame,
        head,
        problem: None,
        letter: places.letter,
        what: history::letter(places.letter),
        opening: Field::new(&remarks.opening, OPENING),
        note: Field::new(&remarks.note, NOTE),
        written: written(by, places),
        changed,
        language: draft.language.as_str(),
        language_name: super::letters::language_name(draft.language.as_str()),
        mailed: draft.mailed,
        html: Html::of(&draft),
        subject: draft.text.subject.clone(),
        plain: draft.text.plain,
    })
}
