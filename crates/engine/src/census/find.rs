//! Finding the sets of a plan, group by group, with set-based statements pushed down to each source.
//!
//! Inside one source a set is found by one statement along joins. Where a set starts from rows of another source, the
//! keys travel in pages. Sets that reach each other (cycles, self-references) are found in rounds until nothing new comes.

use std::collections::{BTreeMap, HashMap, HashSet};

use exeunt_base::{Cell, Name, Personal, RequestId, Row};
use exeunt_plan::document::{AnchorFrom, Document, RowSet};
use exeunt_source::selection::KeyBy;
use exeunt_source::{Anchor, Compare, Reader};

use crate::census::anchors::{Found, anchors_of, columns_of, named_cells};
use crate::census::merge::{ANCHOR_PAGE, compare_rows, find_in_pages};
use crate::error::Error;
use crate::people::{Claimant, normalized};

/// Limits that protect from a wrong identifier or a wrong map, and what a person confirmed over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Most rows of one subject model that one request may be.
    pub matches: u64,
    /// Most rows one person may have in all.
    pub rows: u64,
    /// Identifiers may disagree: somebody looked.
    pub identity_confirmed: bool,
}

/// Takes rows as they are found: set, claimants (ascending), key.
pub type Sink<'a> = dyn FnMut(usize, &[u32], &[Cell]) -> Result<(), Error> + Send + 'a;

/// Finds the sets of a plan for a list of claimants.
pub struct Finder<'a> {
    document: &'a Document,
    caps: Caps,
    found: Found,
    starts: HashSet<usize>,
    counts: Vec<u64>,
    /// Whether anything at all was found for each claimant.
    anything: Vec<bool>,
    counted: HashSet<usize>,
}

impl<'a> Finder<'a> {
    /// A finder for a plan. `counted` are the sets whose rows count towards the cap per person.
    pub fn new(document: &'a Document, caps: Caps, counted: HashSet<usize>) -> Self {
        let of = |from: &AnchorFrom| match from {
            AnchorFrom::Set { set, .. } => Some(*set),
            AnchorFrom::Identity { .. } => None,
        };
        let mut starts: HashSet<usize> =
            document.sets.iter().flat_map(|set| set.anchors.iter().filter_map(of)).collect();
        // a member of a group that is found in rounds is known by key only, whether others start from it or not
        let circles: HashSet<usize> =
            document.sets.iter().filter(|set| starts_inside(document, set)).map(|set| set.group).collect();
        let members = document.sets.iter().filter(|set| circles.contains(&set.group));
        starts.extend(members.map(|set| set.number));
        Self {
            document,
            caps,
            found: Found::default(),
            starts,
            counts: Vec::new(),
            anything: Vec::new(),
            counted,
        }
    }

    /// Sets that others start from, and those that hold people: what must be found before rows can be read.
    pub fn starts(&self) -> HashSet<usize> {
        let people = self.document.sets.iter().filter(|set| set.subject).map(|set| set.number);
        self.starts.iter().copied().chain(people).collect()
    }

    /// Whether a set is found in rounds, so that its rows are known by key only.
    pub fn in_rounds(&self, set: &RowSet) -> bool {
        let mut members = self.document.sets.iter().filter(|other| other.group == set.group);
        members.any(|member| starts_inside(self.document, member))
    }

    /// The anchors of a set, from what was found.
    pub fn anchors(&self, set: &RowSet, claimants: &[Claimant]) -> Result<Vec<Anchor>, Error> {
        anchors_of(set, &self.document.sets, claimants, &|other| self.found.of(other))
    }

    /// Keys of the rows of a set that was found in rounds, each once.
    pub fn keys_of(&self, set: &RowSet) -> Vec<Row> {
        let mut seen = HashSet::new();
        let length = |row: &Row| key_length(set, row);
        let rows = self.found.of(set.number).iter().map(|(_, row)| row[..length(row)].to_vec());
        rows.filter(|key| seen.insert(key.clone())).collect()
    }

    /// Starts with rows that are known already (after their own rows were struck).
    pub fn remember(&mut self, claimants: &[Claimant]) {
        for claimant in claimants {
            for (set, row) in &claimant.known.subjects {
                self.found.add(*set, claimant.number, row.clone());
            }
        }
    }

    /// Finds all sets of `wanted`, in order. What subject rows tell of their people is added to the claimants.
    pub async fn run(
        &mut self,
        readers: &mut BTreeMap<Name, Box<dyn Reader>>,
        claimants: &mut [Claimant],
        wanted: &HashSet<usize>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        self.counts = vec![0; claimants.len()];
        let known = |claimant: &Claimant| !claimant.known.subjects.is_empty();
        self.anything = claimants.iter().map(known).collect();
        let sets = &self.document.sets;
        let mut at = 0;
        while at < sets.len() {
            let group = sets[at].group;
            let end = at + sets[at..].iter().take_while(|set| set.group == group).count();
            let members = &sets[at..end];
            at = end;
            if !members.iter().any(|set| wanted.contains(&set.number)) {
                continue;
            }
            if members.iter().any(|set| starts_inside(self.document, set)) {
                self.rounds(members, readers, claimants, wanted, sink).await?;
            } else {
                for set in members {
                    self.once(set, readers, claimants, sink).await?;
                }
            }
        }
        for (claimant, count) in claimants.iter().zip(&self.counts) {
            if *count > self.caps.rows {
                return Err(Error::TooMany { request: claimant.request, found: *count, cap: self.caps.rows });
            }
        }
        Ok(())
    }

