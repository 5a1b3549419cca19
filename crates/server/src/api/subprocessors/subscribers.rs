//! Who is told before a sub-processor is engaged.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::SubscriberId;

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::subprocessors::{Asked, NewSubscriber, SubscriberView, Subscribers};

/// List who is told of new sub-processors
///
/// Never where they get mail.
#[utoipa::path(
    get, path = "/api/v1/subscribers", tag = "subprocessors",
    responses((status = 200, description = "They, and those who were asked", body = Subscribers))
)]
pub(crate) async fn list_subscribers(caller: Caller) -> Result<Json<Subscribers>, Problem> {
    let all = caller.office.list_subscribers(&caller.actor).await?;
    Ok(Json(Subscribers { items: all.iter().map(SubscriberView::from).collect() }))
}

/// Ask at an address whether notices are wanted there
///
/// Whoever gets mail there confirms it on a page; until then, and without it, nobody is told.
#[utoipa::path(
    post, path = "/api/v1/subscribers", tag = "subprocessors",
    request_body = NewSubscriber,
    responses((status = 202, description = "They are asked by a letter", body = Asked))
)]
pub(crate) async fn add_subscriber(
    caller: Caller,
    body: Body<NewSubscriber>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let new = body.value;
    let language = new.language().map_err(|()| {
        Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "/language", "one of en, de, fr and es")
    })?;
    let id = caller.office.add_subscriber(&caller.actor, &new.email(), language).await?;
    Ok((StatusCode::ACCEPTED, Json(Asked { subscriber: id.to_string() })))
}

/// Tell somebody nothing any more, and forget their address
#[utoipa::path(
    delete, path = "/api/v1/subscribers/{subscriber}", tag = "subprocessors",
    params(("subscriber" = String, Path, description = "Their id")),
    responses((status = 204, description = "They are forgotten"))
)]
pub(crate) async fn remove_subscriber(
    caller: Caller,
    Id(id): Id<SubscriberId>,
) -> Result<StatusCode, Problem> {
    caller.office.remove_subscriber(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
