//! Opening a package: nothing is trusted until it is checked, and nothing appears at the target until all of it is.
//!
//! First the whole file is decrypted once and thrown away: age authenticates every piece, so from then on the
//! archive's own records may be believed to come from whoever encrypted it. That may still be a stranger, so names,
//! sizes and counts are checked like any stranger's.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use age::stream::StreamReader;
use zip::read::{ArchiveOffset, Config};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::digest::{Digest, Hasher};
use crate::error::OpenError;
use crate::key::{Key, MOST_PASSPHRASE_WORK};
use crate::manifest::{FileEntry, Manifest, VERSION};
use crate::pad::PIECE;
use crate::path;

/// What age begins every file with.
const MAGIC: &[u8] = b"age-encryption.org/";

/// A piece with its tag.
const SEALED_PIECE: u64 = PIECE + 16;

/// Below this, an entry may compress as well as it likes: ten megabytes of one letter are data, too.
const RATIO_COUNTS_FROM: u64 = 256 << 20;

/// The most a reader is willing to unpack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in all.
    pub total_bytes: u64,
    /// Files.
    pub files: u64,
    /// How many times larger than its packed form a large file may be.
    pub ratio: u64,
    /// Bytes of the manifest, which is held in memory.
    pub manifest_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { total_bytes: 1 << 40, files: 100_000, ratio: 400, manifest_bytes: 64 << 20 }
    }
}

/// How to open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opening {
    /// What to put up with.
    pub limits: Limits,
    /// The manifest digest that was recorded when the package was made. With it, a package somebody else made for
    /// the same key is refused.
    pub manifest: Option<Digest>,
}

/// A package that was found to be whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// What it holds.
    pub manifest: Manifest,
    /// The digest of its manifest.
    pub digest: Digest,
}

/// Decrypts, checks, and unpacks into `target`, which must not exist yet. On any error nothing is left there.
pub fn open<R: Read + Seek>(
    input: R,
    key: &Key,
    opening: &Opening,
    target: &Path,
) -> Result<Opened, OpenError> {
    if target.symlink_metadata().is_ok() {
        return Err(OpenError::TargetExists { path: target.to_owned() });
    }
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let fault = |source| OpenError::Write { path: target.to_owned(), source };
    let mut room = tempfile::Builder::new();
    room.prefix(".opening-");
    #[cfg(unix)]
    room.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let room = room.tempdir_in(parent).map_err(fault)?;
    let opened = read(input, key, opening, Some(room.path()))?;
    fs::rename(room.path(), target).map_err(fault)?;
    // it has moved: there is nothing left to clean up
    let _ = room.keep();
    Ok(opened)
}

/// Checks everything without writing anything.
pub fn verify<R: Read + Seek>(input: R, key: &Key, opening: &Opening) -> Result<Opened, OpenError> {
    read(input, key, opening, None)
}

fn read<R: Read + Seek>(
    mut input: R,
    key: &Key,
    opening: &Opening,
    into: Option<&Path>,
) -> Result<Opened, OpenError> {
    let bytes = input.seek(SeekFrom::End(0)).map_err(OpenError::Read)?;
    let mut plain = unlock(&mut input, key, bytes)?;
    let mut authentic = 0;
    if let Err(fault) = read_all(&mut plain, &mut authentic) {
        drop(plain);
        return Err(match fault.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                diagnose(&mut input, key, bytes, authentic / PIECE)?
            }
            _ => OpenError::Read(fault),
        });
    }
    let mut archive = survey(plain, authentic, &opening.limits)?;
    let bytes = manifest_bytes(&mut archive, opening.limits.manifest_bytes)?;
    let (manifest, digest) = (read_manifest(&bytes)?, Digest::of(&bytes));
    if opening.manifest.is_some_and(|expected| expected != digest) {
        return Err(OpenError::OtherManifest);
    }
    let entries = match_files(&archive, &manifest)?;
    if let Some(into) = into {
        for folder in [path::DATA, "schema"] {
            let path = into.join(folder);
            fs::create_dir(&path).map_err(|source| OpenError::Write { path, source })?;
        }
    }
    for (index, file) in entries {
        unpack(&mut archive, index, file, into)?;
    }
    if let Some(into) = into {
        let path = into.join(path::MANIFEST);
        create_new(&path)
            .and_then(|mut file| file.write_all(&bytes))
            .map_err(|source| OpenError::Write { path, source })?;
    }
    Ok(Opened { manifest, digest })
}

