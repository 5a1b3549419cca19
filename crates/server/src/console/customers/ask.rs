//! *Export customer data* and *Delete customer*: a request of theirs, entered by whoever looked them up.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::requests::details::Details;
use exeunt_base::Personal;
use exeunt_rights::Right;

use crate::console::customers::profile;
use crate::console::form::Sent;
use crate::console::trouble::Trouble;

/// Enters it and leads there.
pub(crate) async fn enter(Path(handle): Path<String>, Sent { by, fields }: Sent) -> Response {
    let right = match fields.text("right") {
        "access" => Right::Access,
        "erasure" => Right::Erasure,
        _ => {
            let words = "choose whether their data is to be exported or deleted";
            let trouble = Trouble::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "E0906", words);
            return profile::again(&by, &handle, Some(trouble), "").await;
        }
    };
    let statement = fields.text("statement");
    let details = Details {
        channel: Some(String::from("staff")),
        statement: (!statement.is_empty()).then(|| Personal::new(statement.to_owned())),
        ..Details::default()
    };
    match by.office.request_for_customer(&by.actor, &handle, right, details).await {
        Ok(request) => Redirect::to(&format!("/requests/{request}")).into_response(),
        Err(error) => profile::again(&by, &handle, Some(error.into()), "").await,
    }
}
