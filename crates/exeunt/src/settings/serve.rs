//! How the service is reached, and how much it does at once.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use exeunt_app::watch::WatchToken;
use exeunt_base::Secret;
use exeunt_server::{BadNetwork, Network, Proxies};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Where it listens when nobody says: this machine alone. Whoever is let in from elsewhere comes by a proxy that speaks TLS.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8420);

/// Tasks at a time when nobody says.
const TASKS: u32 = 2;

/// Settings of `exeunt serve`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServeSettings {
    /// Address and port where calls are answered.
    #[schemars(with = "String")]
    pub(crate) listen: SocketAddr,
    /// Tasks that one process works on at a time, 1 to 64.
    #[schemars(range(min = 1, max = 64))]
    pub(crate) tasks_at_a_time: u32,
    /// Whether `/metrics` is there, for Prometheus; whoever asks shows the token.
    pub(crate) metrics: Switch,
    /// A file with the token that `/metrics` wants, 24 printable characters or more.
    pub(crate) metrics_token_file: Option<PathBuf>,
    /// A variable with that token.
    pub(crate) metrics_token_env: Option<String>,
    /// Another address where `/healthz`, `/readyz` and `/metrics` are answered, and nothing else: the only one of a worker.
    ///
    #[schemars(with = "Option<String>")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Where people find it from outside, for the links in letters: `https://privacy.example.com`; absent: no links.
    pub(crate) public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed, by address or network: `["10.0.0.2", "2001:db8::/64"]`. Since 0.1.
    pub(crate) trusted_proxies: Vec<String>,
}

/// Off or on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Switch {
    /// It is not there.
    #[default]
    Off,
    /// It is.
    On,
}

/// Whether an address is on this host, whatever its port.
fn is_at(url: &str, start: &str) -> bool {
    url.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            listen: LISTEN,
            tasks_at_a_time: TASKS,
            metrics: Switch::Off,
            metrics_token_file: None,
            metrics_token_env: None,
            metrics_listen: None,
            public_url: None,
            trusted_proxies: Vec::new(),
        }
    }
}

impl ServeSettings {
    /// Says what does not fit together, by the key it is about.
    pub(crate) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if !(1..=64).contains(&self.tasks_at_a_time) {
            return Err(("tasks_at_a_time", "`tasks_at_a_time` is 1 to 64"));
        }
        self.check_url().map_err(|what| ("public_url", what))?;
        self.proxies()?;
        match (self.metrics, &self.metrics_token_file, &self.metrics_token_env) {
            (_, Some(_), Some(_)) => Err((
                "metrics_token_env",
                "the token of `metrics` is named twice; keep the file or the variable",
            )),
            (Switch::On, None, None) => Err((
                "metrics",
                "`metrics: on` needs `metrics_token_file` or `metrics_token_env`: numbers are not shown to anybody who asks",
            )),
            _ => Ok(()),
        }
    }

    /// Whose word about their callers is believed.
    pub(crate) fn proxies(&self) -> Result<Proxies, (&'static str, &'static str)> {
        let known: Result<Vec<Network>, BadNetwork> =
            self.trusted_proxies.iter().map(|text| text.parse()).collect();
        let what = |error| match error {
            BadNetwork::Form => {
                "`trusted_proxies` are addresses and networks: `10.0.0.2`, `10.0.0.0/24`, `2001:db8::/64`"
            }
            BadNetwork::Bits => {
                "one of `trusted_proxies` has bits beyond the length of its network: a typing error in one of the two?"
            }
            BadNetwork::Everybody => {
                "one of `trusted_proxies` is a network of everybody, and would let everybody say where they come from"
            }
        };
        known.map(Proxies::new).map_err(|error| ("trusted_proxies", what(error)))
    }

    fn check_url(&self) -> Result<(), &'static str> {
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

    /// Who may watch; nobody while it is off. Relative paths start from `base`.
    pub(crate) fn watcher(&self, base: &Path) -> Result<Option<WatchToken>, Failure> {
        if self.metrics == Switch::Off {
            return Ok(None);
        }
        let (text, named) = match (&self.metrics_token_file, &self.metrics_token_env) {
            (Some(path), _) => {
                let path = base.join(path);
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| Failure::file("read the token of `metrics`", &path, source))?;
                (Secret::new(text), "metrics_token_file")
            }
            (None, variable) => {
                let name = variable.as_deref().unwrap_or_default();
                let text = std::env::var(name).map_err(|_| {
                    Failure::Settings(format!(
                        "the token of `metrics` should be in the variable `{name}`, which is not set"
                    ))
                })?;
                (Secret::new(text), "metrics_token_env")
            }
        };
        WatchToken::new(&text).map(Some).ok_or_else(|| {
            Failure::Settings(format!(
                "what `{named}` names is no token: that is 24 or more printable characters without a space"
            ))
        })
    }
}
