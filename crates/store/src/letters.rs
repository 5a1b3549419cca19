//! Letters that wait to be sent, leased with fencing, and what became of them. To whom and what is sealed.

use exeunt_base::{LetterId, OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, Trouble, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// Nobody sent it yet.
pub const WAITING: &str = "waiting";
/// A mail server took it.
pub const SENT: &str = "sent";
/// Given up.
pub const FAILED: &str = "failed";
/// The mail server takes nothing for the address.
pub const BOUNCED: &str = "bounced";

/// All states.
pub const STATES: [&str; 4] = [WAITING, SENT, FAILED, BOUNCED];

/// A letter as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its id.
    pub id: LetterId,
    /// Whose.
    pub organization: OrganizationId,
    /// The request it is about.
    pub request: Option<RequestId>,
    /// Which letter: `received`, `finished`.
    pub word: String,
    /// Its language.
    pub language: String,
    /// To whom and what, sealed; gone once it is sent.
    pub content: Option<Vec<u8>>,
    /// What it told, sealed without to whom, where the person can read it again.
    pub said: Option<Vec<u8>>,
    /// Where it stands.
    pub state: String,
    /// When it was written.
    pub made_at: Timestamp,
    /// Since when it has been waiting.
    pub since: Timestamp,
    /// Not before this.
    pub not_before: Timestamp,
    /// Of no use later than this.
    pub not_after: Option<Timestamp>,
    /// How often it was tried.
    pub tries: u64,
    /// When it was sent or given up.
    pub ended_at: Option<Timestamp>,
    /// Why it was not handed over the last time.
    pub trouble: Option<String>,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({}, {}, {})", self.id, self.word, self.state)
    }
}

/// The right to send a letter, until it runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The letter.
    pub letter: LetterId,
    /// Its number.
    pub fence: u64,
}

const COLUMNS: &str = "id, organization, request, word, language, content, said, state, made_at, since, not_before, not_after, \
                       tries, ended_at, trouble";

fn read(row: &Row) -> Result<Letter, Error> {
    let reading = Reading { row, what: "letter" };
    Ok(Letter {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        request: reading.id_if_any("request")?,
        word: reading.get("word")?,
        language: reading.get("language")?,
        content: reading.get("content")?,
        said: reading.get("said")?,
        state: reading.get("state")?,
        made_at: reading.time("made_at")?,
        since: reading.time("since")?,
        not_before: reading.time("not_before")?,
        not_after: reading.time_if_any("not_after")?,
        tries: reading.count("tries")?,
        ended_at: reading.time_if_any("ended_at")?,
        trouble: reading.get("trouble")?,
    })
}

const LAST_ANSWER: &str =
    "SELECT id FROM letters WHERE request = $1 AND word IN ('ready', 'no_data') ORDER BY id DESC LIMIT 1";

fn answer_of(row: Result<Option<Row>, Trouble>) -> Result<Option<LetterId>, Error> {
    let row = row.map_err(Error::while_doing("read what a person was told"))?;
    row.map(|row| Reading { row: &row, what: "letter" }.id("id")).transpose()
}

