//! Handing letters to a mail server over SMTP. What a server says in words is never repeated: it likes to quote addresses.

use std::time::Duration;

use exeunt_base::Secret;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use tokio::net::TcpStream;

use crate::message::{Envelope, From};

/// How long one step of the conversation may take.
const STEP: Duration = Duration::from_secs(20);
/// How long the server may think about a whole letter.
const LETTER: Duration = Duration::from_secs(60);
/// The port on which TLS begins at once, without a word in the clear (RFC 8314).
const SUBMISSIONS: u16 = 465;

/// How the conversation is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tls {
    /// Nothing is said without it.
    #[default]
    Required,
    /// The same, and it begins at once, whatever the port.
    Immediate,
    /// Where the server offers it.
    Opportunistic,
    /// Never: only to this very machine.
    Off,
}

/// Who we are for the server.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}

/// A mail server, and how it is spoken to.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name or address.
    pub host: String,
    /// Its port: 587 for submission, 465 where TLS begins at once.
    pub port: u16,
    /// How the conversation is protected.
    pub tls: Tls,
    /// Who we are; absent where it asks nobody.
    pub login: Option<Login>,
    /// An authority that is trusted beside those this machine trusts: a certificate in the PEM form.
    pub authority: Option<Vec<u8>>,
}

/// What can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// The same again later.
    Later,
    /// The server takes nothing for this address.
    Address,
    /// The server does not take this letter.
    Letter,
}

/// Why a letter was not handed over. Holds no word of the server's and no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not {doing}: {why}")]
pub struct Trouble {
    /// What can be done.
    pub kind: TroubleKind,
    doing: &'static str,
    why: String,
    for_good: bool,
}

/// Why a server cannot be used as the settings say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadServer {
    /// A password or letters in the clear over a network.
    #[error("without TLS only a mail server on this very machine is spoken to: 127.0.0.1, ::1 or localhost")]
    InTheClear,
    /// The name cannot be one of a certificate, or the system's certificates cannot be read.
    #[error("TLS cannot be set up for this host")]
    Tls,
    /// Not a certificate.
    #[error("the authority is not a certificate in the PEM form")]
    Authority,
}

/// A way to a mail server.
#[derive(Clone)]
pub struct Post {
    server: Server,
    from: From,
    tls: Option<TlsParameters>,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Post({}:{})", self.server.host, self.server.port)
    }
}

impl Post {
    /// A way to a server, for letters from somebody. Speaks to nobody yet.
    pub fn new(server: Server, from: From) -> Result<Self, BadServer> {
        let here = ["localhost", "127.0.0.1", "::1"].contains(&server.host.as_str());
        if server.tls == Tls::Off && !here {
            return Err(BadServer::InTheClear);
        }
        let tls = match server.tls {
            Tls::Off => None,
            _ => {
                let mut tls = TlsParameters::builder(server.host.clone());
                if let Some(pem) = &server.authority {
                    tls = tls
                        .add_root_certificate(Certificate::from_pem(pem).map_err(|_| BadServer::Authority)?);
                }
                Some(tls.build().map_err(|_| BadServer::Tls)?)
            }
        };
        Ok(Self { server, from, tls })
    }

    /// Who letters come from.
    pub fn from(&self) -> &From {
        &self.from
    }

    /// Reaches the server and says who we are.
    pub async fn reach(&self) -> Result<Line<'_>, Trouble> {
        let doing = "reach the mail server";
        let hello = ClientId::Domain(self.from.address().domain().to_owned());
        let begins = self.server.port == SUBMISSIONS || self.server.tls == Tls::Immediate;
        let at_once = self.tls.clone().filter(|_| begins);
        let server = (self.server.host.as_str(), self.server.port);
        let mut connection = if at_once.is_some() {
            let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(STEP), &hello, at_once, None);
            within(STEP, doing, connecting).await?
        } else {
            let stream = self.dial(doing).await?;
            within(STEP, doing, AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)).await?
        };
        if let Some(tls) = self.tls.clone()
            && !connection.is_encrypted()
            && (self.server.tls != Tls::Opportunistic || connection.can_starttls())
        {
            within(STEP, PROTECT, connection.starttls(tls, &hello)).await?;
        }
        if let Some(Login { user, password }) = &self.server.login {
            let credentials = Credentials::new(user.clone(), password.expose().clone());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            within(STEP, "sign in to the mail server", connection.auth(&mechanisms, &credentials)).await?;
        }
        Ok(Line { post: self, connection })
    }

    /// A connection that sends at once. A letter goes in two pieces, and the second, its end, would else wait until the first was
    /// acknowledged, for which the other side takes its time: 40 ms a letter.
    async fn dial(&self, doing: &'static str) -> Result<TcpStream, Trouble> {
        let server = (self.server.host.as_str(), self.server.port);
        let dialed = match tokio::time::timeout(STEP, TcpStream::connect(server)).await {
            Ok(Ok(stream)) => stream.set_nodelay(true).map(|()| stream).ok(),
            Ok(Err(_)) => None,
            Err(_) => {
                let why = String::from("it took too long");
                return Err(Trouble { kind: TroubleKind::Later, doing, why, for_good: false });
            }
        };
        dialed.ok_or_else(|| Trouble {
            kind: TroubleKind::Later,
            doing,
            why: String::from("it cannot be reached, or hung up"),
            for_good: false,
        })
    }
}

