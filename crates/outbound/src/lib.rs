//! The one way by which what an organization's people configure calls out over HTTP.
//!
//! Whoever may write down an address could otherwise make this machine ask its neighbors (server-side request forgery). So:
//! HTTPS only, one spelling of an address, its name resolved once, every address it has looked at, the connection made to
//! one of those very addresses, certificates verified, no redirect followed, no proxy, nothing unpacked, 64 KiB and 15
//! seconds at the most. What is meant to be inside is named by the operator, host and port, and gets no further than
//! private networks.
//!
//! It knows nothing of what is said, and no error holds more of an address than its host.

mod address;
mod answer;
mod call;
mod connect;
mod internal;
mod places;
mod resolve;
mod trouble;

pub use address::{Address, BadAddress};
pub use answer::Answer;
pub use call::{Call, Limits, Outbound};
pub use internal::{BadInternal, Internal};
pub use places::Place;
pub use resolve::{Resolve, System};
pub use trouble::Trouble;
