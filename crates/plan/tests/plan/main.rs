//! Plans: text in (a schema and a map), text out (sets, steps, kept rows, findings); and random schemas, whose plans are
//! carried out on SQLite and compared with an oracle that follows the map row by row.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod access;
mod anonymization;
mod decisions;
mod document;
mod erasure;
mod findings;
mod identity;
mod kept;
mod oracle;
mod references;
mod residency;
mod retention;
mod schema;
mod show;

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::Name;
use exeunt_datamap::DataMap;
use exeunt_datamap::model::IdentityKind;
use exeunt_plan::document::Right;
use exeunt_plan::{Draft, Inputs, Linted, Plan, Policy, Problem, build};
use exeunt_source::abilities::Abilities;
use exeunt_source::catalog::Catalog;
use expect_test::Expect;
use time::macros::date;

/// A schema and a map, ready to be planned.
pub(crate) struct Case {
    pub(crate) catalogs: BTreeMap<Name, Catalog>,
    pub(crate) abilities: BTreeMap<Name, Abilities>,
    pub(crate) map: DataMap,
    pub(crate) kinds: BTreeSet<IdentityKind>,
    pub(crate) right: Right,
    pub(crate) policy: Policy,
}

impl Case {
    /// `source: …` lines of the schema text start another source; without one, the source is `shop`.
    pub(crate) fn new(schema_text: &str, map: &str) -> Self {
        let map =
            if map.contains("source:") { map.to_owned() } else { format!("source: shop\nmodels:\n{map}") };
        let map =
            exeunt_datamap::parse(&[("shop.yaml".to_owned(), map)]).unwrap_or_else(|wrong| panic!("{wrong}"));
        Self { map, ..Self::empty(schema_text) }
    }

    /// A schema without a map.
    pub(crate) fn empty(schema_text: &str) -> Self {
        let catalogs = schema::sources(schema_text);
        let abilities = catalogs.keys().map(|name| (name.clone(), abilities("sqlite", true))).collect();
        Self {
            catalogs,
            abilities,
            map: DataMap::default(),
            kinds: [IdentityKind::new("email").unwrap()].into(),
            right: Right::Erasure,
            policy: Policy::default(),
        }
    }

    pub(crate) fn asked(mut self, right: Right) -> Self {
        self.right = right;
        self
    }

    pub(crate) fn by(mut self, kinds: &[&str]) -> Self {
        self.kinds = kinds.iter().map(|kind| IdentityKind::new(kind).unwrap()).collect();
        self
    }

    pub(crate) fn inputs(&self) -> Inputs<'_> {
        Inputs {
            right: self.right,
            map: &self.map,
            map_digest: "the-map",
            catalogs: &self.catalogs,
            abilities: &self.abilities,
            kinds: &self.kinds,
            today: date!(2026 - 11 - 21),
            zone: None,
            policy: self.policy,
        }
    }

    pub(crate) fn plan(&self) -> Result<Plan<Draft>, Vec<Problem>> {
        build(self.inputs())
    }

    pub(crate) fn linted(&self) -> Plan<Linted> {
        self.plan().unwrap_or_else(|wrong| panic!("{}", show::problems(&wrong))).lint(self.inputs())
    }

    /// Sets, steps, kept rows and what is shown.
    pub(crate) fn check(&self, expect: Expect) {
        expect.assert_eq(&match self.plan() {
            Ok(plan) => show::plan(plan.document()),
            Err(wrong) => show::problems(&wrong),
        });
    }

    /// Steps alone.
    pub(crate) fn steps(&self) -> String {
        match self.plan() {
            Ok(plan) => show::steps(plan.document()),
            Err(wrong) => show::problems(&wrong),
        }
    }
}

pub(crate) fn abilities(kind: &'static str, whole_row_identity: bool) -> Abilities {
    Abilities {
        kind,
        whole_row_identity,
        remembers_transactions: false,
        rolls_back: true,
        quiet_triggers: false,
        images_are_final: false,
        deletes_along_ways: false,
        snapshots: true,
        rows_per_strike: 1000,
    }
}

/// Plans an erasure asked for by e-mail address.
pub(crate) fn check(schema: &str, map: &str, expect: Expect) {
    Case::new(schema, map).check(expect);
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}
