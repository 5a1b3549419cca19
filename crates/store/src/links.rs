//! Links by which people fetch their packages: hashes of tokens, how often each may still be used, and the codes mailed for
//! them. Whom they are for is sealed.

use exeunt_base::{LinkId, OrganizationId, PackageId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// A link as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// SHA-256 of its token.
    pub hash: Vec<u8>,
    /// Whose.
    pub organization: OrganizationId,
    /// The package.
    pub package: PackageId,
    /// The request it answers.
    pub request: RequestId,
    /// Whom codes are mailed to, sealed; gone once the link is over.
    pub person: Option<Vec<u8>>,
    /// The language of its page.
    pub language: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How often it may still be used.
    pub downloads_left: u64,
    /// When the person was told that it ends soon.
    pub reminded_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link({})", self.id)
    }
}

/// A code that was mailed, bound to the page that asked for it.
pub struct Code {
    /// Digest of what the page holds.
    pub form: Vec<u8>,
    /// The link.
    pub link: LinkId,
    /// Keyed digest of the code.
    pub code: Vec<u8>,
    /// Until when it counts.
    pub expires_at: Timestamp,
    /// How often it may still be guessed.
    pub tries_left: u64,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Code({})", self.link)
    }
}

const COLUMNS: &str = "id, hash, organization, package, request, person, language, made_at, expires_at, downloads_left, \
                       reminded_at, revoked_at";

fn read(row: &Row) -> Result<Link, Error> {
    let reading = Reading { row, what: "link" };
    Ok(Link {
        id: reading.id("id")?,
        hash: reading.get("hash")?,
        organization: reading.id("organization")?,
        package: reading.id("package")?,
        request: reading.id("request")?,
        person: reading.get("person")?,
        language: reading.get("language")?,
        made_at: reading.time("made_at")?,
        expires_at: reading.time("expires_at")?,
        downloads_left: reading.count("downloads_left")?,
        reminded_at: reading.time_if_any("reminded_at")?,
        revoked_at: reading.time_if_any("revoked_at")?,
    })
}

impl Change<'_> {
    /// Adds a link.
    pub async fn add_link(&mut self, link: &Link) -> Result<(), Error> {
        query(
            "INSERT INTO links (id, hash, organization, package, request, person, language, made_at, expires_at, downloads_left)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(link.id.to_string())
        .bind(&link.hash)
        .bind(link.organization.to_string())
        .bind(link.package.to_string())
        .bind(link.request.to_string())
        .bind(&link.person)
        .bind(&link.language)
        .bind(link.made_at.as_micros())
        .bind(link.expires_at.as_micros())
        .bind(signed(link.downloads_left))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a link"))?;
        Ok(())
    }

    /// Revokes the links of a package that are not over, and forgets whom they were for. Says how many.
    pub async fn revoke_links_of(&mut self, package: PackageId, at: Timestamp) -> Result<u64, Error> {
        query("UPDATE links SET revoked_at = $2, person = NULL WHERE package = $1 AND revoked_at IS NULL")
            .bind(package.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("revoke links"))
    }

    /// Revokes a link. Says whether it was not yet.
    pub async fn revoke_link(&mut self, id: LinkId, at: Timestamp) -> Result<bool, Error> {
        let done =
            query("UPDATE links SET revoked_at = $2, person = NULL WHERE id = $1 AND revoked_at IS NULL")
                .bind(id.to_string())
                .bind(at.as_micros())
                .execute(&mut self.connection)
                .await
                .map_err(Error::while_doing("revoke a link"))?;
        Ok(done == 1)
    }

    /// Uses a link once, if it may still be. Says whether it might.
    pub async fn use_link(&mut self, id: LinkId, now: Timestamp) -> Result<bool, Error> {
        let done = query(
            "UPDATE links SET downloads_left = downloads_left - 1
             WHERE id = $1 AND downloads_left > 0 AND revoked_at IS NULL AND expires_at > $2",
        )
        .bind(id.to_string())
        .bind(now.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("use a link"))?;
        Ok(done == 1)
    }

    /// Uses a link once for a portion of its package, at most so often. Says whether it could be.
    pub async fn use_portion(
        &mut self,
        id: LinkId,
        portion: &str,
        most: u64,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let done = query(
            "INSERT INTO link_portions (link, portion, used)
             SELECT id, $2, 1 FROM links WHERE id = $1 AND revoked_at IS NULL AND expires_at > $3
             ON CONFLICT (link, portion) DO UPDATE SET used = link_portions.used + 1 WHERE link_portions.used < $4",
        )
        .bind(id.to_string())
        .bind(portion)
        .bind(now.as_micros())
        .bind(signed(most))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("use a link"))?;
        Ok(done == 1)
    }

    /// Marks that the person was told that a link ends soon.
    pub async fn remind_of_link(&mut self, id: LinkId, at: Timestamp) -> Result<bool, Error> {
        let done = query("UPDATE links SET reminded_at = $2 WHERE id = $1 AND reminded_at IS NULL")
            .bind(id.to_string())
            .bind(at.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("remind of a link"))?;
        Ok(done == 1)
    }

    /// Forgets whom links were for that are over, and codes that count no more. Says how many.
    pub async fn forget_links(&mut self, now: Timestamp) -> Result<u64, Error> {
        let doing = "forget links that are over";
        let links = query("UPDATE links SET person = NULL WHERE person IS NOT NULL AND expires_at <= $1")
            .bind(now.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        let codes = query("DELETE FROM link_codes WHERE expires_at <= $1")
            .bind(now.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        Ok(links + codes)
    }

    /// Adds a code, unless the link has so many that count. Says whether it did.
    pub async fn add_link_code(&mut self, code: &Code, most: u64, now: Timestamp) -> Result<bool, Error> {
        let doing = "add a link's code";
        let row = query("SELECT count(*) AS live FROM link_codes WHERE link = $1 AND expires_at > $2")
            .bind(code.link.to_string())
            .bind(now.as_micros())
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        if (Reading { row: &row, what: "link code" }).count("live")? >= most {
            return Ok(false);
        }
        query(
            "INSERT INTO link_codes (form, link, code, expires_at, tries_left) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&code.form)
        .bind(code.link.to_string())
        .bind(&code.code)
        .bind(code.expires_at.as_micros())
        .bind(signed(code.tries_left))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        Ok(true)
    }

    /// The code of a link's page.
    pub async fn link_code(&mut self, form: &[u8]) -> Result<Option<Code>, Error> {
        let row = query("SELECT form, link, code, expires_at, tries_left FROM link_codes WHERE form = $1")
            .bind(form)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::while_doing("read a link's code"))?;
        row.map(|row| {
            let reading = Reading { row: &row, what: "link code" };
            Ok(Code {
                form: reading.get("form")?,
                link: reading.id("link")?,
                code: reading.get("code")?,
                expires_at: reading.time("expires_at")?,
                tries_left: reading.count("tries_left")?,
            })
        })
        .transpose()
    }

    /// Counts a wrong guess.
    pub async fn count_link_guess(&mut self, form: &[u8]) -> Result<(), Error> {
        query("UPDATE link_codes SET tries_left = tries_left - 1 WHERE form = $1 AND tries_left > 0")
            .bind(form)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("count a guess"))?;
        Ok(())
    }

    /// Uses a code up.
    pub async fn drop_link_code(&mut self, form: &[u8]) -> Result<(), Error> {
        query("DELETE FROM link_codes WHERE form = $1")
            .bind(form)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("use a link's code up"))?;
        Ok(())
    }

    /// Keeps from where and with what a package was fetched, sealed.
    pub async fn add_link_download(
        &mut self,
        link: LinkId,
        at: Timestamp,
        caller: &[u8],
    ) -> Result<(), Error> {
        query("INSERT INTO link_downloads (link, at, caller) VALUES ($1, $2, $3)")
            .bind(link.to_string())
            .bind(at.as_micros())
            .bind(caller)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("keep a download"))?;
        Ok(())
    }

    /// Forgets downloads older than this. Says how many.
    pub async fn forget_link_downloads(&mut self, before: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM link_downloads WHERE at < $1")
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget downloads"))
    }
}

