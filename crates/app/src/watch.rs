//! What whoever watches the machine may know: counts over all organizations, and nothing of anybody.

pub mod measure;
pub mod meters;
pub mod token;

pub use crate::watch::measure::Measured;
pub use crate::watch::meters::Meters;
pub use crate::watch::token::WatchToken;
