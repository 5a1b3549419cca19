//! Calls: signed, with pauses between tries where trouble may pass.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use exeunt_vault::Error;
use ureq::http::Request;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::answer::Answer;
use crate::credentials::{Kept, Keys};
use crate::settings::{Place, Settings, Wrong};
use crate::sign::{self, Call};

/// The first pause; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest pause, whatever the service asks for.
const LONGEST: Duration = Duration::from_secs(5);
/// The longest answer that is words.
const WORDS: u64 = 8 << 20;

/// One call.
pub(crate) struct Ask<'a> {
    /// For errors.
    pub(crate) doing: String,
    pub(crate) method: &'static str,
    /// The key; none for the bucket itself.
    pub(crate) key: Option<&'a str>,
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// Their names in lower case.
    pub(crate) headers: &'a [(&'a str, String)],
    pub(crate) body: &'a [u8],
    /// What the caller can go on from; anything else is an error.
    pub(crate) takes: &'a [u16],
    /// Whether it is tried once and no more: somebody asks whether it works.
    pub(crate) once: bool,
}

/// Speaks to one bucket.
pub(crate) struct Client {
    settings: Settings,
    place: Place,
    agent: ureq::Agent,
    kept: Kept,
}

/// Why a try came to nothing.
enum Failed {
    /// It may work again.
    Passing(String),
    /// Somebody must act.
    Final(String),
}

impl Client {
    pub(crate) fn new(settings: Settings) -> Result<Self, Error> {
        let wrong = |Wrong(why)| Error::Unusable(why);
        let place = settings.place().map_err(wrong)?;
        let tls = if place.base.starts_with("https") { Some(trust(&settings)?) } else { None };
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // a proxy named in the environment is nobody's setting
            .proxy(None)
            .user_agent("exeunt")
            .timeout_connect(Some(settings.patience))
            .timeout_recv_response(Some(settings.patience * 2))
            .timeout_per_read(Some(settings.patience))
            .timeout_per_write(Some(settings.patience));
        if let Some(tls) = tls {
            config = config.tls_config(tls);
        }
        let kept = Kept::new(Arc::clone(&settings.keys));
        Ok(Self { agent: config.build().new_agent(), kept, place, settings })
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.settings.bucket
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.settings.prefix
    }

    /// Makes a call. May wait for long: a thread of the async runtime gives its other work away first.
    pub(crate) fn call(&self, ask: &Ask<'_>) -> Result<Answer, Error> {
        self.call_into(ask, None)
    }

    /// The same; an answer of 206 fills `into` exactly.
    pub(crate) fn call_into(&self, ask: &Ask<'_>, into: Option<&mut [u8]>) -> Result<Answer, Error> {
        use tokio::runtime::{Handle, RuntimeFlavor};
        let threads = |handle: Handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread;
        let answer = match Handle::try_current().is_ok_and(threads) {
            true => tokio::task::block_in_place(|| self.try_often(ask, into)),
            false => self.try_often(ask, into),
        }?;
        if ask.takes.contains(&answer.status) {
            Ok(answer)
        } else {
            Err(answer.into_error(&ask.doing, self.bucket()))
        }
    }

    fn try_often(&self, ask: &Ask<'_>, mut into: Option<&mut [u8]>) -> Result<Answer, Error> {
        let doing = || ask.doing.clone();
        let (mut pause, mut renewed, mut last) = (PAUSE, false, String::new());
        let tries = if ask.once { 1 } else { self.settings.tries.max(1) };
        for tried in 0..tries {
            let keys = self.kept.keys().map_err(|why| Error::NotLetIn { doing: doing(), why })?;
            match self.once(ask, &keys, into.as_deref_mut()) {
                Ok(answer) if answer.is_passing() => {
                    let wanted = answer.header("retry-after").and_then(|after| after.parse().ok());
                    pause = wanted.map_or(pause, Duration::from_secs);
                    last = answer.told();
                }
                Ok(answer) if answer.refuses_keys() && !renewed && self.kept.renew(&keys) => {
                    renewed = true;
                    continue;
                }
                Ok(answer) => return Ok(Answer { again: tried > 0, ..answer }),
                Err(Failed::Passing(why)) => last = why,
                Err(Failed::Final(why)) => return Err(Error::NotLetIn { doing: doing(), why }),
            }
            if tried + 1 < tries {
                self.settings.pace.pause(pause.min(LONGEST));
                pause *= 2;
            }
        }
        Err(Error::Unreachable {
            doing: doing(),
            why: if tries == 1 { last } else { format!("{last}, {tries} times in a row") },
        })
    }

