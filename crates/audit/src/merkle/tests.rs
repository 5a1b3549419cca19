//! The vectors of the Certificate Transparency reference implementation, and a naive tree to agree with.

use std::collections::BTreeMap;

use exeunt_base::hex;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, proptest};

use crate::merkle::{
    Error, Frontier, Hash, consistency_proof, empty_root, inclusion_proof, leaf_hash, node_hash, root,
    verify_consistency, verify_inclusion,
};

const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hash(digits: &str) -> Hash {
    Hash(hex::decode(digits).expect("hexadecimal").try_into().expect("32 bytes"))
}

fn published() -> Tree {
    Tree::of(LEAVES.iter().map(|leaf| leaf_hash(&hex::decode(leaf).expect("hexadecimal"))))
}

/// A tree kept the way a store keeps it.
struct Tree {
    leaves: Vec<Hash>,
    frontier: Frontier,
    nodes: BTreeMap<(u8, u64), Hash>,
}

impl Tree {
    fn of(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut tree = Self { leaves: Vec::new(), frontier: Frontier::default(), nodes: BTreeMap::new() };
        for leaf in leaves {
            let (frontier, nodes) = tree.frontier.append(leaf);
            tree.frontier = frontier;
            tree.leaves.push(leaf);
            for node in nodes {
                assert_eq!(tree.nodes.insert((node.level, node.index), node.hash), None, "written once");
            }
        }
        tree
    }

    fn get(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }
}

/// RFC 6962, section 2.1, word for word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(naive_split(leaves.len()));
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// RFC 6962, section 2.1.1.
fn naive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = naive_split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if index < middle {
        (naive_path(index, left), right)
    } else {
        (naive_path(index - middle, right), left)
    };
    path.push(naive_root(sibling));
    path
}

/// RFC 6962, section 2.1.2.
fn naive_subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let middle = naive_split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut proof, other) = if old <= middle {
        (naive_subproof(old, left, whole), right)
    } else {
        (naive_subproof(old - middle, right, false), left)
    };
    proof.push(naive_root(other));
    proof
}

fn naive_split(count: usize) -> usize {
    let mut width = 1;
    while width * 2 < count {
        width *= 2;
    }
    width
}

#[test]
fn the_published_roots_come_out_at_every_size() {
    let tree = published();
    for (size, expected) in ROOTS.iter().enumerate() {
        assert_eq!(root(size as u64, &|level, index| tree.get(level, index)), Ok(hash(expected)), "{size}");
    }
    assert_eq!(tree.frontier.root(), hash(ROOTS[8]));
}

