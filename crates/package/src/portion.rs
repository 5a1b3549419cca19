//! A package in portions: each an archive of its own, copied out of the whole as it was packed, so that somebody may begin with the
//! summary and lose nothing (EDPB 01/2022 calls them layers).

use std::io::{self, Read, Seek, Write};

use zip::{ZipArchive, ZipWriter};

use crate::error::OpenError;
use crate::manifest::Manifest;
use crate::open::{self, Limits};
use crate::path::{self, DATA};
use crate::reveal::Revealed;
use crate::spec::Layer;

/// A portion of a package. Together they hold everything but the start page and the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Portion {
    /// The answer and the information on processing.
    Summary,
    /// What people expect: profile, orders, messages.
    Everyday,
    /// Logs, events, identifiers of machines.
    Technical,
}

/// A portion that has something in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Which.
    pub portion: Portion,
    /// Its files.
    pub files: u64,
    /// What they take, packed; a little less than the archive.
    pub bytes: u64,
}

impl Portion {
    /// All of them, the shortest way into the data first.
    pub const ALL: [Self; 3] = [Self::Summary, Self::Everyday, Self::Technical];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Everyday => "everyday",
            Self::Technical => "technical",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|portion| portion.as_str() == word)
    }

    /// Whether a file is in it.
    fn has(self, file: &str, manifest: &Manifest) -> bool {
        let Some((folder, name)) = file.split_once('/') else {
            return self == Self::Summary && file != path::MANIFEST && file != "index.html";
        };
        let number = name.split('-').next().unwrap_or_default();
        let model = manifest.models.iter().find(|model| {
            model.files.iter().any(|known| match folder {
                DATA => known == file,
                // a schema has the number of its data
                _ => known.split_once('/').is_some_and(|(_, name)| name.split('-').next() == Some(number)),
            })
        });
        let technical = model.is_some_and(|model| model.layer == Layer::Technical.as_str());
        match self {
            Self::Summary => false,
            // what no model claims is anybody's
            Self::Everyday => !technical,
            Self::Technical => technical,
        }
    }
}

/// The portions of a package that have something in them.
pub fn portions<R: Read + Seek>(plain: Revealed<R>) -> Result<Vec<Extent>, OpenError> {
    let (mut archive, manifest) = opened(plain)?;
    let mut all = Vec::new();
    for portion in Portion::ALL {
        let (mut files, mut bytes) = (0, 0);
        for (index, _) in within(&archive, &manifest, portion) {
            let entry = archive.by_index_raw(index).map_err(open::malformed)?;
            (files, bytes) = (files + 1, bytes + entry.compressed_size());
        }
        if files > 0 {
            all.push(Extent { portion, files, bytes });
        }
    }
    Ok(all)
}

/// Writes one portion as an archive of its own, file by file in bounded memory. Each file is as it was packed, with its checksum.
pub fn write_portion<R: Read + Seek, W: Write>(
    plain: Revealed<R>,
    portion: Portion,
    out: W,
) -> io::Result<()> {
    let (mut archive, manifest) = opened(plain).map_err(io::Error::other)?;
    let mut zip = ZipWriter::new_stream(out);
    for (index, _) in within(&archive, &manifest, portion) {
        let entry = archive.by_index_raw(index).map_err(io::Error::other)?;
        zip.raw_copy_file(entry).map_err(io::Error::other)?;
    }
    let mut out = zip.finish().map_err(io::Error::other)?.into_inner();
    out.flush()
}

fn opened<R: Read + Seek>(plain: Revealed<R>) -> Result<(ZipArchive<Revealed<R>>, Manifest), OpenError> {
    let limits = Limits::default();
    let size = plain.size();
    let mut archive = open::survey(plain, size, &limits)?;
    let bytes = open::manifest_bytes(&mut archive, limits.manifest_bytes)?;
    let manifest = open::read_manifest(&bytes)?;
    Ok((archive, manifest))
}

fn within<R: Read + Seek>(
    archive: &ZipArchive<R>,
    manifest: &Manifest,
    portion: Portion,
) -> Vec<(usize, String)> {
    let name =
        |index| archive.name_for_index(index).and_then(Result::ok).map(|name| (index, name.into_owned()));
    let names = (0..archive.len()).filter_map(name);
    names.filter(|(_, name)| portion.has(name, manifest)).collect()
}
