//! Establishing who asks: how surely, and how. What was looked at is not kept, only the verdict.

use std::collections::HashMap;

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_datamap::categories::is_special;
use exeunt_plan::document::Document;
use exeunt_rights::Right;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::details::check_identity;
use crate::requests::hold::reason;

impl Office {
    /// Writes down how surely we know who asks, and how that was established. The highest level asks for more than
    /// most people need to show, so it takes a note that says why there was doubt.
    pub async fn identify_request(
        &self,
        actor: &Actor,
        id: RequestId,
        level: u8,
        how: &str,
        note: Option<&str>,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::IdentifyRequests)?;
        check_identity(level, how)?;
        let note = note.map(reason).transpose()?;
        if level == exeunt_rights::regime::HIGHEST_LEVEL && note.is_none() {
            return Err(Error::Refused(
                "E0316",
                String::from("level 3 takes a note: why there is reasonable doubt about who asks"),
            ));
        }
        self.open_deadline_or_none(id).await?;
        let mut event = self
            .event(Kind::RequestIdentified, actor)
            .about(id)
            .count("identity_level", u64::from(level))
            .fact("how", how);
        if let Some(note) = &note {
            event = event.commit("note", Commitment::new(&self.chance(), "identity", note.as_bytes()));
        }
        let mut change = self.engine.store.begin().await?;
        change.set_level(id, level, how).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }

    /// Refuses requests whose person is known less surely than their law wants for what a plan would do. Whoever runs the
    /// machine could do without, and is not asked.
    pub(crate) async fn known_well_enough(
        &self,
        actor: &Actor,
        ids: &[RequestId],
        document: &Document,
    ) -> Result<(), Error> {
        if actor.powers.are_all() {
            return Ok(());
        }
        let intakes: HashMap<RequestId, _> = self
            .engine
            .store
            .intakes(ids)
            .await?
            .into_iter()
            .map(|intake| (intake.request, intake))
            .collect();
        let sensitive = self.shows_sensitive(document)?;
        let mut packs = HashMap::new();
        for deadline in self.engine.store.deadlines(ids).await? {
            let key = (deadline.regime.clone(), deadline.pack_version);
            if !packs.contains_key(&key) {
                packs.insert(key.clone(), self.pack_of(&deadline).await?);
            }
            let Some(pack) = packs.get(&key) else { continue };
            // nothing written down: nobody vouched for anything
            let level = intakes.get(&deadline.request).map_or(0, |intake| intake.level);
            let least = pack.identity.least(right_of(document), sensitive);
            if level < least {
                let what = if sensitive { " of sensitive data" } else { "" };
                return Err(Error::Refused(
                    "E0316",
                    format!(
                        "who asked with request `{}` is known at level {}; for {}{what} {} wants level {least}: establish \
                         it, and write it down with `exeunt request identify`",
                        deadline.request,
                        level,
                        right_of(document),
                        pack.short
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Whether what a plan would show holds data of the special categories.
    fn shows_sensitive(&self, document: &Document) -> Result<bool, Error> {
        if right_of(document).changes_rows() {
            return Ok(false);
        }
        let map = self.map()?;
        let models: Vec<String> = document.sets.iter().map(|set| set.model.to_string()).collect();
        Ok(map.map.models().any(|(name, model)| {
            models.contains(&name.to_string())
                && model.fields.values().any(|field| field.category.as_deref().is_some_and(is_special))
        }))
    }
}

fn right_of(document: &Document) -> Right {
    match document.right {
        exeunt_plan::document::Right::Access => Right::Access,
        exeunt_plan::document::Right::Portability => Right::Portability,
        exeunt_plan::document::Right::Erasure => Right::Erasure,
        exeunt_plan::document::Right::Anonymization => Right::Anonymization,
    }
}
