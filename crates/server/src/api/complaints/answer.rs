//! Answering a complaint.

use axum::http::StatusCode;
use exeunt_app::portal::complain::Answer;
use exeunt_base::RequestId;

use crate::body::{Body, Part};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::complaints::AnswerComplaint;

/// Answer a complaint
///
/// By a letter that is mailed to the person (`answer`), or in another way that is only written down (`because`).
#[utoipa::path(
    post, path = "/api/v1/requests/{request}/complaints/{complaint}/answer", tag = "complaints",
    params(("request" = String, Path, description = "Its id"), ("complaint" = String, Path, description = "Its number")),
    request_body = AnswerComplaint,
    responses((status = 204, description = "It is answered; its letter, where there is one, waits to be sent"))
)]
pub(crate) async fn answer_complaint(
    caller: Caller,
    Part(id, number): Part<RequestId>,
    body: Body<AnswerComplaint>,
) -> Result<StatusCode, Problem> {
    let answer = match (&body.value.answer, &body.value.because) {
        (Some(words), None) => Answer::Letter(words),
        (None, Some(line)) => Answer::Given(line),
        _ => {
            let words = "one of `answer` and `because`: a letter is mailed, or the answer went another way";
            return Err(Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "", words));
        }
    };
    let number = number.parse().unwrap_or_default();
    caller.office.answer_complaint(&caller.actor, id, number, answer).await?;
    Ok(StatusCode::NO_CONTENT)
}