/// Finds the file key.
pub(crate) fn unlock<'r, R: Read + Seek>(
    input: &'r mut R,
    key: &Key,
    bytes: u64,
) -> Result<StreamReader<&'r mut R>, OpenError> {
    input.rewind().map_err(OpenError::Read)?;
    let mut start = Vec::new();
    input.take(MAGIC.len() as u64).read_to_end(&mut start).map_err(OpenError::Read)?;
    if !MAGIC.starts_with(&start) {
        return Err(OpenError::NotAPackage);
    }
    if start.len() < MAGIC.len() {
        return Err(OpenError::Truncated { bytes });
    }
    input.rewind().map_err(OpenError::Read)?;
    let identity = key.for_age();
    let opened =
        age::Decryptor::new(input).and_then(|decryptor| decryptor.decrypt(std::iter::once(&*identity)));
    opened.map_err(|error| match error {
        age::DecryptError::NoMatchingKeys
        | age::DecryptError::DecryptionFailed
        | age::DecryptError::KeyDecryptionFailed => OpenError::WrongKey,
        age::DecryptError::ExcessiveWork { required, .. } => {
            OpenError::TooMuchWork { asked: required, most: MOST_PASSPHRASE_WORK }
        }
        age::DecryptError::Io(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => {
            OpenError::Truncated { bytes }
        }
        age::DecryptError::Io(fault) => OpenError::Read(fault),
        age::DecryptError::UnknownFormat => OpenError::NotAPackage,
        _ => OpenError::DamagedHeader,
    })
}

fn read_all(plain: &mut impl Read, authentic: &mut u64) -> io::Result<()> {
    let mut buffer = vec![0; PIECE as usize];
    loop {
        match plain.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(got) => *authentic += got as u64,
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
}

/// Tells why a file that the key fits does not decrypt. Our packages are whole pieces to the end (see `pad`), so:
/// if the pieces before the bad one are a complete file by themselves, something was appended; if the bad piece is
/// not whole, the file was cut; else it was changed.
fn diagnose<R: Read + Seek>(input: &mut R, key: &Key, bytes: u64, good: u64) -> Result<OpenError, OpenError> {
    input.rewind().map_err(OpenError::Read)?;
    age::Decryptor::new(&mut *input).map_err(|_| OpenError::DamagedHeader)?;
    let payload = input.stream_position().map_err(OpenError::Read)?;
    let whole = payload + good * SEALED_PIECE;
    input.rewind().map_err(OpenError::Read)?;
    let identity = key.for_age();
    let complete = age::Decryptor::new(input.take(whole))
        .and_then(|decryptor| decryptor.decrypt(std::iter::once(&*identity)))
        .is_ok_and(|mut plain| read_all(&mut plain, &mut 0).is_ok());
    Ok(if complete {
        OpenError::Trailing { after: whole }
    } else if bytes < whole + SEALED_PIECE {
        OpenError::Truncated { bytes }
    } else {
        OpenError::Damaged { near: whole }
    })
}

/// Reads the archive's directory and refuses whatever our archives never contain.
pub(crate) fn survey<R: Read + Seek>(
    plain: R,
    length: u64,
    limits: &Limits,
) -> Result<ZipArchive<R>, OpenError> {
    let mut archive = ZipArchive::with_config(Config { archive_offset: ArchiveOffset::Known(0) }, plain)
        .map_err(malformed)?;
    let refuse = |why| Err(OpenError::Archive { why });
    if !length.is_multiple_of(PIECE) || archive.comment().iter().any(|byte| *byte != 0) {
        return refuse("it does not end as ours do");
    }
    if archive.len() as u64 > limits.files {
        return Err(OpenError::TooLarge { what: "number of files", most: limits.files });
    }
    if archive.has_duplicate_names() {
        return refuse("a name occurs twice");
    }
    if archive.has_overlapping_entries().map_err(malformed)? {
        return refuse("its files overlap");
    }
    archive.validate_header_consistency().map_err(malformed)?;
    let mut total = 0u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(malformed)?;
        if !std::str::from_utf8(entry.name_raw()).is_ok_and(path::is_ours) {
            return refuse("a file has a name that is not ours");
        }
        if entry.is_dir()
            || entry.is_symlink()
            || entry.unix_mode().is_some_and(|mode| mode & !0o100_777 != 0)
        {
            return refuse("it holds something other than plain files");
        }
        if entry.encrypted()
            || !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated)
        {
            return refuse("a file is packed in a way that is not ours");
        }
        if entry.size() > RATIO_COUNTS_FROM && entry.size() / limits.ratio > entry.compressed_size() {
            return Err(OpenError::TooLarge { what: "compression ratio", most: limits.ratio });
        }
        total = total.saturating_add(entry.size());
        if total > limits.total_bytes {
            return Err(OpenError::TooLarge { what: "number of bytes", most: limits.total_bytes });
        }
    }
    Ok(archive)
}

