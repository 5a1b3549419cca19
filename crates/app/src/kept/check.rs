//! Looking at kept rows again: those that are gone are forgotten, those whose time is over get a follow-up, the others wait
//! for their day. What cannot be told is never guessed: it is written beside them, and tried again.

use std::collections::BTreeMap;

use exeunt_audit::kind::Kind;
use exeunt_base::{Cell, ModelRef, Name, Personal, RequestId, TableRef};
use exeunt_datamap::kept::kind_of;
use exeunt_datamap::model::{KeepFrom, Model, Then};
use exeunt_engine::kept::Keys;
use exeunt_engine::people::Known;
use exeunt_engine::states;
use exeunt_rights::state::RequestState;
use exeunt_rights::{Day, Right};
use exeunt_source::Catalog;
use exeunt_store::kept::KeptRows;
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::deadlines::day;
use crate::error::Error;
use crate::kept::judge::{Fate, Judge};
use crate::maps::{self, Map};
use crate::office::Office;
use crate::work::outcome::words;

/// Parts looked at in one go.
const PARTS: u32 = 200;
/// Days after which rows are looked at again though their time is far off: laws change, and rows go.
const DAYS: i64 = 30;
/// Most rows that one follow-up erases; what is more goes with the next.
const MOST: usize = 20_000;

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Rows looked at.
    pub looked_at: u64,
    /// Rows that were gone.
    pub gone: u64,
    /// Rows whose time is over.
    pub due: u64,
    /// Rows of which that could not be told.
    pub unsure: u64,
    /// The follow-ups made, with what each follows up.
    pub follow_ups: Vec<(RequestId, RequestId)>,
}

/// What becomes of one part.
struct Judged {
    was: KeptRows,
    /// What is remembered from now on; `None` for nothing.
    rest: Option<KeptRows>,
    /// Rows that are due, with the kind they are asked for by.
    due: Option<(String, Keys)>,
}

impl Office {
    /// Whether kept rows are to be looked at today.
    pub(crate) async fn kept_rows_are_due(&self) -> Result<bool, Error> {
        let today = self.today().to_string();
        let found = self.engine.store.kept_due(self.organization.id, states::PURGED, &today, 1).await?;
        Ok(!found.is_empty())
    }

    /// Looks at every kept row whose day it is, and asks for those to be erased whose time is over. Nothing is erased yet.
    pub async fn check_kept_rows(&self, actor: &Actor) -> Result<Checked, Error> {
        self.allow(actor, Permission::RunJobs)?;
        let mut checked = Checked::default();
        let mut catalogs: BTreeMap<Name, Result<Catalog, String>> = BTreeMap::new();
        let read = self.map()?;
        loop {
            let today = self.today().to_string();
            let parts =
                self.engine.store.kept_due(self.organization.id, states::PURGED, &today, PARTS).await?;
            if parts.is_empty() {
                break;
            }
            let mut of_requests: BTreeMap<RequestId, Vec<Judged>> = BTreeMap::new();
            for part in parts {
                let request = part.request;
                let judged = self.judge_part(&read, part, &mut catalogs, &mut checked).await?;
                of_requests.entry(request).or_default().push(judged);
            }
            for (origin, judged) in of_requests {
                self.write_judged(actor, origin, judged, &mut checked).await?;
            }
        }
        let event = self
            .event(Kind::KeptChecked, actor)
            .count("looked-at", checked.looked_at)
            .count("gone", checked.gone)
            .count("due", checked.due)
            .count("unsure", checked.unsure);
        self.engine.store.begin().await?.commit(self.organization.id, &[event]).await?;
        Ok(checked)
    }

