//! Which service is meant, and by which key: from options, files and the environment. A key is never taken from the command
//! line, where every process of the machine could read it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use exeunt_base::Secret;
use exeunt_outbound::{Address, Internal, Limits, Outbound};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::remote::{Error, Remote};
use crate::world::System;

/// Most bytes of an answer: a package or an export in one piece.
const BYTES: usize = 256 << 20;
/// Longest time for one.
const TIME: std::time::Duration = std::time::Duration::from_secs(300);
/// Most bytes of a file with a key.
const KEY_BYTES: u64 = 4_096;

impl Remote {
    /// The service that options or environment name. A home that was named goes before the environment.
    pub(crate) fn by_options(cli: &Cli, world: &Arc<System>) -> Result<Option<Self>, Failure> {
        let here = cli.home.is_some() || cli.settings.is_some() || cli.organization.is_some();
        let named = match &cli.server {
            Some(url) => Some(url.clone()),
            None if here => None,
            None => std::env::var("EXEUNT_SERVER").ok().filter(|url| !url.is_empty()),
        };
        let Some(url) = named else { return Ok(None) };
        let (place, internal) = place(&url)?;
        let authority = match cli.server_ca.clone().or_else(|| path_in("EXEUNT_SERVER_CA")) {
            Some(path) => {
                let pem = std::fs::read(&path);
                Some(pem.map_err(|source| Failure::file("read the authority in", &path, source))?)
            }
            None => None,
        };
        let key = key(cli.server_key_file.as_deref())?;
        let outbound =
            Outbound::new(vec![internal], authority).with_limits(Limits { bytes: BYTES, time: TIME });
        Ok(Some(Self::new(outbound, place, key, Arc::clone(world))))
    }
}

fn path_in(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Whoever types the address decides where it leads; plain HTTP stays on this machine.
fn place(url: &str) -> Result<(Address, Internal), Error> {
    let wrong = |why: String| Error::Options(format!("the address of the service cannot be used: {why}"));
    let internal = Internal::parse(url).map_err(|why| wrong(why.to_string()))?;
    let address = Address::parse(url).map_err(|why| wrong(why.to_string()))?;
    Ok((address, internal))
}

fn key(file: Option<&Path>) -> Result<Secret<String>, Failure> {
    let file = file.map(Path::to_owned).or_else(|| path_in("EXEUNT_API_KEY_FILE"));
    let text = match file {
        Some(path) => {
            let mut text = String::new();
            let read =
                std::fs::File::open(&path).and_then(|file| file.take(KEY_BYTES).read_to_string(&mut text));
            read.map_err(|source| Failure::file("read the API key in", &path, source))?;
            Secret::new(text)
        }
        None => Secret::new(std::env::var("EXEUNT_API_KEY").unwrap_or_default()),
    };
    let token = text.expose().trim();
    let is_token =
        |start: &str| token.starts_with(start) && token.bytes().all(|byte| byte.is_ascii_graphic());
    if is_token("exk_") || is_token("exs_") {
        return Ok(Secret::new(token.to_owned()));
    }
    let words = if token.is_empty() {
        "there is no API key for the service"
    } else {
        "this is not an API key (`exk_…`)"
    };
    Err(Error::Options(format!(
        "{words}; name its file with --server-key-file, or put it into $EXEUNT_API_KEY"
    ))
    .into())
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn plain_http_is_spoken_to_this_machine_alone() {
        for good in [
            "https://privacy.acme.com",
            "https://exeunt.corp:8443",
            "http://127.0.0.1:8420",
            "http://localhost:8420",
        ] {
            assert!(place(good).is_ok(), "{good}");
        }
        for bad in
            ["http://privacy.acme.com", "http://10.0.0.7:8420", "https://a.b/path", "ftp://a.b", "canary", ""]
        {
            let told = place(bad).expect_err(bad).to_string();
            assert!(!told.contains("canary"), "{told}");
        }
    }
}
