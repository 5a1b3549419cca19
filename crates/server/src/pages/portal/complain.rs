//! Complaining about a request, for whoever may see how it stands.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::portal::complain::Complained;
use exeunt_base::Personal;

use crate::caller::From;
use crate::pages::portal::around::{Around, Sent, page};
use crate::pages::portal::follow::Followed;
use crate::service::Service;

#[derive(Template)]
#[template(path = "portal/complain.html")]
struct Complain {
    around: Around,
    problem: Option<String>,
    words: String,
    action: String,
    back: String,
}

fn form(followed: &Followed, status: StatusCode, problem: Option<&str>, words: &str) -> Response {
    let place = format!("{}/complaint", followed.place());
    let around = match words {
        "" => followed.come.around("p_complain_title", Some(&place)),
        words => {
            let along = [("words", words)];
            followed.come.around("p_complain_title", None).typed(&followed.come.found, &place, &along)
        }
    };
    let complain = Complain {
        problem: problem.map(|word| around.say.w(word).to_owned()),
        words: words.to_owned(),
        action: around.at(&place),
        back: around.at(&followed.place()),
        around,
    };
    followed.renewed(page(status, &complain))
}

/// The form.
pub(super) async fn show(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    path: Path<(String, String)>,
) -> Response {
    let followed = match Followed::to(&service, &from, query.as_deref(), &headers, path.0).await {
        Ok(followed) => followed,
        Err(page) => return page,
    };
    if followed.sees { form(&followed, StatusCode::OK, None, "") } else { followed.landing() }
}

/// Takes the complaint.
pub(super) async fn send(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    path: Path<(String, String)>,
    sent: Sent,
) -> Response {
    let followed = match Followed::to(&service, &from, query.as_deref(), &headers, path.0).await {
        Ok(followed) => followed,
        Err(page) => return page,
    };
    if !followed.sees {
        return followed.landing();
    }
    let fields = match followed.come.fields(&headers, sent) {
        Ok(fields) => fields,
        Err(page) => return *page,
    };
    let words = fields.raw("words").replace("\r\n", "\n");
    if fields.only_shows() {
        return form(&followed, StatusCode::OK, None, &words);
    }
    match followed.come.found.complain(&followed.request, &Personal::new(words.clone())).await {
        Ok(Complained::Taken(_)) => {
            let around = followed.come.around("p_complain_title", None);
            followed.renewed(Redirect::to(&around.at(&followed.place())).into_response())
        }
        Ok(Complained::Flawed) => {
            form(&followed, StatusCode::UNPROCESSABLE_ENTITY, Some("p_complain_err"), &words)
        }
        Ok(Complained::Enough) => form(&followed, StatusCode::CONFLICT, Some("p_complain_most"), &words),
        Err(error) => followed.come.trouble(&error),
    }
}