    /// Judges the rows of a part. Trouble with it is no error: it is written beside the part.
    async fn judge_part(
        &self,
        read: &Map,
        was: KeptRows,
        catalogs: &mut BTreeMap<Name, Result<Catalog, String>>,
        checked: &mut Checked,
    ) -> Result<Judged, Error> {
        let today = self.today();
        let mut rest = was.clone();
        rest.trouble = None;
        let waits = |mut rest: KeptRows, trouble: String, days: i64| {
            rest.next_check = today.plus_days(days).to_string();
            rest.trouble = Some(trouble);
            Judged { was: was.clone(), rest: Some(rest), due: None }
        };
        if let Some(follow_up) = was.follow_up {
            let follow_up = self.request(follow_up).await?;
            let state = follow_up.state.as_str();
            if !states::PURGED.contains(&state) {
                let over = state == states::RESTORED
                    || [RequestState::Withdrawn, RequestState::Refused]
                        .iter()
                        .any(|one| one.as_str() == state);
                if over {
                    let words = format!("somebody decided otherwise: `{}` is `{state}`", follow_up.id);
                    return Ok(waits(rest, words, DAYS));
                }
                rest.next_check = today.plus_days(1).to_string();
                rest.trouble.clone_from(&was.trouble);
                return Ok(Judged { was, rest: Some(rest), due: None });
            }
            if keep_of(read, &was.model).is_none_or(|(_, model)| {
                model.keep.as_ref().is_none_or(|keep| matches!(keep.then, Then::Anonymize(_)))
            }) {
                // they stay for good, changed as the law of the time had it
                return Ok(Judged { was, rest: None, due: None });
            }
            // should some be there still, something held them back
            rest.follow_up = None;
        }
        let mut keys = self.engine.open_kept(&was)?;
        checked.looked_at += was.rows;
        let unsure = |checked: &mut Checked| checked.unsure += was.rows;
        let (at, model) = match keep_of(read, &was.model) {
            Some((at, model)) if model.keep.is_some() => (at, model),
            found => {
                unsure(checked);
                let what =
                    if found.is_some() { "has no `keep:` any more" } else { "is not in the map any more" };
                let words =
                    format!("the model `{}` {what}, so nobody can say when its rows may go", was.model);
                return Ok(waits(rest, words, 1));
            }
        };
        let Some(keep) = &model.keep else { return Ok(Judged { was, rest: Some(rest), due: None }) };
        let source = &at.source;
        let kind = match (model.key.as_slice(), kind_of(&at)) {
            ([_], Some(kind)) if model.key == keys.columns => kind,
            _ => {
                unsure(checked);
                let words = format!(
                    "rows of `{}` are followed only where one column is their key, the same as when they were kept",
                    was.model
                );
                return Ok(waits(rest, words, 1));
            }
        };
        let catalog = match catalogs.get(source) {
            Some(known) => known,
            None => {
                let described = match self.engine.sources.get(source) {
                    Some(connected) => maps::check::describe(source, connected).await,
                    None => Err(maps::discover::unknown(&self.engine.sources, source)),
                };
                catalogs.entry(source.clone()).or_insert(described.map_err(|error| words(&error)))
            }
        };
        let table = catalog.as_ref().map_err(Clone::clone).and_then(|catalog| {
            table_of(model, catalog).ok_or_else(|| format!("table `{}` is not in the database", model.table))
        });
        let column = match &keep.from {
            KeepFrom::Column(column) => Some(column),
            KeepFrom::Request => None,
        };
        let found = match table {
            Ok(table) => {
                let found = self.engine.read_kept(source, &table, &keys, column).await;
                found.map_err(|error| words(&error.into()))
            }
            Err(trouble) => Err(trouble),
        };
        let found = match found {
            Ok(found) => found,
            Err(trouble) => {
                unsure(checked);
                return Ok(waits(rest, trouble, 1));
            }
        };
        let judge = Judge {
            keep,
            zone: &self.policy.law.zone,
            here: today,
            universal: Day::from_date(self.engine.world.now().to_utc().date()),
            since: day(&was.since)?,
        };
        let mut due = Keys { columns: keys.columns.clone(), rows: Vec::new() };
        let mut stay = Vec::with_capacity(keys.rows.len());
        let (mut ends, mut undated, mut another): (Option<Day>, u64, u64) = (None, 0, 0);
        for ((key, seen), found) in std::mem::take(&mut keys.rows).into_iter().zip(&found) {
            let seen_now = match (&seen, found, column) {
                (Cell::Null, Some(cell), Some(_)) => cell.clone(),
                _ => seen.clone(),
            };
            match judge.judge(found.as_ref(), &seen) {
                Fate::Gone => {
                    checked.gone += 1;
                    continue;
                }
                Fate::Due if askable(&key) => {
                    due.rows.push((key, seen_now));
                    continue;
                }
                Fate::Until(until) => ends = Some(ends.map_or(until, |ends| ends.min(until))),
                Fate::Undated => undated += 1,
                Fate::Another | Fate::Due => another += 1,
            }
            stay.push((key, seen_now));
        }
        // what a follow-up had to leave is not asked for again before something can have changed
        let held_back = if was.follow_up.is_some() { due.rows.len() as u64 } else { 0 };
        if held_back > 0 {
            stay.append(&mut due.rows);
        }
        checked.due += due.rows.len() as u64;
        checked.unsure += undated + another + held_back;
        keys.rows = stay;
        rest.ends = ends.map(|ends| ends.to_string());
        let far = today.plus_days(DAYS);
        rest.next_check =
            ends.map_or(far, |ends| ends.plus_days(1).max(today.plus_days(1)).min(far)).to_string();
        if held_back > 0 {
            rest.next_check = self.after_the_next_end(&was, far).await?.to_string();
        }
        rest.trouble = match (undated, another) {
            _ if held_back > 0 => Some(format!(
                "`{}` had to leave {held_back} rows: rows that stay refer to them, or somebody decided so",
                was.follow_up.unwrap_or(was.request)
            )),
            (0, 0) => None,
            (undated, 0) => Some(format!("{undated} rows have no date their time could be counted from")),
            (_, another) => Some(format!(
                "{another} rows have another date than when they were kept, or a key nobody can ask by: another row may have taken their key"
            )),
        };
        let rest = match keys.rows.is_empty() {
            true => None,
            false => {
                self.engine.seal_kept(&mut rest, &keys)?;
                Some(rest)
            }
        };
        let due = (!due.rows.is_empty()).then(|| (kind.to_string(), due));
        Ok(Judged { was, rest, due })
    }

