//! Sources: can they be reached, and do we have the rights we need and no more?

pub mod added;
pub mod check;
pub mod list;
pub mod reach;
