//! From a name to a protected line: every address is looked at, and one of those that were looked at is called.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::address::Address;
use crate::internal::Internal;
use crate::places::Place;
use crate::resolve::Resolve;
use crate::trouble::Trouble;

/// Most addresses of one name that are tried.
const TRIED: usize = 4;

/// Where an address is: all of it looked at, none of it to be looked up again.
pub(crate) async fn find(
    resolver: &dyn Resolve,
    address: &Address,
    internal: Option<&Internal>,
) -> Result<Vec<IpAddr>, Trouble> {
    let host = || address.host().to_owned();
    let found = match address.literal() {
        Some(literal) => vec![literal],
        None => resolver
            .resolve(address.host())
            .await
            .ok()
            .filter(|found| !found.is_empty())
            .ok_or_else(|| Trouble::Unresolved { host: host() })?,
    };
    let may = |found: &IpAddr| match internal {
        Some(internal) => internal.reaches(*found),
        None => Place::of(*found) == Place::Public,
    };
    // one that leads inside is one too many: which of them answers is chance
    if found.iter().all(may) { Ok(found) } else { Err(Trouble::Inside { host: host() }) }
}

/// An open line.
pub(crate) enum Line {
    /// To this very machine.
    Plain(TcpStream),
    /// To anybody else.
    Protected(Box<TlsStream<TcpStream>>),
}

/// What lines are made with.
pub(crate) struct Connector {
    authority: Option<Vec<u8>>,
    tls: OnceLock<Option<TlsConnector>>,
}

impl Connector {
    pub(crate) fn new(authority: Option<Vec<u8>>) -> Self {
        Self { authority, tls: OnceLock::new() }
    }

    /// A line to the first of these places that answers.
    pub(crate) async fn connect(&self, address: &Address, places: &[IpAddr]) -> Result<Line, Trouble> {
        let host = || address.host().to_owned();
        let mut socket = None;
        for place in places.iter().take(TRIED) {
            if let Ok(open) = TcpStream::connect(SocketAddr::new(*place, address.port())).await {
                socket = Some(open);
                break;
            }
        }
        let socket = socket.ok_or_else(|| Trouble::Unreachable { host: host() })?;
        if !address.is_https() {
            return Ok(Line::Plain(socket));
        }
        let refused = || Trouble::Tls { host: host() };
        let tls = self.tls.get_or_init(|| self.trusting()).as_ref().ok_or_else(refused)?;
        let name = match address.literal() {
            Some(literal) => ServerName::IpAddress(literal.into()),
            None => ServerName::try_from(host()).map_err(|_| refused())?,
        };
        let line = tls.connect(name, socket).await.map_err(|_| refused())?;
        Ok(Line::Protected(Box::new(line)))
    }

    fn trusting(&self) -> Option<TlsConnector> {
        let mut trusted = RootCertStore::empty();
        trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(pem) = &self.authority {
            trusted.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).filter_map(Result::ok));
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = builder.ok()?.with_root_certificates(trusted).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Some(TlsConnector::from(Arc::new(config)))
    }
}
