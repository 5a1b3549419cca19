//! Looking a customer up.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_base::Personal;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page};
use crate::console::trouble::Trouble;

#[derive(Template)]
#[template(path = "console/customers/search.html")]
struct Search<'a> {
    frame: Frame,
    problem: Option<String>,
    kinds: Vec<String>,
    kind: &'a str,
    value: &'a str,
}

/// The form.
pub(crate) async fn show(visitor: Visitor) -> Response {
    if let Err(error) = visitor.office.allow(&visitor.actor, Permission::FindCustomers) {
        return Trouble::from(error).into_response();
    }
    asked(&visitor, "", "", None, StatusCode::OK).await
}

async fn asked(
    visitor: &Visitor,
    kind: &str,
    value: &str,
    problem: Option<String>,
    status: StatusCode,
) -> Response {
    let kinds = visitor.office.kinds_of_identifiers();
    let frame = visitor.frame("Customers", "customers").await;
    page(status, &Search { frame, problem, kinds, kind, value })
}

/// Leads to the customer, whether or not there is one.
pub(crate) async fn look_up(Sent { by, fields }: Sent) -> Response {
    let (kind, value) = (fields.text("kind"), fields.text("value"));
    let given = [(kind.to_owned(), Personal::new(value.to_owned()))];
    match by.office.customer_handle(&by.actor, &given).await {
        Ok(handle) => Redirect::to(&format!("/customers/{handle}")).into_response(),
        Err(error) => {
            let trouble = Trouble::from(error);
            if !trouble.is_mendable() {
                return trouble.into_response();
            }
            asked(&by, kind, value, Some(trouble.sentence()), trouble.status()).await
        }
    }
}
