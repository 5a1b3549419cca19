//! The API, one folder a noun, one handler a file named by its verb.

pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod complaints;
pub(crate) mod deltas;
pub(crate) mod enrollments;
pub(crate) mod evidence;
pub(crate) mod holds;
pub(crate) mod jobs;
pub(crate) mod letters;
pub(crate) mod map;
pub(crate) mod organization;
pub(crate) mod packages;
pub(crate) mod plans;
pub(crate) mod proposals;
pub(crate) mod providers;
pub(crate) mod regimes;
pub(crate) mod reports;
pub(crate) mod requests;
pub(crate) mod sessions;
pub(crate) mod sign_ins;
pub(crate) mod sources;
pub(crate) mod subprocessors;
pub(crate) mod suppression;
pub(crate) mod tasks;
pub(crate) mod users;
pub(crate) mod work;
