//! Four eyes: what one person wants and another has to want too, before it is done.
//!
//! One mechanism for all of it. Whoever asks first has proposed, and nothing is done. A different person who asks for the very
//! same thing, or confirms the proposal, lets it be done; a program counts as whoever made its key. A proposal is bound to a
//! digest of all that was asked, is over after a week, and stands in the log.

pub mod act;
pub mod confirm;
pub mod list;
pub mod two;

pub use crate::proposals::act::Act;
