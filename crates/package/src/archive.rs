//! One ZIP inside one age file, written entry by entry without ever going back.

use std::io::Write;

use exeunt_base::Timestamp;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::digest::{Digest, Hasher, Hashing};
use crate::error::Error;
use crate::key::Encryption;
use crate::pad::Padding;

/// The fastest level: two thirds of the gain for a fifth of the work, and encryption hides the rest.
const LEVEL: i64 = 1;

type Sealed<W> = Padding<age::stream::StreamWriter<Hashing<W>>>;

/// The archive being written. Dropped before [`Archive::finish`], it leaves a file that nothing opens, because the
/// last piece of the encryption is missing.
pub(crate) struct Archive<W: Write> {
    zip: ZipWriter<StreamWriter<Sealed<W>>>,
    stamp: DateTime,
    entry: Option<Entry>,
}

struct Entry {
    hasher: Hasher,
    bytes: u64,
}

/// The whole file, once written.
pub(crate) struct Finished<W> {
    pub(crate) out: W,
    pub(crate) sha256: Digest,
    pub(crate) bytes: u64,
}

/// How an entry is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Deflated,
    /// For what is compressed already.
    Stored,
}

impl<W: Write> Archive<W> {
    pub(crate) fn create(out: W, to: &Encryption, made_at: Timestamp) -> Result<Self, Error> {
        let sealed = to.encryptor()?.wrap_output(Hashing::new(out)).map_err(Error::Write)?;
        Ok(Self { zip: ZipWriter::new_stream(Padding::new(sealed)), stamp: stamp(made_at), entry: None })
    }

    /// Begins an entry. The path must be one of ours.
    pub(crate) fn begin(&mut self, path: &str, packing: Packing) -> Result<(), Error> {
        debug_assert!(crate::path::is_ours(path), "not one of our paths");
        debug_assert!(self.entry.is_none(), "one entry at a time");
        let options = SimpleFileOptions::default()
            .last_modified_time(self.stamp)
            .unix_permissions(0o600)
            .large_file(true);
        let options = match packing {
            Packing::Deflated => {
                options.compression_method(CompressionMethod::Deflated).compression_level(Some(LEVEL))
            }
            Packing::Stored => options.compression_method(CompressionMethod::Stored),
        };
        self.zip.start_file(path, options).map_err(Error::Archive)?;
        self.entry = Some(Entry { hasher: Hasher::new(), bytes: 0 });
        Ok(())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let entry = self.entry.as_mut().expect("bytes are written between begin and end");
        entry.hasher.update(bytes);
        entry.bytes += bytes.len() as u64;
        self.zip.write_all(bytes).map_err(Error::Write)
    }

    /// Ends the entry; returns its length and digest.
    pub(crate) fn end(&mut self) -> (u64, Digest) {
        let entry = self.entry.take().expect("an entry is ended once");
        (entry.bytes, entry.hasher.finish())
    }

    /// Writes an entry at once.
    pub(crate) fn put(&mut self, path: &str, packing: Packing, bytes: &[u8]) -> Result<(u64, Digest), Error> {
        self.begin(path, packing)?;
        self.write(bytes)?;
        Ok(self.end())
    }

    pub(crate) fn finish(self) -> Result<Finished<W>, Error> {
        let padding = self.zip.finish().map_err(Error::Archive)?.into_inner();
        let sealed = padding.finish().map_err(Error::Write)?;
        let mut hashing = sealed.finish().map_err(Error::Write)?;
        hashing.flush().map_err(Error::Write)?;
        let (out, sha256, bytes) = hashing.finish();
        Ok(Finished { out, sha256, bytes })
    }
}

/// The time as a ZIP can hold it: to two seconds, from 1980 to 2107; the earliest when it cannot.
fn stamp(at: Timestamp) -> DateTime {
    let utc = at.to_utc();
    u16::try_from(utc.year())
        .ok()
        .and_then(|year| {
            DateTime::from_date_and_time(
                year,
                utc.month().into(),
                utc.day(),
                utc.hour(),
                utc.minute(),
                utc.second(),
            )
            .ok()
        })
        .unwrap_or_else(DateTime::default_for_write)
}
