//! Looks for canaries in bytes and files, plain and in the disguises data usually travels in: upper case, hexadecimal,
//! base64 at any offset, UTF-16, JSON escapes, and inside zstd frames and ZIP archives.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use memchr::memmem;

use crate::canary;

/// A canary that got out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// The file, where a file was searched; with the entry's name after `!` inside an archive.
    pub place: PathBuf,
    /// Where in it, in bytes.
    pub offset: usize,
    /// The disguise it wore.
    pub disguise: &'static str,
    /// The bytes around it, made printable.
    pub around: String,
}

impl fmt::Display for Find {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {} ({}): {}", self.place.display(), self.offset, self.disguise, self.around)
    }
}

/// What to look for.
#[derive(Debug, Clone)]
pub struct Search {
    needles: Vec<(&'static str, Vec<u8>)>,
}

impl Search {
    /// Looks for any canary of [`canary`].
    pub fn any_canary() -> Self {
        Self::for_texts(&[canary::MARK, canary::PHONE_MARK])
    }

    /// Looks for these texts, whole.
    pub fn for_texts(texts: &[&str]) -> Self {
        Self { needles: texts.iter().flat_map(|text| disguises(text)).collect() }
    }

    /// Every find in some bytes.
    pub fn bytes(&self, bytes: &[u8]) -> Vec<Find> {
        let mut found = Vec::new();
        self.within(Path::new("bytes"), bytes, 0, &mut found);
        found
    }

    /// Every find in a file, or in all files below a directory (links are not followed).
    pub fn dir(&self, path: &Path) -> Result<Vec<Find>> {
        let mut found = Vec::new();
        let mut open = vec![path.to_owned()];
        while let Some(path) = open.pop() {
            let kind = std::fs::symlink_metadata(&path)
                .with_context(|| format!("could not look at {}", path.display()))?
                .file_type();
            if kind.is_dir() {
                for entry in
                    std::fs::read_dir(&path).with_context(|| format!("could not list {}", path.display()))?
                {
                    open.push(entry?.path());
                }
            } else if kind.is_file() {
                let bytes =
                    std::fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
                self.within(&path, &bytes, 0, &mut found);
            }
        }
        Ok(found)
    }

    fn within(&self, place: &Path, bytes: &[u8], depth: u8, found: &mut Vec<Find>) {
        for (disguise, needle) in &self.needles {
            found.extend(memmem::find_iter(bytes, needle).map(|offset| Find {
                place: place.to_owned(),
                offset,
                disguise,
                around: around(bytes, offset, needle.len()),
            }));
        }
        if depth < 2 {
            for (name, inner) in unpacked(bytes) {
                let mut place = place.as_os_str().to_owned();
                place.push("!");
                place.push(name);
                self.within(Path::new(&place), &inner, depth + 1, found);
            }
        }
    }
}

/// Every canary in some bytes.
pub fn search_bytes(bytes: &[u8]) -> Vec<Find> {
    Search::any_canary().bytes(bytes)
}

/// Every canary below a directory or in a file.
pub fn search_dir(path: &Path) -> Result<Vec<Find>> {
    Search::any_canary().dir(path)
}

/// Fails a test when a canary is found below a directory or in a file, saying where.
///
/// # Panics
/// When one is found or the place cannot be read.
#[track_caller]
pub fn assert_silent(path: &Path) {
    let found = search_dir(path).unwrap_or_else(|error| panic!("{error:#}"));
    let shown: Vec<String> = found.iter().take(10).map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} canaries got out, first:\n{}", found.len(), shown.join("\n"));
}

/// Fails a test when a canary is found in some text, such as the output of a command.
///
/// # Panics
/// When one is found.
#[track_caller]
pub fn assert_silent_bytes(what: &str, bytes: &[u8]) {
    let found = search_bytes(bytes);
    assert!(found.is_empty(), "{what} holds {} canaries, first: {}", found.len(), found[0]);
}

