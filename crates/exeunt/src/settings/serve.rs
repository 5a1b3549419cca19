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
    /// Where people find it from outside, for the links in letters: `https://privacy.example.com`.
    pub(crate) public_url: Option<String>,
}

impl ServeSettings {
    /// Says what is wrong.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let Some(url) = &self.public_url else { return Ok(()) };
        let here = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
        let safe = url.starts_with("https://") || here.iter().any(|start| is_at(url, start));
        let plain =
            url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['?', '#', '"', '<', '>']);
        if safe && plain && !url.ends_with('/') {
            return Ok(());
        }
        Err("`public_url` begins with https:// (http:// only for this machine) and ends without a slash")
    }
}

/// Whether an address is on this host, whatever its port.
fn is_at(url: &str, start: &str) -> bool {
    url.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self { listen: LISTEN, tasks_at_a_time: TASKS, public_url: None }
    }
}
