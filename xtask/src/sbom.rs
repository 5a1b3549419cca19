//! A bill of materials of the program that is shipped: CycloneDX 1.5, JSON. From what cargo says is built, with the checksums of
//! Cargo.lock; the same sources give the same bytes, so it has neither a time nor a number drawn by chance.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::run;

/// The package that is shipped.
const SHIPPED: &str = "exeunt";

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

/// A package as cargo's tree names it.
type Named = (String, String);

/// Writes it to a file, or to `target/exeunt.cdx.json`.
pub(crate) fn write(to: Option<&str>) -> Result<()> {
    let path = to.map_or_else(|| run::root().join("target/exeunt.cdx.json"), PathBuf::from);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).context("could not make the folder")?;
    }
    let text = serde_json::to_string_pretty(&made()?)?;
    std::fs::write(&path, text + "\n").with_context(|| format!("could not write {}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

/// The bill.
fn made() -> Result<Value> {
    let text =
        std::fs::read_to_string(run::root().join("Cargo.lock")).context("could not read Cargo.lock")?;
    let lock: Lock = toml::from_str(&text).context("could not read Cargo.lock")?;
    let built = built()?;
    let shipped =
        lock.package.iter().find(|locked| locked.name == SHIPPED).context("exeunt is not locked")?;
    let mut components = Vec::new();
    let mut dependencies = Vec::new();
    for locked in &lock.package {
        let Some(license) = built.get(&(locked.name.clone(), locked.version.clone())) else { continue };
        if locked.name != SHIPPED {
            components.push(component(locked, license, "library"));
        }
        let inside: BTreeSet<String> =
            locked.dependencies.iter().filter_map(|name| resolved(name, &lock, &built)).collect();
        dependencies.push(json!({ "ref": purl(&locked.name, &locked.version), "dependsOn": inside }));
    }
    let license = built.get(&(SHIPPED.to_owned(), shipped.version.clone())).context("exeunt is not built")?;
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": component(shipped, license, "application"),
            "tools": { "components": [{ "type": "application", "name": "exeunt xtask" }] },
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

fn component(locked: &Locked, license: &str, kind: &str) -> Value {
    let purl = purl(&locked.name, &locked.version);
    let mut component = json!({
        "type": kind, "bom-ref": purl, "name": locked.name, "version": locked.version, "purl": purl,
        // cargo still knows a slash for *or*
        "licenses": [{ "expression": license.replace('/', " OR ") }],
    });
    if let Some(checksum) = &locked.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

fn purl(name: &str, version: &str) -> String {
    // a plus stands for a space in some readers' eyes
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// A dependency as Cargo.lock names it: with its version only where there are several.
fn resolved(text: &str, lock: &Lock, built: &BTreeMap<Named, String>) -> Option<String> {
    let mut words = text.split(' ');
    let (name, version) = (words.next()?, words.next());
    let fits =
        |locked: &&Locked| locked.name == name && version.is_none_or(|version| locked.version == version);
    let found = lock.package.iter().find(fits)?;
    let is_built = built.contains_key(&(found.name.clone(), found.version.clone()));
    is_built.then(|| purl(&found.name, &found.version))
}

/// What is linked into the program or runs to build it, and its license; no tools of tests.
fn built() -> Result<BTreeMap<Named, String>> {
    let arguments = ["tree", "--package", SHIPPED, "--locked", "--edges", "normal,build", "--prefix", "none"];
    let mut tree = run::cargo(&arguments);
    let output = run::read(tree.args(["--format", "{p}|{l}|"]))?;
    let output = String::from_utf8(output).context("cargo does not speak UTF-8")?;
    let mut found = BTreeMap::new();
    for line in output.lines().filter(|line| !line.trim().is_empty()) {
        let mut parts = line.split('|');
        let mut words = parts.next().unwrap_or_default().split_whitespace();
        let name = words.next().context("a line of cargo's has no name")?.to_owned();
        let version = words.next().and_then(|word| word.strip_prefix('v'));
        let version = version.with_context(|| format!("no version of {name}"))?.to_owned();
        found.insert((name, version), parts.next().unwrap_or_default().trim().to_owned());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn the_bill_names_what_is_shipped_with_checksums_and_licenses_and_no_tools_of_tests() {
        let bill = super::made().unwrap();
        assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
        assert_eq!(bill["metadata"]["component"]["name"], "exeunt");
        let components = bill["components"].as_array().unwrap();
        assert!(components.len() > 150, "{}", components.len());
        let mut refs = BTreeSet::from([bill["metadata"]["component"]["bom-ref"].as_str().unwrap()]);
        for component in components {
            let (name, version) =
                (component["name"].as_str().unwrap(), component["version"].as_str().unwrap());
            let purl = component["purl"].as_str().unwrap();
            assert_eq!(purl, format!("pkg:cargo/{name}@{}", version.replace('+', "%2B")));
            assert!(refs.insert(purl), "{purl} is there twice");
            let license = component["licenses"][0]["expression"].as_str().unwrap();
            assert!(!license.is_empty() && !license.contains('/'), "{name}: {license}");
            if !name.starts_with("exeunt") {
                let hash = component["hashes"][0]["content"].as_str().unwrap();
                assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
            }
        }
        let has = |name: &str| components.iter().any(|component| component["name"] == name);
        for wanted in ["tokio", "sqlx", "aws-lc-sys", "age", "exeunt-engine"] {
            assert!(has(wanted), "{wanted} is missing");
        }
        for tool in ["proptest", "expect-test", "exeunt-testkit", "xtask"] {
            assert!(!has(tool), "{tool} is not shipped");
        }
        for dependency in bill["dependencies"].as_array().unwrap() {
            assert!(refs.contains(dependency["ref"].as_str().unwrap()));
            for on in dependency["dependsOn"].as_array().unwrap() {
                assert!(refs.contains(on.as_str().unwrap()), "{dependency}");
            }
        }
    }
}
