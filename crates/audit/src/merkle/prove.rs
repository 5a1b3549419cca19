//! Proofs made from stored nodes: that an entry is in a tree, and that a tree is the beginning of a later one.

use crate::merkle::{Error, Frontier, Hash, Nodes, node_hash, split};

/// The root of the tree of the first `size` leaves.
pub fn root(size: u64, nodes: &Nodes<'_>) -> Result<Hash, Error> {
    Frontier::load(size, nodes).map(|frontier| frontier.root())
}

/// The hashes that lead from the entry at `index` to the root of the tree of `size` leaves, the leaf's sibling first.
pub fn inclusion_proof(index: u64, size: u64, nodes: &Nodes<'_>) -> Result<Vec<Hash>, Error> {
    if index >= size {
        return Err(Error::Outside { asked: index, size });
    }
    let (mut start, mut end) = (0, size);
    let mut from_the_root = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            from_the_root.push(subtree(middle, end, nodes)?);
            end = middle;
        } else {
            from_the_root.push(subtree(start, middle, nodes)?);
            start = middle;
        }
    }
    from_the_root.reverse();
    Ok(from_the_root)
}

/// The hashes that show the tree of `old` leaves to be the beginning of the tree of `new` leaves.
pub fn consistency_proof(old: u64, new: u64, nodes: &Nodes<'_>) -> Result<Vec<Hash>, Error> {
    if old > new {
        return Err(Error::Outside { asked: old, size: new });
    }
    if old == 0 {
        return Ok(Vec::new()); // every tree begins with the empty one
    }
    let (mut start, mut end) = (0, new);
    let mut from_the_root = Vec::new();
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            from_the_root.push(subtree(middle, end, nodes)?);
            end = middle;
        } else {
            from_the_root.push(subtree(start, middle, nodes)?);
            start = middle;
        }
    }
    if start > 0 {
        // else it is the old root itself, which the verifier has
        from_the_root.push(subtree(start, end, nodes)?);
    }
    from_the_root.reverse();
    Ok(from_the_root)
}

/// The hash over leaves `start..end`, where `start` is a multiple of the width of the first complete subtree.
fn subtree(start: u64, end: u64, nodes: &Nodes<'_>) -> Result<Hash, Error> {
    let count = end - start;
    if count.is_power_of_two() {
        let level = count.trailing_zeros() as u8;
        let index = start >> level;
        return nodes(level, index).ok_or(Error::MissingNode { level, index });
    }
    let middle = start + split(count);
    Ok(node_hash(&subtree(start, middle, nodes)?, &subtree(middle, end, nodes)?))
}
