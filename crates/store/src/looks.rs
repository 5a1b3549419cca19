//! Codes that show whoever holds the link to a request how it stands, each bound to the page that asked for it.

use exeunt_base::{RequestId, Timestamp};

use crate::change::Change;
use crate::database::query;
use crate::error::Error;
use crate::rows::{Reading, signed};

/// A code that was mailed.
pub struct Look {
    /// Digest of what the page holds.
    pub form: Vec<u8>,
    /// The request.
    pub request: RequestId,
    /// Keyed digest of the code.
    pub code: Vec<u8>,
    /// Until when it counts.
    pub expires_at: Timestamp,
    /// How often it may still be guessed.
    pub tries_left: u64,
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Look({})", self.request)
    }
}

impl Change<'_> {
    /// Adds a code, unless the request has so many that count. Says whether it did.
    pub async fn add_look(&mut self, look: &Look, most: u64, now: Timestamp) -> Result<bool, Error> {
        let doing = "add a code";
        let row = query("SELECT count(*) AS live FROM look_codes WHERE request = $1 AND expires_at > $2")
            .bind(look.request.to_string())
            .bind(now.as_micros())
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        if (Reading { row: &row, what: "code" }).count("live")? >= most {
            return Ok(false);
        }
        query(
            "INSERT INTO look_codes (form, request, code, expires_at, tries_left) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&look.form)
        .bind(look.request.to_string())
        .bind(&look.code)
        .bind(look.expires_at.as_micros())
        .bind(signed(look.tries_left))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        Ok(true)
    }

    /// The code of a page.
    pub async fn look(&mut self, form: &[u8]) -> Result<Option<Look>, Error> {
        let row = query("SELECT form, request, code, expires_at, tries_left FROM look_codes WHERE form = $1")
            .bind(form)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing("read a code"))?;
        row.map(|row| {
            let reading = Reading { row: &row, what: "code" };
            Ok(Look {
                form: reading.get("form")?,
                request: reading.id("request")?,
                code: reading.get("code")?,
                expires_at: reading.time("expires_at")?,
                tries_left: reading.count("tries_left")?,
            })
        })
        .transpose()
    }

    /// Counts a wrong guess.
    pub async fn count_look_guess(&mut self, form: &[u8]) -> Result<(), Error> {
        query("UPDATE look_codes SET tries_left = tries_left - 1 WHERE form = $1 AND tries_left > 0")
            .bind(form)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("count a guess"))?;
        Ok(())
    }

    /// Uses a code up.
    pub async fn drop_look(&mut self, form: &[u8]) -> Result<(), Error> {
        query("DELETE FROM look_codes WHERE form = $1")
            .bind(form)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("use a code up"))?;
        Ok(())
    }

    /// Forgets codes that count no more. Says how many.
    pub async fn forget_looks(&mut self, now: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM look_codes WHERE expires_at <= $1")
            .bind(now.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget codes"))
    }
}
