//! The gate behind a store that was taken back: whoever was erased since its moment may be back in the sources, and is not to be
//! shown, exported or counted before the ledger was held against them. It lies with the checkpoints, outside the store, and names
//! the jobs that go through while it is shut: those that erase again whoever is back.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use exeunt_base::{JobId, OrganizationId};

use crate::error::Error;
use crate::home::files;
use crate::home::layout::Layout;

fn path(layout: &Layout, organization: OrganizationId) -> PathBuf {
    layout.checkpoints.join(organization.to_string()).join("ledger-to-check")
}

/// Shuts it.
pub(crate) fn shut(layout: &Layout, organization: OrganizationId) -> Result<(), Error> {
    let path = path(layout, organization);
    files::make_dir(path.parent().unwrap_or(&layout.checkpoints))?;
    files::write_new(&path, b"the store was taken back: exeunt ledger check, exeunt ledger replay\n")
        .map(|_| ())
}

/// Whether it is shut. One that cannot be looked at is.
pub(crate) fn is_shut(layout: &Layout, organization: OrganizationId) -> bool {
    path(layout, organization).try_exists().unwrap_or(true)
}

/// Lets a job through while it is shut.
pub(crate) fn let_through(layout: &Layout, organization: OrganizationId, job: JobId) -> Result<(), Error> {
    let path = path(layout, organization);
    let mut file = match OpenOptions::new().append(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(Error::file("open", &path, source)),
    };
    file.write_all(format!("{job}\n").as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|source| Error::file("write", &path, source))
}

/// Whether it is one of those. What cannot be read lets nobody through.
pub(crate) fn lets(layout: &Layout, organization: OrganizationId, job: JobId) -> bool {
    let text = files::read(&path(layout, organization)).ok().flatten().unwrap_or_default();
    text.lines().any(|line| line == job.to_string())
}

/// Opens it; false when it was open.
pub(crate) fn open(layout: &Layout, organization: OrganizationId) -> Result<bool, Error> {
    let path = path(layout, organization);
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(source) => Err(Error::file("open the gate", &path, source)),
    }
}
