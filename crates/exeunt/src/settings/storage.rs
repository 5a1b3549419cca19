//! Where blobs of the vault and packages are kept, in the settings: folders of the home, or a bucket.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use exeunt_base::Secret;
use exeunt_bucket::{Bucket, Keys, Pace, Settings};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::settings::source::Hidden;

/// A storage for blobs and packages. Without one they are files of the home. Since 0.1.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StorageSettings {
    /// Which kind it is.
    kind: StorageKind,
    /// s3: the bucket. Whoever holds it can destroy what waits in it, and read none of it.
    #[serde(default)]
    bucket: Option<String>,
    /// s3: the region, as the service calls it; `us-east-1` for most services of one's own.
    #[serde(default)]
    region: Option<String>,
    /// s3: `https://host[:port]` of a service that is not Amazon's.
    #[serde(default)]
    endpoint: Option<String>,
    /// s3: what every name begins with, where several homes share a bucket.
    #[serde(default)]
    prefix: Option<String>,
    /// s3: whether the bucket is named in the path rather than in the host; when nobody says, wherever there is an `endpoint`.
    #[serde(default)]
    path_style: Option<bool>,
    /// s3: the id of the access key.
    #[serde(default)]
    access_key_id: Option<String>,
    /// s3: a variable that holds the id of the access key.
    #[serde(default)]
    access_key_id_env: Option<String>,
    /// s3: the secret of the access key. It is taken here, but one of the other ways is better.
    #[serde(default)]
    secret_access_key: Option<Hidden>,
    /// s3: a variable that holds the secret of the access key.
    #[serde(default)]
    secret_access_key_env: Option<String>,
    /// s3: a file that holds the secret of the access key and nothing else. Read again when the service no longer accepts it.
    #[serde(default)]
    secret_access_key_file: Option<PathBuf>,
    /// s3: a file that holds the token of a session, where the key is one that ends. Read again like the secret.
    #[serde(default)]
    session_token_file: Option<PathBuf>,
    /// s3: a file with the certificates to trust instead of the system's.
    #[serde(default)]
    ca_file: Option<PathBuf>,
    /// s3: speak plain HTTP to another machine, where the network is yours. What is kept is sealed all the same.
    #[serde(default)]
    plain_http: bool,
}

/// Kinds of storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum StorageKind {
    /// Folders of the home.
    Disk,
    /// A bucket of Amazon S3, or of a service that speaks its protocol.
    S3,
}

impl StorageSettings {
    /// Says what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.kind == StorageKind::Disk {
            let more = self.bucket.is_some() || self.endpoint.is_some() || self.region.is_some();
            return if more {
                Err(String::from("`storage` of kind `disk` has no further settings"))
            } else {
                Ok(())
            };
        }
        for (key, there) in [("bucket", self.bucket.is_some()), ("region", self.region.is_some())] {
            if !there {
                return Err(format!("`storage` of kind `s3` needs `{key}`"));
            }
        }
        let ids = usize::from(self.access_key_id.is_some()) + usize::from(self.access_key_id_env.is_some());
        if ids != 1 {
            return Err(String::from("`storage` needs one of `access_key_id` and `access_key_id_env`"));
        }
        let secrets = usize::from(self.secret_access_key.is_some())
            + usize::from(self.secret_access_key_env.is_some())
            + usize::from(self.secret_access_key_file.is_some());
        if secrets != 1 {
            return Err(String::from(
                "`storage` needs one of `secret_access_key_file` and `secret_access_key_env`",
            ));
        }
        Ok(())
    }

    /// Files with secrets, by their keys.
    pub(crate) fn secret_files(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let files = [
            ("storage.secret_access_key_file", &self.secret_access_key_file),
            ("storage.session_token_file", &self.session_token_file),
        ];
        files.into_iter().filter_map(|(key, path)| Some((key, path.as_deref()?)))
    }

    /// Variables, by their keys.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let names = [
            ("storage.access_key_id_env", &self.access_key_id_env),
            ("storage.secret_access_key_env", &self.secret_access_key_env),
        ];
        names.into_iter().filter_map(|(key, name)| Some((key, name.as_deref()?)))
    }

    /// The bucket; none where everything is kept in folders. Relative paths start from `base`. Nothing is called yet.
    pub(crate) fn bucket(
        &self,
        base: &Path,
        pace: Arc<dyn Pace>,
    ) -> Result<Option<Bucket>, exeunt_vault::Error> {
        if self.kind == StorageKind::Disk {
            return Ok(None);
        }
        let (of, base) = (self.clone(), base.to_owned());
        let trust = self.ca_file.as_ref().map(|path| base.join(path));
        Bucket::new(Settings {
            endpoint: self.endpoint.clone(),
            region: self.region.clone().unwrap_or_default(),
            bucket: self.bucket.clone().unwrap_or_default(),
            prefix: self.prefix.clone().unwrap_or_default(),
            path_style: self.path_style,
            plain: self.plain_http,
            trust,
            keys: Arc::new(move || of.keys(&base)),
            pace,
            tries: Settings::TRIES,
            patience: Settings::PATIENCE,
        })
        .map(Some)
    }

    fn keys(&self, base: &Path) -> Result<Keys, String> {
        let id = match (&self.access_key_id, &self.access_key_id_env) {
            (Some(id), _) => id.clone(),
            (None, Some(name)) => variable(name, "the id of the storage's access key")?,
            (None, None) => String::new(),
        };
        let what = "the secret of the storage's access key";
        let secret =
            match (&self.secret_access_key, &self.secret_access_key_env, &self.secret_access_key_file) {
                (Some(secret), ..) => secret.0.clone(),
                (_, Some(name), _) => Secret::new(variable(name, what)?),
                (.., Some(path)) => line(&base.join(path), what)?,
                _ => Secret::new(String::new()),
            };
        let token = self.session_token_file.as_ref();
        let token =
            token.map(|path| line(&base.join(path), "the token of the storage's session")).transpose()?;
        Ok(Keys { id, secret, token })
    }
}

fn variable(name: &str, what: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{what} should be in the variable `{name}`, which is not set"))
}

fn line(path: &Path, what: &str) -> Result<Secret<String>, String> {
    let text = std::fs::read_to_string(path)
        .map(Secret::new)
        .map_err(|error| format!("could not read {what} in `{}` ({})", path.display(), error.kind()))?;
    Ok(Secret::new(text.expose().trim_end_matches(['\r', '\n']).to_owned()))
}
