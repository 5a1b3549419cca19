//! What a person said when they asked: shown to whoever may and says why, never part of an address or of what browsers keep.

use askama::Template;
use axum::response::Response;

use crate::console::form::Sent;
use crate::console::frame::{Frame, shown};
use crate::console::request::{About, Head, around, overview};
use crate::console::trouble::Trouble;

#[derive(Template)]
#[template(path = "console/request/statement.html")]
struct Page {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    /// What each text is, and it.
    texts: Vec<(&'static str, String)>,
}

/// Reveals it. The look is written down, with a seal of the reason.
pub(crate) async fn reveal(About(id, sent): About) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    let words = match by.office.read_statement_because(&by.actor, id, fields.text("because")).await {
        Ok(words) => words,
        Err(error) => return overview::again(&by, id, error.into(), None).await,
    };
    let (_, frame, head) = around(&by, id, "").await?;
    let texts = [
        ("What the person asked for", words.statement),
        ("What was explained to them", words.explained),
        ("What makes it hard", words.complications),
    ];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
    Ok(shown(&Page { frame, head, problem: None, texts }))
}
