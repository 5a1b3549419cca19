//! Stopping a request by the link in a letter. Scanners may look as often as they like: only the button stops it, and once.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::portal::pages::Link;
use exeunt_app::portal::stop::Stands;
use exeunt_store::requests::Request;

use crate::caller::From;
use crate::pages::portal::around::{Come, Press, Sent, page};
use crate::service::Service;

async fn follow(
    service: &Service,
    from: &From,
    query: Option<&str>,
    headers: &HeaderMap,
    (word, token): &(String, String),
) -> Result<(Come, Request), Response> {
    let come = Come::to(service, word, query, headers, false).await?;
    match come.found.request_of(Link::Stop, token, &from.0).await {
        Ok(Some(request)) => Ok((come, request)),
        Ok(None) => Err(come.unknown()),
        Err(error) => Err(come.trouble(&error)),
    }
}

/// What the link leads to. Looking changes nothing.
pub(super) async fn show(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Path(path): Path<(String, String)>,
) -> Response {
    let (come, request) = match follow(&service, &from, query.as_deref(), &headers, &path).await {
        Ok(followed) => followed,
        Err(page) => return page,
    };
    match come.found.stands(&request).await {
        Ok(stands) => shown(&come, &request, &path.1, &stands),
        Err(error) => come.trouble(&error),
    }
}

/// Stops it.
pub(super) async fn stop(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Path(path): Path<(String, String)>,
    sent: Sent,
) -> Response {
    let (come, request) = match follow(&service, &from, query.as_deref(), &headers, &path).await {
        Ok(followed) => followed,
        Err(page) => return page,
    };
    let fields = match come.fields(&headers, sent) {
        Ok(fields) => fields,
        Err(page) => return *page,
    };
    // what posts without the button's word pressed no button
    if fields.text("act") != "stop" {
        return match come.found.stands(&request).await {
            Ok(stands) => shown(&come, &request, &path.1, &stands),
            Err(error) => come.trouble(&error),
        };
    }
    match come.found.stop(&request).await {
        Ok(_) => {
            let around = come.around("p_stop_title", None);
            Redirect::to(&around.at(&format!("/stop/{}", path.1))).into_response()
        }
        Err(error) => come.trouble(&error),
    }
}

fn shown(come: &Come, request: &Request, token: &str, stands: &Stands) -> Response {
    let say = come.say();
    let place = format!("/stop/{token}");
    let (title, text) = match stands {
        Stands::Open => return offered(come, request, &place),
        Stands::Stopped(stop) => {
            let until = stop.answer_by.parse().map(|until| say.day(until)).unwrap_or_default();
            ("p_stop_done_title", say.f("p_stop_done", &[("until", &until)]))
        }
        Stands::Looked(at) => ("p_stop_title", say.f("p_stop_looked", &[("day", &say.0.day(*at))])),
        Stands::Over(at) => ("p_stop_title", say.f("p_stop_over", &[("day", &say.0.day(*at))])),
    };
    let status = if matches!(stands, Stands::Stopped(_)) { StatusCode::OK } else { StatusCode::GONE };
    come.said(status, title, vec![text], None)
}

fn offered(come: &Come, request: &Request, place: &str) -> Response {
    let say = come.say();
    let right = exeunt_mail::Right::from_word(&request.kind).map(|right| right.told(come.language));
    let (right, reference) = (right.unwrap_or_default(), request.id.to_string());
    let values =
        [("organization", come.found.portal.name.as_str()), ("right", &right), ("reference", &reference)];
    let around = come.around("p_stop_title", Some(place));
    let press = Press {
        heading: around.title.clone(),
        texts: vec![say.f("p_stop", &values), say.w("p_stop_what").to_owned()],
        action: around.at(place),
        hidden: vec![("act", String::from("stop"))],
        button: say.w("p_stop_button").to_owned(),
        after: Vec::new(),
        link: None,
        around,
    };
    page(StatusCode::OK, &press)
}
