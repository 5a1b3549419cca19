//! Following something as it goes on, by server-sent events: what is told is told once, and nobody is told more than they may
//! see at that moment.

use std::convert::Infallible;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use exeunt_base::Secret;
use futures_util::Stream;
use futures_util::stream::unfold;

use crate::caller::Caller;
use crate::service::Service;

/// How often it is looked whether there is something new.
const LOOK: Duration = Duration::from_millis(500);

/// What is seen at one look.
pub(crate) struct Seen {
    /// What the event is called by: it changes with every step forward, and with nothing else.
    pub(crate) name: String,
    /// What is told; without its id.
    pub(crate) event: Event,
    /// Whether nothing happens by itself any more.
    pub(crate) ended: bool,
}

/// Something that goes on.
#[async_trait]
pub(crate) trait Followed: Send + 'static {
    /// Looks at it; nothing where whoever looks may not see it any more.
    async fn look(&self, caller: &Caller) -> Option<Seen>;

    /// What is told at the end, where that is more than the last step.
    fn end(&self) -> Option<Event> {
        None
    }
}

struct Follower<F> {
    service: Service,
    token: Secret<String>,
    last: Option<String>,
    what: F,
    ended: bool,
    over: bool,
}

/// The events from the one after `Last-Event-ID` on. The stream closes when there is no more to come, when the service ends, and
/// as soon as the holder of the token may no longer look.
pub(crate) fn follow<F: Followed + Sync>(
    service: Service,
    token: Secret<String>,
    headers: &HeaderMap,
    what: F,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<F>> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let follower = Follower { service, token, last, what, ended: false, over: false };
    Sse::new(unfold(follower, next)).keep_alive(KeepAlive::default())
}

async fn next<F: Followed + Sync>(
    mut follower: Follower<F>,
) -> Option<(Result<Event, Infallible>, Follower<F>)> {
    while !follower.ended && !follower.service.stop.is_said() {
        // whoever lost their session, key or role since the last look sees no more
        let caller = Caller::of(&follower.service, follower.token.clone()).await.ok()?;
        let seen = follower.what.look(&caller).await?;
        follower.ended = seen.ended;
        if follower.last.as_deref() != Some(seen.name.as_str()) {
            let event = seen.event.id(seen.name.clone());
            follower.last = Some(seen.name);
            return Some((Ok(event), follower));
        }
        if follower.ended {
            break;
        }
        tokio::select! {
            () = follower.service.stop.said() => return None,
            () = follower.service.house.world.wait(LOOK) => {}
        }
    }
    if follower.ended && !follower.over {
        follower.over = true;
        return follower.what.end().map(|event| (Ok(event), follower));
    }
    None
}
