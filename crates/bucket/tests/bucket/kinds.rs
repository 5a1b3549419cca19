//! The kinds of storage that the suite is stamped on.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use exeunt_base::{Secret, Timestamp};
use exeunt_bucket::{Bucket, Keys, Pace, Settings};
use exeunt_testkit::s3::{Keeps, S3};
use exeunt_vault::{Disk, Error, Storage};
use tempfile::TempDir;

/// The system's clock, perhaps wrong; pauses are counted and not waited for.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    pub(crate) wrong_by: AtomicI64,
    pub(crate) pauses: Mutex<Vec<Duration>>,
}

impl Pace for Clock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap());
        now.plus_seconds(self.wrong_by.load(Ordering::Relaxed))
    }

    fn pause(&self, time: Duration) {
        self.pauses.lock().unwrap().push(time);
    }
}

/// A server with one bucket.
pub(crate) struct There {
    pub(crate) server: S3,
    pub(crate) clock: Arc<Clock>,
}

pub(crate) fn keys(id: &str, secret: &str) -> Keys {
    Keys { id: id.into(), secret: Secret::new(secret.into()), token: None }
}

impl There {
    pub(crate) fn new(keeps: Keeps) -> Self {
        Self { server: S3::with_bucket("vaults", keeps).unwrap(), clock: Arc::default() }
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            endpoint: Some(self.server.endpoint()),
            region: S3::REGION.into(),
            bucket: "vaults".into(),
            prefix: "acme/one".into(),
            path_style: None,
            plain: false,
            trust: None,
            keys: Arc::new(|| Ok(keys(S3::KEY, S3::SECRET))),
            pace: Arc::clone(&self.clock) as Arc<dyn Pace>,
            tries: 4,
            patience: Duration::from_secs(20),
        }
    }

    pub(crate) fn bucket(&self) -> Bucket {
        Bucket::new(self.settings()).unwrap().part("vault")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.server.everything().unwrap().is_empty()
    }
}

/// Something that lives as long as its storage.
pub(crate) enum Holds {
    Dir(#[expect(dead_code, reason = "removed when dropped")] TempDir),
    Server(#[expect(dead_code, reason = "stopped when dropped")] Box<There>),
}

/// One storage of each kind.
pub(crate) fn all() -> Vec<(&'static str, Holds, Arc<dyn Storage>)> {
    let dir = tempfile::tempdir().unwrap();
    let disk = Disk::open(&dir.path().join("vault")).unwrap();
    let mut kinds: Vec<(_, _, Arc<dyn Storage>)> = vec![("disk", Holds::Dir(dir), Arc::new(disk))];
    for (called, keeps) in [("bucket", Keeps::Nothing), ("bucket with versions", Keeps::Versions)] {
        let there = There::new(keeps);
        let bucket = there.bucket();
        kinds.push((called, Holds::Server(Box::new(there)), Arc::new(bucket)));
    }
    kinds
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Puts a thing, in pieces of uneven sizes.
pub(crate) fn put(storage: &dyn Storage, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let attempt = format!("{:016x}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut draft = storage.begin(name, &attempt)?;
    for piece in bytes.chunks(1_000_003) {
        draft.write(piece)?;
    }
    draft.finish()
}

pub(crate) fn get(storage: &dyn Storage, name: &str) -> Result<Vec<u8>, Error> {
    let item = storage.open(name)?;
    let mut bytes = vec![0; usize::try_from(item.length()).unwrap()];
    item.read_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// Bytes that tell their place.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(&mut next).take(length / 8 + 1).flatten().collect();
    bytes.truncate(length);
    bytes
}
