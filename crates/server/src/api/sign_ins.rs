//! Signing in through an identity provider.

pub(crate) mod begin;
pub(crate) mod finish;
