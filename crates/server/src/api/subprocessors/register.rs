//! Keeping the register: adding, announcing, engaging, ending; objections, written down and read.

use axum::Json;
use axum::http::StatusCode;
use exeunt_base::{Personal, SubprocessorId, Timestamp};

use crate::body::{Body, Id};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::requests::Because;
use crate::wire::subprocessors::{
    Announce, Engage, NewSubprocessor, Objected, Objecting, ObjectionView, Objections, Subprocessors, Told,
};

/// Write a sub-processor down
///
/// Nobody is told yet. One that was engaged before there was a register says since when.
#[utoipa::path(
    post, path = "/api/v1/subprocessors", tag = "subprocessors",
    request_body = NewSubprocessor,
    responses((status = 201, description = "The register with it", body = Subprocessors))
)]
pub(crate) async fn add_subprocessor(
    caller: Caller,
    body: Body<NewSubprocessor>,
) -> Result<(StatusCode, Json<Subprocessors>), Problem> {
    let id = caller.office.add_subprocessor(&caller.actor, body.value.into()).await?;
    let mut all = caller.office.list_subprocessors(&caller.actor).await?;
    all.retain(|one| one.id == id);
    Ok((StatusCode::CREATED, Json(all.into())))
}

/// Announce a sub-processor
///
/// Everybody who confirmed that they want notices gets a letter. It may be engaged when the notice is over.
#[utoipa::path(
    post, path = "/api/v1/subprocessors/{subprocessor}/announce", tag = "subprocessors",
    params(("subprocessor" = String, Path, description = "Its id")),
    request_body = Announce,
    responses((status = 200, description = "It is announced", body = Told))
)]
pub(crate) async fn announce_subprocessor(
    caller: Caller,
    Id(id): Id<SubprocessorId>,
    body: Body<Announce>,
) -> Result<Json<Told>, Problem> {
    let told = caller.office.announce_subprocessor(&caller.actor, id, body.value.effective_on).await?;
    Ok(Json(Told { told }))
}

/// Engage a sub-processor whose notice is over
#[utoipa::path(
    post, path = "/api/v1/subprocessors/{subprocessor}/engage", tag = "subprocessors",
    params(("subprocessor" = String, Path, description = "Its id")),
    request_body = Engage,
    responses((status = 204, description = "It is engaged"))
)]
pub(crate) async fn engage_subprocessor(
    caller: Caller,
    Id(id): Id<SubprocessorId>,
    body: Body<Engage>,
) -> Result<StatusCode, Problem> {
    let because = body.value.despite_objections.as_deref();
    caller.office.engage_subprocessor(&caller.actor, id, because).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a sub-processor go, or never engage it
#[utoipa::path(
    post, path = "/api/v1/subprocessors/{subprocessor}/end", tag = "subprocessors",
    params(("subprocessor" = String, Path, description = "Its id")),
    request_body = Because,
    responses((status = 204, description = "It ended"))
)]
pub(crate) async fn end_subprocessor(
    caller: Caller,
    Id(id): Id<SubprocessorId>,
    body: Body<Because>,
) -> Result<StatusCode, Problem> {
    caller.office.end_subprocessor(&caller.actor, id, &body.value.because).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Write an objection to a sub-processor down
///
/// Kept sealed; the log only commits to it.
#[utoipa::path(
    post, path = "/api/v1/subprocessors/{subprocessor}/objections", tag = "subprocessors",
    params(("subprocessor" = String, Path, description = "Its id")),
    request_body = Objecting,
    responses((status = 201, description = "It is written down", body = Objected))
)]
pub(crate) async fn object_to_subprocessor(
    caller: Caller,
    Id(id): Id<SubprocessorId>,
    body: Body<Objecting>,
) -> Result<(StatusCode, Json<Objected>), Problem> {
    let number = caller.office.object_to_subprocessor(&caller.actor, id, &body.value.words()).await?;
    Ok((StatusCode::CREATED, Json(Objected { number })))
}

/// Read the objections to a sub-processor
///
/// They may tell who somebody is.
#[utoipa::path(
    get, path = "/api/v1/subprocessors/{subprocessor}/objections", tag = "subprocessors",
    params(("subprocessor" = String, Path, description = "Its id")),
    responses((status = 200, description = "They, oldest first", body = Objections))
)]
pub(crate) async fn read_objections(
    caller: Caller,
    Id(id): Id<SubprocessorId>,
) -> Result<Json<Objections>, Problem> {
    let all = caller.office.read_objections(&caller.actor, id).await?;
    let view = |(at, words): (Timestamp, Personal)| ObjectionView { at, words: words.expose().to_owned() };
    Ok(Json(Objections { items: all.into_iter().map(view).collect() }))
}
