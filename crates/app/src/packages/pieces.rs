//! A package piece by piece: read on a thread that may wait, handed over as fast as somebody takes it.

use std::io::Read;

use tokio::sync::mpsc;

use crate::error::Error;

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;

/// Pieces on their way.
#[derive(Debug)]
pub struct Pieces(mpsc::Receiver<Result<Vec<u8>, Error>>);

impl Pieces {
    /// Begins reading.
    pub(crate) fn of(source: Box<dyn Read + Send>) -> Self {
        let (hand, pieces) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || cut(source, &hand));
        Self(pieces)
    }

    /// The next piece; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<Vec<u8>, Error>> {
        self.0.recv().await
    }
}

/// Reads pieces until there are none left, or nobody wants them.
fn cut(mut source: Box<dyn Read + Send>, hand: &mpsc::Sender<Result<Vec<u8>, Error>>) {
    loop {
        let mut piece = vec![0; PIECE];
        let read = match source.read(&mut piece) {
            Ok(0) => return,
            Ok(read) => {
                piece.truncate(read);
                Ok(piece)
            }
            Err(source) => Err(Error::Package(exeunt_package::OpenError::Read(source))),
        };
        let failed = read.is_err();
        if hand.blocking_send(read).is_err() || failed {
            return;
        }
    }
}
