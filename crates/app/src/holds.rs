//! Holds beyond one request: on a person, on all rows of a model, or on some of its rows. While one stands, what it covers is
//! not destroyed, whoever asks and whenever they ask (GDPR Article 17(3)(e)).

pub mod lift;
pub mod list;
pub mod place;
pub mod requests;
pub mod rows;
