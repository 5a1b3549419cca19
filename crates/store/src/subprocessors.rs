//! Sub-processors, objections to them, and who is told before one is engaged.

use exeunt_base::{OrganizationId, SubprocessorId, SubscriberId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// A sub-processor as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subprocessor {
    /// Its id.
    pub id: SubprocessorId,
    /// Whose.
    pub organization: OrganizationId,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Categories of data it gets: JSON, a list.
    pub categories: String,
    /// Where it handles them.
    pub region: String,
    /// How to reach it.
    pub contact: String,
    /// When it was written down.
    pub added_at: Timestamp,
    /// When those who want to know were told.
    pub announced_at: Option<Timestamp>,
    /// How many were.
    pub told: u64,
    /// The first day on which it may be engaged, or since when it was.
    pub effective_on: Option<String>,
    /// When it was engaged.
    pub engaged_at: Option<Timestamp>,
    /// When it was let go.
    pub ended_at: Option<Timestamp>,
}

/// An objection as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Objection {
    /// Its number among those to its sub-processor, from 1.
    pub number: u64,
    /// Who and why, sealed.
    pub words: Vec<u8>,
    /// When it was written down.
    pub at: Timestamp,
}

impl std::fmt::Debug for Objection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Objection({})", self.number)
    }
}

/// Somebody who is told, as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Their id.
    pub id: SubscriberId,
    /// Of which organization's sub-processors.
    pub organization: OrganizationId,
    /// What their address is found by.
    pub digest: Vec<u8>,
    /// Where they get mail, sealed.
    pub contact: Vec<u8>,
    /// Their language.
    pub language: String,
    /// When they were asked whether they want to.
    pub asked_at: Timestamp,
    /// When they said so.
    pub confirmed_at: Option<Timestamp>,
}

impl std::fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Subscriber({})", self.id)
    }
}

const COLUMNS: &str = "id, organization, name, purpose, categories, region, contact, added_at, announced_at, told, \
                       effective_on, engaged_at, ended_at";
const SUBSCRIBER: &str = "id, organization, digest, contact, language, asked_at, confirmed_at";

fn read(row: &Row) -> Result<Subprocessor, Error> {
    let reading = Reading { row, what: "sub-processor" };
    Ok(Subprocessor {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        name: reading.get("name")?,
        purpose: reading.get("purpose")?,
        categories: reading.get("categories")?,
        region: reading.get("region")?,
        contact: reading.get("contact")?,
        added_at: reading.time("added_at")?,
        announced_at: reading.time_if_any("announced_at")?,
        told: reading.count("told")?,
        effective_on: reading.get("effective_on")?,
        engaged_at: reading.time_if_any("engaged_at")?,
        ended_at: reading.time_if_any("ended_at")?,
    })
}

fn read_subscriber(row: &Row) -> Result<Subscriber, Error> {
    let reading = Reading { row, what: "subscriber" };
    Ok(Subscriber {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        digest: reading.get("digest")?,
        contact: reading.get("contact")?,
        language: reading.get("language")?,
        asked_at: reading.time("asked_at")?,
        confirmed_at: reading.time_if_any("confirmed_at")?,
    })
}

