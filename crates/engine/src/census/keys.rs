//! Where the census keeps its keys: in memory while they are few, in a sealed blob of the vault once they are many or
//! a later batch will need them after a crash.

use std::ops::Range;
use std::sync::Arc;

use exeunt_base::{BatchId, BlobId, JobId, RequestId, Row, Secret, codec, hex};
use exeunt_vault::{BlobMeta, BlobWriter, Claims, Content, EpochKey, Salt, SegmentMeta, Shelf};

use crate::error::Error;
use crate::sealing;

/// Rows in one chunk: small enough to decode at once, large enough to seal well.
const CHUNK_ROWS: u32 = 8_192;
/// Bytes of keys held in memory before they go to the vault.
const MEMORY_BYTES: usize = 16 << 20;

/// One row of the census.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Who claims it, ascending.
    pub claimants: Vec<u32>,
    /// Its key.
    pub key: Row,
}

/// The keys of one set.
#[derive(Debug, Clone, Default)]
pub struct KeysOf {
    /// Rows.
    pub total: u64,
    chunks: Vec<Chunk>,
}

#[derive(Debug, Clone)]
struct Chunk {
    first: u64,
    rows: u32,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Memory(Arc<Vec<u8>>),
    Sealed(u32),
}

/// A finished census.
#[derive(Debug, Clone, Default)]
pub struct Census {
    /// By set number; sets that were not looked for are empty.
    pub sets: Vec<KeysOf>,
    /// Keyed digest of all keys in order, hexadecimal.
    pub digest: String,
    /// The blob, when it was sealed.
    pub blob: Option<BlobId>,
}

/// What a census is sealed with: the job's own salt.
pub struct Keeping<'a> {
    /// Where.
    pub shelf: &'a Shelf,
    /// Under which epoch.
    pub key: &'a EpochKey,
    /// The blob's coordinates.
    pub meta: BlobMeta,
    /// The job's salt.
    pub salt: Salt,
    /// Fresh chance for the blob.
    pub chance: Secret<[u8; 32]>,
}

/// Collects entries as they are found.
pub struct Collector<'a> {
    sets: Vec<KeysOf>,
    open: Vec<Open>,
    mac: exeunt_base::Secret<[u8; 32]>,
    chain: [u8; 32],
    keeping: Keeping<'a>,
    writer: Option<BlobWriter>,
    in_memory: usize,
}

#[derive(Default)]
struct Open {
    bytes: Vec<u8>,
    rows: u32,
}

impl<'a> Collector<'a> {
    /// For `sets` sets.
    pub fn new(sets: usize, keeping: Keeping<'a>) -> Self {
        let mac = sealing::derive(
            &Secret::new(*keeping.salt.expose()),
            &keeping.meta.job.to_bytes(),
            "exeunt census digest v1",
        );
        Self {
            sets: vec![KeysOf::default(); sets],
            open: (0..sets).map(|_| Open::default()).collect(),
            mac,
            chain: [0; 32],
            keeping,
            writer: None,
            in_memory: 0,
        }
    }

    /// Takes one row of a set in; rows of a set come in the order they are to be struck.
    pub fn take(&mut self, set: usize, claimants: &[u32], key: &[exeunt_base::Cell]) -> Result<(), Error> {
        let open = &mut self.open[set];
        codec::put_varint(&mut open.bytes, claimants.len() as u64);
        claimants.iter().for_each(|claimant| codec::put_varint(&mut open.bytes, u64::from(*claimant)));
        codec::put_row(&mut open.bytes, key);
        open.rows += 1;
        if open.rows == CHUNK_ROWS { self.end_chunk(set) } else { Ok(()) }
    }

