//! Calls to a service: JSON both ways, again where that can do no harm.

use std::sync::Arc;
use std::time::Duration;

use exeunt_base::{Secret, hex};
use exeunt_engine::World;
use exeunt_outbound::{Address, Answer, Call, Outbound, Trouble};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::out;
use crate::remote::Error;
use crate::world::System;

/// How often a call is made at the most.
const TRIES: u32 = 4;
/// Longest pause that a service may ask for before the next one.
const LONGEST: Duration = Duration::from_secs(30);
/// Things of a page.
const PAGE: u32 = 200;

/// A service, and the key by which it lets us in.
pub(crate) struct Remote {
    outbound: Outbound,
    place: Address,
    token: Secret<String>,
    world: Arc<System>,
}

/// Whether a call may be made again when nobody knows what became of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    /// It changes nothing, or what it makes is made once.
    Safe,
    /// Only while it was surely not taken.
    Unsafe,
}

/// A call that can be made several times.
struct Said<'a> {
    method: Method,
    path: &'a str,
    kind: &'static str,
    body: Vec<u8>,
    once: Option<Secret<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Remote {
    /// A service at a place.
    pub(super) fn new(outbound: Outbound, place: Address, token: Secret<String>, world: Arc<System>) -> Self {
        let bearer = Secret::new(format!("Bearer {}", token.expose()));
        Self { outbound, place, token: bearer, world }
    }

    /// Reads something.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let answer = self.answered(&Said::new(Method::Get, path), Again::Safe).await?;
        self.read(&answer)
    }

    /// Has something made, once whatever happens on the way.
    pub(super) async fn make<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let mut chance = [0; 16];
        self.world.chance(&mut chance);
        let once = Some(Secret::new(hex::encode(&chance)));
        let said = Said { once, ..Said::new(Method::Post, path).with(body)? };
        let answer = self.answered(&said, Again::Safe).await?;
        self.read(&answer)
    }

    /// Asks with a body, what the answer to is wanted. Not again once it may have been done.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let answer = self.answered(&Said::new(Method::Post, path).with(body)?, Again::Unsafe).await?;
        self.read(&answer)
    }

    /// The same, of a call that tells the same however often it is made.
    pub(super) async fn post_again<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let answer = self.answered(&Said::new(Method::Post, path).with(body)?, Again::Safe).await?;
        self.read(&answer)
    }

    /// Has something done that has no answer.
    pub(super) async fn tell(&self, path: &str, body: &impl Serialize) -> Result<(), Error> {
        self.answered(&Said::new(Method::Post, path).with(body)?, Again::Unsafe).await.map(drop)
    }

    /// Has something replaced.
    pub(super) async fn put(&self, path: &str, body: &impl Serialize) -> Result<(), Error> {
        self.answered(&Said::new(Method::Put, path).with(body)?, Again::Safe).await.map(drop)
    }

    /// Has part of something changed, and gives it as it is then.
    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let answer = self.answered(&Said::new(Method::Patch, path).with(body)?, Again::Safe).await?;
        self.read(&answer)
    }

    /// Reads a file.
    pub(super) async fn file(&self, path: &str) -> Result<Vec<u8>, Error> {
        Ok(self.answered(&Said::new(Method::Get, path), Again::Safe).await?.body)
    }

    /// Has a file made. Not again once it may have been made.
    pub(super) async fn made_file(&self, path: &str, body: &impl Serialize) -> Result<Vec<u8>, Error> {
        Ok(self.answered(&Said::new(Method::Post, path).with(body)?, Again::Unsafe).await?.body)
    }

    /// Has something done that needs no words.
    pub(super) async fn nod(&self, path: &str) -> Result<(), Error> {
        self.answered(&Said::new(Method::Post, path), Again::Unsafe).await.map(drop)
    }

    /// Has something taken away.
    pub(super) async fn delete(&self, path: &str) -> Result<(), Error> {
        self.answered(&Said::new(Method::Delete, path), Again::Unsafe).await.map(drop)
    }

    /// Sends a file.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        path: &str,
        kind: &'static str,
        body: Vec<u8>,
    ) -> Result<T, Error> {
        let said = Said { kind, body, ..Said::new(Method::Post, path) };
        let answer = self.answered(&said, Again::Safe).await?;
        self.read(&answer)
    }

    /// Reads a list, newest first, as far as it is wanted.
    pub(super) async fn pages<T: DeserializeOwned>(&self, path: &str, most: u32) -> Result<Vec<T>, Error> {
        #[derive(serde::Deserialize)]
        struct Page<T> {
            items: Vec<T>,
            next: Option<String>,
        }
        let (mut items, mut cursor) = (Vec::new(), String::new());
        let most = most as usize;
        while items.len() < most {
            let limit = PAGE.min(u32::try_from(most - items.len()).unwrap_or(PAGE));
            let join = if path.contains('?') { '&' } else { '?' };
            let page: Page<T> = self.get(&format!("{path}{join}limit={limit}{cursor}")).await?;
            items.extend(page.items);
            match page.next {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        items.truncate(most);
        Ok(items)
    }

    /// The host, for messages.
    pub(super) fn host(&self) -> &str {
        self.place.host()
    }

    /// Waits.
    pub(super) async fn wait(&self, time: Duration) {
        self.world.wait(time).await;
    }

    fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Error> {
        serde_json::from_slice(&answer.body)
            .map_err(|_| Error::Unreadable { host: self.host().to_owned(), status: answer.status })
    }

    /// The answer, where it is a yes.
    async fn answered(&self, said: &Said<'_>, again: Again) -> Result<Answer, Error> {
        let address = self
            .place
            .at(&format!("/api/v1{}", said.path))
            .map_err(|_| Error::Options(String::from("what was given cannot stand in an address")))?;
        let mut pause = Duration::from_millis(500);
        for last in (0..TRIES).map(|turn| turn + 1 == TRIES) {
            let trouble = match self.outbound.call(&address, said.call(&self.token)).await {
                Ok(answer) if answer.is_success() => return Ok(answer),
                Ok(answer) => {
                    // nothing was done: the service is ending, sealed, or has too much to do
                    let asked = Duration::from_secs(answer.retry_after.unwrap_or(1).into());
                    if last || ![429, 503].contains(&answer.status) || asked > LONGEST {
                        return Err(Error::of(self.host(), &answer));
                    }
                    pause = pause.max(asked);
                    format!("the service says {}", answer.status)
                }
                Err(trouble) => {
                    let unknown =
                        !matches!(trouble, Trouble::Unresolved { .. } | Trouble::Unreachable { .. });
                    if last || !trouble.is_passing() || (unknown && again == Again::Unsafe) {
                        return Err(Error::Trouble(trouble));
                    }
                    trouble.to_string()
                }
            };
            out::remark(&format!("{trouble}; asking again in {:.1} s", pause.as_secs_f32()));
            self.wait(pause).await;
            pause = (pause * 2).min(LONGEST);
        }
        // the last turn has returned
        Err(Error::Unreadable { host: self.host().to_owned(), status: 0 })
    }
}

impl<'a> Said<'a> {
    fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, kind: "application/json", body: Vec::new(), once: None }
    }

    fn with(self, body: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|_| Error::Options(String::from("what was given cannot be written as JSON")))?;
        Ok(Self { body, ..self })
    }

    fn call(&self, token: &Secret<String>) -> Call {
        let call = match self.method {
            Method::Get => Call::get(),
            Method::Delete => Call::delete(),
            Method::Put => Call::put(self.kind, self.body.clone()),
            Method::Patch => Call::patch(self.kind, self.body.clone()),
            Method::Post => Call::post(self.kind, self.body.clone()),
        };
        let call = call.accept("application/json, application/problem+json").with("authorization", token);
        match &self.once {
            Some(once) => call.with("idempotency-key", once),
            None => call,
        }
    }
}
