//! A server that answers whatever it is told to, over TLS, on this machine.

use std::net::SocketAddr;
use std::sync::Arc;

use exeunt_outbound::{Address, Internal, Outbound};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub(crate) const CERTIFICATE: &str = include_str!("../../../source-postgres/tests/postgres/tls/server.pem");
pub(crate) const AUTHORITY: &str = include_str!("../../../source-postgres/tests/postgres/tls/authority.pem");
const KEY: &str = include_str!("../../../source-postgres/tests/postgres/tls/server.key");

/// What comes after the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The line is closed.
    Close,
    /// Nothing, for ever.
    Hang,
    /// The last byte again, a thousand at a time, for ever.
    Drip,
}

/// A server; it dies with the value.
pub(crate) struct Server {
    pub(crate) at: SocketAddr,
    task: JoinHandle<()>,
    pub(crate) asked: Arc<std::sync::Mutex<Vec<String>>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers every call with these bytes.
    pub(crate) async fn start(answer: impl Into<Vec<u8>>, then: Then) -> Self {
        let answer = answer.into();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let chain = CertificateDer::pem_slice_iter(CERTIFICATE.as_bytes()).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
        let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            loop {
                let Ok((socket, _)) = listener.accept().await else { break };
                let Ok(mut line) = acceptor.accept(socket).await else { continue };
                let mut head = vec![0; 8 << 10];
                let read = line.read(&mut head).await.unwrap_or(0);
                heard.lock().unwrap().push(String::from_utf8_lossy(&head[..read]).into_owned());
                let _ = line.write_all(&answer).await;
                let _ = line.flush().await;
                match then {
                    Then::Close => {
                        let _ = line.shutdown().await;
                    }
                    Then::Hang => std::future::pending().await,
                    Then::Drip => {
                        let last = [*answer.last().unwrap(); 1_000];
                        while line.write_all(&last).await.is_ok() && line.flush().await.is_ok() {}
                    }
                }
            }
        });
        Self { at, task, asked }
    }

    /// A path there.
    pub(crate) fn address(&self, path: &str) -> Address {
        Address::parse(&format!("https://localhost:{}{path}", self.at.port())).unwrap()
    }

    /// The way out, on which this server may be called and is trusted.
    pub(crate) fn outbound(&self) -> Outbound {
        let internal = Internal::parse(&format!("https://localhost:{}", self.at.port())).unwrap();
        Outbound::new(vec![internal], Some(AUTHORITY.as_bytes().to_vec()))
    }
}
