//! Requests, regimes, deadlines, retention and identities: what the law asks.
//!
//! Pure: days and times are arguments, laws are data, and every table of allowed steps exists once.

pub mod calendar;
pub mod date;
pub mod identity;
pub mod job;
pub mod metrics;
pub mod pasted;
pub mod period;
pub mod regime;
pub mod request;
pub mod retention;
pub mod search;
pub mod state;
pub mod window;
pub mod wording;
pub mod zone;

pub use crate::calendar::Calendar;
pub use crate::date::Day;
pub use crate::identity::{Identity, IdentityKind};
pub use crate::job::{JobKind, JobState};
pub use crate::period::{Period, Unit};
pub use crate::regime::{Deadlines, Pack};
pub use crate::request::Request;
pub use crate::retention::{Retention, Starting};
pub use crate::state::{RequestState, Right};
pub use crate::window::Window;
pub use crate::zone::Zone;
