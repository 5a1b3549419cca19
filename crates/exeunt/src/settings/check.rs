//! What is wrong with settings that can be read: files and variables that they name and that are not there, and secrets that
//! others may read. Nothing is connected to.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use crate::failure::Failure;
use crate::settings::Settings;
use crate::world::System;

/// Something to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The setting, with those it stands under.
    pub(crate) setting: String,
    /// What is wrong with it.
    pub(crate) what: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, setting: impl Into<String>, what: impl Into<String>) {
        self.0.push(Finding { setting: setting.into(), what: what.into() });
    }

    fn file(&mut self, setting: impl Into<String>, path: &Path) {
        if let Err(error) = std::fs::metadata(path) {
            self.add(setting, format!("`{}` cannot be read: {}", path.display(), error.kind()));
        }
    }

    /// A file with a secret in it: for its owner alone, and it can be opened.
    fn secret(&mut self, setting: &str, path: &Path) {
        match std::fs::File::open(path).and_then(|file| file.metadata()) {
            Err(error) => self.add(setting, format!("`{}` cannot be read: {}", path.display(), error.kind())),
            Ok(about) if about.permissions().mode() & 0o077 != 0 => {
                let advice = format!("`{0}` may be read by others: chmod 600 {0}", path.display());
                self.add(setting, advice);
            }
            Ok(_) => {}
        }
    }

    fn variable(&mut self, setting: &str, name: &str) {
        if std::env::var_os(name).is_none_or(|value| value.is_empty()) {
            self.add(setting, format!("the variable `{name}` is not set"));
        }
    }
}

/// Looks at settings and at those of further organizations that they name. `key_file` is where the key is when nobody says.
pub(crate) fn check(settings: &Settings, key_file: &Path) -> Result<Vec<Finding>, Failure> {
    let mut found = Findings::default();
    home(&mut found, settings, key_file);
    organization(&mut found, "", settings);
    for path in &settings.organizations {
        let path = settings.path(path);
        let other = Settings::read_other(&path)?;
        organization(&mut found, &format!("{}: ", path.display()), &other);
    }
    Ok(found.0)
}

/// What belongs to the home as a whole.
fn home(found: &mut Findings, settings: &Settings, key_file: &Path) {
    let unseal = &settings.unseal;
    if let Some(token) = &unseal.token {
        found.file(String::from("unseal.token.module"), token.module());
        if let Some(path) = token.pin_file() {
            found.secret("unseal.token.pin_file", &settings.path(path));
        }
        if let Some(name) = token.pin_env() {
            found.variable("unseal.token.pin_env", name);
        }
    }
    match (&unseal.key_file, &unseal.passphrase_file, &unseal.passphrase_env, unseal.passphrase_prompt) {
        (Some(path), ..) => found.secret("unseal.key_file", &settings.path(path)),
        (_, Some(path), ..) => found.secret("unseal.passphrase_file", &settings.path(path)),
        (_, _, Some(name), _) => found.variable("unseal.passphrase_env", name),
        (.., true) => {}
        // a home that is not made yet has none
        _ if unseal.token.is_none() && key_file.exists() => found.secret("unseal.key_file", key_file),
        _ => {}
    }
    if let Some(serve) = &settings.serve {
        if let Some(path) = &serve.metrics_token_file {
            found.secret("serve.metrics_token_file", &settings.path(path));
        }
        if let Some(name) = &serve.metrics_token_env {
            found.variable("serve.metrics_token_env", name);
        }
        if let Err(failure) = serve.watcher(&settings.base) {
            found.add("serve.metrics", failure.to_string());
        }
    }
    if let Some(traces) = &settings.traces {
        if let Some(path) = &traces.headers_file {
            found.secret("traces.headers_file", &settings.path(path));
        }
        if let Some(name) = &traces.headers_env {
            found.variable("traces.headers_env", name);
        }
        if let Some(path) = &traces.ca_file {
            found.file("traces.ca_file", &settings.path(path));
        }
        if let Err(what) = traces.headers(&settings.base) {
            found.add("traces", what);
        }
    }
    if let Some(store) = &settings.store
        && let Err(what) = store.place(&settings.base)
    {
        found.add("store", what);
    }
    if let Some(storage) = &settings.storage {
        storage.secret_files().for_each(|(key, path)| found.secret(key, &settings.path(path)));
        storage.variables().for_each(|(key, name)| found.variable(key, name));
        if let Err(error) = storage.bucket(&settings.base, Arc::new(System::default())) {
            found.add("storage", error.to_string());
        }
    }
    if let Some(path) = settings.store.as_ref().and_then(|store| store.password_file()) {
        found.secret("store.password_file", &settings.path(path));
    }
}

/// What every organization has.
fn organization(found: &mut Findings, of: &str, settings: &Settings) {
    if settings.map.0.is_empty() {
        found.add(format!("{of}map"), "no data map is named: nothing can be planned");
    }
    for path in &settings.map.0 {
        found.file(format!("{of}map"), &settings.path(path));
    }
    if settings.sources.is_empty() {
        found.add(format!("{of}sources"), "no database is named: there is nobody's data to find");
    }
    if let Some(path) = settings.outbound.as_ref().and_then(|outbound| outbound.ca_file.as_ref()) {
        found.file(format!("{of}outbound.ca_file"), &settings.path(path));
    }
    for (name, source) in &settings.sources {
        let at = |key: &str| format!("{of}sources.{name}.{key}");
        if let Some(path) = &source.path {
            found.file(at("path"), &settings.path(path));
        }
        if let Some(variable) = &source.url_env {
            found.variable(&at("url_env"), variable);
        }
        if let Some(path) = &source.password_file {
            found.secret(&at("password_file"), &settings.path(path));
        }
        if let Some(path) = &source.sslrootcert {
            found.file(at("sslrootcert"), &settings.path(path));
        }
    }
}
