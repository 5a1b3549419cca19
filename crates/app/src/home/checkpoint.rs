//! Holding the store against the checkpoint kept outside it (REL-13).

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::note::{Note, VerifyingKey};
use exeunt_base::OrganizationId;
use exeunt_store::Store;

use crate::error::Error;
use crate::home::files;
use crate::home::layout::Layout;

/// Refuses a store that is older than, or another than, what was kept outside.
pub async fn compare(
    layout: &Layout,
    store: &Store,
    organization: OrganizationId,
    key: &VerifyingKey,
) -> Result<(), Error> {
    let path = layout.log_head(organization);
    // the file first: what another process commits in between makes the log longer than it, never shorter
    let text = files::read(&path)?;
    let head = store.audit_head(organization).await?;
    let Some(text) = text else {
        return if head.size == 0 { Ok(()) } else { Err(Error::NoCheckpoint { path, found: head.size }) };
    };
    let damaged = |why: String| Error::Damaged { what: format!("checkpoint `{}`", path.display()), why };
    let note = Note::parse(text.as_bytes()).map_err(|error| damaged(error.to_string()))?;
    let kept = Checkpoint::open(&note, key).map_err(|error| damaged(error.to_string()))?;
    if head.size < kept.size {
        return Err(exeunt_store::Error::RolledBack { found: head.size, kept: kept.size }.into());
    }
    // the common case costs nothing: the head is the very text kept outside
    if head.checkpoint == text {
        return Ok(());
    }
    if store.audit_root_at(organization, kept.size).await? == kept.root {
        Ok(())
    } else {
        Err(Error::Forked { kept: kept.size })
    }
}
