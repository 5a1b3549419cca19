//! Those who work here: what passwords and second factors are good for.

pub mod password;
pub mod totp;