/// A conversation with the server. After trouble it is over; get another one.
pub struct Line<'a> {
    post: &'a Post,
    connection: AsyncSmtpConnection,
}

impl std::fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Line")
    }
}

impl Line<'_> {
    /// Hands one letter over. Once this is `Ok` it is the server's; after trouble it may be all the same.
    pub async fn hand_over(&mut self, letter: &Envelope) -> Result<(), Trouble> {
        let connection = &mut self.connection;
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(&letter.to).is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let why = String::from("it takes only addresses in ASCII");
                return Err(Trouble { kind: TroubleKind::Address, doing: TO, why, for_good: true });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        // that we may not write is no fault of the letter's: somebody has to look at the settings
        let from = Mail::new(Some(self.post.from.address().clone()), parameters);
        within(STEP, "begin a letter with the mail server", connection.command(from)).await?;
        let to = within(STEP, TO, connection.command(Rcpt::new(letter.to.clone(), Vec::new()))).await;
        to.map_err(|trouble| trouble.for_good(TroubleKind::Address))?;
        let handed = async {
            within(STEP, GIVE, connection.command(Data)).await?;
            within(LETTER, GIVE, connection.message(&letter.bytes)).await
        };
        handed.await.map_err(|trouble| trouble.for_good(TroubleKind::Letter))?;
        Ok(())
    }

    /// Says goodbye. What the server answers is no matter.
    pub async fn hang_up(mut self) {
        let _ = tokio::time::timeout(STEP, self.connection.quit()).await;
    }
}

const PROTECT: &str = "protect the conversation with the mail server";
const TO: &str = "name the recipient to the mail server";
const GIVE: &str = "hand a letter to the mail server";

impl Trouble {
    /// What it means where the server's answer was for good.
    fn for_good(self, kind: TroubleKind) -> Self {
        if self.for_good { Self { kind, ..self } } else { self }
    }
}

async fn within<T>(
    time: Duration,
    doing: &'static str,
    step: impl Future<Output = Result<T, smtp::Error>>,
) -> Result<T, Trouble> {
    let (why, for_good) = match tokio::time::timeout(time, step).await {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(error)) => (why(doing, &error), error.is_permanent()),
        Err(_) => (String::from("it took too long"), false),
    };
    Err(Trouble { kind: TroubleKind::Later, doing, why, for_good })
}

/// In our own words: the server's may hold an address.
fn why(doing: &str, error: &smtp::Error) -> String {
    if let Some(code) = error.status() {
        return format!("it answered {code}");
    }
    let words = match error {
        error if error.is_timeout() => "it took too long",
        error if error.is_client() => "it does not offer what the settings ask for",
        // what fails in a handshake is told as if the line had broken
        error if error.is_tls() || doing == PROTECT || is_of_handshake(error) => {
            "TLS failed; is its certificate one that this machine trusts, and for this host?"
        }
        error if error.is_response() => "it hung up, or does not speak SMTP",
        _ => "it cannot be reached, or hung up",
    };
    words.to_owned()
}

/// Where TLS begins at once, what fails in a handshake is told as if nobody could be reached; what lies beneath tells them apart.
fn is_of_handshake(error: &smtp::Error) -> bool {
    let mut beneath = std::error::Error::source(error);
    while let Some(error) = beneath {
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if kind == Some(std::io::ErrorKind::InvalidData) {
            return true;
        }
        beneath = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{BadServer, Post, Server, Tls};
    use crate::message::From;

    #[test]
    fn nothing_is_said_in_the_clear_over_a_network() {
        let server =
            |host: &str, tls| Server { host: host.to_owned(), port: 25, tls, login: None, authority: None };
        let from = From::new("privacy@acme.test", "Acme").unwrap();
        for host in ["mail.acme.test", "10.0.0.1", "localhost.acme.test", "127.0.0.1.acme.test"] {
            let made = Post::new(server(host, Tls::Off), from.clone()).map(|_| ());
            assert_eq!(made, Err(BadServer::InTheClear), "{host}");
        }
        assert!(Post::new(server("127.0.0.1", Tls::Off), from).is_ok());
    }
}
