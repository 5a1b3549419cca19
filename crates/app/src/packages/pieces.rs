//! A package piece by piece: read on a thread that may wait, handed over as fast as somebody takes it.

use std::io::{self, BufWriter, Read, Write};

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

    /// Begins making something that is written from its first byte to its last.
    pub(crate) fn made(make: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) -> Self {
        let (hand, pieces) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            let mut out = BufWriter::with_capacity(PIECE, Handing { hand: &hand, gone: false });
            let done = make(&mut out).and_then(|()| out.flush());
            let gone = out.get_ref().gone;
            // what is left in it is part of nothing whole
            let _ = out.into_parts();
            if let (Err(source), false) = (done, gone) {
                let _ = hand.blocking_send(Err(Error::Package(exeunt_package::OpenError::Read(source))));
            }
        });
        Self(pieces)
    }

    /// The next piece; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<Vec<u8>, Error>> {
        self.0.recv().await
    }
}

/// Hands over what is written.
struct Handing<'a> {
    hand: &'a mpsc::Sender<Result<Vec<u8>, Error>>,
    /// Whether nobody takes it any more.
    gone: bool,
}

impl Write for Handing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hand.blocking_send(Ok(bytes.to_vec())).map_err(|_| {
            self.gone = true;
            io::Error::from(io::ErrorKind::BrokenPipe)
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