    fn end_chunk(&mut self, set: usize) -> Result<(), Error> {
        let open = std::mem::take(&mut self.open[set]);
        if open.rows == 0 {
            return Ok(());
        }
        self.chain = sealing::mac(&self.mac, &[&self.chain, &(set as u64).to_le_bytes(), &open.bytes]);
        self.in_memory += open.bytes.len();
        let first = self.sets[set].total;
        self.sets[set].total += u64::from(open.rows);
        self.sets[set].chunks.push(Chunk {
            first,
            rows: open.rows,
            place: Place::Memory(Arc::new(open.bytes)),
        });
        if self.in_memory > MEMORY_BYTES { self.spill() } else { Ok(()) }
    }

    /// Moves what is in memory into the vault.
    fn spill(&mut self) -> Result<(), Error> {
        let keeping = &self.keeping;
        if self.writer.is_none() {
            self.writer = Some(keeping.shelf.begin(&keeping.meta, keeping.key, &keeping.chance)?);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let request = of_job(keeping.meta.job);
        for (number, set) in self.sets.iter_mut().enumerate() {
            for chunk in &mut set.chunks {
                let Place::Memory(bytes) = &chunk.place else { continue };
                let columns = codec_of(number, chunk.first);
                let segment = writer.push(
                    &SegmentMeta {
                        model: "census",
                        content: Content::Census,
                        columns: &columns,
                        rows: chunk.rows,
                        claims: Claims::All,
                        claimants: &[(request, &keeping.salt)],
                    },
                    bytes,
                )?;
                chunk.place = Place::Sealed(segment);
            }
        }
        self.in_memory = 0;
        Ok(())
    }

    /// Rows taken so far, over all sets.
    pub fn rows(&self) -> u64 {
        let closed: u64 = self.sets.iter().map(|set| set.total).sum();
        closed + self.open.iter().map(|open| u64::from(open.rows)).sum::<u64>()
    }

    /// Ends the census. With `seal`, all keys are durable in the vault when this returns.
    pub fn finish(mut self, seal: bool) -> Result<Census, Error> {
        for set in 0..self.sets.len() {
            self.end_chunk(set)?;
        }
        let digest = hex::encode(&self.chain);
        let mut blob = None;
        if seal || self.writer.is_some() {
            self.spill()?;
            if let Some(writer) = self.writer {
                blob = Some(writer.finish()?.id);
            }
        }
        Ok(Census { sets: self.sets, digest, blob })
    }
}

/// The job's own salt claims the census as if the job were a request.
fn of_job(job: JobId) -> RequestId {
    RequestId::from_bytes(job.to_bytes())
}

fn codec_of(set: usize, first: u64) -> Vec<u8> {
    let mut out = Vec::new();
    codec::put_varint(&mut out, set as u64);
    codec::put_varint(&mut out, first);
    out
}

impl Census {
    /// Reads the directory of a sealed census back, after a crash.
    pub fn reopen(shelf: &Shelf, blob: BlobId, digest: &str, sets: usize) -> Result<Self, Error> {
        let damaged = |_| Error::Damaged { what: "the census", why: String::from("its directory") };
        let opened = shelf.take(blob)?;
        let mut census =
            Self { sets: vec![KeysOf::default(); sets], digest: digest.to_owned(), blob: Some(blob) };
        for segment in opened.segments() {
            let mut columns: &[u8] = &segment.columns;
            let set = codec::take_varint(&mut columns).map_err(damaged)? as usize;
            let first = codec::take_varint(&mut columns).map_err(damaged)?;
            let Some(keys) = census.sets.get_mut(set) else { return Err(damaged(codec::Error::TooLong)) };
            keys.total += u64::from(segment.rows);
            keys.chunks.push(Chunk { first, rows: segment.rows, place: Place::Sealed(segment.number) });
        }
        for keys in &mut census.sets {
            keys.chunks.sort_by_key(|chunk| chunk.first);
        }
        Ok(census)
    }

