//! What people wrote into the marked places of letters that are not written yet. Sealed; each goes with its letter.

use exeunt_base::{ActorId, OrganizationId, RequestId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// What waits for a letter about a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Remarks {
    /// About which request.
    pub request: RequestId,
    /// Which letter: `finished`, `refused`.
    pub letter: String,
    /// Whose.
    pub organization: OrganizationId,
    /// What was written, sealed.
    pub content: Vec<u8>,
    /// By whom; nothing for whoever runs the machine.
    pub by: Option<ActorId>,
    /// When.
    pub at: Timestamp,
}

impl std::fmt::Debug for Remarks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Remarks({}, {})", self.request, self.letter)
    }
}

const COLUMNS: &str = "request, letter, organization, content, by_actor, at";

/// States of a request after which hardly another letter is written about it.
const OVER: &str = "'completed', 'completed_with_exceptions', 'refused', 'no_data', 'cannot_identify', 'withdrawn', 'restored'";

fn read(row: &Row) -> Result<Remarks, Error> {
    let reading = Reading { row, what: "remark" };
    Ok(Remarks {
        request: reading.id("request")?,
        letter: reading.get("letter")?,
        organization: reading.id("organization")?,
        content: reading.get("content")?,
        by: reading.id_if_any("by_actor")?,
        at: reading.time("at")?,
    })
}

impl Change<'_> {
    /// Keeps what was written, instead of what was written before.
    pub async fn put_remarks(&mut self, remarks: &Remarks) -> Result<(), Error> {
        made(format!(
            "INSERT INTO remarks ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (request, letter) DO UPDATE SET content = excluded.content, by_actor = excluded.by_actor,
                at = excluded.at"
        ))
        .bind(remarks.request.to_string())
        .bind(&remarks.letter)
        .bind(remarks.organization.to_string())
        .bind(&remarks.content)
        .bind(remarks.by.map(|by| by.to_string()))
        .bind(remarks.at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("keep what was written for a letter"))?;
        Ok(())
    }

    /// Takes what was written for a letter: it goes with it, and is kept nowhere else.
    pub async fn take_remarks(&mut self, request: RequestId, letter: &str) -> Result<Option<Vec<u8>>, Error> {
        let row = query("DELETE FROM remarks WHERE request = $1 AND letter = $2 RETURNING content")
            .bind(request.to_string())
            .bind(letter)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing("take what was written for a letter"))?;
        row.map(|row| Reading { row: &row, what: "remark" }.get("content")).transpose()
    }

    /// Destroys what was written before this for letters that nobody writes any more: their request is over. Says how many.
    pub async fn forget_remarks(&mut self, before: Timestamp) -> Result<u64, Error> {
        made(format!(
            "DELETE FROM remarks WHERE at <= $1 AND request IN (SELECT id FROM requests WHERE state IN ({OVER}))"
        ))
        .bind(before.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("forget what was written for letters"))
    }
}

impl Store {
    /// What waits for letters about a request.
    pub async fn remarks_about(&self, request: RequestId) -> Result<Vec<Remarks>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM remarks WHERE request = $1 ORDER BY letter"))
            .bind(request.to_string())
            .fetch_all(&mut connection)
            .await;
        rows.map_err(Error::while_doing("read what was written for letters"))?.iter().map(read).collect()
    }
}
