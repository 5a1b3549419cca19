//! Finding the rows of a batch that a source refuses: by halves, until they stand alone and wait for review.

use exeunt_base::Fault;
use exeunt_store::jobs::Delta;

use crate::batch::protocol::{Counted, HeldBack, Outcome};
use crate::batch::strike::Ready;
use crate::batch::{Piece, part};
use crate::error::Error;
use crate::job::Work;

impl Work<'_> {
    /// What to do with rows that were refused: halves to try, or a row to flag.
    pub async fn isolate(
        &mut self,
        ready: &[Ready<'_>],
        pieces: &[Piece],
        fault: &Fault,
    ) -> Result<Option<(Vec<Piece>, Vec<Piece>)>, Error> {
        let together = |piece: &Piece| ready[piece.unit as usize].unit.together;
        if let Some(parts) = part(pieces, together) {
            return Ok(Some(parts));
        }
        let mut outcome = Outcome { pieces: Vec::new(), held_back: Vec::new() };
        for piece in pieces {
            for place in piece.from..piece.to {
                outcome.held_back.push(HeldBack {
                    unit: piece.unit,
                    place,
                    fault: fault.kind.as_str().to_owned(),
                    words: fault.to_string(),
                });
            }
            let delta = Delta { done: 0, gone: 0, failed: piece.rows(), to: piece.to };
            outcome.pieces.push(Counted { piece: *piece, delta });
        }
        self.close(None, &outcome).await?;
        Ok(None)
    }
}
