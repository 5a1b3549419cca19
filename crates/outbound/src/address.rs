//! An address somebody wrote down: one spelling, HTTPS, a host that can be looked at.
//!
//! The parser is the one of browsers, which reads `0x7f.1` as 127.0.0.1. So whatever it writes otherwise than it was given is
//! refused: what people read is what is called.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

/// Longest address.
const LONGEST: usize = 2_048;
/// Ports below this belong to services that speak first or in lines, and are not called, except for HTTPS's own.
const FIRST_FREE_PORT: u16 = 1_024;
/// Last labels of names that lead into a network, or nowhere.
const INSIDE: &[&str] = &[
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "arpa",
    "onion",
    "invalid",
    "test",
    "example",
    "alt",
];

/// Why something is no address that could be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Not an address at all.
    #[error("it is not a web address such as `https://login.example.com/path`")]
    Malformed,
    /// It could be written otherwise.
    #[error(
        "an address is taken in one spelling alone: lower-case host, international names as `xn--…`, no `:443`, no `..` in \
         the path, numbers of networks in four decimal parts"
    )]
    Spelling,
    /// Not HTTPS.
    #[error("only https is called")]
    Scheme,
    /// `user:password@`.
    #[error("a name or password in an address is not taken")]
    UserInfo,
    /// `#…`.
    #[error("an address to call has no fragment (`#…`)")]
    Fragment,
    /// A name that is no name of the internet.
    #[error(
        "the host must be a full name such as `login.example.com`, without a dot at its end; what is inside is named by the \
         operator under `outbound: internal:`"
    )]
    Host,
    /// A literal address that leads inside.
    #[error(
        "the host leads to this machine, a private network or nowhere; what is inside is named by the operator under `outbound: internal:`"
    )]
    Inside,
    /// A port that belongs to another kind of service.
    #[error("the port must be 443, or 1024 and above")]
    Port,
}

/// An address in its one spelling. Whether it may be called is said by [`Outbound`](crate::Outbound).
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
}

impl fmt::Debug for Address {
    /// The path may hold somebody's token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}…)", self.origin())
    }
}

impl Address {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('\\') {
            return Err(BadAddress::Malformed);
        }
        let url = Url::parse(text).map_err(|_| BadAddress::Malformed)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BadAddress::Scheme);
        }
        if text.split_once("://").is_some_and(|(_, rest)| {
            rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
        }) {
            return Err(BadAddress::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(BadAddress::Fragment);
        }
        let written = url.as_str();
        if written != text && written.strip_suffix('/') != Some(text) {
            return Err(BadAddress::Spelling);
        }
        if url.host().is_none() {
            return Err(BadAddress::Malformed);
        }
        Ok(Self { url })
    }

    /// Another path, with what follows it, at the same place.
    pub fn at(&self, path_and_query: &str) -> Result<Self, BadAddress> {
        Self::parse(&format!("{}{path_and_query}", self.origin()))
    }

    /// Scheme, host and port: `https://login.example.com`.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The host, as people read it.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// Whether it is HTTPS; the only other thing it can be is HTTP.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Everything behind the host.
    pub fn path_and_query(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// The whole address. May hold a token of somebody's: for no log and no error.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The host, where it is written as a number.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        match self.url.host()? {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }

    /// Whether it could be somewhere out in the internet, as far as can be said without asking anybody.
    pub(crate) fn looks_public(&self) -> Result<(), BadAddress> {
        if !self.is_https() {
            return Err(BadAddress::Scheme);
        }
        match self.literal() {
            Some(address) if crate::Place::of(address) != crate::Place::Public => {
                return Err(BadAddress::Inside);
            }
            Some(_) => {}
            None if !is_full_name(self.host()) => return Err(BadAddress::Host),
            None => {}
        }
        if self.port() != 443 && self.port() < FIRST_FREE_PORT {
            return Err(BadAddress::Port);
        }
        Ok(())
    }
}

/// Whether this is a name as registries give them out: letters, digits and hyphens, two labels or more.
fn is_full_name(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = labels.last().copied().unwrap_or_default();
    host.len() <= 253
        && labels.len() >= 2
        && labels.iter().all(is_label)
        && last.bytes().any(|byte| byte.is_ascii_lowercase())
        && !INSIDE.contains(&last)
}