#[test]
fn the_published_inclusion_proofs_come_out_and_verify() {
    let tree = published();
    let nodes = |level, index| tree.get(level, index);
    for (index, size, proof) in [
        (0, 1, &[][..]),
        (
            0,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ] {
        let proof: Vec<Hash> = proof.iter().map(|digits| hash(digits)).collect();
        assert_eq!(inclusion_proof(index, size, &nodes), Ok(proof.clone()));
        let leaf = tree.leaves[index as usize];
        assert_eq!(verify_inclusion(leaf, index, size, &proof, hash(ROOTS[size as usize])), Ok(()));
    }
}

#[test]
fn the_published_consistency_proofs_come_out_and_verify() {
    let tree = published();
    let nodes = |level, index| tree.get(level, index);
    for (old, new, proof) in [
        (1, 1, &[][..]),
        (
            1,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            &[
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            &[
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ] {
        let proof: Vec<Hash> = proof.iter().map(|digits| hash(digits)).collect();
        assert_eq!(consistency_proof(old, new, &nodes), Ok(proof.clone()));
        let roots = (hash(ROOTS[old as usize]), hash(ROOTS[new as usize]));
        assert_eq!(verify_consistency(old, roots.0, new, roots.1, &proof), Ok(()));
    }
}

#[test]
fn what_lies_outside_the_tree_or_is_not_stored_is_refused() {
    let tree = published();
    let nodes = |level, index| tree.get(level, index);
    assert_eq!(inclusion_proof(8, 8, &nodes), Err(Error::Outside { asked: 8, size: 8 }));
    assert_eq!(consistency_proof(9, 8, &nodes), Err(Error::Outside { asked: 9, size: 8 }));
    assert_eq!(root(9, &nodes), Err(Error::MissingNode { level: 0, index: 8 }));
    assert_eq!(inclusion_proof(0, u64::MAX, &|_, _| None).map_err(|_| ()), Err(()));
    assert_eq!(verify_inclusion(empty_root(), 0, 0, &[], empty_root()).map_err(|_| ()), Err(()));
    assert_eq!(verify_consistency(0, empty_root(), 8, hash(ROOTS[8]), &[]), Ok(()));
    assert_eq!(verify_consistency(0, hash(ROOTS[1]), 8, hash(ROOTS[8]), &[]), Err(Error::OtherRoot));
    assert_eq!(Frontier::new(3, vec![empty_root()]), None);
}

fn two_sizes() -> impl Strategy<Value = (u64, u64)> {
    (1..200u64).prop_flat_map(|new| (0..=new, Just(new)))
}

proptest! {
    #[test]
    fn every_proof_equals_the_naive_one_and_verifies((old, new) in two_sizes(), pick in any::<u64>()) {
        let tree = Tree::of((0..new).map(|number| leaf_hash(&number.to_be_bytes())));
        let nodes = |level, index| tree.get(level, index);
        let old_root = root(old, &nodes).expect("stored");
        let new_root = tree.frontier.root();
        prop_assert_eq!(new_root, naive_root(&tree.leaves));
        prop_assert_eq!(old_root, naive_root(&tree.leaves[..old as usize]));

        let index = pick % new;
        let proof = inclusion_proof(index, new, &nodes).expect("stored");
        prop_assert_eq!(&proof, &naive_path(index as usize, &tree.leaves));
        let leaf = tree.leaves[index as usize];
        prop_assert_eq!(verify_inclusion(leaf, index, new, &proof, new_root), Ok(()));

        let proof = consistency_proof(old, new, &nodes).expect("stored");
        if old > 0 {
            prop_assert_eq!(&proof, &naive_subproof(old as usize, &tree.leaves, true));
        }
        prop_assert_eq!(verify_consistency(old, old_root, new, new_root, &proof), Ok(()));
    }

    #[test]
    fn a_bent_proof_never_verifies((old, new) in two_sizes(), pick in any::<u64>(), bend in any::<u8>()) {
        let tree = Tree::of((0..new).map(|number| leaf_hash(&number.to_be_bytes())));
        let nodes = |level, index| tree.get(level, index);
        let new_root = tree.frontier.root();
        let index = pick % new;
        let leaf = tree.leaves[index as usize];
        let proof = inclusion_proof(index, new, &nodes).expect("stored");
        let holds = |proof: &[Hash], index, size| verify_inclusion(leaf, index, size, proof, new_root).is_ok();

        let mut longer = proof.clone();
        longer.push(leaf);
        prop_assert!(!holds(&longer, index, new));
        prop_assert!(!holds(&proof, (index + 1) % new.max(2), new));
        if !proof.is_empty() {
            prop_assert!(!holds(&proof[1..], index, new));
            let mut bent = proof.clone();
            bent[usize::from(bend) % proof.len()].0[usize::from(bend) % 32] ^= 1 << (bend % 8);
            prop_assert!(!holds(&bent, index, new));
        }
        if old > 0 && old < new {
            let old_root = root(old, &nodes).expect("stored");
            let mut proof = consistency_proof(old, new, &nodes).expect("stored");
            let at = usize::from(bend) % proof.len();
            proof[at].0[0] ^= 1;
            prop_assert!(verify_consistency(old, old_root, new, new_root, &proof).is_err());
            proof[at].0[0] ^= 1;
            proof.push(new_root);
            prop_assert!(verify_consistency(old, old_root, new, new_root, &proof).is_err());
            prop_assert!(verify_consistency(old, new_root, new, old_root, &proof).is_err());
        }
    }

    #[test]
    fn any_numbers_and_hashes_are_judged_without_panic(
        (index, size, other) in any::<(u64, u64, u64)>(),
        hashes in proptest::collection::vec(any::<[u8; 32]>().prop_map(Hash), 0..70),
    ) {
        let leaf = Hash([7; 32]);
        prop_assert!(verify_inclusion(leaf, index, size, &hashes, empty_root()).is_err());
        let _ = verify_consistency(other, leaf, size, empty_root(), &hashes);
        let _ = inclusion_proof(index, size, &|_, _| Some(leaf));
        let _ = consistency_proof(other, size, &|_, _| Some(leaf));
    }
}
