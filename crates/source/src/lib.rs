//! What every source of rows can do: its catalog, its reads, its strikes, and the contract it is held to.
//!
//! Connectors know rows, not rights: nothing here has heard of requests, policies or law. A *claimant* is just
//! a number the caller chose, so that one pass over the rows can serve many people.

pub mod abilities;
pub mod catalog;
pub mod journal;
pub mod pages;
pub mod selection;
pub mod sql;
pub mod strike;
pub mod traits;
pub mod without;

pub use crate::abilities::Abilities;
pub use crate::catalog::Catalog;
pub use crate::journal::{Journal, JournalColumn, JournalSort, Journals};
pub use crate::pages::{PageSender, Pages};
pub use crate::selection::{
    Anchor, Branch, Compare, Filter, Join, KeyBy, Read, Rows, Sample, Sampled, Search, SearchHit, Selection,
    Test, Unless, Way,
};
pub use crate::strike::{Delete, Fate, Insert, Lock, Marker, Referrer, Residue, Triggers, Update};
pub use crate::traits::{Reader, Source, Transaction};
pub use crate::without::Without;