    /// The day after the next of a request's kept rows end, which may hold others back until then; else `far`.
    async fn after_the_next_end(&self, part: &KeptRows, far: Day) -> Result<Day, Error> {
        let today = self.today();
        let mut next: Option<Day> = None;
        for other in self.engine.store.kept_of(part.request).await? {
            if let Some(ends) = other.ends.as_deref().map(day).transpose()?
                && ends >= today
            {
                next = Some(next.map_or(ends, |next| next.min(ends)));
            }
        }
        Ok(next.map_or(far, |ends| ends.plus_days(1)))
    }

    /// Writes what was judged of a request's rows: what is due gets a request of its own, in the same change.
    async fn write_judged(
        &self,
        actor: &Actor,
        origin: RequestId,
        judged: Vec<Judged>,
        checked: &mut Checked,
    ) -> Result<(), Error> {
        let now = self.engine.world.now();
        let mut given = Vec::new();
        let mut taken = Vec::new();
        for part in &judged {
            let Some((kind, keys)) = &part.due else { continue };
            if !given.is_empty() && given.len() + keys.rows.len() > MOST {
                continue;
            }
            let values = keys.rows.iter().filter_map(|(key, _)| key.first()?.to_plain());
            given.extend(values.map(|value| (kind.clone(), Personal::new(value))));
            taken.push(part.was.clone());
        }
        given.sort_unstable_by(|one, other| (&one.0, one.1.expose()).cmp(&(&other.0, other.1.expose())));
        given.dedup();
        let follow_up = match given.is_empty() {
            true => None,
            false => Some(self.follow_up_of(actor, origin, given).await?),
        };
        let mut change = self.engine.store.begin().await?;
        for part in &judged {
            let mut now_known = part.rest.clone();
            let mut parted = None;
            if let Some((_, keys)) = &part.due {
                let mut due = part.was.clone();
                due.trouble = None;
                due.next_check = self.today().plus_days(1).to_string();
                due.follow_up =
                    follow_up.as_ref().filter(|_| taken.contains(&part.was)).map(|(request, _)| request.id);
                if now_known.is_none() {
                    self.engine.seal_kept(&mut due, keys)?;
                    now_known = Some(due);
                } else {
                    due.part = change.next_kept_part(&part.was).await?;
                    self.engine.seal_kept(&mut due, keys)?;
                    parted = Some(due);
                }
            }
            if !change.replace_kept(&part.was, now_known.as_ref()).await? {
                // somebody else looked at them in the same moment
                return Ok(change.rollback().await?);
            }
            if let Some(due) = parted {
                change.add_all_kept(&[due]).await?;
            }
        }
        let Some((request, event)) = follow_up else { return Ok(change.commit_bookkeeping().await?) };
        change.add_request(&request).await?;
        change.add_follow_up(self.organization.id, request.id, origin, now).await?;
        change.commit(self.organization.id, &[event]).await?;
        checked.follow_ups.push((request.id, origin));
        Ok(())
    }

    /// A request that nobody made: for rows, by their keys. It has no deadline, and nobody is written to.
    async fn follow_up_of(
        &self,
        actor: &Actor,
        origin: RequestId,
        given: Vec<(String, Personal)>,
    ) -> Result<(Request, exeunt_audit::event::Event), Error> {
        let now = self.engine.world.now();
        let right: Right = self.request(origin).await?.kind.parse().unwrap_or(Right::Erasure);
        let rows = given.len() as u64;
        let mut request = Request {
            id: self.engine.new_request(),
            organization: self.organization.id,
            kind: right.as_str().to_owned(),
            state: RequestState::Received.as_str().to_owned(),
            received_at: now,
            entered_at: now,
            entered_by: None,
            identities: None,
            case_key: Some(self.chance().expose().to_vec()),
            salt: Some(self.chance().expose().to_vec()),
            window_ends_at: None,
            held_because: None,
            held_until: None,
            plan: None,
            job: None,
            claimant: None,
            tally: None,
        };
        request.identities = Some(self.engine.seal_known(&request, &Known::given(given))?);
        let event = self
            .event(Kind::KeptFollowedUp, actor)
            .about(request.id)
            .about(origin)
            .count("rows", rows)
            .fact("right", right.as_str());
        Ok((request, event))
    }
}

/// Whether a key says the same when it is asked by: what is trimmed would name another row.
fn askable(key: &[Cell]) -> bool {
    let plain = key.first().and_then(Cell::to_plain);
    plain.is_some_and(|text| !text.is_empty() && text.trim() == text)
}

/// The model of that name, as the map has it now.
fn keep_of<'a>(read: &'a Map, name: &str) -> Option<(ModelRef, &'a Model)> {
    read.map.models().find(|(at, _)| at.to_string() == name)
}

fn table_of(model: &Model, catalog: &Catalog) -> Option<TableRef> {
    let schema = model.table.schema.as_ref().or(catalog.default_schema.as_ref())?;
    let table = TableRef { schema: schema.clone(), name: model.table.name.clone() };
    catalog.table(&table).map(|table| table.name.clone())
}
