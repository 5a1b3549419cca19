//! Complaints about requests. What they say is sealed.

use exeunt_base::{OrganizationId, RequestId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// A complaint.
#[derive(Clone, PartialEq, Eq)]
pub struct Complaint {
    /// About which request.
    pub request: RequestId,
    /// Which of its complaints, from 1.
    pub number: u64,
    /// Whose.
    pub organization: OrganizationId,
    /// What it says, sealed; gone when it is not needed any more.
    pub words: Option<Vec<u8>>,
    /// When it came in.
    pub at: Timestamp,
    /// The day by which a person answers.
    pub answer_by: String,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

impl std::fmt::Debug for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Complaint({}, {})", self.request, self.number)
    }
}

const COLUMNS: &str = "request, number, organization, words, at, answer_by, answered_at";

fn read(row: &Row) -> Result<Complaint, Error> {
    let reading = Reading { row, what: "complaint" };
    Ok(Complaint {
        request: reading.id("request")?,
        number: reading.count("number")?,
        organization: reading.id("organization")?,
        words: reading.get("words")?,
        at: reading.time("at")?,
        answer_by: reading.get("answer_by")?,
        answered_at: reading.time_if_any("answered_at")?,
    })
}

impl Change<'_> {
    /// How many complaints about a request there are.
    pub async fn count_complaints(&mut self, request: RequestId) -> Result<u64, Error> {
        let row = query("SELECT count(*) AS many FROM complaints WHERE request = $1")
            .bind(request.to_string())
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::while_doing("count complaints"))?;
        Reading { row: &row, what: "complaint" }.count("many")
    }

    /// Adds a complaint.
    pub async fn add_complaint(&mut self, complaint: &Complaint) -> Result<(), Error> {
        made(format!("INSERT INTO complaints ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, NULL)"))
            .bind(complaint.request.to_string())
            .bind(signed(complaint.number))
            .bind(complaint.organization.to_string())
            .bind(&complaint.words)
            .bind(complaint.at.as_micros())
            .bind(&complaint.answer_by)
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("add a complaint"))?;
        Ok(())
    }

    /// It was answered. Says whether it was not yet.
    pub async fn answer_complaint(
        &mut self,
        request: RequestId,
        number: u64,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let done = query(
            "UPDATE complaints SET answered_at = $3 WHERE request = $1 AND number = $2 AND answered_at IS NULL",
        )
        .bind(request.to_string())
        .bind(signed(number))
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("answer a complaint"))?;
        Ok(done == 1)
    }

    /// Destroys what complaints say that were answered before this. Says how many.
    pub async fn forget_complaints(&mut self, before: Timestamp) -> Result<u64, Error> {
        query("UPDATE complaints SET words = NULL WHERE words IS NOT NULL AND answered_at <= $1")
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget complaints"))
    }
}

impl Store {
    /// The complaints about a request, oldest first.
    pub async fn complaints_about(&self, request: RequestId) -> Result<Vec<Complaint>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM complaints WHERE request = $1 ORDER BY number"))
            .bind(request.to_string())
            .fetch_all(&mut connection)
            .await;
        rows.map_err(Error::while_doing("read complaints"))?.iter().map(read).collect()
    }

    /// Complaints that nobody answered yet, oldest first, at most so many.
    pub async fn open_complaints(
        &self,
        organization: OrganizationId,
        limit: u32,
    ) -> Result<Vec<Complaint>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!(
            "SELECT {COLUMNS} FROM complaints WHERE organization = $1 AND answered_at IS NULL ORDER BY at LIMIT $2"
        ))
        .bind(organization.to_string())
        .bind(i64::from(limit))
        .fetch_all(&mut connection)
        .await;
        rows.map_err(Error::while_doing("read complaints"))?.iter().map(read).collect()
    }
}
