//! What every handler works with.

use exeunt_app::{House, work::Stop};

use crate::proxies::Proxies;
use crate::watch::Watch;

/// The service.
#[derive(Debug, Clone)]
pub struct Service {
    /// The offices behind the doors.
    pub house: House,
    /// Said when the service ends: streams close, and no new work begins.
    pub stop: Stop,
    /// Whether and by whom it can be watched.
    pub watch: Watch,
    /// Whose word about their callers is believed.
    pub proxies: Proxies,
}
