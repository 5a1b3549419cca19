//! A call from beginning to end, within its limits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use exeunt_base::Secret;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::address::Address;
use crate::answer::Answer;
use crate::connect::{Connector, Line};
use crate::internal::Internal;
use crate::resolve::{Resolve, System};
use crate::trouble::Trouble;

/// What an answer may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a body.
    pub bytes: usize,
    /// Most time for all of it, from the name to the last byte.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 10, time: Duration::from_secs(15) }
    }
}

/// Most bytes of an answer's head.
const HEAD_BYTES: usize = 16 << 10;
/// Most lines of it.
const HEAD_LINES: usize = 64;

/// What is said. Values of headers and the body may hold secrets and are never shown.
pub struct Call {
    method: Method,
    headers: HeaderMap,
    body: Bytes,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({}, {} bytes)", self.method, self.body.len())
    }
}

impl Call {
    /// Asks for something.
    pub fn get() -> Self {
        Self { method: Method::GET, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Tells something, of a kind such as `application/json`.
    pub fn post(kind: &'static str, body: Vec<u8>) -> Self {
        let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind))].into_iter().collect();
        Self { method: Method::POST, headers, body: body.into() }
    }

    /// Does away with something.
    pub fn delete() -> Self {
        Self { method: Method::DELETE, ..Self::get() }
    }

    /// Puts something in the place of what is there.
    pub fn put(kind: &'static str, body: Vec<u8>) -> Self {
        Self { method: Method::PUT, ..Self::post(kind, body) }
    }

    /// Changes part of what is there.
    pub fn patch(kind: &'static str, body: Vec<u8>) -> Self {
        Self { method: Method::PATCH, ..Self::post(kind, body) }
    }

    /// What kind of answer is wanted.
    #[must_use]
    pub fn accept(mut self, kind: &'static str) -> Self {
        self.headers.insert(header::ACCEPT, HeaderValue::from_static(kind));
        self
    }

    /// A header of the caller's own. A name or a value that cannot stand there is left out with the other.
    #[must_use]
    pub fn with(mut self, name: &str, value: &Secret<String>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_str(value.expose())) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }
}

/// The way out. Cheap to clone; nothing is read or opened before the first call.
#[derive(Clone)]
pub struct Outbound {
    resolver: Arc<dyn Resolve>,
    connector: Arc<Connector>,
    internal: Arc<[Internal]>,
    limits: Limits,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("internal", &self.internal).finish_non_exhaustive()
    }
}

impl Default for Outbound {
    fn default() -> Self {
        Self::new(Vec::new(), None)
    }
}

impl Outbound {
    /// The way out, with what the operator says is meant to be inside, and an authority that is trusted beside those this
    /// machine trusts (certificates in the PEM form).
    pub fn new(internal: Vec<Internal>, authority: Option<Vec<u8>>) -> Self {
        Self {
            resolver: Arc::new(System),
            connector: Arc::new(Connector::new(authority)),
            internal: internal.into(),
            limits: Limits::default(),
        }
    }

    /// With names from somebody else.
    #[must_use]
    pub fn with_resolver(self, resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver, ..self }
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Whether an address may be called, as far as can be said without asking anybody. The call looks again.
    pub fn check(&self, address: &Address) -> Result<(), Trouble> {
        if self.internal(address).is_none() {
            address.looks_public()?;
        }
        Ok(())
    }

    fn internal(&self, address: &Address) -> Option<&Internal> {
        self.internal.iter().find(|internal| internal.is_at(address))
    }

    /// Calls, and takes the answer whole.
    pub async fn call(&self, address: &Address, call: Call) -> Result<Answer, Trouble> {
        self.check(address)?;
        let host = || address.host().to_owned();
        let all = async {
            let places = crate::connect::find(&*self.resolver, address, self.internal(address)).await?;
            match self.connector.connect(address, &places).await? {
                Line::Plain(socket) => self.converse(address, call, socket).await,
                Line::Protected(socket) => self.converse(address, call, *socket).await,
            }
        };
        match tokio::time::timeout(self.limits.time, all).await {
            Ok(done) => done,
            Err(_) => Err(Trouble::TimedOut { host: host() }),
        }
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        address: &Address,
        call: Call,
        socket: S,
    ) -> Result<Answer, Trouble> {
        let broken = || Trouble::Broken { host: address.host().to_owned() };
        let mut builder = hyper::client::conn::http1::Builder::new();
        builder.max_buf_size(HEAD_BYTES).max_headers(HEAD_LINES);
        let (mut sender, connection) = builder.handshake(TokioIo::new(socket)).await.map_err(|_| broken())?;
        let exchange = async {
            let request = request(address, call).ok_or_else(broken)?;
            let response = sender.send_request(request).await.map_err(|_| broken())?;
            self.take(address, response).await
        };
        // the connection is driven here and dies here: nothing is left behind
        let driven = async {
            let _ = connection.await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            answer = exchange => answer,
            () = driven => Err(broken()),
        }
    }

    async fn take(
        &self,
        address: &Address,
        response: Response<hyper::body::Incoming>,
    ) -> Result<Answer, Trouble> {
        let host = || address.host().to_owned();
        let (head, body) = response.into_parts();
        if head.status.is_redirection() && head.status != StatusCode::NOT_MODIFIED {
            return Err(Trouble::Redirected { host: host() });
        }
        let packed = |value: &HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"identity");
        if head.headers.get_all(header::CONTENT_ENCODING).iter().any(packed) {
            return Err(Trouble::Packed { host: host() });
        }
        let body = Limited::new(body, self.limits.bytes).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Trouble::TooLarge { host: host() }
            } else {
                Trouble::Broken { host: host() }
            }
        })?;
        let text = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let kind = text(header::CONTENT_TYPE).and_then(|kind| kind.split(';').next());
        Ok(Answer {
            status: head.status.as_u16(),
            kind: kind.map(|kind| kind.trim().to_ascii_lowercase()),
            retry_after: text(header::RETRY_AFTER).and_then(|seconds| seconds.trim().parse().ok()),
            body: body.to_bytes().to_vec(),
        })
    }
}

fn request(address: &Address, call: Call) -> Option<Request<Full<Bytes>>> {
    let Call { method, headers, body } = call;
    let mut request =
        Request::builder().method(method).uri(address.path_and_query()).body(Full::new(body)).ok()?;
    *request.headers_mut() = headers;
    let default = if address.is_https() { 443 } else { 80 };
    let host = match address.port() {
        port if port == default => address.host().to_owned(),
        port => format!("{}:{port}", address.host()),
    };
    let ours = [
        (header::HOST, HeaderValue::from_str(&host).ok()?),
        (header::USER_AGENT, HeaderValue::from_static("exeunt")),
        (header::ACCEPT_ENCODING, HeaderValue::from_static("identity")),
        (header::CONNECTION, HeaderValue::from_static("close")),
    ];
    request.headers_mut().extend(ours);
    Some(request)
}