    /// Claimants of whom nothing was found, here or in an earlier job.
    pub fn nobody(&self, claimants: &[Claimant]) -> Vec<RequestId> {
        let found = claimants.iter().zip(&self.anything);
        found.filter(|(_, anything)| !**anything).map(|(claimant, _)| claimant.request).collect()
    }

    /// A set that starts only from earlier groups.
    async fn once(
        &mut self,
        set: &RowSet,
        readers: &mut BTreeMap<Name, Box<dyn Reader>>,
        claimants: &mut [Claimant],
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        let anchors = {
            let found = &self.found;
            anchors_of(set, &self.document.sets, claimants, &|other| found.of(other))?
        };
        let reader =
            readers.get_mut(&set.model.source).ok_or_else(|| Error::NoSource(set.model.source.clone()))?;
        let paged =
            set.selection.unless.is_empty() && anchors.iter().any(|anchor| anchor.rows.len() > ANCHOR_PAGE);
        if paged {
            let merged = find_in_pages(reader.as_mut(), set, &anchors).await?;
            for (key, (who, carried)) in merged {
                let row: Row = key.iter().cloned().chain(carried).collect();
                self.arrived(set, claimants, &who, row, key.len(), sink)?;
            }
        } else {
            let mut pages = reader
                .find(&set.selection, &anchors, &set.carried)
                .await
                .map_err(Error::at(&set.model.source))?;
            // claimants of one row come next to each other: gather them before the row is passed on
            let mut pending: Option<(Vec<u32>, Row)> = None;
            while let Some(page) = pages.next().await.map_err(Error::at(&set.model.source))? {
                for mut row in page {
                    let claimant = claimant_of(&row)?;
                    row.remove(0);
                    match &mut pending {
                        Some((who, have)) if *have == row => who.push(claimant),
                        _ => {
                            if let Some((who, row)) = pending.replace((vec![claimant], row)) {
                                let key = key_length(set, &row);
                                self.arrived(set, claimants, &who, row, key, sink)?;
                            }
                        }
                    }
                }
            }
            if let Some((who, row)) = pending {
                let key = key_length(set, &row);
                self.arrived(set, claimants, &who, row, key, sink)?;
            }
        }
        if set.subject { self.look_at_people(set, claimants) } else { Ok(()) }
    }

    /// Sets that reach each other: what one round found starts the next.
    async fn rounds(
        &mut self,
        members: &[RowSet],
        readers: &mut BTreeMap<Name, Box<dyn Reader>>,
        claimants: &mut [Claimant],
        wanted: &HashSet<usize>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        let numbers: HashSet<usize> = members.iter().map(|set| set.number).collect();
        let mut known: HashMap<usize, HashMap<Row, (HashSet<u32>, Row)>> = HashMap::new();
        // rows that were remembered start the first round: they may no longer be there to be found
        let mut fresh: HashMap<usize, Vec<(u32, Row)>> =
            numbers.iter().map(|set| (*set, self.found.of(*set).to_vec())).collect();
        let mut first = true;
        loop {
            let mut next: HashMap<usize, Vec<(u32, Row)>> = HashMap::new();
            for set in members {
                let anchors = {
                    let found = &self.found;
                    let fresh = &fresh;
                    anchors_of(set, &self.document.sets, claimants, &|other| {
                        if numbers.contains(&other) {
                            fresh.get(&other).map_or(&[], Vec::as_slice)
                        } else if first {
                            found.of(other)
                        } else {
                            &[]
                        }
                    })?
                };
                if !first && anchors.iter().all(|anchor| anchor.rows.is_empty()) {
                    continue;
                }
                let reader = readers
                    .get_mut(&set.model.source)
                    .ok_or_else(|| Error::NoSource(set.model.source.clone()))?;
                for (key, (who, carried)) in find_in_pages(reader.as_mut(), set, &anchors).await? {
                    let have = known
                        .entry(set.number)
                        .or_default()
                        .entry(key.clone())
                        .or_insert_with(|| (HashSet::new(), carried.clone()));
                    for claimant in who {
                        if have.0.insert(claimant) {
                            let row: Row = key.iter().cloned().chain(carried.iter().cloned()).collect();
                            // what the row tells may lead on inside the ring
                            if let Some(person) = claimants.get_mut(claimant as usize).filter(|_| set.subject)
                            {
                                learn(set, person, &row);
                            }
                            next.entry(set.number).or_default().push((claimant, row));
                        }
                    }
                }
            }
            first = false;
            if next.values().all(Vec::is_empty) {
                break;
            }
            fresh = next;
        }
        for set in members {
            let mut rows: Vec<_> = known.remove(&set.number).unwrap_or_default().into_iter().collect();
            rows.sort_by(|one, other| compare_rows(&one.0, &other.0));
            for (key, (who, carried)) in rows {
                let mut who: Vec<u32> = who.into_iter().collect();
                who.sort_unstable();
                let length = key.len();
                let row: Row = key.into_iter().chain(carried).collect();
                if wanted.contains(&set.number) || self.starts.contains(&set.number) {
                    self.arrived(set, claimants, &who, row, length, sink)?;
                }
            }
        }
        for set in members.iter().filter(|set| set.subject) {
            self.look_at_people(set, claimants)?;
        }
        Ok(())
    }

