//! What other people's erasures still demand of the rows a request is to get back. Several jobs may have struck one row;
//! whoever comes back first must not undo what those demand who are still away, and a row must not come back before the
//! rows it refers to. Such rows wait, and come back when the other request does.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use exeunt_base::{BlobId, Name, RequestId, TableRef, Timestamp};
use exeunt_source::catalog::Catalog;
use exeunt_store::batches::Batch;
use exeunt_vault::{Blob, Claims, Content, EpochKey, Salt, SegmentInfo};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::{self, Change, Image, Shape};
use crate::restore::plan::WHOLE;
use crate::restore::pointing::{digest, keys, points, referred};
use crate::restore::restored::row;

/// When a segment was sealed: rows were struck in this order.
pub(crate) type When = (Timestamp, u64, u32);

/// Where a table refers to, by which columns, on which.
pub(super) type Reference = (TableRef, Vec<Name>, Vec<Name>);

/// Requests that something waits for.
pub(crate) type Who = Arc<[RequestId]>;

/// How many rows wait for whom.
pub(crate) type Held = BTreeMap<Vec<RequestId>, Vec<u64>>;

/// A table of a source.
pub(super) type Place = (Name, TableRef);

/// What an image of somebody else demands of its row.
#[derive(Debug, Clone)]
enum Demand {
    Gone,
    Set(Arc<[Name]>),
}

/// What is demanded of rows, by short digests of their keys.
type Demands = HashMap<u64, Vec<(When, Demand, Who)>>;

pub(super) struct Segment {
    pub(super) blob: BlobId,
    pub(super) info: SegmentInfo,
    pub(super) shape: Arc<Shape>,
    pub(super) when: When,
    /// Who stands behind it.
    who: Who,
    back: HashSet<u32>,
}

/// A blob and what opens it.
pub(super) struct Opened {
    pub(super) blob: Blob,
    key: EpochKey,
}

/// Images of other requests that are not back, and the request's own that have to wait for them.
#[derive(Default)]
pub(crate) struct Standing {
    blobs: HashMap<BlobId, Opened>,
    shapes: HashMap<Arc<[u8]>, Arc<Shape>>,
    pub(super) segments: HashMap<Place, Vec<Segment>>,
    pub(super) salts: HashMap<RequestId, Salt>,
    catalogs: HashMap<Name, Arc<Catalog>>,
    demands: HashMap<Place, Demands>,
    /// Tables whose demands were read.
    demands_read: HashSet<Place>,
    /// Rows of others that are away, by the columns by which they are referred to.
    away: HashMap<(Place, Vec<Name>), HashMap<u64, Who>>,
    /// The request's own rows that have to wait, likewise.
    held: HashMap<(Place, Vec<Name>), HashMap<u64, Who>>,
    /// The request's own rows that come back before those that refer to them, likewise.
    pub(super) coming: HashMap<(Place, Vec<Name>), HashSet<u64>>,
}

