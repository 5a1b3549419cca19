//! What is meant to be inside: named by the operator, host and port, never by an organization's people.

use std::fmt;
use std::net::IpAddr;

use crate::address::{Address, BadAddress};
use crate::places::Place;

/// Why something cannot be named as meant to be inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadInternal {
    /// Not an address.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// A path.
    #[error("only a place is named, such as `https://login.corp:8443`: no path")]
    Path,
    /// HTTP over a network.
    #[error(
        "plain http is spoken to this very machine alone: `http://127.0.0.1:…`, `http://[::1]:…` or `http://localhost:…`"
    )]
    InTheClear,
    /// An address nobody should be called at.
    #[error("nobody is called there: link-local, multicast, unspecified and the like")]
    Nowhere,
}

/// A place that is meant to be inside: `https://login.corp:8443`, or `http://127.0.0.1:9000` on this very machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Internal {
    origin: String,
    loopback: bool,
}

impl fmt::Debug for Internal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl Internal {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, BadInternal> {
        let address = Address::parse(text)?;
        if address.path_and_query() != "/" {
            return Err(BadInternal::Path);
        }
        let loopback = match address.literal().map(Place::of) {
            Some(Place::Nowhere) => return Err(BadInternal::Nowhere),
            Some(place) => place == Place::Loopback,
            None => address.host() == "localhost",
        };
        if !address.is_https() && !loopback {
            return Err(BadInternal::InTheClear);
        }
        Ok(Self { origin: address.origin(), loopback })
    }

    /// Whether it names the place of this address: scheme, host and port.
    pub(crate) fn is_at(&self, address: &Address) -> bool {
        self.origin == address.origin()
    }

    /// Whether what it resolved to is where it should be.
    pub(crate) fn reaches(&self, found: IpAddr) -> bool {
        match Place::of(found) {
            Place::Loopback => self.loopback,
            Place::Private | Place::Public => !self.loopback,
            Place::Nowhere => false,
        }
    }
}
