//! A provider: what is known of it for a while, where people are sent, and what comes back.

use std::sync::{Arc, Mutex, PoisonError};

use exeunt_base::{Secret, Timestamp};
use exeunt_outbound::Outbound;

use crate::attempt::Attempt;
use crate::claims::{Claims, Expected};
use crate::directory::Directory;
use crate::exchange::exchange;
use crate::keys::Keys;
use crate::trouble::{Flaw, Trouble};

/// For how long a provider is not asked about itself again.
const KNOWN_SECONDS: i64 = 600;
/// How soon it is asked for its keys again when a token came that none of them signed: they may have been rotated.
const AGAIN_SECONDS: i64 = 60;

/// Who we are for a provider.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// What it knows us by.
    pub id: &'a str,
    /// What we show it; none where PKCE is enough for it.
    pub secret: Option<&'a Secret<String>>,
    /// Where it sends people back: exactly this address.
    pub redirect: &'a str,
}

/// What a provider said of itself, kept for ten minutes.
#[derive(Debug, Default)]
pub struct Known(Mutex<Option<Said>>);

#[derive(Debug, Clone)]
struct Said {
    issuer: String,
    directory: Arc<Directory>,
    keys: Option<(Arc<Keys>, Timestamp)>,
    at: Timestamp,
}

/// A provider.
#[derive(Debug, Clone, Copy)]
pub struct Provider<'a> {
    /// Its name for itself: `https://login.example.com`.
    pub issuer: &'a str,
    /// Who we are for it.
    pub client: Client<'a>,
    /// What it said lately.
    pub known: &'a Known,
    /// The way to it.
    pub outbound: &'a Outbound,
}

/// What a browser brings back from a provider.
#[derive(Debug)]
pub struct Returned<'a> {
    /// The code.
    pub code: &'a Secret<String>,
    /// The issuer, where the provider names itself.
    pub issuer: Option<&'a str>,
    /// When.
    pub now: Timestamp,
}

impl Provider<'_> {
    /// Asks the provider about itself, or remembers.
    pub async fn directory(&self, now: Timestamp) -> Result<Arc<Directory>, Trouble> {
        if let Some(said) = self.lately(now) {
            return Ok(said.directory);
        }
        let directory = Arc::new(Directory::ask(self.outbound, self.issuer).await?);
        self.remember(Said {
            issuer: self.issuer.to_owned(),
            directory: Arc::clone(&directory),
            keys: None,
            at: now,
        });
        Ok(directory)
    }

    /// Where somebody is sent who wants to sign in.
    pub async fn send(&self, attempt: &Attempt, now: Timestamp) -> Result<String, Trouble> {
        let directory = self.directory(now).await?;
        let mut place = url::Url::parse(directory.authorization.as_str())
            .map_err(|_| Trouble::Directory("an address in it is none"))?;
        place
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("response_mode", "query")
            .append_pair("client_id", self.client.id)
            .append_pair("redirect_uri", self.client.redirect)
            .append_pair("scope", "openid email")
            .append_pair("state", attempt.state.expose())
            .append_pair("nonce", attempt.nonce.expose())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(place.into())
    }

    /// Whom the provider vouches for. A code is given to it once, whatever comes of it.
    pub async fn vouches(&self, attempt: &Attempt, returned: &Returned<'_>) -> Result<Claims, Trouble> {
        let directory = self.directory(returned.now).await?;
        match returned.issuer {
            Some(issuer) if issuer != self.issuer => return Err(Flaw::Issuer.into()),
            None if directory.names_itself => return Err(Flaw::Issuer.into()),
            _ => {}
        }
        let token = exchange(self.outbound, &directory, &self.client, attempt, returned.code).await?;
        let expected = Expected {
            issuer: self.issuer,
            client: self.client.id,
            nonce: &attempt.nonce,
            now: returned.now,
        };
        let (keys, asked_at) = self.keys(&directory, returned.now).await?;
        match Claims::read(token.expose(), &keys, &expected) {
            Err(Flaw::NoKey | Flaw::Signature) if asked_at.plus_seconds(AGAIN_SECONDS) <= returned.now => {
                self.forget_keys();
                let (keys, _) = self.keys(&directory, returned.now).await?;
                Ok(Claims::read(token.expose(), &keys, &expected)?)
            }
            other => Ok(other?),
        }
    }

    async fn keys(&self, directory: &Directory, now: Timestamp) -> Result<(Arc<Keys>, Timestamp), Trouble> {
        if let Some(known) = self.lately(now).and_then(|said| said.keys) {
            return Ok(known);
        }
        let keys = Arc::new(Keys::ask(self.outbound, &directory.keys).await?);
        if let Some(said) = self.known.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            said.keys = Some((Arc::clone(&keys), now));
        }
        Ok((keys, now))
    }

    fn lately(&self, now: Timestamp) -> Option<Said> {
        let known = self.known.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|said| {
            said.issuer == self.issuer && said.at <= now && now < said.at.plus_seconds(KNOWN_SECONDS)
        })
    }

    fn remember(&self, said: Said) {
        *self.known.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
    }

    fn forget_keys(&self) {
        if let Some(said) = self.known.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            said.keys = None;
        }
    }
}
