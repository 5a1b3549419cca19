//! The mail server of an organization, in the settings, and who its letters come from.

use std::path::{Path, PathBuf};

use exeunt_base::Secret;
use exeunt_mail::{From, Language, Login, Post, Server, Tls};
use schemars::JsonSchema;
use serde::Deserialize;

/// Settings of letters. Without them none are written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailSettings {
    /// The mail server.
    host: String,
    /// Its port; 465 begins with TLS, any other one in the clear until TLS is agreed on, unless `tls` is `immediate`.
    #[serde(default = "submission")]
    port: u16,
    /// `required`, `immediate`, `opportunistic`, or `none` to this very machine.
    #[serde(default)]
    tls: MailTls,
    /// Who we are for the server.
    #[serde(default)]
    user: Option<String>,
    /// A variable that holds the password.
    #[serde(default)]
    password_env: Option<String>,
    /// A file that holds the password and nothing else.
    #[serde(default)]
    password_file: Option<PathBuf>,
    /// A file with an authority's certificate that is trusted beside those this machine trusts.
    #[serde(default)]
    ca_file: Option<PathBuf>,
    /// The address letters come from.
    from: String,
    /// The name beside it; the organization's when nobody says.
    #[serde(default)]
    name: Option<String>,
    /// The language of letters to whoever said none: `en`, `de`, `fr` or `es`.
    #[serde(default)]
    #[schemars(with = "String")]
    language: Language,
}

/// How the conversation with the mail server is protected.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum MailTls {
    /// TLS, or nothing is sent.
    #[default]
    Required,
    /// TLS from the first byte, whatever the port.
    Immediate,
    /// TLS where the server offers it.
    Opportunistic,
    /// None at all: only to this machine.
    None,
}

fn submission() -> u16 {
    587
}

impl MailSettings {
    /// Says what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        match (&self.user, &self.password_env, &self.password_file) {
            (Some(_), None, None) => {
                return Err(String::from("`mail` with a `user` needs `password_env` or `password_file`"));
            }
            (None, Some(_), _) | (None, _, Some(_)) => {
                return Err(String::from("`mail` with a password needs a `user`"));
            }
            (_, Some(_), Some(_)) => {
                return Err(String::from("`mail` names two places for the password; keep one"));
            }
            _ => {}
        }
        self.post("x", None, None).map(|_| ())
    }

    /// A way to the server for whoever only writes letters: it has no password.
    pub(crate) fn without_password(&self, organization: &str) -> Result<(Post, Language), String> {
        Ok((self.post(organization, None, None)?, self.language))
    }

    /// A way to the server for whoever sends letters; relative paths start from `base`.
    pub(crate) fn with_password(&self, organization: &str, base: &Path) -> Result<(Post, Language), String> {
        let password = match (&self.password_env, &self.password_file) {
            (Some(variable), _) => Some(std::env::var(variable).map(Secret::new).map_err(|_| {
                format!("the mail server's password should be in the variable `{variable}`, which is not set")
            })?),
            (None, Some(path)) => {
                let path = base.join(path);
                let text = std::fs::read_to_string(&path).map(Secret::new).map_err(|error| {
                    format!("could not read the mail server's password in `{}`: {error}", path.display())
                })?;
                Some(Secret::new(text.expose().trim_end_matches(['\r', '\n']).to_owned()))
            }
            (None, None) => None,
        };
        let authority = match self.ca_file.as_ref().map(|path| base.join(path)) {
            Some(path) => Some(std::fs::read(&path).map_err(|error| {
                format!("could not read the mail server's authority in `{}`: {error}", path.display())
            })?),
            None => None,
        };
        let login = self.user.clone().zip(password).map(|(user, password)| Login { user, password });
        Ok((self.post(organization, login, authority)?, self.language))
    }

    fn post(
        &self,
        organization: &str,
        login: Option<Login>,
        authority: Option<Vec<u8>>,
    ) -> Result<Post, String> {
        let tls = match self.tls {
            MailTls::Required => Tls::Required,
            MailTls::Immediate => Tls::Immediate,
            MailTls::Opportunistic => Tls::Opportunistic,
            MailTls::None => Tls::Off,
        };
        let server = Server { host: self.host.clone(), port: self.port, tls, login, authority };
        let from = From::new(&self.from, self.name.as_deref().unwrap_or(organization))
            .map_err(|error| format!("`from` and `name` of `mail`: {error}"))?;
        Post::new(server, from).map_err(|error| format!("`mail`: {error}"))
    }
}