pub(crate) fn read_manifest(bytes: &[u8]) -> Result<Manifest, OpenError> {
    /// What every version has.
    #[derive(serde::Deserialize)]
    struct Head {
        format: String,
        version: u32,
    }
    let head: Head = serde_json::from_slice(bytes).map_err(OpenError::Manifest)?;
    if head.format != "exeunt-package" {
        return Err(OpenError::Archive { why: "its manifest is not that of a package" });
    }
    if head.version != VERSION {
        return Err(OpenError::Version { found: head.version, known: VERSION });
    }
    serde_json::from_slice(bytes).map_err(OpenError::Manifest)
}

pub(crate) fn manifest_bytes<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    most: u64,
) -> Result<Vec<u8>, OpenError> {
    let entry = match archive.by_name(path::MANIFEST) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Err(OpenError::Missing { path: path::MANIFEST.to_owned() }),
        Err(error) => return Err(malformed(error)),
    };
    let mut bytes = Vec::new();
    entry.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        return Err(OpenError::TooLarge { what: "manifest", most });
    }
    Ok(bytes)
}

/// Pairs each entry with its line in the manifest; neither may be alone.
fn match_files<'m, R: Read + Seek>(
    archive: &ZipArchive<R>,
    manifest: &'m Manifest,
) -> Result<Vec<(usize, &'m FileEntry)>, OpenError> {
    let mut listed: BTreeMap<&str, &FileEntry> =
        manifest.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut pairs = Vec::with_capacity(listed.len());
    for index in 0..archive.len() {
        let name = archive
            .name_for_index(index)
            .and_then(Result::ok)
            .ok_or(OpenError::Archive { why: "a file has a name that is not ours" })?
            .into_owned();
        if name == path::MANIFEST {
            continue;
        }
        match listed.remove(name.as_str()) {
            Some(file) => pairs.push((index, file)),
            None => return Err(OpenError::Unlisted { path: name }),
        }
    }
    match listed.into_values().next() {
        // a manifest can be anyone's: a path is only repeated once it is known to be harmless
        Some(file) if path::is_ours(&file.path) => Err(OpenError::Missing { path: file.path.clone() }),
        Some(_) => Err(OpenError::Archive { why: "its manifest lists a name that is not ours" }),
        None => Ok(pairs),
    }
}

fn unpack<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    file: &FileEntry,
    into: Option<&Path>,
) -> Result<(), OpenError> {
    let changed = || OpenError::Changed { path: file.path.clone() };
    let target = into.map(|into| into.join(&file.path));
    let fault = |source| OpenError::Write { path: target.clone().unwrap_or_default(), source };
    let mut out = target.as_deref().map(create_new).transpose().map_err(fault)?;
    let mut entry = archive.by_index(index).map_err(malformed)?;
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; PIECE as usize];
    let mut bytes = 0u64;
    loop {
        let got = entry.read(&mut buffer).map_err(|fault| match fault.kind() {
            io::ErrorKind::InvalidData => changed(),
            _ => unreadable(fault),
        })?;
        if got == 0 {
            break;
        }
        bytes += got as u64;
        if bytes > file.bytes {
            return Err(changed());
        }
        hasher.update(&buffer[..got]);
        if let Some(out) = &mut out {
            out.write_all(&buffer[..got]).map_err(fault)?;
        }
    }
    if bytes != file.bytes || hasher.finish() != file.sha256 {
        return Err(changed());
    }
    Ok(())
}

/// A file that did not exist before, readable by its owner alone.
fn create_new(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// The archive library's messages may repeat names from the archive, so only their kind is passed on.
pub(crate) fn malformed(error: ZipError) -> OpenError {
    match error {
        ZipError::Io(fault) => unreadable(fault),
        ZipError::UnsupportedArchive(_) => {
            OpenError::Archive { why: "it uses something our archives do not" }
        }
        _ => OpenError::Archive { why: "it is not a well-formed ZIP" },
    }
}

fn unreadable(fault: io::Error) -> OpenError {
    match fault.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput => {
            OpenError::Archive { why: "it is not a well-formed ZIP" }
        }
        _ => OpenError::Read(fault),
    }
}