    fn once(&self, ask: &Ask<'_>, keys: &Keys, into: Option<&mut [u8]>) -> Result<Answer, Failed> {
        let path = match ask.key {
            Some(key) => format!("{}/{key}", self.place.path),
            None if self.place.path.is_empty() => String::from("/"),
            None => self.place.path.clone(),
        };
        let call = Call {
            method: ask.method,
            host: &self.place.host,
            path: &path,
            query: ask.query,
            headers: ask.headers,
            body: ask.body,
        };
        let headers = sign::signed(&call, keys, &self.settings.region, self.settings.pace.now());
        let query = if ask.query.is_empty() { String::new() } else { format!("?{}", sign::query(ask.query)) };
        let mut request =
            Request::builder().method(ask.method).uri(format!("{}{path}{query}", self.place.base));
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let bad = |_| Failed::Final(String::from("the access key or a name cannot be sent as they are"));
        let answer = match ask.method {
            "PUT" | "POST" => request.body(ask.body).map_err(bad).map(|request| self.agent.run(request))?,
            _ => request.body(()).map_err(bad).map(|request| self.agent.run(request))?,
        };
        let mut answer = answer.map_err(failed)?;
        let status = answer.status().as_u16();
        let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            answer.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let mut body = Vec::new();
        match into {
            Some(bytes) if status == 206 => {
                answer.body_mut().as_reader().read_exact(bytes).map_err(|error| broken(&error))?;
            }
            _ => {
                let mut reader = answer.body_mut().with_config().limit(WORDS).reader();
                reader.read_to_end(&mut body).map_err(|error| broken(&error))?;
            }
        }
        Ok(Answer { status, headers, body, again: false })
    }
}

/// The certificates to trust, and the one crypto provider of the house.
fn trust(settings: &Settings) -> Result<TlsConfig, Error> {
    let found = match &settings.trust {
        Some(path) => rustls_native_certs::load_certs_from_paths(Some(path), None),
        None => rustls_native_certs::load_native_certs(),
    };
    if found.certs.is_empty() {
        return Err(Error::Unusable(
            "no certificate to trust was found, neither in the system's store nor in the file that the settings name",
        ));
    }
    let certificates = found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::Specific(Arc::new(certificates.collect())))
        .unversioned_rustls_crypto_provider(Arc::new(provider))
        .build())
}

fn failed(error: ureq::Error) -> Failed {
    match error {
        ureq::Error::Timeout(_) => Failed::Passing(String::from("it did not answer in time")),
        ureq::Error::HostNotFound => Failed::Passing(String::from("its host is not found")),
        ureq::Error::ConnectionFailed => Failed::Passing(String::from("no connection could be made")),
        ureq::Error::Io(error) => broken(&error),
        ureq::Error::Rustls(error) => untrusted(&error),
        ureq::Error::Tls(_) | ureq::Error::Pem(_) => Failed::Final(String::from("TLS could not be set up")),
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => {
            Failed::Passing(String::from("its answer is not HTTP as we know it"))
        }
        _ => Failed::Passing(String::from("the call failed")),
    }
}

fn broken(error: &io::Error) -> Failed {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(error) => untrusted(error),
        None if error.kind() == io::ErrorKind::TimedOut => {
            Failed::Passing(String::from("it did not answer in time"))
        }
        None => Failed::Passing(format!("the connection failed ({})", error.kind())),
    }
}

fn untrusted(error: &rustls::Error) -> Failed {
    match error {
        rustls::Error::InvalidCertificate(why) => {
            Failed::Final(format!("its certificate is not trusted ({why:?})"))
        }
        _ => Failed::Passing(String::from("TLS broke off")),
    }
}
