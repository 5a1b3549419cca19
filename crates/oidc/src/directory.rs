//! What a provider says of itself: where people are sent, where codes are taken, where its keys are.

use exeunt_outbound::{Address, Answer, Call, Outbound};
use serde::Deserialize;

use crate::trouble::Trouble;

/// A provider's description of itself, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Where people are sent.
    pub authorization: Address,
    /// Where codes are taken.
    pub token: Address,
    /// Where its keys are.
    pub keys: Address,
    /// Whether it names itself when it sends people back (RFC 9207).
    pub names_itself: bool,
    /// Whether a client says who it is in the body, where the header is not taken.
    pub secret_in_body: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// Reads JSON that a provider answered.
pub(crate) fn json<T: for<'a> Deserialize<'a>>(answer: &Answer) -> Option<T> {
    answer.is_success().then(|| serde_json::from_slice(&answer.body).ok()).flatten()
}

impl Directory {
    /// Asks an issuer for it.
    pub async fn ask(outbound: &Outbound, issuer: &str) -> Result<Self, Trouble> {
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let place = Address::parse(&place).map_err(exeunt_outbound::Trouble::from)?;
        let answer = outbound.call(&place, Call::get().accept("application/json")).await?;
        let document: Document = json(&answer).ok_or(Trouble::Directory("it is not there, or is no JSON"))?;
        Self::check(document, outbound, issuer)
    }

    fn check(document: Document, outbound: &Outbound, issuer: &str) -> Result<Self, Trouble> {
        // or another provider's answer would be taken for this one's
        if document.issuer != issuer {
            return Err(Trouble::Directory(
                "it names another issuer than the settings do, or spells it otherwise",
            ));
        }
        let place = |text: &str| {
            let address = Address::parse(text).map_err(|_| Trouble::Directory("an address in it is none"))?;
            outbound.check(&address)?;
            Ok::<_, Trouble>(address)
        };
        let lists = |list: &Option<Vec<String>>, word: &str| {
            list.as_ref().is_some_and(|list| list.iter().any(|known| known == word))
        };
        if document.code_challenge_methods_supported.is_some()
            && !lists(&document.code_challenge_methods_supported, "S256")
        {
            return Err(Trouble::Directory("it takes PKCE in another form than S256"));
        }
        let methods = &document.token_endpoint_auth_methods_supported;
        Ok(Self {
            authorization: place(&document.authorization_endpoint)?,
            token: place(&document.token_endpoint)?,
            keys: place(&document.jwks_uri)?,
            names_itself: document.authorization_response_iss_parameter_supported,
            secret_in_body: lists(methods, "client_secret_post") && !lists(methods, "client_secret_basic"),
        })
    }
}
