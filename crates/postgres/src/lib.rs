//! How a PostgreSQL server is reached: its address and credential, transport security, and what its errors mean.
//!
//! The source connector and the control store both go this way, so that one address means the same to both and neither
//! says more of an error than may be told.

pub mod address;
pub mod fault;
pub mod tls;

pub use crate::address::{Address, AddressError, Checked, Tls};
