//! A change: one transaction on the control store that ends with its audit entry, or did not happen.

use exeunt_audit::event::Event;
use exeunt_base::{OrganizationId, RequestId};
use tokio::sync::MutexGuard;

use crate::audit;
use crate::changing::Mark;
use crate::connect::Store;
use crate::database::Connection;
use crate::error::Error;

/// An open transaction. Dropped without [`Change::commit`], it is rolled back.
#[must_use = "a change that is not committed did not happen"]
pub struct Change<'a> {
    /// Goes before the connection does, or it would speak of whoever has that next.
    _mark: Mark<'a>,
    pub(crate) connection: Held<'a>,
    store: &'a Store,
    /// Which requests came into which states in it.
    pub(crate) moved: Vec<(String, Vec<RequestId>)>,
}

/// A connection with a transaction open on it, which does not outlive this.
pub(crate) struct Held<'a>(pub(crate) MutexGuard<'a, Connection>);

impl std::ops::Deref for Held<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl std::ops::DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl Store {
    /// Begins a change. Others wait until it ends, so never await another system in between.
    pub async fn begin(&self) -> Result<Change<'_>, Error> {
        self.lanes.changing.must_be_anothers();
        let mut connection = Held(self.lanes.writer().await);
        let mark = self.lanes.changing.begins();
        connection.begin().await.map_err(Error::while_doing("begin a transaction"))?;
        let once = match &self.seen {
            Some(seen) => seen.must_still_hold(&mut connection).await?,
            None => None,
        };
        let mut change = Change { _mark: mark, connection, store: self, moved: Vec::new() };
        if let Some((once, id)) = once
            && change.call_once(once.organization, &once.call, id, once.at).await?.is_some()
        {
            return Err(Error::Changed { id: id.to_owned() });
        }
        Ok(change)
    }

    /// Begins a change that prepares another one: it too is refused when something is not as it was seen, and does not count
    /// as the change that was to be made to it.
    pub async fn begin_aside(&self) -> Result<Change<'_>, Error> {
        self.lanes.changing.must_be_anothers();
        let mut connection = Held(self.lanes.writer().await);
        let mark = self.lanes.changing.begins();
        connection.begin().await.map_err(Error::while_doing("begin a transaction"))?;
        if let Some(seen) = &self.seen {
            seen.holds(&mut connection).await?;
        }
        Ok(Change { _mark: mark, connection, store: self, moved: Vec::new() })
    }
}

impl Change<'_> {
    /// Writes the audit entries and commits. There is no commit without an entry.
    pub async fn commit(mut self, organization: OrganizationId, events: &[Event]) -> Result<(), Error> {
        if events.is_empty() {
            return Err(Error::Audit(String::from("a change needs an entry")));
        }
        if self.store.rehearsing {
            return self.rollback().await;
        }
        self.keep_what_happened(events.first().map(|event| event.at)).await?;
        let head = audit::append(&mut self.connection, &*self.store.notary, organization, events).await?;
        self.end().await?;
        self.store.notary.committed(organization, head.size, &head.checkpoint);
        Ok(())
    }

    /// Commits bookkeeping that is no act of anyone: a lease renewed, a batch sealed and not yet closed.
    pub async fn commit_bookkeeping(mut self) -> Result<(), Error> {
        if self.store.rehearsing {
            return self.rollback().await;
        }
        self.keep_what_happened(None).await?;
        self.end().await
    }

    async fn end(&mut self) -> Result<(), Error> {
        self.connection.commit().await.map_err(Error::while_doing("commit a transaction"))
    }

    /// Undoes it at once, and waits until that is done.
    pub async fn rollback(mut self) -> Result<(), Error> {
        self.connection.rollback().await.map_err(Error::while_doing("roll back a transaction"))
    }
}
