//! The doors of the service. A handler translates, the office (`exeunt-app`) decides; wire types live here and nowhere else.
//!
//! All routes stand in [`router()`], and the OpenAPI document is made from the same list: what is not documented is not
//! served. Nobody passes without saying who they are, except to ask whether the service is up and what its document says.

mod api;
mod body;
mod call;
mod caller;
mod conditional;
pub mod console;
mod exposition;
mod follow;
mod health;
pub mod log;
mod metrics;
mod once;
pub mod pages;
mod problem;
mod proxies;
pub mod router;
mod sealed;
mod serve;
mod service;
mod trace_parent;
mod watch;
mod wire;

pub use crate::proxies::{BadNetwork, Network, Proxies};
pub use crate::router::{document, router, watching};
pub use crate::sealed::sealed;
pub use crate::serve::{serve, serve_until};
pub use crate::service::Service;
pub use crate::watch::{Process, Reading, Watch};
