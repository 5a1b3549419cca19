//! A PKCS#11 token that holds the root key, in the settings.

use std::path::{Path, PathBuf};

use exeunt_base::Secret;
use exeunt_token::{Pkcs11, Place};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::failure::Failure;

/// A token (a smart card, a hardware security module) that holds the root key, which never leaves it. Since 0.1.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenSettings {
    /// The PKCS#11 module that speaks to it, by its whole path: `/usr/lib/softhsm/libsofthsm2.so`.
    module: PathBuf,
    /// The token's label.
    label: String,
    /// Its serial number, where several tokens have that label.
    #[serde(default)]
    serial: Option<String>,
    /// The label of this home's keys in it; `exeunt` when nobody says. No two homes may share one.
    #[serde(default)]
    key: Option<String>,
    /// A file that holds the PIN and nothing else.
    #[serde(default)]
    pin_file: Option<PathBuf>,
    /// A variable that holds the PIN.
    #[serde(default)]
    pin_env: Option<String>,
}

impl TokenSettings {
    /// Says what does not fit together.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        if !self.module.is_absolute() {
            return Err(
                "`module` of `token` is the whole path of a file, for its code is run with the rights of this program",
            );
        }
        if self.label.trim().is_empty() || self.key.as_ref().is_some_and(|key| key.trim().is_empty()) {
            return Err("`label` and `key` of `token` are not empty");
        }
        match (&self.pin_file, &self.pin_env) {
            (None, None) => Err("`token` needs `pin_file` or `pin_env`"),
            (Some(_), Some(_)) => Err("the PIN of `token` is named twice; keep the file or the variable"),
            _ => Ok(()),
        }
    }

    /// The file of the PIN.
    pub(crate) fn pin_file(&self) -> Option<&Path> {
        self.pin_file.as_deref()
    }

    /// The variable of the PIN.
    pub(crate) fn pin_env(&self) -> Option<&str> {
        self.pin_env.as_deref()
    }

    /// The module's file.
    pub(crate) fn module(&self) -> &Path {
        &self.module
    }

    /// Logs in; relative paths start from `base`.
    pub(crate) fn open(&self, base: &Path) -> Result<Pkcs11, Failure> {
        let place = Place {
            module: self.module.clone(),
            token: self.label.clone(),
            serial: self.serial.clone(),
            key: self.key.clone().unwrap_or_else(|| String::from("exeunt")),
        };
        Ok(Pkcs11::open(place, self.pin(base)?).map_err(exeunt_app::Error::from)?)
    }

    fn pin(&self, base: &Path) -> Result<Secret<String>, Failure> {
        let (text, from) = match (&self.pin_file, &self.pin_env) {
            (Some(path), _) => {
                let path = base.join(path);
                let text = std::fs::read_to_string(&path).map(Secret::new);
                let text =
                    text.map_err(|source| Failure::file("read the file of the token's PIN", &path, source))?;
                (text, path.display().to_string())
            }
            (None, name) => {
                let name = name.as_deref().unwrap_or_default();
                let text = std::env::var(name).map(Secret::new).map_err(|_| {
                    Failure::Passphrase(format!(
                        "the token's PIN should be in the variable `{name}`, which is not set"
                    ))
                })?;
                (text, name.to_owned())
            }
        };
        let pin = text.expose().trim_end_matches(['\r', '\n']);
        if pin.is_empty() {
            return Err(Failure::Passphrase(format!("the token's PIN in `{from}` is empty")));
        }
        Ok(Secret::new(pin.to_owned()))
    }
}
