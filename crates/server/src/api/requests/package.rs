//! Answering a request with a package.

use axum::response::Response;
use exeunt_base::RequestId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::once::Once;
use crate::problem::Problem;
use crate::wire::packages::MakePackage;
use crate::wire::tasks::Asked;

/// Make the package that answers a request
///
/// For access and portability. Encrypted from its first byte.
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/packages", tag = "packages",
    params(
        ("request" = String, Path, description = "Its id"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]{1,255}$", description = "Names this call: a second one of the name asks for nothing"),
    ),
    request_body = MakePackage,
    responses((status = 202, description = "A worker does it", body = Asked))
)]
pub(crate) async fn make_package(
    mut caller: Caller,
    once: Once,
    Id(id): Id<RequestId>,
    body: Body<MakePackage>,
) -> Result<Response, Problem> {
    let call = once.call(&mut caller, &body.bytes).await?;
    if body.value.deliver {
        caller.must_be_fresh()?;
    }
    let wanted = body.value.wanted();
    Ok(Asked::answer(caller.office.ask_package(&caller.actor, id, wanted, call.as_ref()).await?))
}
