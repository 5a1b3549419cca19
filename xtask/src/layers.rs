//! Checks that imports point down the floors of `layers.toml`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::metadata::{Dependency, Metadata};
use crate::run;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Layers {
    floors: BTreeMap<String, u8>,
    beside: BTreeMap<String, Beside>,
    connectors: Connectors,
    side: Side,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Beside {
    on: Vec<String>,
    because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Connectors {
    packages: Vec<String>,
    named_by: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Side {
    tests_only: Vec<String>,
    tools: Vec<String>,
}

/// A dependency of one of ours on another of ours.
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    for_tests: bool,
}

pub(crate) fn check() -> Result<()> {
    let text =
        std::fs::read_to_string(run::root().join("layers.toml")).context("could not read layers.toml")?;
    let layers = parse(&text)?;
    let metadata = Metadata::load()?;
    let names: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let edge = |from, dependency: &Dependency| -> Option<(String, String, bool)> {
        dependency.path.as_ref()?;
        Some((from, dependency.name.clone(), dependency.kind.as_deref() == Some("dev")))
    };
    let edges: Vec<(String, String, bool)> = metadata
        .packages
        .iter()
        .flat_map(|package| package.dependencies.iter().filter_map(|on| edge(package.name.clone(), on)))
        .collect();
    let edges = edges.iter().map(|(from, to, for_tests)| Edge { from, to, for_tests: *for_tests });
    let wrongs = wrongs(&layers, &names, edges);
    if wrongs.is_empty() {
        return Ok(());
    }
    bail!("layers.toml is not kept:\n  {}", wrongs.join("\n  "))
}

fn parse(text: &str) -> Result<Layers> {
    let layers: Layers = toml::from_str(text).context("could not read layers.toml")?;
    if let Some((name, _)) = layers.beside.iter().find(|(_, beside)| beside.because.trim().is_empty()) {
        bail!("layers.toml lets `{name}` look sideways without saying why");
    }
    Ok(layers)
}

fn wrongs<'a>(layers: &Layers, ours: &[&str], edges: impl Iterator<Item = Edge<'a>>) -> Vec<String> {
    let aside = |name: &str| {
        let side = &layers.side;
        side.tools.iter().chain(&side.tests_only).any(|one| one == name)
    };
    let mut found = Vec::new();
    for name in ours {
        if !layers.floors.contains_key(*name) && !aside(name) {
            found.push(format!("`{name}` stands on no floor: give it one"));
        }
    }
    for name in layers.floors.keys() {
        if !ours.contains(&name.as_str()) {
            found.push(format!("`{name}` has a floor but does not exist"));
        }
    }
    found.extend(edges.filter_map(|edge| wrong(layers, &edge, &aside)));
    found
}

/// What is wrong with one dependency, if anything.
fn wrong(layers: &Layers, edge: &Edge<'_>, aside: &impl Fn(&str) -> bool) -> Option<String> {
    let Edge { from, to, for_tests } = *edge;
    let holds = |list: &[String], name: &str| list.iter().any(|one| one == name);
    if holds(&layers.side.tools, to) {
        return Some(format!("`{from}` uses the tool `{to}`"));
    }
    if holds(&layers.side.tests_only, to) && !for_tests && !holds(&layers.side.tools, from) {
        return Some(format!("`{from}` uses `{to}`, which is for tests only: make it a dev-dependency"));
    }
    if for_tests || holds(&layers.side.tools, from) {
        // Tests and measurements may stand anywhere and see everything below the roof.
        return None;
    }
    if holds(&layers.connectors.packages, to) && !holds(&layers.connectors.named_by, from) {
        return Some(format!("`{from}` names the connector `{to}`; only the wiring may"));
    }
    if aside(from) {
        // The test kit serves the lowest floors too, so it may itself use those only: the ground, and the traits whose
        // contract it holds connectors to.
        let low = layers.floors.get(to).is_some_and(|floor| *floor <= 1);
        return (!low).then(|| format!("`{from}` uses `{to}`, which is above the first floor"));
    }
    let (above, below) = (layers.floors.get(from)?, layers.floors.get(to)?);
    let beside = || layers.beside.get(from).is_some_and(|beside| holds(&beside.on, to));
    if below < above || (below == above && beside()) {
        return None;
    }
    Some(format!("`{from}` (floor {above}) uses `{to}` (floor {below}): imports point down"))
}

#[cfg(test)]
mod tests {
    use super::{Edge, parse, wrongs};

    const HOUSE: &str = r#"
        [floors]
        base = 0
        audit = 0
        mask = 0
        lake = 2
        engine = 3
        main = 6
        [beside]
        audit = { on = ["base"], because = "base is below" }
        [connectors]
        packages = ["lake"]
        named_by = ["main"]
        [side]
        tests_only = ["kit"]
        tools = ["bench"]
    "#;

    fn check(edges: &str, expected: &[&str]) {
        let layers = parse(HOUSE).unwrap();
        let ours = ["base", "audit", "mask", "lake", "engine", "main", "kit", "bench"];
        let edges = edges.split_whitespace().map(|edge| {
            let (from, to) = edge.split_once('>').unwrap();
            Edge { from, to: to.trim_start_matches('?'), for_tests: to.starts_with('?') }
        });
        assert_eq!(wrongs(&layers, &ours, edges), expected);
    }

    #[test]
    fn imports_point_down_and_sideways_only_with_a_reason() {
        check("engine>base audit>base main>engine main>lake", &[]);
        check("base>audit", &["`base` (floor 0) uses `audit` (floor 0): imports point down"]);
        check("mask>base", &["`mask` (floor 0) uses `base` (floor 0): imports point down"]);
        check("engine>main", &["`engine` (floor 3) uses `main` (floor 6): imports point down"]);
    }

    #[test]
    fn connectors_are_named_by_the_wiring_and_by_tests() {
        check("engine>?lake bench>lake", &[]);
        check("engine>lake", &["`engine` names the connector `lake`; only the wiring may"]);
    }

    #[test]
    fn the_test_kit_never_reaches_what_is_shipped() {
        check("engine>?kit base>?kit bench>kit kit>base", &[]);
        check("engine>kit", &["`engine` uses `kit`, which is for tests only: make it a dev-dependency"]);
        check("kit>engine", &["`kit` uses `engine`, which is above the first floor"]);
        check("main>bench", &["`main` uses the tool `bench`"]);
    }

    #[test]
    fn a_room_without_a_floor_is_noticed() {
        let layers = parse(HOUSE).unwrap();
        let ours = ["base", "audit", "mask", "lake", "engine", "main", "new"];
        assert_eq!(wrongs(&layers, &ours, [].into_iter()), ["`new` stands on no floor: give it one"]);
    }
}
