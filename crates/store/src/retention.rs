//! What is kept of each class, and since when: counts and times, for whoever must show that nothing is kept too long.

use exeunt_base::{OrganizationId, RequestId, Timestamp};

use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::rows::Reading;

/// A class of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Keys of rows that jobs at work will strike, sealed.
    Transit,
    /// What is needed for a call or a sign-in and no longer: names of calls, one-time tokens, mailed codes, what was typed in on
    /// the portal and not confirmed.
    Temporary,
    /// What waits to be handed to a mail server or a delta table, and what was written for letters that nobody writes any more; sealed.
    Outbox,
    /// Who fetched a package, from where, sealed.
    Downloads,
    /// Packages that wait to be fetched, encrypted.
    Packages,
    /// Erased rows that can be restored, encrypted.
    Vault,
    /// Who asked, sealed, of requests that were answered.
    Identities,
    /// Keys of rows that stay by law, sealed.
    KeptRows,
    /// Rows that holds keep, sealed, until they are lifted.
    HeldRows,
    /// Keyed digests of people who were erased, so that no import brings them back.
    Suppressed,
    /// Keyed digests of people who objected to marketing.
    Objections,
    /// What was asked for and what became of it; who asked, sealed, until it is answered.
    Requests,
    /// The audit log.
    Audit,
}

/// What there is of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub class: Class,
    /// How many items.
    pub items: u64,
    /// Since when the oldest has been there.
    pub oldest: Option<Timestamp>,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Transit,
        Self::Temporary,
        Self::Outbox,
        Self::Downloads,
        Self::Packages,
        Self::Vault,
        Self::Identities,
        Self::KeptRows,
        Self::HeldRows,
        Self::Suppressed,
        Self::Objections,
        Self::Requests,
        Self::Audit,
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transit => "transit",
            Self::Temporary => "temporary",
            Self::Outbox => "outbox",
            Self::Downloads => "downloads",
            Self::Packages => "packages",
            Self::Vault => "vault",
            Self::Identities => "identities",
            Self::KeptRows => "kept_rows",
            Self::HeldRows => "held_rows",
            Self::Suppressed => "suppressed",
            Self::Objections => "objections",
            Self::Requests => "requests",
            Self::Audit => "audit",
        }
    }

    /// How many, and the oldest; nothing where there is none.
    fn question(self) -> &'static str {
        match self {
            Self::Transit => {
                "SELECT count(*) AS many, min(coalesce(started_at, made_at)) AS oldest FROM jobs
                 WHERE organization = $1 AND census_blob IS NOT NULL AND settled_at IS NULL"
            }
            Self::Temporary => {
                "SELECT count(*) AS many, min(at) AS oldest FROM (
                    SELECT at FROM calls WHERE organization = $1
                    UNION ALL SELECT expires_at AS at FROM one_time_tokens WHERE organization = $1
                    UNION ALL SELECT link_codes.expires_at AS at FROM link_codes JOIN links ON links.id = link_codes.link
                        WHERE links.organization = $1
                    UNION ALL SELECT made_at AS at FROM askings WHERE organization = $1
                    UNION ALL SELECT look_codes.expires_at AS at FROM look_codes
                        JOIN requests ON requests.id = look_codes.request WHERE requests.organization = $1
                 ) AS all_of_them"
            }
            Self::Outbox => {
                "SELECT count(*) AS many, min(at) AS oldest FROM (
                    SELECT since AS at FROM letters WHERE organization = $1 AND content IS NOT NULL
                    UNION ALL SELECT at FROM delta_events WHERE organization = $1
                    UNION ALL SELECT remarks.at FROM remarks JOIN requests ON requests.id = remarks.request
                        WHERE remarks.organization = $1 AND requests.state IN ('completed', 'completed_with_exceptions',
                            'refused', 'no_data', 'cannot_identify', 'withdrawn', 'restored')
                 ) AS all_of_them"
            }
            Self::Downloads => {
                "SELECT count(*) AS many, min(link_downloads.at) AS oldest FROM link_downloads
                 JOIN links ON links.id = link_downloads.link WHERE links.organization = $1"
            }
            Self::Packages => {
                "SELECT count(*) AS many, min(made_at) AS oldest FROM packages
                 WHERE organization = $1 AND removed_at IS NULL"
            }
            Self::Vault => {
                "SELECT count(*) AS many, min(jobs.settled_at) AS oldest FROM requests JOIN jobs ON jobs.id = requests.job
                 WHERE requests.organization = $1 AND requests.salt IS NOT NULL AND requests.window_ends_at IS NOT NULL"
            }
            Self::Identities => {
                "SELECT count(*) AS many, min(deadlines.answered_at) AS oldest
                 FROM requests JOIN deadlines ON deadlines.request = requests.id
                 WHERE requests.organization = $1 AND requests.case_key IS NOT NULL AND deadlines.answered_at IS NOT NULL
                    AND requests.held_because IS NULL
                    AND requests.state NOT IN ('hidden', 'partly_restored', 'purging', 'checking_absence', 'notifying')"
            }
            Self::KeptRows => {
                "SELECT CAST(coalesce(sum(k.rows), 0) AS BIGINT) AS many, min(r.entered_at) AS oldest
                 FROM kept_rows k JOIN requests r ON r.id = k.request WHERE k.organization = $1"
            }
            Self::HeldRows => {
                "SELECT CAST(coalesce(sum(k.rows), 0) AS BIGINT) AS many, min(k.at) AS oldest FROM held_rows k
                 JOIN holds h ON h.id = k.hold WHERE h.organization = $1"
            }
            Self::Suppressed => {
                "SELECT count(*) AS many, min(at) AS oldest FROM suppressions WHERE organization = $1 AND purpose = 'erased'"
            }
            Self::Objections => {
                "SELECT count(*) AS many, min(at) AS oldest FROM suppressions WHERE organization = $1 AND purpose = 'marketing'"
            }
            Self::Requests => {
                "SELECT count(*) AS many, min(entered_at) AS oldest FROM requests WHERE organization = $1"
            }
            Self::Audit => {
                "SELECT coalesce(max(audit_heads.size), 0) AS many, min(organizations.created_at) AS oldest
                 FROM organizations LEFT JOIN audit_heads ON audit_heads.organization = organizations.id
                 WHERE organizations.id = $1"
            }
        }
    }
}

