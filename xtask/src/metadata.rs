//! What cargo knows about the packages, as far as we ask.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::run;

/// Our own packages.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for an ordinary one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// Set for a dependency inside the workspace.
    pub(crate) path: Option<String>,
    pub(crate) req: String,
}

impl Metadata {
    pub(crate) fn load() -> Result<Self> {
        let arguments = ["metadata", "--format-version", "1", "--locked", "--no-deps"];
        let output = run::read(&mut run::cargo(&arguments))?;
        serde_json::from_slice(&output).context("could not read cargo's metadata")
    }
}

/// A package of somebody else's that we are built from.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Guest {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: String,
}

/// All guests on this platform. From `cargo tree`, which knows what is really built: `cargo metadata` and Cargo.lock also
/// hold what would come with features that nobody turned on.
pub(crate) fn guests() -> Result<BTreeSet<Guest>> {
    let arguments = ["tree", "--workspace", "--locked", "--prefix", "none", "--format", "{p}|{l}|"];
    let output = run::read(&mut run::cargo(&arguments))?;
    let output = String::from_utf8(output).context("cargo does not speak UTF-8")?;
    output.lines().filter(|line| !line.trim().is_empty()).filter_map(|line| guest(line).transpose()).collect()
}

/// From a line such as `serde v1.0.0 (proc-macro)|MIT OR Apache-2.0| (*)`; `None` for one of ours.
fn guest(line: &str) -> Result<Option<Guest>> {
    let unread = || format!("could not read cargo's line `{line}`");
    let mut parts = line.split('|');
    let package = parts.next().with_context(unread)?;
    let license = parts.next().with_context(unread)?.trim().to_owned();
    let mut words = package.split_whitespace();
    let name = words.next().with_context(unread)?.to_owned();
    let version = words.next().and_then(|word| word.strip_prefix('v')).with_context(unread)?.to_owned();
    let ours = words.any(|word| word.starts_with("(/"));
    Ok((!ours).then_some(Guest { name, version, license }))
}

#[cfg(test)]
mod tests {
    use super::{Guest, guest};

    #[test]
    fn lines_of_cargo_tree_are_read() {
        let serde =
            Guest { name: "serde".into(), version: "1.0.0".into(), license: "MIT OR Apache-2.0".into() };
        assert_eq!(guest("serde v1.0.0 (proc-macro)|MIT OR Apache-2.0| (*)").unwrap(), Some(serde));
        assert_eq!(guest("exeunt v0.1.0 (/home/somebody/exeunt)|MIT|").unwrap(), None);
        assert_eq!(guest("bare v1.0.0||").unwrap().unwrap().license, "");
        assert!(guest("nonsense").is_err());
    }
}
