//! The gate behind a store that was taken back: whoever was erased since its moment may be back in the sources, and is not to be
//! shown, exported or counted before the ledger was held against them. It lies with the checkpoints, outside the store.

use std::io::ErrorKind;
use std::path::PathBuf;

use exeunt_base::OrganizationId;

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

/// Whether it is shut.
pub(crate) fn is_shut(layout: &Layout, organization: OrganizationId) -> bool {
    path(layout, organization).exists()
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
