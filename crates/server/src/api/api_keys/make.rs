//! Making an API key.

use axum::Json;
use axum::http::StatusCode;
use exeunt_app::access::Permission;
use exeunt_app::people::api_keys::NewKey;

use crate::body::Body;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::people::{ApiKeyMade, MakeApiKey};

/// Make an API key
///
/// It may no more than its user, and dies with them. A program makes none.
#[utoipa::path(
    post, path = "/api/v1/api-keys", tag = "people", request_body = MakeApiKey,
    responses((status = 201, description = "The key; its token is shown this once", body = ApiKeyMade))
)]
pub(crate) async fn make_api_key(
    caller: Caller,
    body: Body<MakeApiKey>,
) -> Result<(StatusCode, Json<ApiKeyMade>), Problem> {
    caller.must_be_fresh()?;
    let sent = body.value;
    let flaw = |pointer, words| Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, pointer, words);
    let own = caller.session.as_ref().map(|session| session.user);
    let user = match (&sent.user, own) {
        (Some(text), _) => text.parse().map_err(|_| flaw("/user", "the id of a user: `usr_…`"))?,
        (None, Some(own)) => own,
        (None, None) => return Err(flaw("/user", "whose powers it has a part of")),
    };
    let mut scopes = Vec::new();
    for word in &sent.scopes {
        let words = "permissions such as `requests:submit`; the document `docs/roles.md` has them all";
        scopes.push(Permission::from_word(word).ok_or_else(|| flaw("/scopes", words))?);
    }
    if !(1..=400).contains(&sent.days) {
        return Err(flaw("/days", "1 to 400"));
    }
    let expires_at = caller.office.engine.world.now().plus_seconds(i64::from(sent.days) * 86_400);
    let new = NewKey { user, label: sent.label, scopes, expires_at };
    let made = caller.office.make_api_key(&caller.actor, &new).await?;
    let made = ApiKeyMade { key: made.id.to_string(), token: made.token.expose().clone() };
    Ok((StatusCode::CREATED, Json(made)))
}
