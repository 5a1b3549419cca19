//! Links to the pages about one request, as letters have them: made from the request's id and the organization's key, so that
//! they are kept nowhere and are the same in every letter.

use exeunt_base::{Personal, RequestId, Secret, Timestamp, hex};
use exeunt_engine::sealing;
use exeunt_mail::{Language, Pages};
use exeunt_store::requests::Request;

use crate::error::Error;
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::portal::find::Found;
use crate::portal::{LOOK_SECONDS, PURPOSE};

/// What a link lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// See how the request stands, once they type in a code.
    Follow,
    /// Stop it.
    Stop,
}

impl Link {
    fn word(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Stop => "stop",
        }
    }
}

impl Office {
    /// What stands at the end of a link to a request.
    pub fn portal_token(&self, link: Link, request: RequestId) -> Result<String, Error> {
        let proof = self.portal_mac(&[link.word().as_bytes(), request.to_string().as_bytes()])?;
        Ok(format!("{request}.{}", hex::encode(&proof)))
    }

    pub(super) fn portal_mac(&self, parts: &[&[u8]]) -> Result<[u8; 32], Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        Ok(sealing::mac(&key, parts))
    }

    /// The pages that a letter about a request leads to; none where there is no open portal, or nobody outside could follow.
    pub(crate) async fn pages_about(&self, request: RequestId, language: Language) -> Result<Pages, Error> {
        let (Some(base), Some(portal)) =
            (&self.public_url, self.engine.store.portal(self.organization.id).await?)
        else {
            return Ok(Pages::default());
        };
        if !portal.opened {
            return Ok(Pages::default());
        }
        let (word, code) = (&portal.word, language.as_str());
        let follow = self.portal_token(Link::Follow, request)?;
        let stop = self.portal_token(Link::Stop, request)?;
        Ok(Pages {
            follow: Some(format!("{base}/portal/{word}/requests/{follow}?lang={code}")),
            stop: Some(format!("{base}/portal/{word}/stop/{stop}?lang={code}")),
        })
    }
}

impl Found {
    /// The request that a link leads to; none when it leads nowhere, and nobody is told whether it ever did. Guessing is slowed.
    pub async fn request_of(
        &self,
        link: Link,
        token: &str,
        from: &Personal,
    ) -> Result<Option<Request>, Error> {
        let found = self.linked(link, token).await?;
        if found.is_none() {
            self.office.guards.attempts.take(Counted::link(from.expose()), self.office.now())?;
        }
        Ok(found)
    }

    async fn linked(&self, link: Link, token: &str) -> Result<Option<Request>, Error> {
        let Some((id, proof)) = token.split_once('.') else { return Ok(None) };
        let (Ok(id), Some(proof)) = (id.parse::<RequestId>(), hex::decode(proof)) else { return Ok(None) };
        let right = self.office.portal_mac(&[link.word().as_bytes(), id.to_string().as_bytes()])?;
        if !same(&proof, &right) {
            return Ok(None);
        }
        match self.office.request(id).await {
            Ok(request) => Ok(Some(request)),
            Err(error) if error.is_unknown() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the browser of whoever typed the code in holds on to, and until when it counts.
    pub fn session_of(&self, request: RequestId) -> Result<Secret<String>, Error> {
        let until = self.office.now().plus_seconds(LOOK_SECONDS);
        let proof = self.proof_of_session(request, until)?;
        Ok(Secret::new(format!("{}.{}", until.as_micros(), hex::encode(&proof))))
    }

    /// Whether a browser holds that, for this very request, and it counts still.
    pub fn is_in_session(&self, request: RequestId, held: &str) -> Result<bool, Error> {
        let Some((until, proof)) = held.split_once('.') else { return Ok(false) };
        let (Ok(until), Some(proof)) = (until.parse::<i64>(), hex::decode(proof)) else { return Ok(false) };
        let until = Timestamp::from_micros(until);
        let right = self.proof_of_session(request, until)?;
        Ok(same(&proof, &right) && until > self.office.now())
    }

    fn proof_of_session(&self, request: RequestId, until: Timestamp) -> Result<[u8; 32], Error> {
        let (request, until) = (request.to_string(), until.as_micros().to_string());
        self.office.portal_mac(&[b"session", request.as_bytes(), until.as_bytes()])
    }
}

/// Compared by digests, so that time tells nothing.
fn same(one: &[u8], right: &[u8; 32]) -> bool {
    let key = Secret::new(*right);
    sealing::mac(&key, &[one]) == sealing::mac(&key, &[right])
}