impl Engine {
    /// Gathers what stands against a request's rows, which are in these sources. Images are opened only where the request
    /// has rows itself.
    pub(crate) async fn standing(
        &self,
        request: RequestId,
        sources: &BTreeSet<Name>,
    ) -> Result<Standing, Error> {
        let mut standing = Standing::default();
        let mut restored: HashSet<RequestId> = HashSet::new();
        for (id, salt, back) in self.store.salts(self.organization).await? {
            let Ok(bytes) = <[u8; 32]>::try_from(salt) else { continue };
            standing.salts.insert(id, Salt::new(bytes));
            if back {
                restored.insert(id);
            }
        }
        for batch in self.store.standing_batches(self.organization, request).await? {
            let opened = match self.take_opened(batch.blob) {
                Ok(opened) => opened,
                Err(error) => {
                    damaged(batch.blob, &error);
                    continue;
                }
            };
            let returned = self.store.returned(batch.blob).await?;
            for info in opened.blob.segments() {
                let hidden = |id: &RequestId| {
                    standing.salts.contains_key(id) && !restored.contains(id) && *id != request
                };
                let mine = info.claimants.contains(&request);
                let stands = match info.claims {
                    Claims::All => !mine || info.claimants.iter().any(hidden),
                    Claims::Any => !mine,
                };
                let opens = match info.claims {
                    Claims::All => info.claimants.iter().all(|id| standing.salts.contains_key(id)),
                    Claims::Any => info.claimants.iter().any(|id| standing.salts.contains_key(id)),
                };
                if !stands || !opens || returned.contains(&(info.number, WHOLE)) {
                    continue;
                }
                // those who are not asked back yet, else whose rows could not come
                let away: Who = info.claimants.iter().copied().filter(|id| hidden(id)).collect();
                let others = || info.claimants.iter().copied().filter(|id| *id != request).collect();
                let who = if away.is_empty() { others() } else { away };
                standing.add(&batch, info, &returned, who)?;
            }
            standing.blobs.insert(batch.blob, opened);
        }
        if !standing.segments.is_empty() {
            for name in sources {
                let catalog = self.source(name)?.describe().await.map_err(Error::at(name))?;
                standing.catalogs.insert(name.clone(), Arc::new(catalog));
            }
        }
        Ok(standing)
    }

    /// A blob with the key of its epoch.
    pub(super) fn take_opened(&self, blob: BlobId) -> Result<Opened, exeunt_vault::Error> {
        let blob = self.shelf.take(blob)?;
        let key = self.keyring.epoch_key(self.organization, blob.meta().epoch)?;
        Ok(Opened { blob, key })
    }

    /// Takes the rows that have to wait out of a list, and says which they are (by short digests) and for whom they wait.
    pub(crate) async fn hold_back(
        &self,
        standing: &mut Standing,
        shape: &Shape,
        when: When,
        images: &mut Vec<(u32, Image)>,
    ) -> Result<Held, Error> {
        let mut held = Held::new();
        if standing.segments.is_empty() {
            return Ok(held);
        }
        let place = (shape.source.clone(), shape.table.clone());
        if shape.change == Change::Inserted {
            let needed = standing.needed_ghosts(when, images)?;
            let (waiting, free) =
                std::mem::take(images).into_iter().partition(|(number, _)| needed.contains(number));
            *images = free;
            let ghosts: Vec<(u32, Image)> = waiting;
            if !ghosts.is_empty() {
                held.insert(Vec::new(), ghosts.iter().map(|(_, ghost)| row(shape, &ghost.key)).collect());
            }
            return Ok(held);
        }
        if shape.change == Change::Updated {
            standing.read_demands(&place)?;
        }
        let references = standing.references(&place);
        for reference in &references {
            // rows of others are looked through only for somebody who is missing
            if self.misses_some(standing, &place.0, reference, shape, images).await? {
                let (to, _, on) = reference;
                standing.read_away(&(place.0.clone(), to.clone()), on)?;
            }
        }
        let set: &[Name] = if shape.set.is_empty() { &shape.columns } else { &shape.set };
        loop {
            let mut waiting: Vec<(Image, Who)> = Vec::new();
            images.retain(|(_, image)| {
                let wanted = || standing.demanded(&place, image, when, set);
                let demanded = (shape.change == Change::Updated).then(wanted).flatten();
                let mut early =
                    references.iter().filter_map(|to| standing.too_early(&place.0, to, shape, image));
                let who = demanded.or_else(|| early.next());
                waiting.extend(who.clone().map(|who| (image.clone(), who)));
                who.is_none()
            });
            for (image, who) in &waiting {
                standing.wait(&place, shape, image, when, who);
                held.entry(who.to_vec()).or_default().push(row(shape, &image.key));
            }
            // rows of one table may refer to each other
            if waiting.is_empty() {
                standing.comes(&place, shape, images);
                return Ok(held);
            }
        }
    }
}

