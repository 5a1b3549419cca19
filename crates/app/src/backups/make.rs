//! Making a backup: the store as of one moment, then the files of the home, streamed into one encrypted file.

use std::io::Write;

use exeunt_audit::event::{Actor as By, Event};
use exeunt_audit::kind::Kind;
use exeunt_package::{Encryption, Sealing};
use exeunt_store::snapshot::Snapshot;
use zstd::stream::write::Encoder;

use crate::actor::Actor;
use crate::backups::error::Error;
use crate::backups::files;
use crate::backups::form::{self, END, End, HEAD, Head, Kept, STORE};
use crate::office::Office;

/// How hard it is compressed: what is sealed cannot be, and the rest gets small enough.
const LEVEL: i32 = 3;

type Archive<W> = tar::Builder<Encoder<'static, Sealing<W>>>;

impl Office {
    /// Writes a backup of the whole home. Only for whoever runs the machine. The caller makes the file durable.
    ///
    /// The store is read as of the moment of the beginning, the vault after it: a blob that was sealed before that moment is
    /// in it, unless a purge destroyed it meanwhile.
    pub async fn make_backup<W: Write>(
        &self,
        actor: &Actor,
        to: &Encryption,
        out: W,
    ) -> Result<(Head, End), crate::Error> {
        if !actor.powers.are_all() {
            return Err(crate::Error::Denied(crate::access::Permission::ManageUsers));
        }
        let store = &self.engine.store;
        let mut organizations = Vec::new();
        let known = store.organizations().await?;
        for organization in &known {
            organizations.push(Kept {
                id: organization.id.to_string(),
                name: organization.name.clone(),
                log_entries: store.audit_head(organization.id).await?.size,
            });
        }
        let now = self.engine.world.now();
        let mut snapshot = store.snapshot().await?;
        let head = Head {
            version: form::VERSION,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: now.to_string(),
            schema: snapshot.version,
            organizations,
            tables: snapshot.tables.clone(),
        };
        let sealing = Sealing::begin(to, out).map_err(|error| Error::Encrypt(Box::new(error)))?;
        let encoder = Encoder::new(sealing, LEVEL).map_err(Error::Write)?;
        let mut archive = Archive::new(encoder);
        let seconds = u64::try_from(now.as_micros() / 1_000_000).unwrap_or(0);
        put(&mut archive, HEAD, &json(&head), seconds)?;
        let mut end = End::default();
        let ids: Vec<_> = known.iter().map(|organization| organization.id).collect();
        let keys = files::keys(&self.layout, &ids);
        for (name, path) in files::listed(&self.layout, &ids)? {
            // a purge may have destroyed it since it was listed
            let Ok(mut file) = std::fs::File::open(&path) else { continue };
            archive.append_file(&name, &mut file).map_err(Error::Write)?;
            end.files += 1;
            end.file_bytes += file.metadata().map_err(Error::Write)?.len();
        }
        if files::keys(&self.layout, &ids) != keys {
            return Err(crate::Error::Refused(
                "E0965",
                String::from(
                    "a key was rotated meanwhile, so the keys in this backup are of two moments; make it again",
                ),
            ));
        }
        rows(&mut snapshot, &mut archive, &mut end, seconds).await?;
        snapshot.end().await?;
        put(&mut archive, END, &json(&end), seconds)?;
        let finished = archive.into_inner().and_then(Encoder::finish).and_then(Sealing::finish);
        finished.and_then(|mut out| out.flush()).map_err(Error::Write)?;
        let total = end.rows.values().sum();
        for organization in &known {
            let by = actor.id.map_or(By::System, By::Known);
            let event = Event::new(now, Kind::BackupMade, by, organization.id);
            let event = event.count("files", end.files).count("rows", total);
            store.begin().await?.commit(organization.id, &[event]).await?;
        }
        Ok((head, end))
    }
}

async fn rows<W: Write>(
    snapshot: &mut Snapshot<'_>,
    archive: &mut Archive<W>,
    end: &mut End,
    seconds: u64,
) -> Result<(), crate::Error> {
    for table in snapshot.tables.clone() {
        let (mut last, mut number) = (None, 0u64);
        loop {
            let page = snapshot.page(&table, last.as_deref()).await?;
            let Some(row) = page.last() else { break };
            last = Some(row.clone());
            let mut lines = Vec::new();
            page.iter().for_each(|row| form::line(row, &mut lines));
            put(archive, &format!("{STORE}{}/{number:06}.jsonl", table.name), &lines, seconds)?;
            *end.rows.entry(table.name.clone()).or_default() += page.len() as u64;
            number += 1;
        }
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("names, numbers and texts are JSON")
}

fn put<W: Write>(archive: &mut Archive<W>, name: &str, bytes: &[u8], seconds: u64) -> Result<(), Error> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_mtime(seconds);
    archive.append_data(&mut header, name, bytes).map_err(Error::Write)
}
