//! Reading the map's files as one checked map.

use std::fs;
use std::path::{Path, PathBuf};

use exeunt_datamap::{DataMap, parse};
use exeunt_plan::digest;

use crate::error::Error;

/// A checked map, and the digest plans bind to.
#[derive(Debug, Clone)]
pub struct Map {
    /// The map.
    pub map: DataMap,
    /// Digest of its files' texts, in the order given.
    pub digest: String,
}

/// Reads the files. A folder stands for the `.yaml` and `.yml` files in it, by name.
pub fn read(paths: &[PathBuf]) -> Result<Map, Error> {
    of(&files(paths)?)
}

/// Names and texts of the files.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Error> {
    if paths.is_empty() {
        return Err(Error::Usage(
            "E0103",
            String::from("no data map is named; give its files, or list them under `map:` in the settings"),
        ));
    }
    let mut files = Vec::new();
    for path in paths {
        for file in expand(path)? {
            let bytes = fs::read(&file).map_err(|source| Error::file("read the data map", &file, source))?;
            let text = String::from_utf8(bytes).map_err(|_| {
                Error::Usage("E0101", format!("the data map `{}` is not a text in UTF-8", file.display()))
            })?;
            files.push((file.display().to_string(), text));
        }
    }
    Ok(files)
}

/// The map that these texts make.
pub(crate) fn of(files: &[(String, String)]) -> Result<Map, Error> {
    let map = parse(files)?;
    let whole: String = files.iter().map(|(_, text)| format!("{}\n{text}", text.len())).collect();
    Ok(Map { map, digest: digest::of_text(&whole) })
}

fn expand(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |source| Error::file("read the folder of data maps", path, source);
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
