//! Where traces are sent, in the settings: an address of the operator's, who alone says whether anything is.

use std::path::{Path, PathBuf};

use exeunt_base::Secret;
use exeunt_outbound::{Address, Internal, Outbound};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::settings::serve::Switch;

/// What the service is called when nobody says.
const SERVICE: &str = "exeunt";

/// Headers that are ours to say.
const OURS: [&str; 8] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
];

/// Settings of traces, which tell how long each step of `exeunt serve` took, by OTLP over HTTP. Without them nothing is sent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TracesSettings {
    /// Where they go: `https://collector.internal:4318/v1/traces`; plain HTTP only to this machine.
    pub(crate) endpoint: String,
    /// A file with headers that the collector wants, `Name: value`, one a line.
    #[serde(default)]
    pub(crate) headers_file: Option<PathBuf>,
    /// A variable with such headers.
    #[serde(default)]
    pub(crate) headers_env: Option<String>,
    /// A file with certificates of authorities that are trusted beside those this machine trusts.
    #[serde(default)]
    pub(crate) ca_file: Option<PathBuf>,
    /// One trace of so many is sent; 1 is all.
    #[serde(default = "all")]
    #[schemars(range(min = 1))]
    pub(crate) one_in: u32,
    /// What the service is called in traces.
    #[serde(default = "service")]
    pub(crate) service: String,
    /// Whether a call with a `traceparent` goes on with its caller's trace, whose word on being sent counts then.
    #[serde(default)]
    pub(crate) callers: Switch,
}

fn all() -> u32 {
    1
}

fn service() -> String {
    String::from(SERVICE)
}

/// Headers by name; their values are secrets.
pub(crate) type Headers = Vec<(String, Secret<String>)>;

impl TracesSettings {
    /// Says what does not fit together.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.address()?;
        self.place()?;
        if self.one_in == 0 {
            return Err(String::from("`one_in` is at least 1"));
        }
        let named = !self.service.is_empty() && self.service.len() <= 100;
        if !named || !self.service.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(String::from("`service` of `traces` is one word of at most 100 plain characters"));
        }
        match (&self.headers_file, &self.headers_env) {
            (Some(_), Some(_)) => Err(String::from("`traces` names two places for its headers; keep one")),
            _ => Ok(()),
        }
    }

    /// Whom to call.
    pub(crate) fn address(&self) -> Result<Address, String> {
        Address::parse(&self.endpoint).map_err(|why| format!("`endpoint` of `traces`: {why}"))
    }

    /// The operator named it, so it may be inside.
    fn place(&self) -> Result<Internal, String> {
        let origin = self.address()?.origin();
        Internal::parse(&origin).map_err(|why| format!("`endpoint` of `traces`: {why}"))
    }

    /// The way there; relative paths start from `base`.
    pub(crate) fn way(&self, base: &Path) -> Result<Outbound, String> {
        let authority = match self.ca_file.as_ref().map(|path| base.join(path)) {
            Some(path) => Some(std::fs::read(&path).map_err(|error| {
                format!("could not read the authorities of `traces` in `{}`: {error}", path.display())
            })?),
            None => None,
        };
        Ok(Outbound::new(vec![self.place()?], authority))
    }

    /// What the collector wants to be told beside the spans. No error quotes any of it.
    pub(crate) fn headers(&self, base: &Path) -> Result<Headers, String> {
        let (text, named) = match (&self.headers_file, &self.headers_env) {
            (Some(path), _) => {
                let path = base.join(path);
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    format!("could not read the headers of `traces` in `{}`: {error}", path.display())
                })?;
                (Secret::new(text), "headers_file")
            }
            (None, Some(name)) => {
                let text = std::env::var(name).map_err(|_| {
                    format!("the headers of `traces` should be in the variable `{name}`, which is not set")
                })?;
                (Secret::new(text), "headers_env")
            }
            (None, None) => return Ok(Vec::new()),
        };
        let lines = text.expose().lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(header).collect::<Option<Headers>>().ok_or_else(|| {
            format!(
                "what `{named}` of `traces` names holds a line that is no header: `Name: value`, plain characters, and none \
                 of those that belong to HTTP itself"
            )
        })
    }
}

fn header(line: &str) -> Option<(String, Secret<String>)> {
    let (name, value) = line.split_once(':')?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let good = !name.is_empty() && name.bytes().all(plain) && !OURS.contains(&name.as_str());
    let said = !value.is_empty() && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    (good && said).then(|| (name, Secret::new(value.to_owned())))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::TracesSettings;

    fn read(text: &str) -> TracesSettings {
        serde_saphyr::from_str(text).expect("settings")
    }

    #[test]
    fn a_collector_is_called_by_https_or_on_this_machine() {
        let check = |endpoint: &str| read(&format!("endpoint: {endpoint}")).check();
        for good in [
            "http://127.0.0.1:4318/v1/traces",
            "http://localhost:4318/v1/traces",
            "https://collector.internal:4318/v1/traces",
            "https://10.0.0.7:4318/v1/traces",
            "https://otlp.example.com/v1/traces",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "collector:4318",
            "http://collector.internal:4318/v1/traces",
            "https://169.254.169.254/v1/traces",
            "https://user:canary@collector.internal/v1/traces",
            "ftp://127.0.0.1/",
        ] {
            let why = check(bad).expect_err(bad);
            assert!(why.starts_with("`endpoint` of `traces`") && !why.contains("canary"), "{why}");
        }
    }

    #[test]
    fn headers_are_secrets_and_none_of_them_is_of_http_itself() {
        let dir = tempfile::tempdir().expect("a directory");
        let of = |text: &str| {
            std::fs::write(dir.path().join("headers"), text).expect("written");
            read("endpoint: http://127.0.0.1:1/\nheaders_file: headers").headers(dir.path())
        };
        let read_back = of("Authorization: Bearer canary\n\nx-scope : a b\n").expect("headers");
        let names: Vec<&str> = read_back.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["authorization", "x-scope"]);
        assert_eq!(read_back[1].1.expose(), "a b");
        assert!(!format!("{read_back:?}").contains("canary"));
        for bad in ["canary", "Host: canary", "a b: canary", ": canary", "a:", "a: can\u{e4}ry"] {
            let why = of(bad).map(|_| ()).expect_err(bad);
            assert!(!why.contains("can"), "{why}");
        }
        let two = read("endpoint: http://127.0.0.1:1/\nheaders_file: a\nheaders_env: B");
        assert!(two.check().is_err());
        assert!(
            read("endpoint: http://127.0.0.1:1/\nheaders_env: NO_SUCH_VARIABLE")
                .headers(Path::new(""))
                .is_err()
        );
    }
}
