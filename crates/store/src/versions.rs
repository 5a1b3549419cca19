//! Versions of things, and changes that are only made to the version somebody saw: asked within the change, so that nobody
//! comes in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use exeunt_audit::merkle::leaf_hash;
use exeunt_base::{OrganizationId, Timestamp, hex};

use crate::calls::Call;
use crate::connect::Store;
use crate::database::{Connection, query};
use crate::error::Error;
use crate::rows::Reading;

/// Things that have versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioned {
    /// A request, with its deadline and how surely its person is known.
    Request,
    /// Somebody who works here.
    User,
    /// A key for programs.
    ApiKey,
    /// A plan.
    Plan,
    /// A sub-processor, with how many objections there are.
    Subprocessor,
}

impl Versioned {
    /// What counts: everything that is shown of it and somebody may change. When somebody last used a key is not among it.
    fn statement(self) -> &'static str {
        match self {
            Self::Request => {
                "SELECT r.state || '|' || coalesce(r.held_because, '') || '|' || coalesce(r.plan, '') || '|' ||
                 coalesce(r.job, '') || '|' || coalesce(CAST(r.window_ends_at AS TEXT), '') || '|' ||
                 coalesce(CAST(d.moves AS TEXT), '') || '|' || coalesce(d.answer_by, '') || '|' ||
                 coalesce(CAST(d.acknowledged_at AS TEXT), '') || '|' || coalesce(CAST(d.answered_at AS TEXT), '') || '|' ||
                 coalesce(CAST(i.level AS TEXT), '') || '|' || coalesce(i.level_how, '') AS said
                 FROM requests r LEFT JOIN deadlines d ON d.request = r.id LEFT JOIN intakes i ON i.request = r.id
                 WHERE r.id = $1"
            }
            Self::User => {
                "SELECT state || '|' || roles || '|' || coalesce(CAST(joined_at AS TEXT), '') AS said
                 FROM users WHERE id = $1"
            }
            Self::ApiKey => {
                "SELECT scopes || '|' || CAST(expires_at AS TEXT) || '|' || coalesce(CAST(revoked_at AS TEXT), '') AS said
                 FROM api_keys WHERE id = $1"
            }
            Self::Plan => {
                "SELECT digest || '|' || coalesce(approved_by, '') || '|' || coalesce(CAST(approved_at AS TEXT), '') AS said
                 FROM plans WHERE id = $1"
            }
            Self::Subprocessor => {
                "SELECT coalesce(CAST(announced_at AS TEXT), '') || '|' || coalesce(CAST(engaged_at AS TEXT), '') || '|' ||
                 coalesce(CAST(ended_at AS TEXT), '') || '|' ||
                 CAST((SELECT count(*) FROM objections o WHERE o.subprocessor = s.id) AS TEXT) AS said
                 FROM subprocessors s WHERE s.id = $1"
            }
        }
    }
}

/// What the first change must find as it was.
#[derive(Debug)]
pub(crate) struct Seen {
    what: Versioned,
    id: String,
    version: String,
    once: Option<Once>,
    asked: AtomicBool,
}

/// A call that the change is the whole of: it is written down in it, and happens once.
#[derive(Debug, Clone)]
pub struct Once {
    /// Whose.
    pub organization: OrganizationId,
    /// The call.
    pub call: Call,
    /// When.
    pub at: Timestamp,
}

impl Seen {
    /// Refuses when it is not as it was seen. Asked once: what the caller's own change did is no surprise. Gives the call that
    /// is to be written down in the change.
    pub(crate) async fn must_still_hold(
        &self,
        connection: &mut Connection,
    ) -> Result<Option<(&Once, &str)>, Error> {
        if self.asked.swap(true, Ordering::SeqCst) {
            return Ok(None);
        }
        self.holds(connection).await?;
        Ok(self.once.as_ref().map(|once| (once, self.id.as_str())))
    }

    /// The same, while the change itself is still to come.
    pub(crate) async fn holds(&self, connection: &mut Connection) -> Result<(), Error> {
        match version(connection, self.what, &self.id).await? {
            Some(now) if now == self.version => Ok(()),
            // what is not there is told by whoever looks for it
            None => Ok(()),
            Some(_) => Err(Error::Changed { id: self.id.clone() }),
        }
    }
}

async fn version(connection: &mut Connection, what: Versioned, id: &str) -> Result<Option<String>, Error> {
    let row = query(what.statement())
        .bind(id)
        .fetch_optional(connection)
        .await
        .map_err(Error::while_doing("read a version"))?;
    let Some(row) = row else { return Ok(None) };
    let said: String = Reading { row: &row, what: "version" }.get("said")?;
    // nobody reads anything off it
    Ok(Some(hex::encode(&leaf_hash(format!("{id}|{said}").as_bytes()).0[..12])))
}

impl Store {
    /// The version of a thing as it is now; `None` when it is not there.
    pub async fn version(&self, what: Versioned, id: &str) -> Result<Option<String>, Error> {
        version(&mut *self.reader().await, what, id).await
    }

    /// The same store, whose next change is refused unless this thing still has this version.
    pub fn if_still(&self, what: Versioned, id: &str, seen: &str) -> Self {
        self.seeing(what, id, seen, None)
    }

    /// The same, and the change is refused as well when this call was written down before; it is written down with it.
    pub fn if_still_once(&self, what: Versioned, id: &str, seen: &str, once: Once) -> Self {
        self.seeing(what, id, seen, Some(once))
    }

    /// Whether a change would be held against what somebody saw.
    pub fn is_conditional(&self) -> bool {
        self.seen.is_some()
    }

    /// The same store for a change whatever there is.
    #[must_use]
    pub fn unconditional(&self) -> Self {
        Self { seen: None, ..self.clone() }
    }

    fn seeing(&self, what: Versioned, id: &str, seen: &str, once: Option<Once>) -> Self {
        let (id, version) = (id.to_owned(), seen.to_owned());
        let seen = Seen { what, id, version, once, asked: AtomicBool::new(false) };
        Self { seen: Some(Arc::new(seen)), ..self.clone() }
    }

    /// The same store, of which nothing comes: each change is made in full, and undone where it would be committed.
    #[must_use]
    pub fn rehearsing(&self) -> Self {
        Self { rehearsing: true, ..self.clone() }
    }
}
