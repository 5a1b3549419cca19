//! Witnesses: how far each has seen a log, and the heads they signed.

use exeunt_base::{OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::query;
use crate::error::Error;
use crate::rows::{Reading, signed};

/// How a witness stands to a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The name and id of its key.
    pub witness: String,
    /// Entries of the head it signed last; 0 when it signed none yet.
    pub size: u64,
    /// When it did.
    pub signed_at: Option<Timestamp>,
    /// When it was asked last.
    pub asked_at: Timestamp,
    /// Why it did not sign then.
    pub trouble: Option<String>,
}

/// A head that witnesses signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessedHead {
    /// Entries.
    pub size: u64,
    /// The signed note.
    pub checkpoint: String,
    /// When it was kept.
    pub at: Timestamp,
}

const MICROS_OF_A_DAY: i64 = 86_400_000_000;

impl Change<'_> {
    /// Writes down how a witness stands. It never goes back to fewer entries.
    pub async fn keep_witness(&mut self, organization: OrganizationId, one: &Witness) -> Result<(), Error> {
        query(
            "INSERT INTO witnesses (organization, witness, size, signed_at, asked_at, trouble)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (organization, witness) DO UPDATE SET
                size = CASE WHEN excluded.size > witnesses.size THEN excluded.size ELSE witnesses.size END,
                signed_at = coalesce(excluded.signed_at, witnesses.signed_at),
                asked_at = excluded.asked_at, trouble = excluded.trouble",
        )
        .bind(organization.to_string())
        .bind(&one.witness)
        .bind(signed(one.size))
        .bind(one.signed_at.map(Timestamp::as_micros))
        .bind(one.asked_at.as_micros())
        .bind(one.trouble.as_deref())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("write down how a witness stands"))?;
        Ok(())
    }

    /// Keeps a head that witnesses signed, in place of a shorter one of the same day.
    pub async fn keep_witnessed_head(
        &mut self,
        organization: OrganizationId,
        head: &WitnessedHead,
    ) -> Result<(), Error> {
        let doing = "keep a head that witnesses signed";
        let day = head.at.as_micros().div_euclid(MICROS_OF_A_DAY) * MICROS_OF_A_DAY;
        query("DELETE FROM witnessed_heads WHERE organization = $1 AND size <= $2 AND at >= $3")
            .bind(organization.to_string())
            .bind(signed(head.size))
            .bind(day)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        query(
            "INSERT INTO witnessed_heads (organization, size, checkpoint, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (organization, size) DO UPDATE SET checkpoint = excluded.checkpoint, at = excluded.at",
        )
        .bind(organization.to_string())
        .bind(signed(head.size))
        .bind(&head.checkpoint)
        .bind(head.at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        Ok(())
    }
}

impl Store {
    /// How the witnesses of a log stand, by name.
    pub async fn witnesses(&self, organization: OrganizationId) -> Result<Vec<Witness>, Error> {
        let rows = query(
            "SELECT witness, size, signed_at, asked_at, trouble FROM witnesses WHERE organization = $1 ORDER BY witness",
        )
        .bind(organization.to_string())
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read how witnesses stand"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "witness" };
                Ok(Witness {
                    witness: reading.get("witness")?,
                    size: reading.count("size")?,
                    signed_at: reading.time_if_any("signed_at")?,
                    asked_at: reading.time("asked_at")?,
                    trouble: reading.get("trouble")?,
                })
            })
            .collect()
    }

    /// The heads that witnesses signed, the longest first.
    pub async fn witnessed_heads(
        &self,
        organization: OrganizationId,
        limit: u32,
    ) -> Result<Vec<WitnessedHead>, Error> {
        let rows = query(
            "SELECT size, checkpoint, at FROM witnessed_heads WHERE organization = $1 ORDER BY size DESC LIMIT $2",
        )
        .bind(organization.to_string())
        .bind(i64::from(limit))
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read heads that witnesses signed"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "witnessed head" };
                Ok(WitnessedHead {
                    size: reading.count("size")?,
                    checkpoint: reading.get("checkpoint")?,
                    at: reading.time("at")?,
                })
            })
            .collect()
    }
}
