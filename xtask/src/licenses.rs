//! Checks licenses and bans of `deny.toml` against what cargo says is built. It needs no further tool;
//! advisories, which need their database, are for cargo-deny, which reads the same file.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::metadata::{self, Metadata};
use crate::{run, spdx};

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

pub(crate) fn check() -> Result<()> {
    let text = std::fs::read_to_string(run::root().join("deny.toml")).context("could not read deny.toml")?;
    let deny: Deny = toml::from_str(&text).context("could not read deny.toml")?;
    let mut wrongs = BTreeSet::new();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for guest in metadata::guests()? {
        let who = format!("{} {}", guest.name, guest.version);
        if guest.license.is_empty() {
            wrongs.insert(format!("{who}: states no license"));
        } else if !spdx::may_take(&guest.license, &deny.licenses.allow)? {
            wrongs.insert(format!("{who}: license `{}` is not allowed", guest.license));
        }
        if let Some(ban) = deny.bans.deny.iter().find(|ban| ban.name == guest.name) {
            wrongs.insert(format!("{who}: banned ({})", ban.reason));
        }
        versions.entry(guest.name).or_default().insert(guest.version);
    }
    for package in Metadata::load()?.packages {
        for dependency in package.dependencies.iter().filter(|one| one.path.is_none() && one.req == "*") {
            wrongs.insert(format!("{}: takes any version of {}", package.name, dependency.name));
        }
    }
    let twice: Vec<&str> =
        versions.iter().filter(|(_, all)| all.len() > 1).map(|(name, _)| name.as_str()).collect();
    println!("{} guests; in more than one version: {}", versions.len(), twice.join(", "));
    if wrongs.is_empty() {
        return Ok(());
    }
    bail!("deny.toml is not kept:\n  {}", wrongs.into_iter().collect::<Vec<_>>().join("\n  "))
}
