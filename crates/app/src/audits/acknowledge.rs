//! Accepting a store that is older than the checkpoint kept outside: an officer's act, with a reason, written down.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::commitment::Commitment;
use exeunt_audit::event::Actor as By;
use exeunt_audit::kind::Kind;
use exeunt_audit::note::Note;
use exeunt_base::hex;
use serde_json::json;

use crate::actor::Actor;
use crate::error::Error;
use crate::home::checkpoint;
use crate::home::files;
use crate::home::gate;
use crate::home::open::{Opening, open_unchecked};
use crate::office::Office;
use crate::requests::hold::reason;

/// What was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// Entries in the store.
    pub found: u64,
    /// Entries in the checkpoint that was kept outside, if one was.
    pub kept: Option<u64>,
}

/// Accepts the store as it is, for every organization whose log says that it is an older one. Refuses when there is nothing to
/// accept. What is told is of the home's own organization where that is among them, else of the first.
///
/// The superseded checkpoints stay beside the new ones: they are the only witnesses of what was lost. The service does not begin
/// again before the ledger was held against the sources.
pub async fn acknowledge(opening: Opening<'_>, because: &str) -> Result<Acknowledged, Error> {
    let because = reason(because)?;
    let (operators, operator) = (opening.layout.operators(), opening.operator.to_owned());
    let house = open_unchecked(opening).await?;
    let mut accepted = None;
    let own = std::iter::once(house.own());
    for office in
        own.chain(house.offices().filter(|office| office.organization.id != house.own().organization.id))
    {
        let organization = office.organization.id;
        match checkpoint::compare(&office.layout, &office.engine.store, organization, &office.log_key).await {
            Ok(()) => continue,
            Err(
                Error::Store(exeunt_store::Error::RolledBack { .. })
                | Error::Forked { .. }
                | Error::NoCheckpoint { .. },
            )
            | Err(Error::Damaged { .. }) => {}
            Err(other) => return Err(other),
        }
        let actor = Actor::meet(&operators, &operator, organization, &*house.world)?;
        let one = accept(office, &actor, &because).await?;
        accepted.get_or_insert(one);
    }
    accepted.ok_or_else(|| {
        Error::Refused("E0706", String::from("the store was not rolled back; there is nothing to accept"))
    })
}

async fn accept(office: &Office, actor: &Actor, because: &str) -> Result<Acknowledged, Error> {
    let organization = office.organization.id;
    let layout = &office.layout;
    let path = layout.log_head(organization);
    let text = files::read(&path)?;
    let kept = text
        .as_deref()
        .and_then(|text| Note::parse(text.as_bytes()).ok())
        .and_then(|note| Checkpoint::parse(note.text()).ok())
        .map(|checkpoint| checkpoint.size);
    let found = office.engine.store.audit_head(organization).await?.size;
    if text.is_some() {
        let aside =
            path.with_file_name(format!("checkpoint.superseded-{}", office.engine.world.now().as_micros()));
        fs::rename(&path, &aside).map_err(|source| Error::file("set aside", &path, source))?;
    }
    let salt = office.chance();
    let events = [
        office
            .event(Kind::StoreRollbackNoticed, actor)
            .count("found", found)
            .count("kept", kept.unwrap_or(0)),
        office
            .event(Kind::StoreRollbackAcknowledged, actor)
            .commit("reason", Commitment::new(&salt, "rollback", because.as_bytes())),
    ];
    let line = json!({
        "at": office.engine.world.now().to_string(),
        "by": actor.id.map_or(By::System, By::Known).to_string(),
        "found": found,
        "kept": kept,
        "reason": because,
        "salt": hex::encode(salt.expose()),
    });
    let notes = layout.acknowledged(organization);
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&notes)
        .map_err(|source| Error::file("open", &notes, source))?;
    writeln!(file, "{line}")
        .and_then(|()| file.sync_all())
        .map_err(|source| Error::file("write", &notes, source))?;
    // first, so that nothing begins in between
    gate::shut(layout, organization)?;
    office.engine.store.begin().await?.commit(organization, &events).await?;
    Ok(Acknowledged { found, kept })
}