impl Store {
    /// How often each portion of its package was taken by a link.
    pub async fn portions_used(&self, id: LinkId) -> Result<Vec<(String, u64)>, Error> {
        let mut connection = self.reader().await;
        let rows = query("SELECT portion, used FROM link_portions WHERE link = $1 ORDER BY portion")
            .bind(id.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read what a link was used for"))?;
        let read = |row: &Row| {
            let reading = Reading { row, what: "link" };
            Ok((reading.get("portion")?, reading.count("used")?))
        };
        rows.iter().map(read).collect()
    }

    /// One link.
    pub async fn link(&self, id: LinkId) -> Result<Link, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM links WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a link"))?
            .ok_or_else(|| Error::NotFound { what: "link", id: id.to_string() })?;
        read(&row)
    }

    /// The link of a token, whoever's it is.
    pub async fn link_by_hash(&self, hash: &[u8]) -> Result<Option<Link>, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM links WHERE hash = $1"))
            .bind(hash)
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a link"))?;
        row.as_ref().map(read).transpose()
    }

    /// The links of a package, newest first.
    pub async fn links_of(&self, package: PackageId) -> Result<Vec<Link>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM links WHERE package = $1 ORDER BY id DESC"))
            .bind(package.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read links"))?;
        rows.iter().map(read).collect()
    }

    /// The links of these packages, newest first.
    pub async fn links_of_all(&self, packages: &[PackageId]) -> Result<Vec<Link>, Error> {
        let mut found = Vec::new();
        let mut connection = self.reader().await;
        for packages in packages.chunks(bulk::ROWS) {
            let text = format!(
                "SELECT {COLUMNS} FROM links WHERE package IN ({}) ORDER BY id DESC",
                bulk::places(packages.len())
            );
            let mut query = made(text);
            for package in packages {
                query = query.bind(package.to_string());
            }
            let rows = query.fetch_all(&mut connection).await;
            for row in rows.map_err(Error::while_doing("read links"))? {
                found.push(read(&row)?);
            }
        }
        Ok(found)
    }

    /// An organization's links that were never used, end before this, and whose person was not told.
    pub async fn links_to_remind_of(
        &self,
        organization: OrganizationId,
        most: u64,
        now: Timestamp,
        before: Timestamp,
    ) -> Result<Vec<Link>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!(
            "SELECT {COLUMNS} FROM links WHERE organization = $1 AND person IS NOT NULL AND expires_at > $2
             AND expires_at <= $3 AND reminded_at IS NULL AND revoked_at IS NULL AND downloads_left = $4 ORDER BY id"
        ))
        .bind(organization.to_string())
        .bind(now.as_micros())
        .bind(before.as_micros())
        .bind(signed(most))
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("read links that end soon"))?;
        rows.iter().map(read).collect()
    }

    /// Sealed callers of a link's downloads, oldest first.
    pub async fn downloads_of(&self, link: LinkId) -> Result<Vec<(Timestamp, Vec<u8>)>, Error> {
        let mut connection = self.reader().await;
        let rows = query("SELECT at, caller FROM link_downloads WHERE link = $1 ORDER BY at")
            .bind(link.to_string())
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read downloads"))?;
        let read = |row| {
            let reading = Reading { row, what: "download" };
            Ok((reading.time("at")?, reading.get("caller")?))
        };
        rows.iter().map(read).collect()
    }
}
