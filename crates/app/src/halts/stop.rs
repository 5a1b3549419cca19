//! The emergency stop: one person stops everything that destroys, two different ones let it go on.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_store::halts::Halt;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;

/// What became of an attempt to lift the stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lift {
    /// Somebody else has to lift it too.
    Asked,
    /// Work goes on.
    Lifted,
}

impl Office {
    /// Stops erasures and purges of the organization. Batches in hand are the last. Restores and packages go on.
    pub async fn stop_work(&self, actor: &Actor, because: &str) -> Result<(), Error> {
        self.allow(actor, Permission::StopWork)?;
        let because = reason(because)?;
        let event = self
            .event(Kind::WorkStopped, actor)
            .commit("reason", Commitment::new(&self.chance(), "stop", because.as_bytes()));
        let at = self.engine.world.now();
        let halt = Halt { source: None, because, by: actor.id, at, lift_by: None, lift_at: None };
        let mut change = self.engine.store.begin().await?;
        if !change.add_halt(self.organization.id, &halt).await? {
            change.rollback().await?;
            return Err(Error::Refused("E0956", String::from("work is stopped already")));
        }
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// Lifts the stop: the first of two people asks for it, the second one does it. Whoever runs the machine is asked for
    /// somebody else too; an API key counts as whoever made it.
    pub async fn lift_stop(&self, actor: &Actor) -> Result<Lift, Error> {
        self.allow(actor, Permission::LiftStop)?;
        let Some(by) = actor.id else {
            return Err(Error::Refused(
                "E0957",
                String::from("an emergency stop is lifted by people, not by the service"),
            ));
        };
        let by = self.person_behind(by).await?;
        let now = self.engine.world.now();
        let organization = self.organization.id;
        let mut change = self.engine.store.begin().await?;
        let stop = change.halts(organization).await?.into_iter().find(|halt| halt.source.is_none());
        match stop.map(|stop| stop.lift_by) {
            None => {
                change.rollback().await?;
                Err(Error::Refused("E0956", String::from("work is not stopped")))
            }
            Some(None) => {
                change.ask_lift(organization, by, now).await?;
                change.commit(organization, &[self.event(Kind::WorkLiftAsked, actor)]).await?;
                Ok(Lift::Asked)
            }
            Some(Some(first)) if first == by => {
                change.rollback().await?;
                Err(Error::Refused(
                    "E0957",
                    String::from("you asked for this yourself; somebody else has to lift the stop too"),
                ))
            }
            Some(Some(_)) => {
                change.remove_halt(organization, None).await?;
                change.wake_tasks(organization, now).await?;
                change.commit(organization, &[self.event(Kind::WorkLifted, actor)]).await?;
                self.bell.notify_one();
                Ok(Lift::Lifted)
            }
        }
    }
}