impl Store {
    /// Requests that were answered before a moment, and of which it is still known who asked: at most so many. None whose rows wait in
    /// the vault, that is held, or whose package is still there.
    pub async fn answered_before(
        &self,
        organization: OrganizationId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<RequestId>, Error> {
        let rows = query(
            "SELECT requests.id AS id FROM requests JOIN deadlines ON deadlines.request = requests.id
             WHERE requests.organization = $1 AND requests.case_key IS NOT NULL AND deadlines.answered_at < $2
                AND requests.held_because IS NULL
                AND requests.state NOT IN ('hidden', 'partly_restored', 'purging', 'checking_absence', 'notifying')
                AND NOT EXISTS (SELECT 1 FROM blob_claims WHERE blob_claims.request = requests.id)
                AND NOT EXISTS (SELECT 1 FROM packages WHERE packages.request = requests.id AND packages.removed_at IS NULL)
             ORDER BY requests.id LIMIT $3",
        )
        .bind(organization.to_string())
        .bind(before.as_micros())
        .bind(i64::from(limit))
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("look for requests whose person may be forgotten"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }

    /// What is kept of each class, of an organization.
    pub async fn kept(&self, organization: OrganizationId) -> Result<Vec<Kept>, Error> {
        let mut kept = Vec::with_capacity(Class::ALL.len());
        for class in Class::ALL {
            let row = query(class.question())
                .bind(organization.to_string())
                .fetch_one(&mut *self.reader().await)
                .await
                .map_err(Error::while_doing("count what is kept"))?;
            let reading = Reading { row: &row, what: "count" };
            kept.push(Kept { class, items: reading.count("many")?, oldest: reading.time_if_any("oldest")? });
        }
        Ok(kept)
    }
}
