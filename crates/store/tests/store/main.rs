//! The control store on each of its databases: the same cases, twice.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod place;
mod portals;

mod aggregates;
mod calendar;
mod changes;
mod copies;
mod deltas;
mod halts;
mod kept;
mod leases;
mod ledger;
mod letters;
mod links;
mod maps;
mod outages;
mod people;
mod requests;
mod rooms;
mod search;
mod sources;
mod subprocessors;
mod suppressions;
mod tasks;
mod versions;
mod webhooks;
mod wire;
mod witnesses;
