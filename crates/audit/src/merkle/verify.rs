//! Checking proofs without the log: RFC 9162, sections 2.1.3.2 and 2.1.4.2.

use crate::merkle::{Error, Hash, empty_root, node_hash};

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with this root.
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> Result<(), Error> {
    if index >= size {
        return Err(Error::Outside { asked: index, size });
    }
    let mut climb = Climb { place: index, last: size - 1 };
    let mut hash = leaf;
    for sibling in proof {
        hash = match climb.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    climb.arrived()?;
    same(hash, root)
}

/// Checks that the tree of `old` leaves with `old_root` is the beginning of the tree of `new` leaves with `new_root`.
pub fn verify_consistency(
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), Error> {
    if old > new {
        return Err(Error::Outside { asked: old, size: new });
    }
    if old == 0 || old == new {
        let known = if old == 0 { empty_root() } else { new_root };
        return if proof.is_empty() { same(old_root, known) } else { Err(Error::WrongLength) };
    }
    let mut climb = Climb { place: old - 1, last: new - 1 };
    while climb.place & 1 == 1 {
        climb.up();
    }
    // When the old tree is one complete subtree, its root is the start and the proof leaves it out.
    let (start, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        split_first(proof).ok_or(Error::WrongLength)?
    };
    let (mut old_hash, mut new_hash) = (start, start);
    for sibling in rest {
        match climb.step()? {
            Side::Left => {
                old_hash = node_hash(sibling, &old_hash);
                new_hash = node_hash(sibling, &new_hash);
            }
            Side::Right => new_hash = node_hash(&new_hash, sibling),
        }
    }
    climb.arrived()?;
    same(old_hash, old_root)?;
    same(new_hash, new_root)
}

/// Which side the next hash of the proof stands on.
enum Side {
    Left,
    Right,
}

/// The way from a leaf to the root: where we are in our level, and where the level's last node is.
struct Climb {
    place: u64,
    last: u64,
}

impl Climb {
    fn step(&mut self) -> Result<Side, Error> {
        if self.last == 0 {
            return Err(Error::WrongLength);
        }
        let side = if self.place & 1 == 1 || self.place == self.last {
            // the last node of a level without a sibling is lifted as it is
            while self.place & 1 == 0 && self.place != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Ok(side)
    }

    fn up(&mut self) {
        self.place >>= 1;
        self.last >>= 1;
    }

    fn arrived(&self) -> Result<(), Error> {
        if self.last == 0 { Ok(()) } else { Err(Error::WrongLength) }
    }
}

fn split_first(proof: &[Hash]) -> Option<(Hash, &[Hash])> {
    proof.split_first().map(|(first, rest)| (*first, rest))
}

fn same(left: Hash, right: Hash) -> Result<(), Error> {
    if left == right { Ok(()) } else { Err(Error::OtherRoot) }
}
