//! How a log asks a witness: one `POST`, over TLS or to this very machine, with small answers and little patience.
//!
//! Addresses come from the operator's settings, so they may lead inside the house; whoever is redirected stays where they are.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::http::{Request, StatusCode, Uri, header};
use bytes::Bytes;
use exeunt_audit::note::{MAX_SIGNATURES, Signature};
use exeunt_audit::witness::{SIZE_TYPE, Submission};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long a witness has for everything.
const PATIENCE: Duration = Duration::from_secs(15);

/// Most bytes of an answer: as many signature lines as a note takes, and some air.
const MOST_BYTES: usize = 64 * 1024;

/// Where a witness takes heads: `https://witness.example/a/place`, or plain HTTP to this very machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    host: String,
    port: u16,
    path: String,
    tls: bool,
}

/// Why a text is no address of a witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a witness's address begins with https:// (http:// only for this machine), without name, query or fragment"
)]
pub struct BadAddress;

/// What a witness answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Its signatures, unproven.
    Signed(Vec<Signature>),
    /// It saw this size last.
    OtherSize(u64),
    /// It refused, with this status.
    Refused(u16),
}

/// Why nothing was answered.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It cannot be reached.
    #[error("could not reach the witness")]
    Unreachable(#[source] std::io::Error),
    /// Its certificate or its way of speaking TLS is not accepted.
    #[error("could not speak TLS with the witness")]
    Tls(#[source] std::io::Error),
    /// It took too long.
    #[error("the witness took more than 15 seconds")]
    Slow,
    /// It spoke no HTTP, or said too much.
    #[error("the witness did not answer as one does")]
    Garbled,
}

/// Asks witnesses.
#[derive(Clone, Default)]
pub struct Client {
    // reading this machine's certificates takes a moment, which whoever never asks does not need to wait
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['#', '?', '@', '\\']);
        let uri: Uri = text.parse().ok().filter(|_| plain).ok_or(BadAddress)?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(BadAddress)?;
        let here = ["127.0.0.1", "[::1]", "localhost"].contains(&host);
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if here => false,
            _ => return Err(BadAddress),
        };
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let path = format!("{}/add-checkpoint", uri.path().trim_end_matches('/'));
        Ok(Self { text: text.to_owned(), host: host.to_owned(), port, path, tls })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Trusts the certificates that this machine trusts.
fn trusting() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(tls)
}

impl Client {
    /// Sends a head, and waits for the answer.
    pub async fn submit(&self, to: &Address, submission: &Submission) -> Result<Answer, Trouble> {
        tokio::time::timeout(PATIENCE, self.ask(to, submission)).await.map_err(|_| Trouble::Slow)?
    }

    async fn ask(&self, to: &Address, submission: &Submission) -> Result<Answer, Trouble> {
        let bare = to.host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((bare, to.port)).await.map_err(Trouble::Unreachable)?;
        if !to.tls {
            // a name that means this machine is believed only where it does
            let peer = stream.peer_addr().map_err(Trouble::Unreachable)?;
            if !peer.ip().is_loopback() {
                return Err(Trouble::Garbled);
            }
            return talk(stream, to, submission).await;
        }
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| Trouble::Garbled)?;
        let connector = TlsConnector::from(Arc::clone(self.tls.get_or_init(trusting)));
        talk(connector.connect(name, stream).await.map_err(Trouble::Tls)?, to, submission).await
    }
}

async fn talk<S>(stream: S, to: &Address, submission: &Submission) -> Result<Answer, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let garbled = |_| Trouble::Garbled;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(garbled)?;
    let connection = tokio::spawn(connection);
    let request = Request::post(&to.path)
        .header(header::HOST, format!("{}:{}", to.host, to.port))
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .body(Full::new(Bytes::from(submission.to_string())))
        .map_err(|_| Trouble::Garbled)?;
    let answer = async {
        let (parts, body) = sender.send_request(request).await.map_err(garbled)?.into_parts();
        let bytes = Limited::new(body, MOST_BYTES).collect().await.map_err(|_| Trouble::Garbled)?.to_bytes();
        let text = std::str::from_utf8(&bytes).map_err(|_| Trouble::Garbled)?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        read(parts.status, kind, text)
    };
    let answer = answer.await;
    connection.abort();
    answer
}

fn read(status: StatusCode, kind: Option<&str>, text: &str) -> Result<Answer, Trouble> {
    match status {
        StatusCode::OK => {
            let lines = text.strip_suffix('\n').ok_or(Trouble::Garbled)?.split('\n');
            let signatures: Option<Vec<_>> = lines.take(MAX_SIGNATURES).map(Signature::parse).collect();
            signatures.map(Answer::Signed).ok_or(Trouble::Garbled)
        }
        StatusCode::CONFLICT if kind == Some(SIZE_TYPE) => {
            let size = text.strip_suffix('\n').and_then(|size| size.parse().ok());
            size.map(Answer::OtherSize).ok_or(Trouble::Garbled)
        }
        other => Ok(Answer::Refused(other.as_u16())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Answer, read};
    use axum::http::StatusCode;

    #[test]
    fn addresses_are_of_tls_or_of_this_machine() {
        let good: Address = "https://witness.example/a/".parse().unwrap();
        assert_eq!((good.path.as_str(), good.port, good.tls), ("/a/add-checkpoint", 443, true));
        let here: Address = "http://127.0.0.1:8440".parse().unwrap();
        assert_eq!((here.path.as_str(), here.port, here.tls), ("/add-checkpoint", 8440, false));
        assert!("http://[::1]:1/".parse::<Address>().is_ok());
        for bad in [
            "",
            "witness.example",
            "/a",
            "ftp://witness.example/",
            "http://witness.example/",
            "http://127.0.0.1.example/",
            "http://localhost.example/",
            "https://user@witness.example/",
            "https://witness.example/?a=b",
            "https://witness.example/#a",
            "https:///a",
            "https://wit ness.example/",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn answers_are_read_by_status_and_kind() {
        let size = |kind, text| read(StatusCode::CONFLICT, kind, text);
        assert_eq!(size(Some("text/x.tlog.size"), "7\n").unwrap(), Answer::OtherSize(7));
        assert_eq!(size(Some("text/plain"), "7\n").unwrap(), Answer::Refused(409));
        assert!(size(Some("text/x.tlog.size"), "seven\n").is_err());
        assert!(read(StatusCode::OK, None, "").is_err());
        assert!(read(StatusCode::OK, None, "hello\n").is_err());
        let line = "\u{2014} witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRa\n";
        assert!(matches!(read(StatusCode::OK, None, line).unwrap(), Answer::Signed(one) if one.len() == 1));
        for status in [301, 302, 403, 404, 422, 500] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(read(status, None, "").unwrap(), Answer::Refused(status.as_u16()));
        }
    }
}