impl Change<'_> {
    /// Refuses when a person was told of another answer than of this one, or of the first one at all. To be asked after the
    /// request was changed in the same change: whoever else answers waits for it, and finds what was told then.
    pub async fn last_answer_must_be(
        &mut self,
        request: RequestId,
        told: Option<LetterId>,
    ) -> Result<(), Error> {
        let row = query(LAST_ANSWER).bind(request.to_string()).fetch_optional(&mut self.connection).await;
        if answer_of(row)? == told {
            return Ok(());
        }
        Err(Error::Changed { id: request.to_string() })
    }

    /// Adds a letter.
    pub async fn add_letter(&mut self, letter: &Letter) -> Result<(), Error> {
        self.add_letters(&[letter]).await
    }

    /// Adds letters of one word about requests, but none about a request that one of this word was written about before.
    /// Says how many it added.
    pub async fn add_letters_once(&mut self, letters: &[Letter]) -> Result<u64, Error> {
        let mut added = 0;
        for letters in letters.chunks(bulk::ROWS / 10) {
            let Some(first) = letters.first() else { break };
            let mut query = made(format!(
                "SELECT request FROM letters WHERE word = ? AND request IN ({})",
                bulk::places(letters.len())
            ))
            .bind(&first.word);
            for letter in letters {
                query = query.bind(letter.request.map(|request| request.to_string()));
            }
            let rows = query.fetch_all(&mut self.connection).await;
            let rows = rows.map_err(Error::while_doing("read letters"))?;
            let known: Result<Vec<RequestId>, Error> =
                rows.iter().map(|row| Reading { row, what: "letter" }.id("request")).collect();
            let known = known?;
            let new = |letter: &&Letter| letter.request.is_none_or(|request| !known.contains(&request));
            let new: Vec<&Letter> = letters.iter().filter(new).collect();
            added += new.len() as u64;
            self.add_letters(&new).await?;
        }
        Ok(added)
    }

    async fn add_letters(&mut self, letters: &[&Letter]) -> Result<(), Error> {
        if letters.is_empty() {
            return Ok(());
        }
        let mut query = made(format!(
            "INSERT INTO letters (id, organization, request, word, language, content, said, state, made_at, since, not_before,
                not_after)
             VALUES {}",
            bulk::rows(letters.len(), 12)
        ));
        for letter in letters {
            query = query.bind(letter.id.to_string()).bind(letter.organization.to_string());
            query = query.bind(letter.request.map(|request| request.to_string()));
            query = query.bind(&letter.word).bind(&letter.language).bind(&letter.content).bind(&letter.said);
            query = query.bind(&letter.state);
            query = query.bind(letter.made_at.as_micros()).bind(letter.since.as_micros());
            query =
                query.bind(letter.not_before.as_micros()).bind(letter.not_after.map(Timestamp::as_micros));
        }
        let done = query.execute(&mut self.connection).await;
        done.map_err(Error::while_doing("add letters"))?;
        Ok(())
    }

    /// Takes the letter of an organization that has waited longest, or one whose sender let its lease run out.
    pub async fn take_letter(
        &mut self,
        organization: OrganizationId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<(Letter, Hold)>, Error> {
        let doing = "take a letter";
        let row = made(format!(
            "SELECT {COLUMNS}, fence FROM letters
             WHERE organization = $1 AND state = 'waiting' AND not_before <= $2 AND lease_until <= $2
             ORDER BY not_before, id LIMIT 1"
        ))
        .bind(organization.to_string())
        .bind(now.as_micros())
        .fetch_optional(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        let Some(row) = row else { return Ok(None) };
        let mut letter = read(&row)?;
        let fence = Reading { row: &row, what: "letter" }.count("fence")? + 1;
        query("UPDATE letters SET lease_until = $2, fence = $3, tries = tries + 1 WHERE id = $1")
            .bind(letter.id.to_string())
            .bind(until.as_micros())
            .bind(signed(fence))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
        letter.tries += 1;
        let hold = Hold { letter: letter.id, fence };
        Ok(Some((letter, hold)))
    }

    /// A mail server took the letter; what it said is destroyed.
    pub async fn end_letter(&mut self, hold: &Hold, at: Timestamp) -> Result<(), Error> {
        let done = query(
            "UPDATE letters SET state = 'sent', content = NULL, trouble = NULL, ended_at = $3, lease_until = 0
             WHERE id = $1 AND fence = $2 AND state = 'waiting'",
        )
        .bind(hold.letter.to_string())
        .bind(signed(hold.fence))
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("end a letter"))?;
        ours(done, hold)
    }

    /// Gives a letter up. What it said stays for a while, so that it can be sent again.
    pub async fn give_letter_up(
        &mut self,
        hold: &Hold,
        state: &str,
        trouble: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let done = query(
            "UPDATE letters SET state = $3, trouble = $4, ended_at = $5, lease_until = 0
             WHERE id = $1 AND fence = $2 AND state = 'waiting'",
        )
        .bind(hold.letter.to_string())
        .bind(signed(hold.fence))
        .bind(state)
        .bind(trouble)
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("give a letter up"))?;
        ours(done, hold)
    }

    /// Puts a letter back, to be tried again after `not_before`.
    pub async fn put_letter_back(
        &mut self,
        hold: &Hold,
        trouble: &str,
        not_before: Timestamp,
    ) -> Result<(), Error> {
        let done = query(
            "UPDATE letters SET trouble = $3, not_before = $4, lease_until = 0
             WHERE id = $1 AND fence = $2 AND state = 'waiting'",
        )
        .bind(hold.letter.to_string())
        .bind(signed(hold.fence))
        .bind(trouble)
        .bind(not_before.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("put a letter back"))?;
        ours(done, hold)
    }

    /// Takes a letter out: one to everybody of a role, once each of them has one of their own.
    pub async fn drop_letter(&mut self, hold: &Hold) -> Result<(), Error> {
        let done = query("DELETE FROM letters WHERE id = $1 AND fence = $2 AND state = 'waiting'")
            .bind(hold.letter.to_string())
            .bind(signed(hold.fence))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("take a letter out"))?;
        ours(done, hold)
    }

    /// Lets a letter that was given up wait again. Says whether there was anything left to send.
    pub async fn send_letter_again(&mut self, id: LetterId, now: Timestamp) -> Result<bool, Error> {
        let done = query(
            "UPDATE letters SET state = 'waiting', since = $2, not_before = $2, ended_at = NULL, tries = 0, lease_until = 0
             WHERE id = $1 AND state IN ('failed', 'bounced') AND content IS NOT NULL",
        )
        .bind(id.to_string())
        .bind(now.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("send a letter again"))?;
        Ok(done == 1)
    }

    /// Destroys what letters say that were given up before this. Says how many.
    pub async fn shred_letters(&mut self, before: Timestamp) -> Result<u64, Error> {
        query(
            "UPDATE letters SET content = NULL
             WHERE content IS NOT NULL AND ended_at <= $1 AND state IN ('failed', 'bounced')",
        )
        .bind(before.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("destroy what letters said"))
    }

    /// Destroys what letters told that were written before this. Says how many.
    pub async fn forget_said(&mut self, before: Timestamp) -> Result<u64, Error> {
        query("UPDATE letters SET said = NULL WHERE said IS NOT NULL AND made_at <= $1")
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget what letters told"))
    }

    /// Destroys what letters say about a request that were given up: its person is being forgotten.
    pub async fn shred_letters_about(&mut self, request: RequestId) -> Result<u64, Error> {
        query("UPDATE letters SET content = NULL WHERE request = $1 AND state IN ('failed', 'bounced')")
            .bind(request.to_string())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("destroy what letters said"))
    }
}

