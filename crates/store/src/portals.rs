//! How organizations show themselves on the pages where people ask and follow.

use exeunt_base::{OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::Reading;

/// The public pages of one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    /// Whose.
    pub organization: OrganizationId,
    /// Its word in addresses.
    pub word: String,
    /// Whether anybody may open them.
    pub opened: bool,
    /// What the organization is called there.
    pub name: String,
    /// Its color: `#0b5c5e`.
    pub color: String,
    /// Codes of the languages it offers, parted by spaces; the first is the usual one.
    pub languages: String,
    /// Where people write to besides; empty for nowhere.
    pub email: String,
    /// What they call; empty for nothing.
    pub phone: String,
    /// Where they send letters to; empty for nowhere.
    pub post: String,
    /// Where it says how it handles data; empty for nowhere.
    pub notice: String,
    /// When somebody last changed this.
    pub changed_at: Timestamp,
}

const COLUMNS: &str =
    "organization, word, opened, name, color, languages, email, phone, post, notice, changed_at";

fn read(row: &Row) -> Result<Portal, Error> {
    let reading = Reading { row, what: "portal" };
    Ok(Portal {
        organization: reading.id("organization")?,
        word: reading.get("word")?,
        opened: reading.get::<i64>("opened")? != 0,
        name: reading.get("name")?,
        color: reading.get("color")?,
        languages: reading.get("languages")?,
        email: reading.get("email")?,
        phone: reading.get("phone")?,
        post: reading.get("post")?,
        notice: reading.get("notice")?,
        changed_at: reading.time("changed_at")?,
    })
}

impl Change<'_> {
    /// Keeps how an organization shows itself. Says whether its word is nobody else's; nothing is kept otherwise.
    pub async fn set_portal(&mut self, portal: &Portal) -> Result<bool, Error> {
        let doing = "keep a portal";
        let taken = query("SELECT 1 AS taken FROM portals WHERE word = $1 AND organization <> $2")
            .bind(&portal.word)
            .bind(portal.organization.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        if taken.is_some() {
            return Ok(false);
        }
        made(format!(
            "INSERT INTO portals ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (organization) DO UPDATE SET word = excluded.word, opened = excluded.opened, name = excluded.name,
                color = excluded.color, languages = excluded.languages, email = excluded.email, phone = excluded.phone,
                post = excluded.post, notice = excluded.notice, changed_at = excluded.changed_at"
        ))
        .bind(portal.organization.to_string())
        .bind(&portal.word)
        .bind(i64::from(portal.opened))
        .bind(&portal.name)
        .bind(&portal.color)
        .bind(&portal.languages)
        .bind(&portal.email)
        .bind(&portal.phone)
        .bind(&portal.post)
        .bind(&portal.notice)
        .bind(portal.changed_at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        Ok(true)
    }
}

impl Store {
    /// The portal of an organization, if somebody ever set one up.
    pub async fn portal(&self, organization: OrganizationId) -> Result<Option<Portal>, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM portals WHERE organization = $1"))
            .bind(organization.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a portal"))?;
        row.as_ref().map(read).transpose()
    }

    /// The portal of a word in an address.
    pub async fn portal_by_word(&self, word: &str) -> Result<Option<Portal>, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM portals WHERE word = $1"))
            .bind(word)
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a portal"))?;
        row.as_ref().map(read).transpose()
    }
}
