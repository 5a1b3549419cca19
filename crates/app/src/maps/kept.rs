//! The map as it was read last, for as long as its files say the same: a service asks for it with every call. Where no files
//! hold it, the version that was published last.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use exeunt_base::{Name, Timestamp};
use exeunt_source::Catalog;

use crate::error::Error;
use crate::maps::draft::{Read, read_draft};
use crate::maps::joins::Remembered;
use crate::maps::read::{self, Map};

/// The texts of the files and the map they make.
type Last = (Vec<(String, String)>, Arc<Map>);

/// The number of the version in force, and it; no map where this release cannot read it, and nothing before the first was
/// published.
type Published = Option<(i64, Option<Arc<Map>>)>;

/// Keeps the last map. Files are read each time, and parsed only when one of them says something else.
#[derive(Default)]
pub struct Kept {
    files: Mutex<Option<Last>>,
    published: Mutex<Published>,
    /// The text of the draft that was read last, and what it makes.
    draft: Mutex<Option<(String, Read)>>,
    /// Schemas as they were read lately, for pages that are looked at one after another. Nothing is decided by them.
    catalogs: Mutex<BTreeMap<Name, (Timestamp, Arc<Catalog>)>>,
    /// What samples of references came to when somebody last had them taken. Nothing is decided by them either.
    joins: Mutex<Option<Arc<Remembered>>>,
}

/// For how many seconds a page may show a schema that was read before.
const LATELY: i64 = 30;

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

impl Kept {
    /// The map of these files as they are now.
    pub(crate) fn read(&self, paths: &[PathBuf]) -> Result<Arc<Map>, Error> {
        let files = read::files(paths)?;
        let mut last = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((texts, map)) = &*last
            && *texts == files
        {
            return Ok(Arc::clone(map));
        }
        let map = Arc::new(read::of(&files)?);
        *last = Some((files, Arc::clone(&map)));
        Ok(map)
    }

    /// What a draft makes.
    pub(crate) fn read_draft(&self, text: &str) -> Read {
        let mut last = self.draft.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, read)) = &*last
            && before == text
        {
            return read.clone();
        }
        let read = read_draft(text);
        *last = Some((text.to_owned(), read.clone()));
        read
    }

    /// A schema that was read lately.
    pub(crate) fn catalog(&self, source: &Name, now: Timestamp) -> Option<Arc<Catalog>> {
        let known = self.catalogs.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, catalog) = known.get(source)?;
        (now < at.plus_seconds(LATELY)).then(|| Arc::clone(catalog))
    }

    /// A schema was read.
    pub(crate) fn saw(&self, source: &Name, now: Timestamp, catalog: &Arc<Catalog>) {
        let mut known = self.catalogs.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(source.clone(), (now, Arc::clone(catalog)));
    }

    /// Samples of references were taken.
    pub(crate) fn sampled(&self, joins: Remembered) {
        *self.joins.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(joins));
    }

    /// The samples that were taken last.
    pub(crate) fn joins(&self) -> Option<Arc<Remembered>> {
        self.joins.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Somebody wants to know how things are now.
    pub(crate) fn look_again(&self) {
        self.catalogs.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The version in force, as it was seen last.
    pub(crate) fn published(&self) -> Published {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another version is in force.
    pub(crate) fn publish(&self, version: i64, map: Option<Arc<Map>>) {
        let mut known = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|(before, _)| *before < version) {
            *known = Some((version, map));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Kept;

    #[test]
    fn a_map_is_parsed_again_only_when_its_files_say_something_else() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("map.yaml");
        let write = |model: &str| {
            let text = format!(
                "source: shop\nmodels:\n  {model}:\n    table: t\n    key: [id]\n    subject: {{ email: email }}\n    on_erase: delete\n"
            );
            std::fs::write(&file, text).expect("written");
        };
        let kept = Kept::default();
        let paths = [dir.path().to_owned()];
        write("a");
        let first = kept.read(&paths).expect("a map");
        assert!(Arc::ptr_eq(&first, &kept.read(&paths).expect("a map")));
        write("b");
        let second = kept.read(&paths).expect("a map");
        assert_ne!(first.digest, second.digest);
        std::fs::write(&file, "models: [").expect("written");
        assert!(kept.read(&paths).is_err());
        write("b");
        assert_eq!(kept.read(&paths).expect("a map").digest, second.digest);
    }
}
