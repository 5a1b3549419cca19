//! What somebody typed in on a portal and has not confirmed yet: sealed, with a code that was mailed. No request.

use exeunt_base::{OrganizationId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// An asking.
#[derive(Clone, PartialEq, Eq)]
pub struct Asking {
    /// Digest of what the page holds.
    pub form: Vec<u8>,
    /// Of whom it asks.
    pub organization: OrganizationId,
    /// Digest of what the mail holds, for whoever it was not.
    pub denial: Vec<u8>,
    /// Keyed digest of the address.
    pub mark: Vec<u8>,
    /// What was typed in, sealed.
    pub content: Vec<u8>,
    /// Keyed digest of the code.
    pub code: Vec<u8>,
    /// Until when the code counts.
    pub code_ends_at: Timestamp,
    /// How often it may still be guessed.
    pub tries_left: u64,
    /// When the right code was typed in.
    pub confirmed_at: Option<Timestamp>,
    /// When it was typed in.
    pub made_at: Timestamp,
}

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asking({})", self.organization)
    }
}

const COLUMNS: &str =
    "form, organization, denial, mark, content, code, code_ends_at, tries_left, confirmed_at, made_at";

fn read(row: &Row) -> Result<Asking, Error> {
    let reading = Reading { row, what: "asking" };
    Ok(Asking {
        form: reading.get("form")?,
        organization: reading.id("organization")?,
        denial: reading.get("denial")?,
        mark: reading.get("mark")?,
        content: reading.get("content")?,
        code: reading.get("code")?,
        code_ends_at: reading.time("code_ends_at")?,
        tries_left: reading.count("tries_left")?,
        confirmed_at: reading.time_if_any("confirmed_at")?,
        made_at: reading.time("made_at")?,
    })
}

impl Change<'_> {
    /// Adds an asking, unless its address has so many codes that count. Says whether it did.
    pub async fn add_asking(&mut self, asking: &Asking, most: u64) -> Result<bool, Error> {
        let doing = "keep what was typed in";
        let row = query(
            "SELECT count(*) AS live FROM askings WHERE organization = $1 AND mark = $2 AND code_ends_at > $3",
        )
        .bind(asking.organization.to_string())
        .bind(&asking.mark)
        .bind(asking.made_at.as_micros())
        .fetch_one(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        if (Reading { row: &row, what: "asking" }).count("live")? >= most {
            return Ok(false);
        }
        made(format!("INSERT INTO askings ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9)"))
            .bind(&asking.form)
            .bind(asking.organization.to_string())
            .bind(&asking.denial)
            .bind(&asking.mark)
            .bind(&asking.content)
            .bind(&asking.code)
            .bind(asking.code_ends_at.as_micros())
            .bind(signed(asking.tries_left))
            .bind(asking.made_at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        Ok(true)
    }

    /// The asking of a page.
    pub async fn asking(&mut self, form: &[u8]) -> Result<Option<Asking>, Error> {
        let row = made(format!("SELECT {COLUMNS} FROM askings WHERE form = $1"))
            .bind(form)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing("read what was typed in"))?;
        row.as_ref().map(read).transpose()
    }

    /// Counts a wrong guess.
    pub async fn count_asking_guess(&mut self, form: &[u8]) -> Result<(), Error> {
        query("UPDATE askings SET tries_left = tries_left - 1 WHERE form = $1 AND tries_left > 0")
            .bind(form)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("count a guess"))?;
        Ok(())
    }

    /// The right code was typed in.
    pub async fn confirm_asking(&mut self, form: &[u8], at: Timestamp) -> Result<(), Error> {
        query("UPDATE askings SET confirmed_at = $2 WHERE form = $1")
            .bind(form)
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("confirm what was typed in"))?;
        Ok(())
    }

    /// Forgets an asking.
    pub async fn drop_asking(&mut self, form: &[u8]) -> Result<(), Error> {
        query("DELETE FROM askings WHERE form = $1")
            .bind(form)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget what was typed in"))?;
        Ok(())
    }

    /// Forgets an asking by what its mail holds. Says whether there was one.
    pub async fn deny_asking(&mut self, organization: OrganizationId, denial: &[u8]) -> Result<bool, Error> {
        let done = query("DELETE FROM askings WHERE organization = $1 AND denial = $2")
            .bind(organization.to_string())
            .bind(denial)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget what was typed in"))?;
        Ok(done > 0)
    }

    /// Forgets what was typed in before this. Says how many.
    pub async fn forget_askings(&mut self, before: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM askings WHERE made_at <= $1")
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget what was typed in"))
    }
}

impl Store {
    /// Whether something waits that the holder of a mail may deny.
    pub async fn has_asking(&self, organization: OrganizationId, denial: &[u8]) -> Result<bool, Error> {
        let mut connection = self.reader().await;
        let row = query("SELECT 1 AS waits FROM askings WHERE organization = $1 AND denial = $2")
            .bind(organization.to_string())
            .bind(denial)
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read what was typed in"))?;
        Ok(row.is_some())
    }
}
