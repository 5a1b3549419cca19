//! Sealing on a thread of its own, beside the source's work: while the rows of one statement are packed and encrypted,
//! the source is busy with the next.

use async_trait::async_trait;
use exeunt_plan::document::Claims;
use exeunt_vault::BlobWriter;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use crate::batch::seal::{Images, Openers, Picture, Sealed, Sealer};
use crate::error::Error;
use crate::image::Shape;

/// Pages under way: a source that is faster than the sealing waits.
const PAGES: usize = 8;

enum Order {
    Shape { model: String, shape: Box<Shape>, claims: Claims },
    Rows(Vec<Picture>),
    Finish,
}

/// A sealer at work. Ended in any other way than by [`Self::finish`], it takes its file away again.
pub struct SealingAside {
    to: mpsc::Sender<Order>,
    work: Option<JoinHandle<Result<Option<Sealed>, Error>>>,
}

impl SealingAside {
    /// Starts sealing into a blob that was begun.
    pub fn start(writer: BlobWriter, openers: Openers) -> Self {
        let (to, mut from) = mpsc::channel(PAGES);
        let work = tokio::task::spawn_blocking(move || {
            let mut sealer = Sealer::new(writer, openers);
            while let Some(order) = from.blocking_recv() {
                match order {
                    Order::Shape { model, shape, claims } => sealer.shape(model, &shape, claims)?,
                    Order::Rows(rows) => rows.iter().try_for_each(|row| sealer.row(row))?,
                    Order::Finish => return sealer.finish().map(Some),
                }
            }
            Ok(None)
        });
        Self { to, work: Some(work) }
    }

    /// Ends the blob: when this returns, every image is durable.
    pub async fn finish(mut self) -> Result<Sealed, Error> {
        self.send(Order::Finish).await?;
        self.ended().await?.ok_or_else(gone)
    }

    /// Gives the blob up; its file is gone when this returns.
    pub async fn give_up(mut self) {
        let (closed, _) = mpsc::channel(1);
        self.to = closed;
        // what else went wrong with a blob that nobody wants is of no interest
        let _ = self.ended().await;
    }

    async fn send(&mut self, order: Order) -> Result<(), Error> {
        if self.to.send(order).await.is_ok() {
            return Ok(());
        }
        // it stopped listening because something went wrong: say what
        self.ended().await?;
        Err(gone())
    }

    async fn ended(&mut self) -> Result<Option<Sealed>, Error> {
        let Some(work) = self.work.take() else { return Err(gone()) };
        work.await.unwrap_or_else(|error| Err(panicked(error)))
    }
}

#[async_trait]
impl Images for SealingAside {
    async fn shape(&mut self, model: &str, shape: &Shape, claims: Claims) -> Result<(), Error> {
        let shape = Box::new(shape.clone());
        self.send(Order::Shape { model: model.to_owned(), shape, claims }).await
    }

    async fn rows(&mut self, rows: Vec<Picture>) -> Result<(), Error> {
        if rows.is_empty() { Ok(()) } else { self.send(Order::Rows(rows)).await }
    }
}

/// A panic goes on where it would have gone on without a thread.
fn panicked(error: JoinError) -> Error {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => gone(),
    }
}

fn gone() -> Error {
    Error::Damaged { what: "a batch", why: String::from("its sealing was cut off") }
}