    fn arrived(
        &mut self,
        set: &RowSet,
        claimants: &mut [Claimant],
        who: &[u32],
        row: Row,
        key: usize,
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        if self.counted.contains(&set.number) {
            for claimant in who {
                if let Some(count) = self.counts.get_mut(*claimant as usize) {
                    *count += 1;
                }
            }
        }
        for claimant in who {
            if let Some(anything) = self.anything.get_mut(*claimant as usize) {
                *anything = true;
            }
        }
        sink(set.number, who, &row[..key])?;
        if set.subject {
            for number in who {
                if let Some(claimant) = claimants.get_mut(*number as usize) {
                    learn(set, claimant, &row);
                }
            }
        }
        if self.starts.contains(&set.number) {
            for claimant in who {
                self.found.add(set.number, *claimant, row.clone());
            }
        }
        Ok(())
    }

    /// Refuses identifiers that match too many rows of a subject model, or rows that contradict them.
    fn look_at_people(&self, set: &RowSet, claimants: &[Claimant]) -> Result<(), Error> {
        let names = columns_of(set);
        for claimant in claimants {
            let rows = claimant.known.subjects.iter().filter(|(number, _)| *number == set.number);
            let mut found = 0;
            let mut disagree: Vec<&str> = Vec::new();
            for (_, row) in rows {
                found += 1;
                for (kind, column) in &set.identities {
                    let Some(at) = names.iter().position(|name| *name == column) else { continue };
                    let Some(here) = named_cells(&names, row)[at].to_plain() else { continue };
                    let given = || claimant.known.given.iter().filter(|(have, _)| have == kind);
                    let compare = compare_of_kind(kind);
                    let same =
                        |value: &Personal| normalized(compare, value.expose()) == normalized(compare, &here);
                    if given().next().is_some()
                        && !given().any(|(_, value)| same(value))
                        && !disagree.contains(&kind.as_str())
                    {
                        disagree.push(kind);
                    }
                }
            }
            if !disagree.is_empty() && !self.caps.identity_confirmed {
                return Err(Error::Contradiction {
                    request: claimant.request,
                    model: set.model.to_string(),
                    kinds: disagree.join(", "),
                });
            }
            if found > self.caps.matches {
                return Err(Error::TooBroad {
                    request: claimant.request,
                    model: set.model.to_string(),
                    found,
                    cap: self.caps.matches,
                });
            }
        }
        Ok(())
    }
}

/// Whether a set starts from rows of its own group, or from what they tell.
pub(crate) fn starts_inside(document: &Document, set: &RowSet) -> bool {
    let inside = |other: &usize| document.sets[*other].group == set.group;
    set.anchors.iter().any(|from| match from {
        AnchorFrom::Set { set, .. } => inside(set),
        AnchorFrom::Identity { learned_from, .. } => learned_from.iter().any(inside),
    })
}

/// How identifiers of a kind are compared.
pub fn compare_of_kind(kind: &str) -> Compare {
    match kind {
        "email" => Compare::Folded,
        "phone" => Compare::Digits,
        _ => Compare::Exact,
    }
}

/// What a subject row tells of its person.
fn learn(set: &RowSet, claimant: &mut Claimant, row: &Row) {
    let names = columns_of(set);
    for (kind, column) in &set.identities {
        let cells = named_cells(&names, row);
        let value = names.iter().position(|name| *name == column).and_then(|at| cells[at].to_plain());
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            let entry = (set.number, kind.clone(), Personal::new(value));
            if !claimant.known.learned.contains(&entry) {
                claimant.known.learned.push(entry);
            }
        }
    }
    let entry = (set.number, row.clone());
    if !claimant.known.subjects.contains(&entry) {
        claimant.known.subjects.push(entry);
    }
}

pub(super) fn claimant_of(row: &Row) -> Result<u32, Error> {
    row.first()
        .and_then(Cell::as_int)
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| Error::Damaged { what: "a source's answer", why: String::from("no claimant") })
}

pub(super) fn key_length(set: &RowSet, row: &Row) -> usize {
    match set.key() {
        KeyBy::Columns(key) => key.len(),
        KeyBy::WholeRow => row.len() - set.carried.len(),
    }
}
