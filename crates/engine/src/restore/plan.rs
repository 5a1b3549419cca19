//! Which rows of a batch are to come back: the request's own, not back yet, and not waiting for another request.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use exeunt_base::{JobId, Name, RequestId};
use exeunt_plan::document::{Action, Value};
use exeunt_source::Referrer;
use exeunt_store::batches::Batch;
use exeunt_store::missing::Missing;
use exeunt_store::requests::Request;
use exeunt_vault::{Claims, Content};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::{self, Change, Image, Shape};
use crate::restore::chosen::plain_key;
use crate::restore::cut_short::read_columns;
use crate::restore::restored::Restored;
use crate::restore::standing::Standing;
use crate::restore::{Choice, Company};
use crate::states;

/// Stands for all rows of a segment in the list of rows that are back.
pub const WHOLE: u32 = u32::MAX;

/// Rows of one segment that are to come back.
#[derive(Debug, Clone)]
pub struct Item {
    /// The segment.
    pub segment: u32,
    /// The model.
    pub model: String,
    /// What the images look like.
    pub shape: Shape,
    /// The images, each with its place in the segment.
    pub images: Vec<(u32, Image)>,
    /// Whether these are all rows of the segment.
    pub complete: bool,
    /// Of a ghost: who the plan pointed to it.
    pub users: Vec<Referrer>,
    /// Of rows that are back already: the columns they lack.
    pub only: Vec<Name>,
}

/// Halves a list of items, keeping their order. A single row comes back as it is.
pub fn halve(mut items: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), Box<Item>> {
    items.retain(|item| !item.images.is_empty());
    if items.len() > 1 {
        let right = items.split_off(items.len() / 2);
        return Ok((items, right));
    }
    let Some(mut item) = items.pop() else { return Ok((Vec::new(), Vec::new())) };
    if item.images.len() < 2 {
        return Err(Box::new(item));
    }
    let mut right = item.clone();
    right.images = item.images.split_off(item.images.len() / 2);
    item.complete = false;
    right.complete = false;
    Ok((vec![item], vec![right]))
}

impl Engine {
    /// The items of a batch, last change first, and how many of the request's rows are left out of them.
    pub(crate) async fn items(
        &self,
        request: &Request,
        batch: &Batch,
        choice: &Choice,
        standing: &mut Standing,
        restored: &mut Restored,
    ) -> Result<(Vec<Item>, u64), Error> {
        let blob = self.shelf.take(batch.blob)?;
        let key = self.keyring.epoch_key(self.organization, blob.meta().epoch)?;
        let returned = self.store.returned(batch.blob).await?;
        let mine: Vec<_> =
            blob.segments().filter(|segment| segment.claimants.contains(&request.id)).cloned().collect();
        let others: BTreeSet<RequestId> = mine
            .iter()
            .flat_map(|segment| segment.claimants.iter().copied())
            .filter(|id| *id != request.id)
            .collect();
        let others: Vec<RequestId> = others.into_iter().collect();
        let salts = self.salts_with(request, &others).await?;
        let company_of = self.states_of(&others).await?;
        let mut missing: BTreeMap<u32, Vec<Missing>> = BTreeMap::new();
        for one in self.store.missing_values(batch.blob).await? {
            missing.entry(one.segment).or_default().push(one);
        }
        let mut items = Vec::new();
        let mut left = 0;
        for segment in mine.iter().rev() {
            let back = (0..segment.rows).filter(|place| returned.contains(&(segment.number, *place))).count();
            let lacking = missing.remove(&segment.number).unwrap_or_default();
            let all_back = returned.contains(&(segment.number, WHOLE)) || back == segment.rows as usize;
            if all_back && lacking.is_empty() {
                continue;
            }
            let chosen = match choice {
                Choice::Whole => true,
                Choice::Rows { model, .. } => *segment.model == **model,
            };
            let company = segment.claimants.iter().filter_map(|id| company_of.get(id));
            let hidden = company.clone().any(|company| *company == Company::Hidden);
            let gone = company.clone().any(|company| *company == Company::Gone);
            if !chosen {
                left += u64::from(segment.rows);
                continue;
            }
            if segment.claims == Claims::All && gone {
                restored.lose_with_others(&segment.model, u64::from(segment.rows));
                continue;
            }
            if segment.claims == Claims::All && hidden {
                let is_hidden = |id: &&RequestId| company_of.get(id) == Some(&Company::Hidden);
                let who: Vec<RequestId> = segment.claimants.iter().filter(is_hidden).copied().collect();
                let rows = if all_back { lacking.len() } else { segment.rows as usize - back } as u64;
                restored.held += rows;
                restored.wait_for_all(request, &segment.model, &who, rows);
                restored.asked.push((batch.blob, segment.number, vec![WHOLE]));
                continue;
            }
            // a ghost that others still need stays
            if segment.content == Content::Inserted && (hidden || gone) {
                continue;
            }
            let shape = Shape::from_bytes(&segment.columns)?;
            let plain = blob.open_segment(segment.number, &key, &|id| salts.get(&id).cloned())?;
            let all = image::take_all(shape.change, &plain)?;
            let when = (batch.at, batch.number, segment.number);
            let values = incomplete(choice, &lacking, &all)?;
            left += (lacking.len() - values.values().map(Vec::len).sum::<usize>()) as u64;
            let mut asked: Vec<u32> = Vec::new();
            for (only, mut images) in values {
                // as if the columns had been set
                let shape = Shape { change: Change::Updated, set: only.clone(), ..shape.clone() };
                asked.extend(images.iter().map(|(place, _)| *place));
                let held = self.hold_back(standing, &shape, when, &mut images).await?;
                restored.held += restored.wait_for(request, &segment.model, held);
                items.push(Item {
                    segment: segment.number,
                    model: segment.model.to_string(),
                    shape,
                    images,
                    complete: false,
                    users: Vec::new(),
                    only,
                });
            }
            if all_back {
                restored.asked.push((batch.blob, segment.number, asked));
                continue;
            }
            let total = all.len();
            let mut images: Vec<(u32, Image)> = (0u32..)
                .zip(all)
                .filter(|(place, _)| !returned.contains(&(segment.number, *place)))
                .filter(|(_, image)| wanted(choice, image))
                .collect();
            left += (total - images.len() - back) as u64;
            asked.extend(images.iter().map(|(place, _)| *place));
            restored.asked.push((batch.blob, segment.number, asked));
            let held = self.hold_back(standing, &shape, when, &mut images).await?;
            restored.held += restored.wait_for(request, &segment.model, held);
            let complete = images.len() == total;
            let users = match shape.change {
                Change::Inserted => self.ghost_users(batch.job, &shape).await?,
                _ => Vec::new(),
            };
            items.push(Item {
                segment: segment.number,
                model: segment.model.to_string(),
                shape,
                images,
                complete,
                users,
                only: Vec::new(),
            });
        }
        Ok((items, left))
    }

