//! The suppression list: keyed digests of people who must not come back by an import, or be written to.

use std::collections::HashSet;

use exeunt_base::{OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{made, query};
use crate::error::Error;
use crate::rows::Reading;

/// What an entry is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The person was erased: no import brings them back.
    Erased,
    /// The person objected to being written to for marketing.
    Marketing,
}

/// An entry about to be made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Kind of the identifier.
    pub kind: &'a str,
    /// Its keyed digest.
    pub mac: [u8; 32],
}

/// Since when somebody is on the list, and of which request it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// When they were entered, or entered again.
    pub at: Timestamp,
    /// The request.
    pub request: Option<RequestId>,
}

/// How many entries there are of one purpose and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What for.
    pub purpose: Purpose,
    /// Kind of the identifiers.
    pub kind: String,
    /// How many.
    pub entries: u64,
    /// When the oldest was entered.
    pub oldest: Timestamp,
    /// When the newest was.
    pub newest: Timestamp,
}

impl Purpose {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Erased, Self::Marketing];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Marketing => "marketing",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }
}

impl std::fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({})", self.kind)
    }
}

impl Change<'_> {
    /// Enters identifiers. Whoever is there already is there from now on, and of this request.
    pub async fn suppress(
        &mut self,
        organization: OrganizationId,
        purpose: Purpose,
        entries: &[Entry<'_>],
        request: Option<RequestId>,
        at: Timestamp,
    ) -> Result<(), Error> {
        // one statement may not meet an entry twice
        let mut seen = HashSet::new();
        let entries: Vec<&Entry<'_>> =
            entries.iter().filter(|entry| seen.insert((entry.kind, entry.mac))).collect();
        for entries in entries.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO suppressions (organization, purpose, kind, mac, request, at) VALUES {}
                 ON CONFLICT (organization, purpose, kind, mac) DO UPDATE SET request = excluded.request, at = excluded.at",
                bulk::rows(entries.len(), 6)
            );
            let mut query = made(text);
            for entry in entries {
                query = query.bind(organization.to_string()).bind(purpose.as_str()).bind(entry.kind);
                query = query.bind(entry.mac.as_slice());
                query = query.bind(request.map(|request| request.to_string())).bind(at.as_micros());
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("enter somebody in the suppression list"))?;
        }
        Ok(())
    }

    /// Takes one entry out. Says whether it was there.
    pub async fn unsuppress(
        &mut self,
        organization: OrganizationId,
        purpose: Purpose,
        entry: Entry<'_>,
    ) -> Result<bool, Error> {
        let done = query(
            "DELETE FROM suppressions WHERE organization = $1 AND purpose = $2 AND kind = $3 AND mac = $4",
        )
        .bind(organization.to_string())
        .bind(purpose.as_str())
        .bind(entry.kind)
        .bind(entry.mac.as_slice())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("take somebody out of the suppression list"))?;
        Ok(done > 0)
    }

    /// Forgets what was entered before a moment. Says how many.
    pub async fn forget_suppressed(
        &mut self,
        organization: OrganizationId,
        purpose: Purpose,
        before: Timestamp,
    ) -> Result<u64, Error> {
        query("DELETE FROM suppressions WHERE organization = $1 AND purpose = $2 AND at <= $3")
            .bind(organization.to_string())
            .bind(purpose.as_str())
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget old entries of the suppression list"))
    }
}

impl Store {
    /// Which of these are there, by kind and digest.
    pub async fn suppressed(
        &self,
        organization: OrganizationId,
        purpose: Purpose,
        entries: &[Entry<'_>],
    ) -> Result<HashSet<(String, Vec<u8>)>, Error> {
        let mut connection = self.reader().await;
        let mut found = HashSet::new();
        let mut kinds: Vec<&str> = entries.iter().map(|entry| entry.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            let of_kind: Vec<&Entry<'_>> = entries.iter().filter(|entry| entry.kind == kind).collect();
            for some in of_kind.chunks(bulk::ROWS) {
                let text = format!(
                    "SELECT mac FROM suppressions WHERE organization = ? AND purpose = ? AND kind = ? AND mac IN ({})",
                    bulk::places(some.len())
                );
                let mut query = made(text).bind(organization.to_string()).bind(purpose.as_str()).bind(kind);
                for entry in some {
                    query = query.bind(entry.mac.as_slice());
                }
                let rows = query.fetch_all(&mut connection).await;
                for row in rows.map_err(Error::while_doing("ask the suppression list"))? {
                    let mac: Vec<u8> = Reading { row: &row, what: "suppression" }.get("mac")?;
                    found.insert((kind.to_owned(), mac));
                }
            }
        }
        Ok(found)
    }

    /// Since when one is there.
    pub async fn suppressed_since(
        &self,
        organization: OrganizationId,
        purpose: Purpose,
        entry: Entry<'_>,
    ) -> Result<Option<Since>, Error> {
        let row = query(
            "SELECT at, request FROM suppressions WHERE organization = $1 AND purpose = $2 AND kind = $3 AND mac = $4",
        )
        .bind(organization.to_string())
        .bind(purpose.as_str())
        .bind(entry.kind)
        .bind(entry.mac.as_slice())
        .fetch_optional(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("ask the suppression list"))?;
        row.map(|row| {
            let reading = Reading { row: &row, what: "suppression" };
            Ok(Since { at: reading.time("at")?, request: reading.id_if_any("request")? })
        })
        .transpose()
    }

    /// Whether anybody is there by identifiers of a kind.
    pub async fn lists_kind(&self, organization: OrganizationId, kind: &str) -> Result<bool, Error> {
        for purpose in Purpose::ALL {
            let row = query(
                "SELECT 1 AS one FROM suppressions WHERE organization = $1 AND purpose = $2 AND kind = $3 LIMIT 1",
            )
            .bind(organization.to_string())
            .bind(purpose.as_str())
            .bind(kind)
            .fetch_optional(&mut *self.reader().await)
            .await
            .map_err(Error::while_doing("ask the suppression list"))?;
            if row.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether anything was entered before a moment.
    pub async fn suppressed_before(
        &self,
        organization: OrganizationId,
        purpose: Purpose,
        before: Timestamp,
    ) -> Result<bool, Error> {
        let row = query(
            "SELECT 1 AS one FROM suppressions WHERE organization = $1 AND purpose = $2 AND at <= $3 LIMIT 1",
        )
        .bind(organization.to_string())
        .bind(purpose.as_str())
        .bind(before.as_micros())
        .fetch_optional(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("look for old entries of the suppression list"))?;
        Ok(row.is_some())
    }

    /// How many there are, by purpose and kind.
    pub async fn suppressions(&self, organization: OrganizationId) -> Result<Vec<Counted>, Error> {
        let rows = query(
            "SELECT purpose, kind, count(*) AS entries, min(at) AS oldest, max(at) AS newest FROM suppressions
             WHERE organization = $1 GROUP BY purpose, kind ORDER BY purpose, kind",
        )
        .bind(organization.to_string())
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("count the suppression list"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "suppression" };
                let word: String = reading.get("purpose")?;
                let purpose = Purpose::from_word(&word).ok_or(Error::Damaged {
                    what: "suppression",
                    why: String::from("it is for nothing that is known"),
                })?;
                Ok(Counted {
                    purpose,
                    kind: reading.get("kind")?,
                    entries: reading.count("entries")?,
                    oldest: reading.time("oldest")?,
                    newest: reading.time("newest")?,
                })
            })
            .collect()
    }
}
