//! The sending end: once a second, in calls of a bounded size. A collector that is away is tried a few times, and what it
//! missed is gone.

use std::sync::Arc;
use std::time::Duration;

use exeunt_app::work::Stop;
use exeunt_engine::World;
use exeunt_outbound::{Address, Call, Outbound};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{info, warn};

use crate::settings::Headers;
use crate::traces::COUNTS;
use crate::traces::otlp;
use crate::traces::span::Span;
use crate::world::System;

/// How often it is looked what waits.
const EVERY: Duration = Duration::from_secs(1);
/// Most spans of one call.
const MOST: usize = 512;
/// Tries of one call.
const TRIES: u32 = 3;
/// The longest pause between them, whatever the collector asks for.
const LONGEST: Duration = Duration::from_secs(30);
/// How long the last spans have when the process ends.
const LAST: Duration = Duration::from_secs(3);

/// The sending end.
pub(crate) struct Sender {
    pub(super) waiting: mpsc::Receiver<Span>,
    pub(super) way: Outbound,
    pub(super) address: Address,
    pub(super) headers: Headers,
    pub(super) service: String,
    pub(super) world: Arc<System>,
}

/// What became of one try.
enum Tried {
    Taken,
    /// The same again later, after as many seconds as the collector says.
    Later(Option<u32>, String),
    Refused(String),
}

/// A sender at work.
pub(crate) struct Sending {
    stop: Stop,
    world: Arc<System>,
    task: JoinHandle<()>,
}

impl Sending {
    /// Sends what is left, within a few seconds.
    pub(crate) async fn finish(self) {
        self.stop.now();
        tokio::select! {
            _ = self.task => {}
            () = self.world.wait(LAST) => {}
        }
    }
}

impl Sender {
    /// Sends until it is finished.
    pub(crate) fn start(self) -> Sending {
        let (stop, world) = (Stop::default(), Arc::clone(&self.world));
        let task = tokio::spawn(self.run(stop.clone()));
        Sending { stop, world, task }
    }

    async fn run(mut self, stop: Stop) {
        let mut works = true;
        while !stop.is_said() {
            tokio::select! {
                () = stop.said() => break,
                () = self.world.wait(EVERY) => {}
            }
            while let Some(spans) = self.next() {
                works = self.send(&spans, works, &stop).await;
            }
        }
        while let Some(spans) = self.next() {
            works = self.send(&spans, works, &stop).await;
        }
    }

    fn next(&mut self) -> Option<Vec<Span>> {
        let mut spans = Vec::new();
        while spans.len() < MOST {
            match self.waiting.try_recv() {
                Ok(span) => spans.push(span),
                Err(_) => break,
            }
        }
        (!spans.is_empty()).then_some(spans)
    }

    /// Sends some, and says whether that works.
    async fn send(&self, spans: &[Span], worked: bool, stop: &Stop) -> bool {
        let body = otlp::request(&self.service, spans);
        let mut pause = EVERY;
        let mut trouble = String::new();
        for tried in 1..=TRIES {
            match self.call(body.clone()).await {
                Tried::Taken => {
                    COUNTS.sent(spans.len());
                    if !worked {
                        info!("traces are taken again");
                    }
                    return true;
                }
                Tried::Later(after, why) => {
                    trouble = why;
                    pause = after.map_or(pause, |seconds| Duration::from_secs(seconds.into())).min(LONGEST);
                }
                Tried::Refused(why) => {
                    trouble = why;
                    break;
                }
            }
            // while it was away it gets one try, and so does the end
            if tried == TRIES || !worked || stop.is_said() {
                break;
            }
            tokio::select! {
                () = stop.said() => {}
                () = self.world.wait(pause) => {}
            }
            pause *= 2;
        }
        COUNTS.dropped(spans.len());
        if worked {
            warn!("traces are not taken, and what is not taken is dropped: {trouble}");
        }
        false
    }

    async fn call(&self, body: Vec<u8>) -> Tried {
        let call = self
            .headers
            .iter()
            .fold(Call::post(otlp::CONTENT_TYPE, body), |call, (name, value)| call.with(name, value));
        match self.way.call(&self.address, call).await {
            Ok(answer) if answer.is_success() => Tried::Taken,
            Ok(answer) => {
                let why = format!("the collector answered {}", answer.status);
                match answer.status {
                    429 | 502 | 503 | 504 => Tried::Later(answer.retry_after, why),
                    _ => Tried::Refused(why),
                }
            }
            Err(trouble) if trouble.is_passing() => Tried::Later(None, trouble.to_string()),
            Err(trouble) => Tried::Refused(trouble.to_string()),
        }
    }
}