fn ours(done: u64, hold: &Hold) -> Result<(), Error> {
    if done == 1 { Ok(()) } else { Err(Error::LeaseLost { job: hold.letter.to_string() }) }
}

impl Store {
    /// The last letter that told a person their answer: where to fetch it, or that there is nothing.
    pub async fn last_answer(&self, request: RequestId) -> Result<Option<LetterId>, Error> {
        let mut connection = self.reader().await;
        answer_of(query(LAST_ANSWER).bind(request.to_string()).fetch_optional(&mut connection).await)
    }

    /// One letter.
    pub async fn letter(&self, id: LetterId) -> Result<Letter, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM letters WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a letter"))?
            .ok_or_else(|| Error::NotFound { what: "letter", id: id.to_string() })?;
        read(&row)
    }

    /// The letters about a request, newest first.
    pub async fn letters_about(&self, request: RequestId) -> Result<Vec<Letter>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM letters WHERE request = $1 ORDER BY id DESC"))
            .bind(request.to_string())
            .fetch_all(&mut connection)
            .await;
        rows.map_err(Error::while_doing("read letters"))?.iter().map(read).collect()
    }

    /// At most `limit` of an organization's letters in a state, newest first, older than `before` if one is named.
    pub async fn letters_page(
        &self,
        organization: OrganizationId,
        state: Option<&str>,
        before: Option<LetterId>,
        limit: u32,
    ) -> Result<Vec<Letter>, Error> {
        let in_state = if state.is_some() { "AND state = ?" } else { "" };
        let older = if before.is_some() { "AND id < ?" } else { "" };
        let mut query = made(format!(
            "SELECT {COLUMNS} FROM letters WHERE organization = ? {in_state} {older} ORDER BY id DESC LIMIT ?"
        ))
        .bind(organization.to_string());
        if let Some(state) = state {
            query = query.bind(state);
        }
        if let Some(before) = before {
            query = query.bind(before.to_string());
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        rows.map_err(Error::while_doing("read letters"))?.iter().map(read).collect()
    }

    /// When a letter of this word was last written.
    pub async fn last_letter_at(
        &self,
        organization: OrganizationId,
        word: &str,
    ) -> Result<Option<Timestamp>, Error> {
        let mut connection = self.reader().await;
        let text =
            "SELECT made_at FROM letters WHERE organization = $1 AND word = $2 ORDER BY id DESC LIMIT 1";
        let row = query(text)
            .bind(organization.to_string())
            .bind(word)
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read letters"))?;
        row.map(|row| Reading { row: &row, what: "letter" }.time("made_at")).transpose()
    }

    /// Whether an organization has a letter whose turn it is.
    pub async fn has_letters(&self, organization: OrganizationId, now: Timestamp) -> Result<bool, Error> {
        let mut connection = self.reader().await;
        let row = query(
            "SELECT 1 AS due FROM letters
             WHERE organization = $1 AND state = 'waiting' AND not_before <= $2 AND lease_until <= $2 LIMIT 1",
        )
        .bind(organization.to_string())
        .bind(now.as_micros())
        .fetch_optional(&mut connection)
        .await
        .map_err(Error::while_doing("look for letters"))?;
        Ok(row.is_some())
    }
}
