//! A page of what the sources hold of a customer, with a reason. It is the answer to a form and has no address of its own, so that no
//! history leads back to it.

use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use exeunt_app::customers::reveal::{PAGE, Revealed, Wanted};

use crate::console::customers::profile;
use crate::console::form::Sent;
use crate::console::frame::{Frame, shown};
use crate::console::trouble::Trouble;

#[derive(Template)]
#[template(path = "console/customers/reveal.html")]
struct Page<'a> {
    frame: Frame,
    handle: &'a str,
    because: &'a str,
    read: usize,
    revealed: &'a Revealed,
    first: usize,
    last: usize,
}

/// Shows it.
pub(crate) async fn show(Path(handle): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let because = fields.text("because");
    let wanted = Wanted {
        read: fields.text("read").parse().unwrap_or_default(),
        page: fields.text("page").parse().unwrap_or_default(),
    };
    let cookie = match by.freshen(fields.text("code")).await {
        Ok(cookie) => cookie,
        Err(error) => return profile::again(&by, &handle, Some(error.into()), because).await,
    };
    let answer = match by.office.reveal_customer(&by.actor, &handle, wanted, because).await {
        Ok(revealed) => {
            let first = wanted.page.saturating_mul(PAGE);
            let frame = by.frame("Rows of a customer", "customers").await;
            let last = first + revealed.rows.len();
            let read = wanted.read;
            shown(&Page { frame, handle: &handle, because, read, revealed: &revealed, first, last })
        }
        Err(error) => profile::again(&by, &handle, Some(Trouble::from(error)), because).await,
    };
    with_cookie(answer, cookie)
}

/// An answer that puts a renewed session into the browser.
pub(super) fn with_cookie(mut answer: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}
