//! What goes wrong, as a page: a code, a sentence, and what to do.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::call;
use crate::console::frame::{self, Frame};
use crate::problem::Problem;

/// Trouble that has a page of its own.
#[derive(Debug)]
pub(crate) struct Trouble(Problem);

#[derive(Template)]
#[template(path = "console/trouble.html")]
struct Page<'a> {
    frame: Frame,
    heading: &'static str,
    sentence: String,
    todo: &'static str,
    code: &'a str,
    call: String,
}

impl Trouble {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: &str) -> Self {
        Self(Problem::new(status, code, detail))
    }

    /// A form that did not come from a page of this session.
    pub(crate) fn foreign() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "E0904",
            "this did not come from a page of this session, so nothing was done; open the page again, and send it from there",
        )
    }

    /// A field that is not what it should be.
    pub(crate) fn flaw(why: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "E0906", why)
    }

    /// There is no such thing, or it is not for whoever looks.
    pub(crate) fn not_found() -> Self {
        Self(Problem::not_found())
    }

    /// Whether whoever sent a form can mend it: the form comes back then, with what is wrong.
    pub(crate) fn is_mendable(&self) -> bool {
        matches!(self.status(), StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT)
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What it says, as a sentence.
    pub(crate) fn sentence(&self) -> String {
        sentence(&self.0.detail)
    }

    /// Its code.
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }
}

impl Trouble {
    /// What an error that stays on a page says, with its causes.
    pub(crate) fn told(error: &exeunt_app::Error) -> String {
        let mut told = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            let text = inner.to_string();
            if !told.ends_with(&text) {
                told.push_str(": ");
                told.push_str(&text);
            }
            cause = inner.source();
        }
        sentence(&told)
    }

    /// The same told on the page that it came of, so that nothing typed there is lost.
    pub(crate) fn on(&self, page: &impl Template) -> Response {
        self.marked(frame::page(self.status(), page))
    }

    /// With what the log and callers read of a problem.
    pub(crate) fn marked(&self, mut response: Response) -> Response {
        response.extensions_mut().insert(call::Code(self.0.code));
        if let Some(seconds) = self.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl<E: Into<Problem>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = self.status();
        let (heading, todo) = match self.0.code {
            "E0904" => (
                "Not taken",
                "If that does not help, tell whoever runs this installation the code and the call below.",
            ),
            _ => words(status),
        };
        let call = serde_json::to_value(call::Current).ok().and_then(|id| id.as_str().map(str::to_owned));
        let page = Page {
            frame: Frame::outside(heading),
            heading,
            sentence: self.sentence(),
            todo,
            code: self.0.code,
            call: call.unwrap_or_default(),
        };
        self.marked(frame::page(status, &page))
    }
}

fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => (
            "Not found",
            "Check the address. What another organization has, or you may not see, is not found either.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("Not opened this way", "Nothing was changed. Begin from the first page.")
        }
        StatusCode::FORBIDDEN => {
            ("Not allowed", "Nothing was changed. Whoever administers the organization gives permissions.")
        }
        StatusCode::UNAUTHORIZED => ("Sign in again", "Nothing was changed."),
        StatusCode::TOO_MANY_REQUESTS => {
            ("Too much at once", "Nothing was changed. Try the same again in a moment.")
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            ("Not reachable", "Nothing was lost. Try the same again in a moment.")
        }
        StatusCode::PRECONDITION_FAILED => {
            ("Changed meanwhile", "Somebody changed it since you opened the page. Look at it again.")
        }
        status if status.is_server_error() => {
            ("Something went wrong here", "Tell whoever runs this installation the code and the call below.")
        }
        _ => ("There is a problem", "Nothing was changed. Go back, mend it, and send it again."),
    }
}

/// A message as a sentence.
pub(crate) fn sentence(message: &str) -> String {
    let quoted = quoted(message);
    let mut letters = quoted.chars();
    let mut text: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    text.push_str(letters.as_str());
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// A message's words: it marks those of ours as a terminal does, and a page has quotes for that.
pub(crate) fn quoted(message: &str) -> String {
    let mut text = String::with_capacity(message.len() + 8);
    let mut opening = false;
    for letter in message.chars() {
        opening ^= letter == '`';
        match letter {
            '`' if opening => text.push('“'),
            '`' => text.push('”'),
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_message_becomes_a_sentence_of_a_page() {
        assert_eq!(
            sentence("there is no `mars`; there are `eu` and `uk`"),
            "There is no “mars”; there are “eu” and “uk”."
        );
        assert_eq!(sentence("`a` is there."), "“a” is there.");
        assert_eq!(sentence(""), ".");
    }
}
