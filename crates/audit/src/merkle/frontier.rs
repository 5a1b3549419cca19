//! The right edge of a growing tree: all that is needed to append a leaf and to know the root.

use crate::merkle::{Error, Hash, Nodes, empty_root, node_hash};

/// A complete subtree's hash and where it belongs. Stored once, never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// 0 for leaves.
    pub level: u8,
    /// Place within the level, from the left.
    pub index: u64,
    /// The hash.
    pub hash: Hash,
}

/// A tree's size and the roots of its complete subtrees, the largest (leftmost) first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

impl Frontier {
    /// From what a store kept; `None` when the number of hashes does not fit the size.
    pub fn new(size: u64, edge: Vec<Hash>) -> Option<Self> {
        (edge.len() == size.count_ones() as usize).then_some(Self { size, edge })
    }

    /// Reads the edge of a tree of `size` leaves from its stored nodes.
    pub fn load(size: u64, nodes: &Nodes<'_>) -> Result<Self, Error> {
        let edge = (0..64u8)
            .rev()
            .filter(|level| size >> level & 1 == 1)
            .map(|level| {
                // left of this subtree lie only larger ones, so its start is a multiple of its width
                let index = (size >> level) - 1;
                nodes(level, index).ok_or(Error::MissingNode { level, index })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { size, edge })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    pub fn edge(&self) -> &[Hash] {
        &self.edge
    }

    /// The tree with one more leaf, and the nodes that became complete by it, the leaf first. Store all of them.
    pub fn append(mut self, leaf: Hash) -> (Self, Vec<Node>) {
        let mut node = Node { level: 0, index: self.size, hash: leaf };
        let mut nodes = vec![node];
        while self.size >> node.level & 1 == 1 {
            let left = self.edge.pop().expect("the edge has a hash for each bit of the size");
            node = Node { level: node.level + 1, index: node.index >> 1, hash: node_hash(&left, &node.hash) };
            nodes.push(node);
        }
        self.edge.push(node.hash);
        self.size += 1;
        (self, nodes)
    }

    /// The root hash.
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.edge.iter().rev();
        let Some(last) = smallest_first.next() else { return empty_root() };
        smallest_first.fold(*last, |right, left| node_hash(left, &right))
    }
}
