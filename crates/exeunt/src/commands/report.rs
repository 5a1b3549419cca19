//! `exeunt report …`: what a period came to, the record of processing, and what is kept.

mod metrics;
mod processing;
mod retention;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

pub(crate) use crate::commands::report::metrics::Told;

/// Reports.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// What the requests of a period came to: how many, how answered, how long it took, how many in time
    Metrics(metrics::Args),
    /// The record of processing (GDPR Article 30), put together from the data map
    Processing(processing::Args),
    /// What is kept of each class, since when, and for how long at the most
    Retention(retention::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, report: &Report) -> Result<Exit, Failure> {
    match report {
        Report::Metrics(args) => metrics::run(door, args).await,
        Report::Processing(args) => processing::run(door, args).await,
        Report::Retention(args) => retention::run(door, args).await,
    }
}
