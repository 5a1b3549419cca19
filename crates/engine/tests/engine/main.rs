//! The engine on real databases: what is erased, what comes back, what a purge leaves.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::disallowed_methods, reason = "tests read the real clock")]

mod answers;
mod apart;
mod counting;
mod database;
mod deltas;
mod ghosts;
mod guards;
mod halts;
mod house;
mod kept;
mod leaks;
mod outages;
mod places;
mod purging;
mod put_back;
mod returning;
mod reviews;
mod sequences;
mod stamped;
mod story;
mod waiting;
mod wave;
