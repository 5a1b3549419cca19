//! Where a bucket is.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use exeunt_base::Timestamp;

use crate::credentials::Reading;

/// Time, and waiting between tries, as the caller has them.
pub trait Pace: Send + Sync {
    /// What time it is: it is signed into every call.
    fn now(&self) -> Timestamp;

    /// Waits before the next try, on a thread that may.
    fn pause(&self, time: Duration);
}

/// A bucket, and how it is reached.
#[derive(Clone)]
pub struct Settings {
    /// `https://host[:port]`; Amazon's own for the region when none.
    pub endpoint: Option<String>,
    /// The region, which is signed into every call.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// What every name begins with, without a slash at the end; empty for none.
    pub prefix: String,
    /// Whether the bucket is named in the path rather than in the host; when nobody says, wherever there is an endpoint.
    pub path_style: Option<bool>,
    /// Whether an endpoint other than this machine may be spoken to without TLS.
    pub plain: bool,
    /// A file with the certificates to trust instead of the system's.
    pub trust: Option<PathBuf>,
    /// The access key.
    pub keys: Reading,
    /// Time and pauses.
    pub pace: Arc<dyn Pace>,
    /// How often a call is tried before it counts as failed.
    pub tries: u32,
    /// How long nothing may be heard, or no byte be taken, within one try.
    pub patience: Duration,
}

impl Settings {
    /// Tries of a call when nobody says.
    pub const TRIES: u32 = 6;
    /// Patience when nobody says.
    pub const PATIENCE: Duration = Duration::from_secs(20);

    /// Checks what is written down: nothing is called.
    pub(crate) fn place(&self) -> Result<Place, Wrong> {
        let named = |name: &str, more: &str| {
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.' || more.contains(c))
        };
        if !named(&self.bucket, "_") || self.bucket.contains("..") {
            return Err(Wrong("`bucket` is a name of letters, digits, `-` and `.`"));
        }
        if !named(&self.region, "_") {
            return Err(Wrong("`region` is a word such as `eu-central-1`"));
        }
        let prefix_fits = self.prefix.split('/').all(|part| named(part, "_") && part != "." && part != "..");
        if !self.prefix.is_empty() && !prefix_fits {
            return Err(Wrong(
                "`prefix` is of letters, digits, `-`, `_`, `.` and single `/` between them, with none at its ends",
            ));
        }
        let amazon = format!("https://s3.{}.amazonaws.com", self.region);
        let endpoint = self.endpoint.as_deref().unwrap_or(&amazon).trim_end_matches('/');
        let (scheme, host) =
            endpoint.split_once("://").ok_or(Wrong("`endpoint` is `https://` and a host"))?;
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        if host.is_empty() || !host.chars().all(fits) {
            return Err(Wrong("`endpoint` is `https://`, a host, and perhaps a port; nothing follows"));
        }
        match scheme {
            "https" => {}
            "http" if self.plain || is_here(host) => {}
            "http" => {
                return Err(Wrong(
                    "`endpoint` speaks plain HTTP to another machine; use `https://`, or say `plain_http: true` where the network \
                     is yours",
                ));
            }
            _ => return Err(Wrong("`endpoint` begins with `https://`")),
        }
        let path_style = self.path_style.unwrap_or(self.endpoint.is_some());
        let usual = if scheme == "https" { ":443" } else { ":80" };
        let host = host.strip_suffix(usual).unwrap_or(host);
        let (host, path) = match path_style {
            true => (host.to_owned(), format!("/{}", self.bucket)),
            false => (format!("{}.{host}", self.bucket), String::new()),
        };
        Ok(Place { base: format!("{scheme}://{host}"), host, path })
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

/// What is wrong with the settings of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub &'static str);

/// Where calls go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Scheme and host.
    pub(crate) base: String,
    /// The host as it is signed.
    pub(crate) host: String,
    /// What stands before every key.
    pub(crate) path: String,
}

fn is_here(host: &str) -> bool {
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    bare == "localhost" || bare.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use exeunt_base::Timestamp;

    use super::{Pace, Settings};

    struct Still;

    impl Pace for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(0)
        }

        fn pause(&self, _: Duration) {}
    }

    fn settings(endpoint: Option<&str>) -> Settings {
        Settings {
            endpoint: endpoint.map(str::to_owned),
            region: String::from("eu-central-1"),
            bucket: String::from("vaults"),
            prefix: String::from("acme"),
            path_style: None,
            plain: false,
            trust: None,
            keys: Arc::new(|| Err(String::from("none"))),
            pace: Arc::new(Still),
            tries: 1,
            patience: Settings::PATIENCE,
        }
    }

    #[test]
    fn amazon_has_the_bucket_in_the_host_and_others_in_the_path() {
        let of = |settings: Settings| {
            let place = settings.place().unwrap();
            (place.base, place.path)
        };
        let amazon = ("https://vaults.s3.eu-central-1.amazonaws.com".to_owned(), String::new());
        assert_eq!(of(settings(None)), amazon);
        let own = ("https://s3.acme.test".to_owned(), "/vaults".to_owned());
        assert_eq!(of(settings(Some("https://s3.acme.test:443/"))), own);
        let hosted = Settings { path_style: Some(false), ..settings(Some("https://s3.acme.test:9000")) };
        assert_eq!(of(hosted).0, "https://vaults.s3.acme.test:9000");
    }

    #[test]
    fn plain_http_is_for_this_machine_alone_unless_somebody_says_otherwise() {
        for here in ["http://127.0.0.1:9000", "http://localhost", "http://[::1]:9000"] {
            settings(Some(here)).place().unwrap();
        }
        for elsewhere in ["http://10.0.0.1:9000", "http://minio:9000", "http://localhost.acme.test"] {
            settings(Some(elsewhere)).place().unwrap_err();
            Settings { plain: true, ..settings(Some(elsewhere)) }.place().unwrap();
        }
    }

    #[test]
    fn what_cannot_be_a_bucket_is_told_before_anything_is_called() {
        for wrong in ["ftp://acme.test", "acme.test", "https://", "https://a/b", "https://user@acme.test"] {
            settings(Some(wrong)).place().unwrap_err();
        }
        for (bucket, prefix) in
            [("", ""), ("a/b", ""), ("a..b", ""), ("a", "/x"), ("a", "x//y"), ("a", "../x"), ("ä", "")]
        {
            let wrong = Settings { bucket: bucket.into(), prefix: prefix.into(), ..settings(None) };
            wrong.place().unwrap_err();
        }
    }
}
