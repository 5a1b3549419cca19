//! Evidence packs.

pub(crate) mod make;
