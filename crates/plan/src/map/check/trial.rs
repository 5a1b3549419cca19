//! A trial: plans made from the map for every right, because what stands in the way of a plan is better told to an
//! engineer's CI than to the officer who needs one.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::Name;
use exeunt_datamap::model::{DataMap, IdentityKind};
use exeunt_source::abilities::Abilities;
use exeunt_source::catalog::Catalog;
use time::Date;

use crate::build;
use crate::document::Right;
use crate::inputs::{Inputs, Policy};
use crate::map::finding::{Finding, Severity};

/// What [`build`](fn@crate::build) refuses, for whatever right, when people are named by every kind of identifier the map
/// knows. To be asked of a map that [`super::check`] has no errors about.
pub fn trial(
    map: &DataMap,
    catalogs: &BTreeMap<Name, Catalog>,
    abilities: &BTreeMap<Name, Abilities>,
    today: Date,
) -> Vec<Finding> {
    let subjects = map.models().filter_map(|(_, model)| model.subject.as_ref());
    let kinds: BTreeSet<IdentityKind> = subjects.flat_map(|kinds| kinds.keys().cloned()).collect();
    let mut findings: Vec<Finding> = Vec::new();
    let differs = map.models().any(|(_, model)| model.on_anonymize.is_some());
    let rights = [Right::Erasure, Right::Access, Right::Portability].into_iter();
    for right in rights.chain(differs.then_some(Right::Anonymization)) {
        let inputs = Inputs {
            right,
            map,
            map_digest: "",
            catalogs,
            abilities,
            kinds: &kinds,
            today,
            zone: None,
            policy: Policy::default(),
        };
        for problem in build(inputs).err().into_iter().flatten() {
            let finding = Finding {
                severity: Severity::Error,
                code: problem.code,
                span: Some(problem.span),
                place: problem.at,
                what: problem.text,
                fix: problem.fix,
            };
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    findings
}
