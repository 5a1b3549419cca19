//! A batch: rows struck together in one transaction of one source, sealed before, confirmed after, counted once.

pub mod again;
pub mod aside;
pub mod ghosts;
mod isolate;
pub mod masks;
mod overwritten;
pub mod protocol;
mod put_back;
mod recall;
pub mod recover;
pub mod seal;
pub mod strike;
mod update;
pub mod way;

/// A stretch of rows of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Piece {
    /// The unit.
    pub unit: u32,
    /// First row of its census.
    pub from: u64,
    /// One past the last.
    pub to: u64,
}

impl Piece {
    /// Rows in it.
    pub fn rows(&self) -> u64 {
        self.to - self.from
    }
}

/// Halves a list of pieces by rows. A single row cannot be halved.
pub fn halve(pieces: &[Piece]) -> Option<(Vec<Piece>, Vec<Piece>)> {
    let total: u64 = pieces.iter().map(Piece::rows).sum();
    if total < 2 {
        return None;
    }
    let mut left = Vec::new();
    let mut right = Vec::new();
    let mut room = total / 2;
    for piece in pieces {
        let take = piece.rows().min(room);
        room -= take;
        let middle = piece.from + take;
        if take > 0 {
            left.push(Piece { to: middle, ..*piece });
        }
        if middle < piece.to {
            right.push(Piece { from: middle, ..*piece });
        }
    }
    Some((left, right))
}

/// Parts a refused batch in two: between units, or within one. Pieces of units that go together and follow each other stay
/// whole; `None` when there is nothing left to part.
pub fn part(pieces: &[Piece], together: impl Fn(&Piece) -> bool) -> Option<(Vec<Piece>, Vec<Piece>)> {
    if !pieces.iter().any(&together) {
        return halve(pieces);
    }
    let mut groups: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match groups.last_mut() {
            Some(group)
                if together(piece)
                    && group.last().is_some_and(|last| together(last) && last.unit + 1 == piece.unit) =>
            {
                group.push(*piece);
            }
            _ => groups.push(vec![*piece]),
        }
    }
    if groups.len() < 2 {
        return None;
    }
    let right = groups.split_off(groups.len() / 2);
    Some((groups.concat(), right.concat()))
}

#[cfg(test)]
mod tests {
    use super::{Piece, halve, part};

    #[test]
    fn what_goes_together_is_never_parted() {
        let piece = |unit| Piece { unit, from: 0, to: 4 };
        let pieces = [piece(0), piece(1), piece(2), piece(3)];
        let ring = |piece: &Piece| piece.unit == 1 || piece.unit == 2;
        let (left, right) = part(&pieces, ring).expect("three groups");
        assert_eq!((left, right), (vec![piece(0)], vec![piece(1), piece(2), piece(3)]));
        let (left, right) = part(&pieces[1..], ring).expect("two groups");
        assert_eq!((left, right), (vec![piece(1), piece(2)], vec![piece(3)]));
        assert_eq!(part(&pieces[1..3], ring), None);
    }

    #[test]
    fn halves_together_are_the_whole_and_a_single_row_is_left_alone() {
        let pieces = [Piece { unit: 0, from: 3, to: 4 }, Piece { unit: 1, from: 0, to: 6 }];
        let (left, right) = halve(&pieces).expect("seven rows can be halved");
        assert_eq!(left, [Piece { unit: 0, from: 3, to: 4 }, Piece { unit: 1, from: 0, to: 2 }]);
        assert_eq!(right, [Piece { unit: 1, from: 2, to: 6 }]);
        assert_eq!(halve(&pieces[..1]), None);
    }
}
