//! Engaging a sub-processor once its notice is over, and letting one go.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::SubprocessorId;
use exeunt_rights::Day;
use exeunt_store::subprocessors::Subprocessor;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::reasons::{END, ENGAGE};
use crate::requests::hold::reason;
use crate::subprocessors::announce::stands;
use crate::subprocessors::list::Stands;

impl Office {
    /// Writes down that an announced one is engaged from now on. Refused before its day, and over objections unless
    /// somebody says why.
    pub async fn engage_subprocessor(
        &self,
        actor: &Actor,
        id: SubprocessorId,
        despite_objections: Option<&str>,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::ManageSubprocessors)?;
        let because = despite_objections.map(reason).transpose()?;
        let was = self.subprocessor(id).await?;
        if Stands::of(&was) != Stands::Announced {
            return Err(stands(&was, "engaged"));
        }
        let day: Option<Day> = was.effective_on.as_deref().and_then(|day| day.parse().ok());
        let day = day.ok_or_else(|| Error::Damaged {
            what: format!("sub-processor `{id}`"),
            why: String::from("nobody can tell from which day on it may be engaged"),
        })?;
        if self.today() < day {
            return Err(Error::Refused(
                "E0988",
                format!("sub-processor `{id}` was announced for {day}; it cannot be engaged before that day"),
            ));
        }
        let objections = self.engine.store.objections(id).await?.len() as u64;
        if objections > 0 && because.is_none() {
            return Err(Error::Refused(
                "E0988",
                format!(
                    "there are {objections} objections to sub-processor `{id}`; read them, and say why it is engaged all the \
                     same, or end it"
                ),
            ));
        }
        let mut event =
            self.event(Kind::SubprocessorEngaged, actor).about(id).count("objections", objections);
        if let Some(because) = &because {
            event =
                event.commit("reason", Commitment::new(&self.chance(), "sub-processor", because.as_bytes()));
        }
        let now = Subprocessor { engaged_at: Some(self.now()), ..was.clone() };
        let mut change = self.engine.store.begin().await?;
        if !change.move_subprocessor(&was, &now).await? {
            change.rollback().await?;
            return Err(stands(&was, "engaged"));
        }
        if let Some(because) = &because {
            change.add_reason(&self.reason_of(actor, id.to_string(), ENGAGE, because)).await?;
        }
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// Writes down that one is let go, or was never engaged.
    pub async fn end_subprocessor(
        &self,
        actor: &Actor,
        id: SubprocessorId,
        because: &str,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::ManageSubprocessors)?;
        let because = reason(because)?;
        let was = self.subprocessor(id).await?;
        let before = Stands::of(&was);
        let event = self
            .event(Kind::SubprocessorEnded, actor)
            .about(id)
            .fact("was", before.as_str())
            .commit("reason", Commitment::new(&self.chance(), "sub-processor", because.as_bytes()));
        let now = Subprocessor { ended_at: Some(self.now()), ..was.clone() };
        let mut change = self.engine.store.begin().await?;
        if before == Stands::Ended || !change.move_subprocessor(&was, &now).await? {
            change.rollback().await?;
            return Err(stands(&was, "ended"));
        }
        change.add_reason(&self.reason_of(actor, id.to_string(), END, &because)).await?;
        Ok(change.commit(self.organization.id, &[event]).await?)
    }
}
