//! Saving a search by a name, and taking it away again.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_app::views::NewView;
use exeunt_base::ViewId;
use exeunt_rights::search::Search;

use crate::console::form::Sent;
use crate::console::frame::{Frame, page};
use crate::console::requests::list::href;
use crate::console::trouble::Trouble;

/// What was not taken, with all that was typed.
#[derive(Template)]
#[template(path = "console/requests/view.html")]
struct Again<'a> {
    frame: Frame,
    problem: Option<String>,
    search: String,
    name: &'a str,
    shared: bool,
    may_share: bool,
}

/// Saves the list as it is searched.
pub(crate) async fn save(Sent { by, fields }: Sent) -> Response {
    let (search, _) = Search::parse(fields.text("search"));
    let new = NewView {
        name: fields.text("name").to_owned(),
        search: search.clone(),
        shared: fields.has("shared"),
    };
    match by.office.save_view(&by.actor, &new).await {
        Ok(_) => to_list(&search, "saved"),
        Err(error) => {
            let trouble = Trouble::from(error);
            if trouble.status() != StatusCode::UNPROCESSABLE_ENTITY {
                return trouble.into_response();
            }
            let frame = by.frame("Save a view", "requests").await;
            page(
                trouble.status(),
                &Again {
                    frame,
                    problem: Some(trouble.sentence()),
                    search: search.to_string(),
                    name: fields.text("name"),
                    shared: new.shared,
                    may_share: by.may(Permission::SubmitRequests),
                },
            )
        }
    }
}

/// Takes a view away.
pub(crate) async fn remove(Path(id): Path<String>, Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    let id: ViewId = id.parse().map_err(|_| Trouble::not_found())?;
    by.office.remove_view(&by.actor, id).await?;
    let (search, _) = Search::parse(fields.text("search"));
    Ok(to_list(&search, "removed"))
}

fn to_list(search: &Search, done: &str) -> Response {
    let back = href(search);
    let sign = if back.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{back}{sign}done={done}")).into_response()
}
