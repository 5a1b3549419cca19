//! A door that speaks TLS before a server that does not, with a certificate for `localhost` by an authority of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, Result};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// The authority, which no machine trusts by itself.
pub const AUTHORITY: &str = include_str!("../../source-postgres/tests/postgres/tls/authority.pem");
/// A certificate of that authority for `localhost`.
pub const CERTIFICATE: &str = include_str!("../../source-postgres/tests/postgres/tls/server.pem");
/// Its key.
pub const KEY: &str = include_str!("../../source-postgres/tests/postgres/tls/server.key");

/// A door. It closes when dropped.
#[derive(Debug)]
pub struct Door {
    port: u16,
    close: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// A door before a port of this machine.
    pub fn before(port: u16) -> Result<Self> {
        let chain = CertificateDer::pem_slice_iter(CERTIFICATE.as_bytes()).collect::<Result<Vec<_>, _>>();
        let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).context("could not read the door's key")?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain.context("could not read the door's certificate")?, key)?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).context("could not listen")?;
        let at = listener.local_addr()?.port();
        let (close, closed) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = closed => {}
                    () = open(&listener, &acceptor, SocketAddr::from(([127, 0, 0, 1], port))) => {}
                }
            });
        });
        Ok(Self { port: at, close: Some(close), thread: Some(thread) })
    }

    /// Its port on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }
}

async fn open(listener: &TcpListener, acceptor: &TlsAcceptor, to: SocketAddr) {
    while let Ok((outside, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        // whoever does not believe the certificate hangs up, and so does whoever is served
        tokio::spawn(async move {
            if let (Ok(mut outside), Ok(mut inside)) =
                (acceptor.accept(outside).await, TcpStream::connect(to).await)
            {
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            }
        });
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Some(close) = self.close.take() {
            let _ = close.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
