//! Bringing follow-ups on their way: planned under the map turned for them, approved as the plan was by which the rows had
//! stayed, and handed to whoever runs jobs. Whatever was cut short goes on where it was.

use std::collections::BTreeMap;

use exeunt_base::{ActorId, RequestId};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::states;
use exeunt_rights::state::RequestState;
use exeunt_store::kept::OpenFollowUp;
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::tasks::Wanted;
use crate::work::outcome::{passes, words};

/// States in which nobody carries a follow-up out yet.
const OPEN: [RequestState; 3] =
    [RequestState::Received, RequestState::AwaitingApproval, RequestState::Approved];
/// Most follow-ups of one plan.
const TOGETHER: usize = 500;

impl Office {
    /// Looks at kept rows whose day it is, and sets the follow-ups of those whose time is over in motion.
    pub(crate) async fn follow_kept_rows(&self, actor: &Actor) -> Result<Value, Error> {
        let checked = self.check_kept_rows(actor).await?;
        let (on_their_way, stuck) = self.set_follow_ups_in_motion(actor).await?;
        Ok(json!({
            "looked_at": checked.looked_at,
            "gone": checked.gone,
            "due": checked.due,
            "unsure": checked.unsure,
            "follow_ups": checked.follow_ups.len(),
            "on_their_way": on_their_way,
            "stuck": stuck,
        }))
    }

    /// How many are on their way now, and how many could not be brought there: those are tried again another day.
    async fn set_follow_ups_in_motion(&self, actor: &Actor) -> Result<(u64, u64), Error> {
        let states: Vec<&str> = OPEN.iter().map(|state| state.as_str()).collect();
        let open = self.engine.store.open_follow_ups(self.organization.id, &states, states::QUEUED).await?;
        let mut alike: BTreeMap<(String, Option<ActorId>), Vec<OpenFollowUp>> = BTreeMap::new();
        let (mut done, mut stuck) = (0, 0);
        for one in open {
            match one.job {
                Some(job) => {
                    let confirmed = self.confirmed_for(&[one.request]).await?;
                    self.want_about(actor, &job.to_string(), &Wanted::RunJob(confirmed)).await?;
                    done += 1;
                }
                None => alike.entry((one.kind.clone(), one.approved_by)).or_default().push(one),
            }
        }
        for ((_, approver), ones) in alike {
            let ids: Vec<RequestId> = ones.iter().map(|one| one.request).collect();
            for together in ids.chunks(TOGETHER) {
                match self.set_in_motion(actor, together, approver).await {
                    Ok(()) => done += together.len() as u64,
                    Err(error) if passes(&error) => return Err(error),
                    // one of them must not stand in the way of all others
                    Err(_) if together.len() > 1 => {
                        for id in together {
                            match self.set_in_motion(actor, &[*id], approver).await {
                                Ok(()) => done += 1,
                                Err(error) if passes(&error) => return Err(error),
                                Err(error) => {
                                    stuck += 1;
                                    self.write_stuck(*id, &error).await?;
                                }
                            }
                        }
                    }
                    Err(error) => {
                        stuck += 1;
                        self.write_stuck(together[0], &error).await?;
                    }
                }
            }
        }
        Ok((done, stuck))
    }

    async fn set_in_motion(
        &self,
        actor: &Actor,
        ids: &[RequestId],
        approver: Option<ActorId>,
    ) -> Result<(), Error> {
        let made = self.make_plan(actor, ids).await?;
        // the plan by which the rows stayed said what becomes of them at the end of their time
        self.approve_plan_as(actor, made.id, &made.digest, approver).await?;
        let confirmed = self.confirmed_for(ids).await?;
        let job = self.start_job(actor, made.id).await?;
        self.want_about(actor, &job.to_string(), &Wanted::RunJob(confirmed)).await
    }

    /// What the engine would ask of a person, who may have typed a key wrong: these keys were read from rows.
    async fn confirmed_for(&self, ids: &[RequestId]) -> Result<Confirmed, Error> {
        let requests = self.engine.store.requests_named(ids).await?;
        let known = self.engine.open_all_known(&requests)?;
        let most = known.iter().map(|known| known.given.len() as u64).max();
        Ok(Confirmed { rows: None, matches: most, identity: true, nobody: true })
    }

    /// Writes beside the rows why they do not go.
    async fn write_stuck(&self, follow_up: RequestId, error: &Error) -> Result<(), Error> {
        let parts = self.engine.store.kept_followed_by(follow_up).await?;
        let mut change = self.engine.store.begin().await?;
        for was in parts {
            let mut now = was.clone();
            now.trouble = Some(words(error));
            change.replace_kept(&was, Some(&now)).await?;
        }
        Ok(change.commit_bookkeeping().await?)
    }
}