impl Change<'_> {
    /// Adds a sub-processor; `false` when one of this name is there that was not ended.
    pub async fn add_subprocessor(&mut self, one: &Subprocessor) -> Result<bool, Error> {
        let done = made(format!(
            "INSERT INTO subprocessors ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT DO NOTHING"
        ))
        .bind(one.id.to_string())
        .bind(one.organization.to_string())
        .bind(&one.name)
        .bind(&one.purpose)
        .bind(&one.categories)
        .bind(&one.region)
        .bind(&one.contact)
        .bind(one.added_at.as_micros())
        .bind(one.announced_at.map(Timestamp::as_micros))
        .bind(signed(one.told))
        .bind(&one.effective_on)
        .bind(one.engaged_at.map(Timestamp::as_micros))
        .bind(one.ended_at.map(Timestamp::as_micros))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a sub-processor"))?;
        Ok(done == 1)
    }

    /// Writes down how a sub-processor stands now, unless somebody else did since it was read; `false` then.
    pub async fn move_subprocessor(&mut self, was: &Subprocessor, now: &Subprocessor) -> Result<bool, Error> {
        let done = query(
            "UPDATE subprocessors SET announced_at = $2, told = $3, effective_on = $4, engaged_at = $5, ended_at = $6
             WHERE id = $1 AND coalesce(announced_at, 0) = $7 AND coalesce(engaged_at, 0) = $8 AND ended_at IS NULL",
        )
        .bind(now.id.to_string())
        .bind(now.announced_at.map(Timestamp::as_micros))
        .bind(signed(now.told))
        .bind(&now.effective_on)
        .bind(now.engaged_at.map(Timestamp::as_micros))
        .bind(now.ended_at.map(Timestamp::as_micros))
        .bind(was.announced_at.map_or(0, Timestamp::as_micros))
        .bind(was.engaged_at.map_or(0, Timestamp::as_micros))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("change a sub-processor"))?;
        Ok(done == 1)
    }

    /// The number of the next objection to a sub-processor.
    pub async fn next_objection(&mut self, to: SubprocessorId) -> Result<u64, Error> {
        let row =
            query("SELECT coalesce(max(number), 0) + 1 AS next FROM objections WHERE subprocessor = $1")
                .bind(to.to_string())
                .fetch_one(&mut self.connection)
                .await
                .map_err(Error::while_doing("count objections"))?;
        Reading { row: &row, what: "objection" }.count("next")
    }

    /// Adds an objection to a sub-processor.
    pub async fn add_objection(&mut self, to: SubprocessorId, objection: &Objection) -> Result<(), Error> {
        query("INSERT INTO objections (subprocessor, number, words, at) VALUES ($1, $2, $3, $4)")
            .bind(to.to_string())
            .bind(signed(objection.number))
            .bind(&objection.words)
            .bind(objection.at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("write an objection down"))?;
        Ok(())
    }

    /// Adds somebody to be told, unless their address is there: then that one is given back.
    pub async fn add_subscriber(&mut self, one: &Subscriber) -> Result<Option<Subscriber>, Error> {
        let doing = "add a subscriber";
        let known =
            made(format!("SELECT {SUBSCRIBER} FROM subscribers WHERE organization = $1 AND digest = $2"))
                .bind(one.organization.to_string())
                .bind(&one.digest)
                .fetch_optional(&mut self.connection)
                .await
                .map_err(Error::while_doing(doing))?;
        if let Some(row) = known {
            return read_subscriber(&row).map(Some);
        }
        made(format!("INSERT INTO subscribers ({SUBSCRIBER}) VALUES ($1, $2, $3, $4, $5, $6, $7)"))
            .bind(one.id.to_string())
            .bind(one.organization.to_string())
            .bind(&one.digest)
            .bind(&one.contact)
            .bind(&one.language)
            .bind(one.asked_at.as_micros())
            .bind(one.confirmed_at.map(Timestamp::as_micros))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        Ok(None)
    }

    /// Writes down that somebody wants to be told; `false` when that was known, or they are gone.
    pub async fn confirm_subscriber(&mut self, id: SubscriberId, at: Timestamp) -> Result<bool, Error> {
        let done = query("UPDATE subscribers SET confirmed_at = $2 WHERE id = $1 AND confirmed_at IS NULL")
            .bind(id.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("confirm a subscriber"))?;
        Ok(done == 1)
    }

    /// Removes somebody and where they got mail; `false` when they are gone.
    pub async fn remove_subscriber(&mut self, id: SubscriberId) -> Result<bool, Error> {
        let done = query("DELETE FROM subscribers WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("remove a subscriber"))?;
        Ok(done == 1)
    }

    /// Forgets those who were asked before this and never answered. Says how many.
    pub async fn forget_unconfirmed_subscribers(&mut self, before: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM subscribers WHERE confirmed_at IS NULL AND asked_at < $1")
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget subscribers who never answered"))
    }
}

impl Store {
    /// An organization's sub-processors, oldest first.
    pub async fn subprocessors(&self, organization: OrganizationId) -> Result<Vec<Subprocessor>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM subprocessors WHERE organization = $1 ORDER BY id"))
            .bind(organization.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read sub-processors"))?;
        rows.iter().map(read).collect()
    }

    /// One sub-processor.
    pub async fn subprocessor(&self, id: SubprocessorId) -> Result<Subprocessor, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM subprocessors WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a sub-processor"))?
            .ok_or_else(|| Error::NotFound { what: "sub-processor", id: id.to_string() })?;
        read(&row)
    }

    /// The objections to a sub-processor, in order.
    pub async fn objections(&self, to: SubprocessorId) -> Result<Vec<Objection>, Error> {
        let mut connection = self.reader().await;
        let rows = query("SELECT number, words, at FROM objections WHERE subprocessor = $1 ORDER BY number")
            .bind(to.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read objections"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "objection" };
                Ok(Objection {
                    number: reading.count("number")?,
                    words: reading.get("words")?,
                    at: reading.time("at")?,
                })
            })
            .collect()
    }

    /// Who is told, or was asked whether they want to be, oldest first.
    pub async fn subscribers(&self, organization: OrganizationId) -> Result<Vec<Subscriber>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {SUBSCRIBER} FROM subscribers WHERE organization = $1 ORDER BY id"))
            .bind(organization.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read subscribers"))?;
        rows.iter().map(read_subscriber).collect()
    }

    /// One of them, of whichever organization.
    pub async fn subscriber(&self, id: SubscriberId) -> Result<Subscriber, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {SUBSCRIBER} FROM subscribers WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a subscriber"))?
            .ok_or_else(|| Error::NotFound { what: "subscriber", id: id.to_string() })?;
        read_subscriber(&row)
    }
}
