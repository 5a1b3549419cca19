//! The archive: a zip file with one spelling. Nothing is compressed, no date is told, and files stand in the order of their names.
//!
//! Reading accepts only what writing makes: the bytes are read, written again, and compared. So an archive holds what it lists and
//! nothing beside it, cannot grow when it is unpacked, and has no names but plain ones.

use std::collections::BTreeMap;

/// Most files of a pack.
pub const MOST_FILES: usize = 65_000;

/// Most bytes of a pack.
pub const MOST_BYTES: usize = 1 << 30;

/// Longest name of a file.
const LONGEST_NAME: usize = 120;

/// 1 January 1980, where dates of such archives begin.
const DAY: u16 = 0x21;
/// What is needed to read it: version 1.0.
const NEEDS: u16 = 10;
/// Made on Unix, so that the mode below counts.
const MADE_BY: u16 = 0x0300 | NEEDS;
/// An ordinary file that everybody may read.
const MODE: u32 = 0o100_644 << 16;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

/// Files by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Why bytes are not such an archive, or cannot become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadArchive {
    /// More than an archive takes.
    #[error("it is too large: a pack has at most 65000 files and 1 GiB; take a shorter period")]
    TooLarge,
    /// A name that no file of a pack has.
    #[error("a file in it has a name that no file of a pack has")]
    BadName,
    /// Not what an archive of ours looks like to the last byte.
    #[error("it is not an evidence pack as Exeunt writes it: something was changed, added or cut off")]
    Malformed,
}

/// Letters, digits, dots, dashes and underscores, in folders; no way out of the folder it is unpacked in.
fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    name.len() <= LONGEST_NAME && name.split('/').all(part)
}

/// Writes an archive.
pub(crate) fn write(files: &Files) -> Result<Vec<u8>, BadArchive> {
    let total = files.iter().try_fold(0usize, |total, (name, bytes)| {
        total.checked_add(bytes.len())?.checked_add(2 * name.len() + 76)
    });
    if files.len() > MOST_FILES || total.is_none_or(|total| total > MOST_BYTES) {
        return Err(BadArchive::TooLarge);
    }
    if !files.keys().all(|name| is_name(name)) {
        return Err(BadArchive::BadName);
    }
    let mut out = Writing::default();
    let mut central = Writing::default();
    for (name, bytes) in files {
        let at = out.size()?;
        out.u32(LOCAL);
        out.about(name, bytes)?;
        out.u16(0);
        out.0.extend_from_slice(name.as_bytes());
        out.0.extend_from_slice(bytes);
        central.u32(CENTRAL);
        central.u16(MADE_BY);
        central.about(name, bytes)?;
        for nothing in [0, 0, 0, 0] {
            central.u16(nothing);
        }
        central.u32(MODE);
        central.u32(at);
        central.0.extend_from_slice(name.as_bytes());
    }
    let (at, size) = (out.size()?, central.size()?);
    out.0.append(&mut central.0);
    let count = u16::try_from(files.len()).map_err(|_| BadArchive::TooLarge)?;
    out.u32(END);
    for number in [0, 0, count, count] {
        out.u16(number);
    }
    out.u32(size);
    out.u32(at);
    out.u16(0);
    Ok(out.0)
}

/// Reads an archive that [`write`] made.
pub(crate) fn read(bytes: &[u8]) -> Result<Files, BadArchive> {
    if bytes.len() > MOST_BYTES {
        return Err(BadArchive::TooLarge);
    }
    let mut rest = bytes;
    let mut files = Files::new();
    while rest.get(..4) == Some(LOCAL.to_le_bytes().as_slice()) {
        let (head, after) = rest.split_at_checked(30).ok_or(BadArchive::Malformed)?;
        let u16_at = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let size = u32::from_le_bytes([head[18], head[19], head[20], head[21]]) as usize;
        let (name, after) = after.split_at_checked(u16_at(26)).ok_or(BadArchive::Malformed)?;
        let (content, after) = after.split_at_checked(size).ok_or(BadArchive::Malformed)?;
        let name = std::str::from_utf8(name).map_err(|_| BadArchive::Malformed)?;
        if !is_name(name) {
            return Err(BadArchive::BadName);
        }
        if files.insert(name.to_owned(), content.to_vec()).is_some() {
            return Err(BadArchive::Malformed);
        }
        if files.len() > MOST_FILES {
            return Err(BadArchive::TooLarge);
        }
        rest = after;
    }
    if write(&files)? == bytes { Ok(files) } else { Err(BadArchive::Malformed) }
}

