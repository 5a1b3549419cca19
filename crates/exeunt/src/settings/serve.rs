//! How the service is reached, and how much it does at once.

use std::net::SocketAddr;

use serde::Deserialize;

/// Where it listens when nobody says: this machine alone. Whoever is let in from elsewhere comes by a proxy that speaks TLS.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8420);

/// Tasks at a time when nobody says.
const TASKS: u32 = 2;

/// Settings of `exeunt serve`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServeSettings {
    /// Address and port.
    pub(crate) listen: SocketAddr,
    /// Tasks that one process works on at a time, 1 to 64.
    pub(crate) tasks_at_a_time: u32,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self { listen: LISTEN, tasks_at_a_time: TASKS }
    }
}
