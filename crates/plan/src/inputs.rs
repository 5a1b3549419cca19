//! All a plan is made from. The day and the zone are arguments: a planner has no clock.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::Name;
use exeunt_datamap::DataMap;
use exeunt_datamap::model::IdentityKind;
use exeunt_rights::Zone;
use exeunt_source::abilities::Abilities;
use exeunt_source::catalog::Catalog;
use time::Date;

use crate::document::Right;

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// What is asked for.
    pub right: Right,
    /// The checked map.
    pub map: &'a DataMap,
    /// Digest of the map's text, as it stands in the plan.
    pub map_digest: &'a str,
    /// The live schema of each source the map names.
    pub catalogs: &'a BTreeMap<Name, Catalog>,
    /// What each source can do.
    pub abilities: &'a BTreeMap<Name, Abilities>,
    /// Kinds of identifier the request gives. Never the identifiers themselves.
    pub kinds: &'a BTreeSet<IdentityKind>,
    /// Today, in the organization's zone.
    pub today: Date,
    /// Its zone, in which days begin that retention counts on columns with a zone; universal time where nobody says.
    pub zone: Option<&'a Zone>,
    /// The organization's choices.
    pub policy: Policy,
}

impl<'a> Inputs<'a> {
    /// The map as the right reads it.
    pub(crate) fn map_in_force(&self) -> Cow<'a, DataMap> {
        if self.right == Right::Anonymization {
            Cow::Owned(self.map.for_anonymization())
        } else {
            Cow::Borrowed(self.map)
        }
    }
}

/// What an organization has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Days that struck rows can be restored.
    pub window_days: u32,
    /// Days left for the whole request, where a deadline is known.
    pub deadline_days: Option<u32>,
    /// Days the purge itself may take at the end of the window.
    pub purge_days: u32,
    /// Most rows one person may have before somebody must confirm.
    pub row_cap: u64,
    /// A table estimated above this is worth a word before it is searched without an index.
    pub huge_rows: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            window_days: 14,
            deadline_days: Some(30),
            purge_days: 2,
            row_cap: 1_000_000,
            huge_rows: 10_000_000,
        }
    }
}
