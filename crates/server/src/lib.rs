//! The doors of the service. A handler translates, the office (`exeunt-app`) decides; wire types live here and nowhere else.
//!
//! All routes stand in [`router()`], and the OpenAPI document is made from the same list: what is not documented is not
//! served. Nobody passes without saying who they are, except to ask whether the service is up and what its document says.

mod api;
mod body;
mod caller;
mod health;
mod once;
pub mod pages;
mod problem;
pub mod router;
mod serve;
mod service;
mod wire;

pub use crate::router::{document, router};
pub use crate::serve::serve;
pub use crate::service::Service;
