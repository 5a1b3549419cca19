//! A running service instead of a home on this machine: `exeunt --server URL …` asks its API what the office would be asked
//! here, and what comes back is shown by the very same words.
//!
//! What is read from a service is a stranger's: ids, times and numbers are parsed, texts are escaped where they are shown.

mod address;
mod answer;
mod audits;
mod bulk;
mod client;
mod complaints;
mod decisions;
mod deltas;
mod erasures;
mod holds;
mod jobs;
mod letters;
mod packages;
mod people;
mod plans;
mod providers;
mod reports;
mod requests;
mod subprocessors;
mod suppression;
mod webhooks;
mod work;

pub(crate) use crate::remote::answer::Error;
pub(crate) use crate::remote::client::Remote;
pub(crate) use crate::remote::packages::Asked;
pub(crate) use crate::remote::requests::{Taken, ToldContact};

use exeunt_base::OrganizationId;

/// What stands where the office knows the organization: a service does not tell, and nothing shows it.
fn nobody() -> OrganizationId {
    OrganizationId::from_bytes([0; 16])
}
