//! Rows on their way from a source, page by page, through a bounded channel: back-pressure needs no code.

use exeunt_base::{Fault, FaultKind, Row};
use tokio::sync::mpsc;

/// Rows that arrive in pages. Dropping it tells the sender to stop.
#[derive(Debug)]
pub struct Pages {
    receiver: mpsc::Receiver<Result<Vec<Row>, Fault>>,
    done: bool,
}

/// The connector's end.
#[derive(Debug, Clone)]
pub struct PageSender {
    sender: mpsc::Sender<Result<Vec<Row>, Fault>>,
}

/// How many rows make a page, unless they are heavy.
pub const PAGE_ROWS: usize = 512;

/// How many bytes make a page, whatever the rows.
pub const PAGE_BYTES: usize = 256 * 1024;

impl Pages {
    /// Both ends of a channel that holds a few pages.
    pub fn channel() -> (PageSender, Self) {
        let (sender, receiver) = mpsc::channel(4);
        (PageSender { sender }, Self { receiver, done: false })
    }

    /// The next page; `None` after the last one. A sender that vanished without ending is a fault, never an end.
    pub async fn next(&mut self) -> Result<Option<Vec<Row>>, Fault> {
        if self.done {
            return Ok(None);
        }
        match self.receiver.recv().await {
            Some(Ok(page)) if page.is_empty() => {
                self.done = true;
                Ok(None)
            }
            Some(Ok(page)) => Ok(Some(page)),
            Some(Err(fault)) => {
                self.done = true;
                Err(fault)
            }
            None => {
                self.done = true;
                Err(Fault::new(
                    FaultKind::Unreachable,
                    "the source stopped answering in the middle of its rows",
                ))
            }
        }
    }

    /// All rows at once, for small answers.
    pub async fn collect(mut self) -> Result<Vec<Row>, Fault> {
        let mut rows = Vec::new();
        while let Some(page) = self.next().await? {
            rows.extend(page);
        }
        Ok(rows)
    }

    /// Pages made of rows already at hand.
    pub fn from_rows(rows: Vec<Row>) -> Self {
        let (sender, receiver) = mpsc::channel(2);
        if !rows.is_empty() {
            sender.try_send(Ok(rows)).expect("the channel was made with room for two");
        }
        sender.try_send(Ok(Vec::new())).expect("the channel was made with room for two");
        Self { receiver, done: false }
    }
}

impl PageSender {
    /// Sends a page; `false` when nobody listens any more. Empty pages are not sent.
    pub async fn send(&self, page: Vec<Row>) -> bool {
        page.is_empty() || self.sender.send(Ok(page)).await.is_ok()
    }

    /// Says that all rows were sent.
    pub async fn finish(self) {
        let _ = self.sender.send(Ok(Vec::new())).await;
    }

    /// Says that it went wrong.
    pub async fn fail(self, fault: Fault) {
        let _ = self.sender.send(Err(fault)).await;
    }

    /// As [`Self::send`], for a blocking thread.
    pub fn blocking_send(&self, page: Vec<Row>) -> bool {
        page.is_empty() || self.sender.blocking_send(Ok(page)).is_ok()
    }

    /// As [`Self::finish`], for a blocking thread.
    pub fn blocking_finish(self) {
        let _ = self.sender.blocking_send(Ok(Vec::new()));
    }

    /// As [`Self::fail`], for a blocking thread.
    pub fn blocking_fail(self, fault: Fault) {
        let _ = self.sender.blocking_send(Err(fault));
    }
}