    /// Seals a census that was only in memory, because it turned out to be needed for longer.
    pub fn seal(&mut self, keeping: &Keeping<'_>) -> Result<BlobId, Error> {
        if let Some(blob) = self.blob {
            return Ok(blob);
        }
        let mut writer = keeping.shelf.begin(&keeping.meta, keeping.key, &keeping.chance)?;
        let request = of_job(keeping.meta.job);
        for (number, set) in self.sets.iter().enumerate() {
            for chunk in &set.chunks {
                let Place::Memory(bytes) = &chunk.place else { continue };
                writer.push(
                    &SegmentMeta {
                        model: "census",
                        content: Content::Census,
                        columns: &codec_of(number, chunk.first),
                        rows: chunk.rows,
                        claims: Claims::All,
                        claimants: &[(request, &keeping.salt)],
                    },
                    bytes,
                )?;
            }
        }
        let blob = writer.finish()?.id;
        self.blob = Some(blob);
        Ok(blob)
    }
}

/// Reads entries of a census.
pub struct Reading<'a> {
    census: &'a Census,
    shelf: &'a Shelf,
    key: &'a EpochKey,
    job: JobId,
    salt: Option<Salt>,
}

impl<'a> Reading<'a> {
    /// A reader for a job's census.
    pub fn new(
        census: &'a Census,
        shelf: &'a Shelf,
        key: &'a EpochKey,
        job: JobId,
        salt: Option<Salt>,
    ) -> Self {
        Self { census, shelf, key, job, salt }
    }

    /// Entries `from..to` of a set.
    pub fn entries(&self, set: usize, from: u64, to: u64) -> Result<Vec<Entry>, Error> {
        let chunks = &self.census.sets[set].chunks;
        let start = chunks.partition_point(|chunk| chunk.first + u64::from(chunk.rows) <= from);
        let chunks = chunks[start..].iter().take_while(|chunk| chunk.first < to);
        let mut out = Vec::with_capacity(usize::try_from(to.saturating_sub(from)).unwrap_or(0));
        let mut blob = None;
        for chunk in chunks {
            let low = usize::try_from(from.saturating_sub(chunk.first)).unwrap_or(usize::MAX);
            let high = usize::try_from(to - chunk.first).unwrap_or(usize::MAX);
            let wanted = low..high;
            match &chunk.place {
                Place::Memory(bytes) => decode(bytes, wanted, &mut out)?,
                Place::Sealed(segment) => {
                    let blob = match &mut blob {
                        Some(blob) => blob,
                        none => none.insert(self.shelf.take(self.census.blob.ok_or_else(|| {
                            Error::Damaged { what: "the census", why: String::from("it has no blob") }
                        })?)?),
                    };
                    let (job, salt) = (of_job(self.job), self.salt.clone());
                    let salts = move |request: RequestId| if request == job { salt.clone() } else { None };
                    decode(&blob.open_segment(*segment, self.key, &salts)?, wanted, &mut out)?;
                }
            }
        }
        Ok(out)
    }
}

/// Appends those entries of a chunk whose places are wanted.
fn decode(mut bytes: &[u8], wanted: Range<usize>, out: &mut Vec<Entry>) -> Result<(), Error> {
    let damaged = |error: codec::Error| Error::Damaged { what: "the census", why: error.to_string() };
    for place in 0..wanted.end {
        if bytes.is_empty() {
            break;
        }
        let count = codec::take_varint(&mut bytes).map_err(damaged)?;
        let claimants = (0..count).map(|_| codec::take_varint(&mut bytes).map(|value| value as u32));
        let claimants = claimants.collect::<Result<_, _>>().map_err(damaged)?;
        let key = codec::take_row(&mut bytes).map_err(damaged)?;
        if wanted.contains(&place) {
            out.push(Entry { claimants, key });
        }
    }
    Ok(())
}

/// Coordinates of a census blob.
pub fn meta(blob: BlobId, key: &EpochKey, job: JobId) -> BlobMeta {
    BlobMeta {
        blob,
        organization: key.organization(),
        job,
        batch: BatchId::from_bytes(job.to_bytes()),
        epoch: key.epoch(),
    }
}
