//! What goes over the wire. Domain types never derive for it: `from` turns one into the other.

pub(crate) mod bulk;
pub(crate) mod complaints;
pub(crate) mod confirm;
pub(crate) mod deadlines;
pub(crate) mod deltas;
pub(crate) mod holds;
pub(crate) mod jobs;
pub(crate) mod letters;
pub(crate) mod map;
pub(crate) mod organization;
pub(crate) mod packages;
pub(crate) mod page;
pub(crate) mod people;
pub(crate) mod plans;
pub(crate) mod proposals;
pub(crate) mod providers;
pub(crate) mod reports;
pub(crate) mod requests;
pub(crate) mod sources;
pub(crate) mod subprocessors;
pub(crate) mod suppression;
pub(crate) mod tasks;
pub(crate) mod webhooks;
pub(crate) mod work;
