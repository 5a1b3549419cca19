//! Making a link to a package and mailing it.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::PackageId;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::packages::LinkView;

/// Make a link to a package and mail it to the person
///
/// Three downloads within seven days, each with a code that is mailed when the person asks for it. A new link revokes the
/// ones before.
#[utoipa::path(
    post, path = "/api/v1/packages/{package}/links", tag = "packages",
    params(("package" = String, Path, description = "Its id")),
    responses((status = 201, description = "It was made, and its letter waits to be sent", body = LinkView))
)]
pub(crate) async fn make_link(
    caller: Caller,
    Id(id): Id<PackageId>,
) -> Result<(StatusCode, Json<LinkView>), Problem> {
    caller.must_be_fresh()?;
    let link = caller.office.make_link(&caller.actor, id).await?;
    Ok((StatusCode::CREATED, Json(LinkView::from(&link))))
}