impl Standing {
    /// Keeps a blob at hand from which segments were added.
    pub(super) fn keep(&mut self, blob: BlobId, opened: Opened) {
        self.blobs.insert(blob, opened);
    }

    /// The images of a segment that are not back. Of a damaged one there are none: somebody else's damage stops nobody.
    pub(super) fn open(&self, segment: &Segment) -> Result<Vec<(u32, Image)>, Error> {
        let Some(Opened { blob, key }) = self.blobs.get(&segment.blob) else { return Ok(Vec::new()) };
        let salts = |id| self.salts.get(&id).cloned();
        let plain = match blob.open_segment(segment.info.number, key, &salts) {
            Ok(plain) => plain,
            Err(error) => {
                damaged(segment.blob, &error);
                return Ok(Vec::new());
            }
        };
        let images = image::take_all(segment.shape.change, &plain)?;
        let all = (0u32..).zip(images);
        Ok(all.filter(|(place, _)| !segment.back.contains(place)).collect())
    }

    pub(super) fn read_demands(&mut self, place: &Place) -> Result<(), Error> {
        if !self.demands_read.insert(place.clone()) {
            return Ok(());
        }
        let mut demands = Demands::new();
        for segment in self.segments.get(place).into_iter().flatten() {
            let shape = &segment.shape;
            let columns = if shape.set.is_empty() { &shape.columns } else { &shape.set };
            let demand = match shape.change {
                Change::Deleted => Demand::Gone,
                Change::Updated => Demand::Set(columns.as_slice().into()),
                Change::Inserted => continue,
            };
            for (_, image) in self.open(segment)? {
                for key in keys(shape, &image) {
                    let demand = (segment.when, demand.clone(), Arc::clone(&segment.who));
                    demands.entry(key).or_default().push(demand);
                }
            }
        }
        let known = self.demands.entry(place.clone()).or_default();
        for (row, mut demands) in demands {
            known.entry(row).or_default().append(&mut demands);
        }
        Ok(())
    }

    fn read_away(&mut self, to: &Place, on: &[Name]) -> Result<(), Error> {
        let called = (to.clone(), on.to_vec());
        if self.away.contains_key(&called) {
            return Ok(());
        }
        let mut away = HashMap::new();
        for segment in self.segments.get(to).into_iter().flatten() {
            if segment.info.content != Content::Deleted {
                continue;
            }
            for (_, image) in self.open(segment)? {
                let rows = referred(&segment.shape, &image, on);
                away.extend(rows.map(|row| (row, Arc::clone(&segment.who))));
            }
        }
        self.away.insert(called, away);
        Ok(())
    }

    /// Ghosts that rows of others point to, here or in the vault.
    fn needed_ghosts(&self, when: When, ghosts: &[(u32, Image)]) -> Result<HashSet<u32>, Error> {
        let mut needed = HashSet::new();
        for segment in self.segments.values().flatten().filter(|segment| segment.when > when) {
            for (_, image) in self.open(segment)? {
                let cells = || image.before.iter().chain(image.after.iter().flatten());
                let points = ghosts.iter().filter(|(_, ghost)| {
                    ghost.key.first().is_some_and(|key| cells().any(|cell| cell == key))
                });
                needed.extend(points.map(|(number, _)| *number));
            }
        }
        Ok(needed)
    }

    pub(super) fn add(
        &mut self,
        batch: &Batch,
        info: &SegmentInfo,
        returned: &HashSet<(u32, u32)>,
        who: Who,
    ) -> Result<(), Error> {
        let shape = match self.shapes.get(&info.columns) {
            Some(shape) => Arc::clone(shape),
            None => {
                let shape = Arc::new(Shape::from_bytes(&info.columns)?);
                self.shapes.insert(Arc::clone(&info.columns), Arc::clone(&shape));
                shape
            }
        };
        let place = (shape.source.clone(), shape.table.clone());
        let back = returned.iter().filter(|(number, _)| *number == info.number);
        self.segments.entry(place).or_default().push(Segment {
            blob: batch.blob,
            when: (batch.at, batch.number, info.number),
            back: back.map(|(_, place)| *place).collect(),
            info: info.clone(),
            who,
            shape,
        });
        Ok(())
    }