#[derive(Default)]
struct Writing(Vec<u8>);

impl Writing {
    fn u16(&mut self, number: u16) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn u32(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn size(&self) -> Result<u32, BadArchive> {
        u32::try_from(self.0.len()).map_err(|_| BadArchive::TooLarge)
    }

    /// What the head of a file and its line in the list share.
    fn about(&mut self, name: &str, bytes: &[u8]) -> Result<(), BadArchive> {
        for number in [NEEDS, 0, 0, 0, DAY] {
            self.u16(number);
        }
        let size = u32::try_from(bytes.len()).map_err(|_| BadArchive::TooLarge)?;
        self.u32(crc32fast::hash(bytes));
        self.u32(size);
        self.u32(size);
        self.u16(u16::try_from(name.len()).map_err(|_| BadArchive::BadName)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{BadArchive, Files, read, write};

    fn files() -> Files {
        [("a.txt", &b"one"[..]), ("b/c-1.json", b"{}"), ("b/d", b"")]
            .into_iter()
            .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
            .collect()
    }

    #[test]
    fn other_programs_read_it() {
        let bytes = write(&files()).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        assert_eq!(archive.len(), 3);
        for (place, (name, content)) in files().iter().enumerate() {
            let mut file = archive.by_index(place).unwrap();
            assert_eq!(
                (file.name().unwrap().into_owned(), file.unix_mode()),
                (name.clone(), Some(0o100_644))
            );
            let mut read = Vec::new();
            file.read_to_end(&mut read).unwrap();
            assert_eq!(&read, content);
        }
        assert_eq!(read(&bytes), Ok(files()));
        assert_eq!(read(&write(&Files::new()).unwrap()), Ok(Files::new()));
    }

    #[test]
    fn no_byte_can_be_changed_taken_or_added_without_showing() {
        let bytes = write(&files()).unwrap();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[at] ^= 1 << bit;
                // a flipped bit in a content changes its checksum; elsewhere there is one spelling
                assert!(read(&bad).is_err(), "byte {at}, bit {bit}");
            }
            assert!(read(&bytes[..at]).is_err());
            let mut longer = bytes.clone();
            longer.insert(at, bytes[at]);
            assert!(read(&longer).is_err(), "byte {at} twice");
        }
        assert!(read(&[bytes.as_slice(), b"\0"].concat()).is_err());
    }

    #[test]
    fn names_lead_nowhere_else() {
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "../a",
            "a/../b",
            "a//b",
            "./a",
            "a/",
            ".hidden",
            "a\\b",
            "a b",
            "é",
            "C:a",
            &"x".repeat(121),
        ] {
            let files: Files = [(bad.to_owned(), Vec::new())].into();
            assert_eq!(write(&files), Err(BadArchive::BadName), "{bad}");
        }
    }

    #[test]
    fn what_other_programs_made_is_refused() {
        let mut made = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let plain = zip::write::SimpleFileOptions::default();
        made.start_file("bomb", plain.compression_method(zip::CompressionMethod::Deflated)).unwrap();
        std::io::Write::write_all(&mut made, &vec![0; 1 << 20]).unwrap();
        made.add_symlink("link", "/etc/passwd", plain).unwrap();
        assert!(read(&made.finish().unwrap().into_inner()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_the_one_spelling(bytes: Vec<u8>) {
            if let Ok(files) = read(&bytes) {
                prop_assert_eq!(write(&files).unwrap(), bytes);
            }
        }

        #[test]
        fn what_is_written_is_read_back(
            files in proptest::collection::btree_map("[a-z0-9]{1,8}(/[a-z]{1,3})?", any::<Vec<u8>>(), 0..8),
        ) {
            prop_assert!(read(&write(&files).unwrap()) == Ok(files));
        }
    }
}
