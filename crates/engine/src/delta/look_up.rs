//! Whose rows a request is about, before anybody planned it: looked up by the identifiers given, when its event is pushed.
//!
//! Only what is beyond doubt is told. Somebody of whom too many rows are found, or whose identifiers need not mean one
//! person, stays untold until the census has found them under all its guards.

use std::collections::BTreeMap;

use exeunt_base::{ModelRef, Name, RequestId, Row, TableRef};
use exeunt_source::{Anchor, Branch, KeyBy, Selection};
use exeunt_store::deltas::DeltaEvent;

use crate::cabinet::Engine;
use crate::census::find::compare_of_kind;
use crate::delta::Happened;
use crate::delta::keys::{self, Keys};
use crate::error::Error;
use crate::people::{Known, normalized};

/// A Users model of the map as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Users {
    /// The model.
    pub model: ModelRef,
    /// Its table.
    pub table: TableRef,
    /// What tells its rows apart.
    pub key: Vec<Name>,
    /// Which identifier is found in which column.
    pub identities: Vec<(String, Name)>,
}

/// Who is looked for: their event, by its place, and what is known of them.
type Sought<'a> = Vec<(usize, &'a Known)>;

impl Engine {
    /// Finds the keys that are not known yet, of events that may come before a census. Events that stay untold are left as
    /// they are.
    pub(crate) async fn look_up_keys(
        &self,
        events: &mut [(u64, DeltaEvent)],
        users: &[Users],
    ) -> Result<(), Error> {
        let early = [Happened::Requested.as_str(), Happened::Cancelled.as_str()];
        let untold = |event: &DeltaEvent| {
            event.keys.is_none() && event.model.is_some() && early.contains(&event.event.as_str())
        };
        let mut people: BTreeMap<RequestId, Known> = BTreeMap::new();
        let mut found: Vec<(usize, Keys)> = Vec::new();
        for (place, (_, event)) in events.iter().enumerate().filter(|(_, (_, event))| untold(event)) {
            let request = self.store.request(event.request).await?;
            // of somebody who was purged since only later events can tell
            let Ok(known) = self.open_known(&request) else { continue };
            if !known.subjects.is_empty()
                && let Some(plan) = request.plan
            {
                let plan = self.store.plan(plan).await?;
                let document = exeunt_plan::digest::read(&plan.document, &plan.digest);
                let mut all =
                    document.map(|document| keys::of_person(&document, Some(&known))).unwrap_or_default();
                let model = event.model.as_deref().unwrap_or_default();
                found.extend(all.remove(model).flatten().map(|keys| (place, keys)));
            } else {
                people.insert(event.request, known);
            }
        }
        for users in users {
            let model = users.model.to_string();
            let sought: Sought<'_> = events
                .iter()
                .enumerate()
                .filter(|(_, (_, event))| untold(event) && event.model.as_deref() == Some(&model))
                .filter_map(|(place, (_, event))| Some((place, people.get(&event.request)?)))
                .collect();
            found.extend(self.look_up_in(users, &sought).await?);
        }
        if found.is_empty() {
            return Ok(());
        }
        let key = self.delta_key()?;
        let mut change = self.store.begin().await?;
        for (place, keys) in found {
            let event = &mut events[place].1;
            let sealed = self.seal_keys(&key, &event.id.to_string(), &keys.to_json());
            change.set_delta_keys(event.id, &sealed).await?;
            event.keys = Some(sealed);
        }
        Ok(change.commit_bookkeeping().await?)
    }

    /// The rows of one model.
    async fn look_up_in(&self, users: &Users, sought: &Sought<'_>) -> Result<Vec<(usize, Keys)>, Error> {
        if sought.is_empty() || users.key.is_empty() {
            return Ok(Vec::new());
        }
        let name = &users.model.source;
        let (mut branches, mut anchors) = (Vec::new(), Vec::new());
        for (kind, column) in &users.identities {
            let compare = compare_of_kind(kind);
            let rows: Vec<(u32, Row)> = (0u32..)
                .zip(sought)
                .flat_map(|(claimant, (_, known))| {
                    known.values(kind, &[]).map(move |value| (claimant, value))
                })
                .filter_map(|(claimant, value)| Some((claimant, vec![normalized(compare, value)?])))
                .collect();
            let (filters, joins) = (Vec::new(), Vec::new());
            let anchor = anchors.len();
            branches.push(Branch { filters, joins, columns: vec![column.clone()], anchor, compare });
            anchors.push(Anchor { rows });
        }
        let selection = Selection {
            table: users.table.clone(),
            key: KeyBy::Columns(users.key.clone()),
            branches,
            filters: Vec::new(),
            unless: Vec::new(),
        };
        let mut reader = self.source(name)?.snapshot().await.map_err(Error::at(name))?;
        let pages = reader.find(&selection, &anchors, &[]).await.map_err(Error::at(name))?;
        let rows = pages.collect().await.map_err(Error::at(name))?;
        let mut keys: BTreeMap<usize, (u64, Keys)> =
            (0..sought.len()).map(|claimant| (claimant, (0, Keys::default()))).collect();
        for row in rows {
            let Some((claimant, key)) = row.split_first() else { continue };
            let claimant = claimant.as_int().and_then(|number| usize::try_from(number).ok());
            if let Some((count, keys)) = claimant.and_then(|claimant| keys.get_mut(&claimant)) {
                *count += 1;
                if *count <= self.settings.matches_cap {
                    keys.add(&users.key, key);
                }
            }
        }
        let told = |(claimant, (count, keys)): (usize, (u64, Keys))| {
            let (place, known) = sought.get(claimant)?;
            let kinds = users.identities.iter().filter(|(kind, _)| known.values(kind, &[]).next().is_some());
            // several identifiers that lead to several rows may be of several people
            let most = if kinds.count() > 1 { 1 } else { self.settings.matches_cap };
            (count <= most).then_some((*place, keys))
        };
        Ok(keys.into_iter().filter_map(told).collect())
    }
}