    /// Columns that a job's plan points to ghosts of a table: they need not be foreign keys.
    async fn ghost_users(&self, job: JobId, shape: &Shape) -> Result<Vec<Referrer>, Error> {
        let plan = self.store.plan(self.store.job(job).await?.plan).await?;
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        let mut users = Vec::new();
        for step in &document.steps {
            let Action::Update { assign, .. } = &step.action else { continue };
            for assign in assign {
                let Value::Ghost { ghost, column } = &assign.to else { continue };
                let ghost = &document.ghosts[*ghost];
                if (&ghost.source, &ghost.table) == (&shape.source, &shape.table) {
                    let on = vec![(assign.column.clone(), column.clone())];
                    let user = Referrer { table: document.sets[step.set].table().clone(), on };
                    if !users.contains(&user) {
                        users.push(user);
                    }
                }
            }
        }
        Ok(users)
    }

    /// What became of these requests: rows shared with one that was asked back need not wait.
    async fn states_of(&self, others: &[RequestId]) -> Result<HashMap<RequestId, Company>, Error> {
        let mut states = HashMap::new();
        for id in others {
            let other = self.store.request(*id).await?;
            let asked = [states::RESTORED, states::PARTLY_RESTORED].contains(&other.state.as_str());
            let company = match (asked, other.salt.is_some()) {
                (true, _) => Company::None,
                (false, true) => Company::Hidden,
                (false, false) => Company::Gone,
            };
            states.insert(*id, company);
        }
        Ok(states)
    }
}

/// Images by the columns their rows lack.
type Lacking = BTreeMap<Vec<Name>, Vec<(u32, Image)>>;

/// Images of rows that are back without some of their values, by the columns they lack.
fn incomplete(choice: &Choice, lacking: &[Missing], all: &[Image]) -> Result<Lacking, Error> {
    let mut values = Lacking::new();
    for one in lacking {
        let Some(image) = all.get(one.place as usize).filter(|image| wanted(choice, image)) else { continue };
        values.entry(read_columns(&one.columns)?).or_default().push((one.place, image.clone()));
    }
    Ok(values)
}

fn wanted(choice: &Choice, image: &Image) -> bool {
    match choice {
        Choice::Whole => true,
        Choice::Rows { keys, .. } if keys.is_empty() => true,
        Choice::Rows { keys, .. } => keys.contains(&plain_key(&image.key)),
    }
}