    /// For whom a row has to wait because it would come back before the one it refers to.
    fn too_early(&self, source: &Name, reference: &Reference, shape: &Shape, image: &Image) -> Option<Who> {
        let (to, by, on) = reference;
        let row = digest(points(shape, image, by)?.into_iter());
        let called = ((source.clone(), to.clone()), on.clone());
        [&self.away, &self.held].into_iter().find_map(|list| list.get(&called)?.get(&row).cloned())
    }

    /// References of a table.
    fn references(&self, place: &Place) -> Vec<Reference> {
        let table = self.catalogs.get(&place.0).and_then(|catalog| catalog.table(&place.1));
        let keys = table.into_iter().flat_map(|table| &table.foreign_keys).filter(|key| key.enforced);
        keys.map(|key| (key.to.clone(), key.columns.clone(), key.to_columns.clone())).collect()
    }

    /// Who, later than this, took the row away or set one of these columns.
    pub(super) fn demanded(&self, place: &Place, image: &Image, when: When, set: &[Name]) -> Option<Who> {
        let demands = self.demands.get(place)?.get(&digest(image.key.iter()))?;
        let stands = |demand: &Demand| match demand {
            Demand::Gone => true,
            Demand::Set(columns) => columns.iter().any(|column| set.contains(column)),
        };
        let mut later = demands.iter().filter(|(at, demand, _)| *at > when && stands(demand));
        later.next().map(|(_, _, who)| Arc::clone(who))
    }

    /// A row of the request's own that waits: what was done to it earlier waits too, and whatever refers to it.
    fn wait(&mut self, place: &Place, shape: &Shape, image: &Image, when: When, who: &Who) {
        let demand = match shape.change {
            Change::Deleted => Demand::Gone,
            _ => {
                Demand::Set(if shape.set.is_empty() { &shape.columns } else { &shape.set }.as_slice().into())
            }
        };
        for key in keys(shape, image) {
            let demands = self.demands.entry(place.clone()).or_default();
            demands.entry(key).or_default().push((when, demand.clone(), Arc::clone(who)));
        }
        if shape.change != Change::Deleted {
            return;
        }
        for on in self.referred_by(place) {
            let gone = referred(shape, image, &on).map(|row| (row, Arc::clone(who)));
            self.held.entry((place.clone(), on)).or_default().extend(gone);
        }
    }

    /// The request's own rows that come back: others of its rows may refer to them.
    fn comes(&mut self, place: &Place, shape: &Shape, images: &[(u32, Image)]) {
        if shape.change != Change::Deleted {
            return;
        }
        for on in self.referred_by(place) {
            let rows = images.iter().filter_map(|(_, image)| referred(shape, image, &on));
            let rows: Vec<u64> = rows.collect();
            self.coming.entry((place.clone(), on)).or_default().extend(rows);
        }
    }

    /// The columns by which rows of a table are referred to.
    fn referred_by(&self, place: &Place) -> BTreeSet<Vec<Name>> {
        self.catalogs
            .get(&place.0)
            .into_iter()
            .flat_map(|catalog| &catalog.tables)
            .flat_map(|table| &table.foreign_keys)
            .filter(|key| key.to == place.1)
            .map(|key| key.to_columns.clone())
            .collect()
    }
}

fn damaged(blob: BlobId, error: &exeunt_vault::Error) {
    tracing::warn!(blob.id = %blob, "what stands against a restore could not be read in blob {blob}: {error}");
}