fn disguises(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hex = exeunt_base::hex::encode(text.as_bytes());
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let mut all = vec![
        ("plain", text.as_bytes().to_vec()),
        ("upper-case hexadecimal", hex.to_uppercase().into_bytes()),
        ("hexadecimal", hex.into_bytes()),
        ("UTF-16, little end first", wide(u16::to_le_bytes)),
        ("UTF-16, big end first", wide(u16::to_be_bytes)),
        ("backwards", text.bytes().rev().collect()),
    ];
    if text.to_uppercase() != text {
        all.push(("upper case", text.to_uppercase().into_bytes()));
    }
    // Base64 looks different at each offset modulo 3; the characters that also depend on the neighbors are cut off.
    for (lead, cut) in [(0, 0), (1, 2), (2, 3)] {
        let padded = [&[0; 2][..lead], text.as_bytes()].concat();
        let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&padded);
        let sure = padded.len() * 8 / 6;
        let core = encoded.as_bytes()[cut..sure].to_vec();
        let url = core.iter().map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        });
        let url: Vec<u8> = url.collect();
        if url != core {
            all.push(("base64url", url));
        }
        all.push(("base64", core));
    }
    all.dedup();
    all
}

/// What zstd frames and a ZIP archive in these bytes hold; unreadable ones are skipped, as they may be chance.
fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    const MOST: u64 = 256 << 20;
    let mut found = Vec::new();
    for offset in memmem::find_iter(bytes, b"\x28\xb5\x2f\xfd") {
        let mut inner = Vec::new();
        if let Ok(decoder) = zstd::stream::read::Decoder::with_buffer(&bytes[offset..]) {
            // Half a frame is worth searching too.
            let _ = decoder.single_frame().take(MOST).read_to_end(&mut inner);
        }
        found.push((format!("zstd@{offset}"), inner));
    }
    if bytes.starts_with(b"PK\x03\x04")
        && let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes))
    {
        for index in 0..archive.len() {
            if let Ok(mut entry) = archive.by_index(index) {
                let mut inner = Vec::new();
                let _ = entry.by_ref().take(MOST).read_to_end(&mut inner);
                let name = entry.name().map_or_else(|_| format!("entry {index}"), |name| name.into_owned());
                found.push((name, inner));
            }
        }
    }
    found
}

fn around(bytes: &[u8], offset: usize, length: usize) -> String {
    let shown = &bytes[offset.saturating_sub(40)..(offset + length + 40).min(bytes.len())];
    shown.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use base64::Engine;

    use super::{Search, search_bytes, search_dir};
    use crate::canary;

    #[test]
    fn a_canary_is_found_in_every_disguise() {
        let secret = canary::email(7);
        for lead in 0..4 {
            let line = format!("{}{secret};", "~".repeat(lead));
            let bytes = line.as_bytes();
            let wide: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let worn = [
                bytes.to_vec(),
                line.to_uppercase().into_bytes(),
                wide,
                exeunt_base::hex::encode(bytes).into_bytes(),
                base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes(),
                base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes).into_bytes(),
                [b"head".as_slice(), &zstd::encode_all(bytes, 1).unwrap()].concat(),
            ];
            for (number, bytes) in worn.iter().enumerate() {
                assert!(!search_bytes(bytes).is_empty(), "disguise {number} with lead {lead}");
            }
        }
        assert!(!search_bytes(canary::phone(3).as_bytes()).is_empty());
        assert_eq!(search_bytes(b"nothing to see, not even zqxjvk canary"), []);
    }

    #[test]
    fn one_person_is_told_from_another() {
        let search = Search::for_texts(&[&canary::word("email", 1)]);
        assert!(search.bytes(canary::email(2).as_bytes()).is_empty());
        assert_eq!(search.bytes(canary::email(1).as_bytes()).len(), 1);
    }

    #[test]
    fn files_and_archives_below_a_directory_are_searched() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("deep")).unwrap();
        let file = std::fs::File::create(dir.path().join("deep/package.zip")).unwrap();
        let mut archive = zip::ZipWriter::new(file);
        archive.start_file("orders.csv", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(format!("{}\n", canary::name(3)).repeat(50).as_bytes()).unwrap();
        archive.finish().unwrap();
        let found = search_dir(dir.path()).unwrap();
        assert_eq!(found.len(), 50);
        assert!(found[0].place.ends_with("package.zip!orders.csv"), "{}", found[0]);
    }
}
