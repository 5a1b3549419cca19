//! `exeunt report …`: what a period came to, and the record of processing.

mod metrics;
mod processing;

use clap::Subcommand;

use crate::door::Door;
use crate::failure::{Exit, Failure};

/// Reports.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// What the requests of a period came to: how many, how answered, how long it took, how many in time
    Metrics(metrics::Args),
    /// The record of processing (GDPR Article 30), put together from the data map
    Processing(processing::Args),
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, report: &Report) -> Result<Exit, Failure> {
    match report {
        Report::Metrics(args) => metrics::run(door, args).await,
        Report::Processing(args) => processing::run(door, args).await,
    }
}
