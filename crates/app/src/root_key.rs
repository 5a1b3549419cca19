//! The key above all keys of a home: another one from time to time, into a token, and the way back to it when the unseal secret is
//! lost.

pub mod moving;
pub mod rotate;
pub mod shares;
