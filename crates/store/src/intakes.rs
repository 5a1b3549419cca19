//! Intakes: how requests came in, how surely we know who asks, and what leads from one request to others of the same
//! person or the same address: keyed digests that only this installation can make.

use exeunt_base::{OrganizationId, RequestId};

use crate::bulk;
use crate::change::Change;
use crate::connect::Store;
use crate::database::{made, query};
use crate::error::Error;
use crate::rows::Reading;

/// How a request came in.
#[derive(Clone, PartialEq, Eq)]
pub struct Intake {
    /// Of which request.
    pub request: RequestId,
    /// The way it came.
    pub channel: String,
    /// How surely we know who asks, 0 to 3.
    pub level: u8,
    /// How that was established.
    pub level_how: String,
    /// The ground for erasure, Article 17(1)(a) to (f).
    pub ground: Option<String>,
    /// What people said, sealed.
    pub words: Option<Vec<u8>>,
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Intake({}, {}, level {})", self.request, self.channel, self.level)
    }
}

impl Change<'_> {
    /// Adds how new requests came in.
    pub async fn add_intakes(&mut self, intakes: &[&Intake]) -> Result<(), Error> {
        for intakes in intakes.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO intakes (request, channel, level, level_how, ground, words) VALUES {} ON CONFLICT DO NOTHING",
                bulk::rows(intakes.len(), 6)
            );
            let mut query = made(text);
            for intake in intakes {
                query = query
                    .bind(intake.request.to_string())
                    .bind(&intake.channel)
                    .bind(i64::from(intake.level))
                    .bind(&intake.level_how)
                    .bind(&intake.ground)
                    .bind(&intake.words);
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("add how requests came in"))?;
        }
        Ok(())
    }

    /// Writes down how surely we know who asks.
    pub async fn set_level(&mut self, request: RequestId, level: u8, how: &str) -> Result<(), Error> {
        // requests from before intakes were kept get theirs now
        query(
            "INSERT INTO intakes (request, channel, level, level_how) VALUES ($1, 'api', $2, $3)
             ON CONFLICT (request) DO UPDATE SET level = excluded.level, level_how = excluded.level_how",
        )
        .bind(request.to_string())
        .bind(i64::from(level))
        .bind(how)
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("write down who asks"))?;
        Ok(())
    }

    /// Marks requests with keyed digests of what their person is known by.
    pub async fn mark_requests(
        &mut self,
        organization: OrganizationId,
        marks: &[(RequestId, [u8; 32])],
    ) -> Result<(), Error> {
        for marks in marks.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO request_marks (organization, mark, request) VALUES {} ON CONFLICT DO NOTHING",
                bulk::rows(marks.len(), 3)
            );
            let mut query = made(text);
            for (request, mark) in marks {
                query = query.bind(organization.to_string()).bind(mark.as_slice()).bind(request.to_string());
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("mark requests"))?;
        }
        Ok(())
    }

    /// Marks requests with keyed digests of where their letters go.
    pub async fn mark_contacts(
        &mut self,
        organization: OrganizationId,
        marks: &[(RequestId, [u8; 32])],
    ) -> Result<(), Error> {
        for marks in marks.chunks(bulk::ROWS) {
            let text = format!(
                "INSERT INTO contact_marks (organization, mark, request) VALUES {} ON CONFLICT DO NOTHING",
                bulk::rows(marks.len(), 3)
            );
            let mut query = made(text);
            for (request, mark) in marks {
                query = query.bind(organization.to_string()).bind(mark.as_slice()).bind(request.to_string());
            }
            let done = query.execute(&mut self.connection).await;
            done.map_err(Error::while_doing("mark where letters of requests go"))?;
        }
        Ok(())
    }
}

