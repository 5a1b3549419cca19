//! Which entries of the log speak of a request, a plan or a job: noted as they are written, so that a history is read without
//! reading the log. It says nothing that the entries do not say, and proves nothing.

use exeunt_audit::event::{Event, Object};
use exeunt_audit::kind::Kind;
use exeunt_base::OrganizationId;

use crate::bulk;
use crate::connect::Store;
use crate::database::{Connection, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// Kinds whose latest entry is asked for by itself: when it happened last.
const LOOKED_FOR: [Kind; 3] = [Kind::BackupMade, Kind::KeyRotated, Kind::KeyDrilled];

/// Notes what an entry at this place is about. A job has thousands of batches, and nobody asks for their history one by one.
pub(super) async fn note(
    connection: &mut Connection,
    organization: &str,
    position: u64,
    event: &Event,
) -> Result<(), Error> {
    if event.kind == Kind::BatchClosed {
        return Ok(());
    }
    let told = |object: &&Object| matches!(object, Object::Request(_) | Object::Plan(_) | Object::Job(_));
    let mut objects: Vec<String> = event.objects.iter().filter(told).map(ToString::to_string).collect();
    objects.extend(LOOKED_FOR.contains(&event.kind).then(|| event.kind.as_str().to_owned()));
    for objects in objects.chunks(bulk::ROWS) {
        let text = format!(
            "INSERT INTO audit_about (organization, object, position) VALUES {}",
            bulk::rows(objects.len(), 3)
        );
        let mut query = made(text);
        for object in objects {
            query = query.bind(organization).bind(object.as_str()).bind(signed(position));
        }
        let done = query.execute(connection).await;
        done.map_err(Error::while_doing("append to the audit log"))?;
    }
    Ok(())
}

impl Store {
    /// The newest entries that speak of one of these, at most `limit`, oldest first.
    pub async fn audit_entries_about(
        &self,
        organization: OrganizationId,
        objects: &[Object],
        limit: u32,
    ) -> Result<Vec<(u64, Vec<u8>)>, Error> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT position, entry FROM audit_entries WHERE organization = ? AND position IN
                 (SELECT position FROM audit_about WHERE organization = ? AND object IN ({}))
             ORDER BY position DESC LIMIT ?",
            bulk::places(objects.len())
        );
        let owner = organization.to_string();
        let mut query = made(text).bind(&owner).bind(&owner);
        for object in objects {
            query = query.bind(object.to_string());
        }
        let mut connection = self.reader().await;
        let rows = query.bind(i64::from(limit)).fetch_all(&mut connection).await;
        let rows = rows.map_err(Error::while_doing("read the audit log"))?;
        let read = |row| {
            let reading = Reading { row, what: "audit log" };
            Ok((reading.count("position")?, reading.get("entry")?))
        };
        rows.iter().rev().map(read).collect()
    }

    /// The latest entry of a kind that is looked for by itself; `None` where there is none since such are noted.
    pub async fn last_audit_entry(
        &self,
        organization: OrganizationId,
        kind: Kind,
    ) -> Result<Option<Event>, Error> {
        let rows = query(
            "SELECT entry FROM audit_entries WHERE organization = $1 AND position =
                 (SELECT max(position) FROM audit_about WHERE organization = $1 AND object = $2)",
        )
        .bind(organization.to_string())
        .bind(kind.as_str())
        .fetch_all(&mut *self.reader().await)
        .await
        .map_err(Error::while_doing("read the audit log"))?;
        let Some(row) = rows.first() else { return Ok(None) };
        let entry: Vec<u8> = Reading { row, what: "audit log" }.get("entry")?;
        Ok(Event::parse(&entry).ok())
    }

    /// The first entry from which on it is noted what entries are about; those before are found by reading them.
    pub async fn audit_about_from(&self, organization: OrganizationId) -> Result<u64, Error> {
        let mut connection = self.reader().await;
        let row = query("SELECT position FROM audit_about_from WHERE organization = $1")
            .bind(organization.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read the audit log"))?;
        row.map_or(Ok(0), |row| Reading { row: &row, what: "audit log" }.count("position"))
    }
}
