//! An append-only log of salted commitments, its proofs and its offline verifier
