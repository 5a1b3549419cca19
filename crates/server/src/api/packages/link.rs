//! Making a link to a package and mailing it.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::PackageId;

use crate::body::Id;
use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::packages::LinkView;

/// Make a link to a package and mail it to the person
///
/// Three downloads within seven days, each with a code that is mailed when the person asks for it. A new link revokes the
/// ones before.
#[utoipa::path(
    post, path = "/api/v1/packages/{package}/links", tag = "packages",
    params(
        ("package" = String, Path, description = "Its id"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name mails nothing"),
    ),
    responses((status = 201, description = "It was made, and its letter waits to be sent", body = LinkView))
)]
pub(crate) async fn make_link(
    mut caller: Caller,
    once: Once,
    Id(id): Id<PackageId>,
) -> Result<(StatusCode, Json<LinkView>), Problem> {
    caller.must_be_fresh()?;
    let call = once.call(&mut caller, &[]).await?;
    let link = caller.office.make_link(&caller.actor, id, call.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(LinkView::from(&link))))
}
