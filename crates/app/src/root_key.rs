//! The key above all keys of a home: the way back to it when the unseal secret is lost (SEC-44).

pub mod shares;
