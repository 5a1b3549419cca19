//! A code for an identity token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exeunt_base::Secret;
use exeunt_outbound::{Call, Outbound};
use serde::Deserialize;
use url::form_urlencoded;

use crate::attempt::Attempt;
use crate::directory::{Directory, json};
use crate::provider::Client;
use crate::trouble::{Flaw, Trouble};

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// Gives the code and what it was asked for with; gets the token. Whatever else comes with it is let go at once.
pub(crate) async fn exchange(
    outbound: &Outbound,
    directory: &Directory,
    client: &Client<'_>,
    attempt: &Attempt,
    code: &Secret<String>,
) -> Result<Secret<String>, Trouble> {
    let call = asking(directory, client, attempt, code);
    let answer = outbound.call(&directory.token, call).await?;
    if !answer.is_success() {
        return Err(Trouble::Refused { status: answer.status });
    }
    let tokens: Tokens = json(&answer).ok_or(Flaw::Form)?;
    Ok(Secret::new(tokens.id_token))
}

fn asking(directory: &Directory, client: &Client<'_>, attempt: &Attempt, code: &Secret<String>) -> Call {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code.expose())
        .append_pair("redirect_uri", client.redirect)
        .append_pair("code_verifier", attempt.verifier.expose());
    let mut header = None;
    match client.secret {
        Some(secret) if !directory.secret_in_body => header = Some(basic(client.id, secret)),
        Some(secret) => {
            form.append_pair("client_id", client.id).append_pair("client_secret", secret.expose());
        }
        None => {
            form.append_pair("client_id", client.id);
        }
    }
    let body = Secret::new(form.finish());
    let call = Call::post("application/x-www-form-urlencoded", body.expose().clone().into_bytes());
    let call = call.accept("application/json");
    match &header {
        Some(header) => call.with("authorization", header),
        None => call,
    }
}

/// Both parts are form-encoded first (RFC 6749, 2.3.1).
fn basic(id: &str, secret: &Secret<String>) -> Secret<String> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Secret::new(format!("{}:{}", encoded(id), encoded(secret.expose())));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
}
