//! What every handler works with.

use exeunt_app::{House, work::Stop};

/// The service.
#[derive(Debug, Clone)]
pub struct Service {
    /// The offices behind the doors.
    pub house: House,
    /// Said when the service ends: streams close, and no new work begins.
    pub stop: Stop,
}
