//! Organizations: tenants of one installation, each with keys, a log and people of its own.

pub mod add;
pub mod rotate_key;
