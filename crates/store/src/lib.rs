//! Our own memory: requests, plans, jobs, batches, reviews, packages, ledger, receipts, the audit log, and
//! who works here.
//!
//! The only SQL on the control database lives here. Every act is a [`Change`]: one transaction that ends by writing its
//! audit entry, so there is no change without an entry and no entry without a change. What is personal comes here
//! sealed; this room cannot open it.

pub mod added_sources;
pub mod api_keys;
pub mod askings;
pub mod audit;
pub mod batches;
mod bulk;
pub mod calls;
pub mod change;
mod changing;
pub mod complaints;
pub mod connect;
mod database;
pub mod deadlines;
pub mod deliveries;
pub mod deltas;
pub mod error;
pub mod filling;
pub mod gauges;
pub mod halts;
pub mod happenings;
pub mod holds;
pub mod identities;
pub mod intakes;
pub mod jobs;
pub mod kept;
pub mod ledger;
pub mod leftovers;
pub mod letters;
pub mod links;
pub mod looks;
pub mod maps;
pub mod migrate;
pub mod missing;
pub mod organizations;
pub mod packages;
pub mod plans;
pub mod portals;
pub mod proposals;
pub mod reasons;
pub mod receipts;
pub mod remarks;
pub mod requests;
pub mod retention;
pub mod returns;
pub mod reviews;
mod rows;
pub mod sessions;
pub mod shape;
pub mod snapshot;
pub mod standing;
pub mod stops;
pub mod subprocessors;
pub mod suppressions;
pub mod tasks;
pub mod tokens;
pub mod users;
pub mod versions;
pub mod views;
pub mod waits;
pub mod webhooks;
pub mod witnesses;

pub use crate::audit::Notary;
pub use crate::change::Change;
pub use crate::connect::Store;
pub use crate::database::{Place, Server, Trouble};
pub use crate::error::Error;