impl Store {
    /// Requests whose letters go to the address of this mark, the latest first, at most so many.
    pub async fn requests_of_contact(
        &self,
        organization: OrganizationId,
        mark: &[u8; 32],
        limit: u32,
    ) -> Result<Vec<RequestId>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT request AS id FROM contact_marks WHERE organization = $1 AND mark = $2
             ORDER BY request DESC LIMIT $3",
        )
        .bind(organization.to_string())
        .bind(mark.as_slice())
        .bind(i64::from(limit))
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("look for requests of one address"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }

    /// The marks of where letters of these requests go.
    pub async fn contact_marks(&self, requests: &[RequestId]) -> Result<Vec<Vec<u8>>, Error> {
        let mut found = Vec::new();
        let mut connection = self.reader().await;
        for requests in requests.chunks(bulk::ROWS) {
            let mut query = made(format!(
                "SELECT mark FROM contact_marks WHERE request IN ({})",
                bulk::places(requests.len())
            ));
            for request in requests {
                query = query.bind(request.to_string());
            }
            let rows = query.fetch_all(&mut connection).await;
            for row in rows.map_err(Error::while_doing("read where letters of requests go"))? {
                found.push(Reading { row: &row, what: "mark" }.get("mark")?);
            }
        }
        Ok(found)
    }

    /// How requests came in, in no order; one of which nothing was written down is left out.
    pub async fn intakes(&self, requests: &[RequestId]) -> Result<Vec<Intake>, Error> {
        let mut found = Vec::with_capacity(requests.len());
        let mut connection = self.reader().await;
        for requests in requests.chunks(bulk::ROWS) {
            let mut query = made(format!(
                "SELECT request, channel, level, level_how, ground, words FROM intakes WHERE request IN ({})",
                bulk::places(requests.len())
            ));
            for request in requests {
                query = query.bind(request.to_string());
            }
            let rows = query.fetch_all(&mut connection).await;
            for row in rows.map_err(Error::while_doing("read how requests came in"))? {
                let reading = Reading { row: &row, what: "intake" };
                found.push(Intake {
                    request: reading.id("request")?,
                    channel: reading.get("channel")?,
                    level: u8::try_from(reading.count("level")?).unwrap_or(0),
                    level_how: reading.get("level_how")?,
                    ground: reading.get("ground")?,
                    words: reading.get("words")?,
                });
            }
        }
        Ok(found)
    }

    /// Requests of these marks, the latest first, at most so many.
    pub async fn requests_marked(
        &self,
        organization: OrganizationId,
        marks: &[[u8; 32]],
        limit: u32,
    ) -> Result<Vec<RequestId>, Error> {
        if marks.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT DISTINCT request AS id FROM request_marks WHERE organization = ? AND mark IN ({})
             ORDER BY id DESC LIMIT ?",
            bulk::places(marks.len())
        );
        let mut query = made(text).bind(organization.to_string());
        for mark in marks {
            query = query.bind(mark.as_slice());
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        let rows = rows.map_err(Error::while_doing("look for somebody's requests"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }

    /// Other requests that share a mark with this one, the latest first, at most so many.
    pub async fn related_requests(
        &self,
        organization: OrganizationId,
        request: RequestId,
        limit: u32,
    ) -> Result<Vec<RequestId>, Error> {
        let mut connection = self.reader().await;
        let rows = query(
            "SELECT DISTINCT other.request AS id FROM request_marks mine
             JOIN request_marks other ON other.organization = mine.organization AND other.mark = mine.mark
             WHERE mine.organization = $1 AND mine.request = $2 AND other.request <> $2
             ORDER BY id DESC LIMIT $3",
        )
        .bind(organization.to_string())
        .bind(request.to_string())
        .bind(i64::from(limit))
        .fetch_all(&mut connection)
        .await
        .map_err(Error::while_doing("look for requests of the same person"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }

    /// Requests that carry one of these marks, newest first.
    pub async fn marked_requests(
        &self,
        organization: OrganizationId,
        marks: &[[u8; 32]],
        limit: u32,
    ) -> Result<Vec<RequestId>, Error> {
        let text = format!(
            "SELECT DISTINCT request AS id FROM request_marks WHERE organization = ? AND mark IN ({}) ORDER BY id DESC LIMIT ?",
            bulk::places(marks.len())
        );
        let mut query = made(text).bind(organization.to_string());
        for mark in marks {
            query = query.bind(mark.as_slice());
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        let rows = rows.map_err(Error::while_doing("look for requests of a person"))?;
        rows.iter().map(|row| Reading { row, what: "request" }.id("id")).collect()
    }
}
