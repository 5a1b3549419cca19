//! The office: one use case a file, named by a verb in the folder of its noun; each takes an [`Actor`]
//! and begins by asking whether they may ([`access`]).
//!
//! Whoever stands at a door (the command line, later the server) translates words into these calls and answers back
//! into words; what may happen is decided here. Every change ends with its entry in the audit log, in one transaction.
//! Time and chance come from the engine's `World`; no clock is read here.

pub mod access;
pub mod actor;
pub mod audits;
pub mod backups;
pub mod calls;
pub mod customers;
pub mod deadlines;
pub mod deltas;
pub mod error;
pub mod halts;
pub mod holds;
pub mod home;
pub mod house;
pub mod jobs;
pub mod kept;
pub mod law;
pub mod ledger;
pub mod letters;
pub mod links;
pub mod maps;
pub mod office;
pub mod organizations;
pub mod packages;
pub mod people;
pub mod plans;
pub mod portal;
pub mod proposals;
pub mod reasons;
pub mod reports;
pub mod requests;
mod residency;
pub mod root_key;
pub mod signals;
pub mod sources;
pub mod storage;
pub mod subprocessors;
pub mod suppression;
pub mod tasks;
pub mod today;
pub mod views;
pub mod watch;
pub mod webhooks;
pub mod work;

pub use crate::actor::Actor;
pub use crate::error::{Class, Error};
pub use crate::house::House;
pub use crate::office::{Office, Policy};
