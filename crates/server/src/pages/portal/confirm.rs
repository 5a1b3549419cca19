//! Typing the code in, on the page that asked for it; and saying that it was somebody else.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::portal::confirm::Confirmed;
use exeunt_app::portal::pages::Link;
use exeunt_base::{RequestId, Secret};
use exeunt_rights::Right;

use crate::caller::From;
use crate::pages::portal::around::{Code, Come, Press, Sent, page};
use crate::pages::portal::follow;
use crate::service::Service;

/// The page with the field for the code; after a wrong one, with how many tries are left.
pub(super) fn typing(
    come: &Come,
    form: &Secret<String>,
    right: Right,
    email: &str,
    wrong: Option<u64>,
) -> Response {
    let say = come.say();
    let problem = wrong.map(|left| match left {
        1 => say.w("page_wrong_one").to_owned(),
        left => say.f("page_wrong", &[("left", &left.to_string())]),
    });
    let along = [("form", form.expose().as_str()), ("right", right.as_str()), ("email", email)];
    let around = come.around("p_confirm_title", None).typed(&come.found, "/confirm", &along);
    let right = exeunt_mail::Right::from_word(right.as_str()).map(|right| right.told(come.language));
    let code = Code {
        heading: around.title.clone(),
        texts: vec![
            say.f("p_confirm_sent", &[("email", email)]),
            say.f("p_confirm_asked", &[("right", &right.unwrap_or_default())]),
        ],
        problem,
        form: form.expose().clone(),
        action: around.at("/confirm"),
        button: say.w("p_confirm").to_owned(),
        again: None,
        after: vec![say.w("p_confirm_help").to_owned()],
        link: Some((around.home(), say.w("p_begin_again").to_owned())),
        around,
    };
    let status = if wrong.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
    page(status, &code)
}

/// Checks the code. With the right one there is a request, and the page that shows how it stands.
pub(super) async fn confirm(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Path(word): Path<String>,
    sent: Sent,
) -> Response {
    let come = match Come::to(&service, &word, query.as_deref(), &headers, true).await {
        Ok(come) => come,
        Err(page) => return page,
    };
    let fields = match come.fields(&headers, sent) {
        Ok(fields) => fields,
        Err(page) => return *page,
    };
    let form = Secret::new(fields.text("form").to_owned());
    if fields.only_shows() {
        // what it says of the asking came with it, and goes back to whoever sent it
        let right = fields.text("right").parse().unwrap_or(Right::Access);
        return typing(&come, &form, right, fields.text("email"), None);
    }
    let again = fields.text("again") == "yes";
    match come.found.confirm(form.expose(), fields.text("code"), again, &from.0).await {
        Ok(Confirmed::Made(id)) => to_status(&come, id, true),
        Ok(Confirmed::MadeBefore(id)) => to_status(&come, id, false),
        Ok(Confirmed::Wrong { left, right, email }) => {
            typing(&come, &form, right, email.expose(), Some(left))
        }
        Ok(Confirmed::Over) => over(&come),
        Ok(Confirmed::Twice { request, received, due, theirs }) => {
            let say = come.say();
            let around = come.around("p_twice_title", None);
            let (day, reference) = (say.day(received), request.to_string());
            let mut texts = vec![say.f("p_twice", &[("day", &day), ("reference", &reference)])];
            texts.extend(due.map(|due| say.f("p_twice_due", &[("due", &say.day(due))])));
            if theirs {
                texts.push(say.w("p_twice_link").to_owned());
            }
            let press = Press {
                heading: around.title.clone(),
                texts,
                action: around.at("/confirm"),
                hidden: vec![("form", form.expose().clone()), ("again", String::from("yes"))],
                button: say.w("p_twice_again").to_owned(),
                after: vec![say.w("p_twice_hint").to_owned()],
                link: None,
                around,
            };
            page(StatusCode::CONFLICT, &press)
        }
        Err(error) => come.trouble(&error),
    }
}

/// On to the request's page. Whoever typed the code in just now may look at once.
fn to_status(come: &Come, id: RequestId, made: bool) -> Response {
    let found = &come.found;
    let led = || {
        let token = found.office.portal_token(Link::Follow, id)?;
        let held = made.then(|| found.session_of(id)).transpose()?;
        Ok::<_, exeunt_app::Error>((token, held))
    };
    let (token, held) = match led() {
        Ok(led) => led,
        Err(error) => return come.trouble(&error),
    };
    let (word, lang) = (&found.portal.word, come.language.as_str());
    let made = if made { "&made" } else { "" };
    let place = format!("/portal/{word}/requests/{token}?lang={lang}{made}");
    let mut response = Redirect::to(&place).into_response();
    if let Some(held) = held {
        response.headers_mut().append(header::SET_COOKIE, follow::put(&held));
    }
    response
}

fn over(come: &Come) -> Response {
    let say = come.say();
    let link = Some((come.around("p_confirm_title", None).home(), say.w("p_begin_again").to_owned()));
    come.said(StatusCode::FORBIDDEN, "page_problem", vec![say.w("p_over").to_owned()], link)
}

/// What the mail's link leads whoever it was not to. Looking changes nothing.
pub(super) async fn show_denial(
    service: State<Service>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Path((word, token)): Path<(String, String)>,
) -> Response {
    let come = match Come::to(&service, &word, query.as_deref(), &headers, false).await {
        Ok(come) => come,
        Err(page) => return page,
    };
    let say = come.say();
    match come.found.may_deny(&token).await {
        Ok(true) => {}
        Ok(false) => {
            return come.said(StatusCode::OK, "p_notme_title", vec![say.w("p_notme_gone").to_owned()], None);
        }
        Err(error) => return come.trouble(&error),
    }
    let place = format!("/not-me/{token}");
    let around = come.around("p_notme_title", Some(&place));
    let press = Press {
        heading: around.title.clone(),
        texts: vec![say.w("p_notme").to_owned()],
        action: around.at(&place),
        hidden: Vec::new(),
        button: say.w("p_notme_button").to_owned(),
        after: Vec::new(),
        link: None,
        around,
    };
    page(StatusCode::OK, &press)
}

/// Forgets what was typed in.
pub(super) async fn deny(
    service: State<Service>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Path((word, token)): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let come = match Come::to(&service, &word, query.as_deref(), &headers, false).await {
        Ok(come) => come,
        Err(page) => return page,
    };
    if let Err(page) = come.fields(&headers, sent) {
        return *page;
    }
    match come.found.deny(&token).await {
        Ok(done) => {
            let word = if done { "p_notme_done" } else { "p_notme_gone" };
            come.said(StatusCode::OK, "p_notme_title", vec![come.say().w(word).to_owned()], None)
        }
        Err(error) => come.trouble(&error),
    }
}

/// A header that no page keeps.
pub(super) fn secret(value: String) -> HeaderValue {
    let mut value = HeaderValue::try_from(value).expect("tokens are letters, digits and points");
    value.set_sensitive(true);
    value
}
