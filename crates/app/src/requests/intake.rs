//! Taking requests in together: whoever comes while others are being written down goes with the next ones, so that many at
//! once cost one transaction, one signature and one wait for the disk.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use exeunt_audit::event::Event;
use exeunt_base::{OrganizationId, RequestId};
use exeunt_store::Change;
use exeunt_store::deadlines::Deadline;
use exeunt_store::deltas::DeltaEvent;
use exeunt_store::letters::Letter;
use exeunt_store::requests::Request;
use tokio::sync::oneshot;

use crate::calls::{self, Call};
use crate::error::Error;
use crate::office::Office;

/// Most requests of one transaction.
const MOST: usize = 100;

/// Those who wait to be written down.
#[derive(Default)]
pub struct Intake(Mutex<Queue>);

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Intake")
    }
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// Somebody writes, and looks again afterwards.
    at_work: bool,
}

impl Intake {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next ones to write down; none left, and whoever comes then has to find somebody who writes.
    fn next(&self) -> Vec<Waiting> {
        let mut queue = self.queue();
        let most = queue.waiting.len().min(MOST);
        queue.at_work = most > 0;
        queue.waiting.drain(..most).collect()
    }
}

/// A request with all that is written down with it.
pub(crate) struct Taken {
    /// It.
    pub(crate) request: Request,
    /// When it must be answered.
    pub(crate) deadline: Deadline,
    /// Id, version and text of the pack it is opened under.
    pub(crate) pack: (String, u32, String),
    /// How it came in.
    pub(crate) intake: exeunt_store::intakes::Intake,
    /// What leads from it to other requests of the same person.
    pub(crate) marks: Vec<(RequestId, [u8; 32])>,
    /// What leads from it to other requests whose letters go to the same address.
    pub(crate) contact: Option<(RequestId, [u8; 32])>,
    /// What delta tables are told of it.
    pub(crate) told: Vec<DeltaEvent>,
    /// The letter that tells the person that it is here.
    pub(crate) letter: Option<Letter>,
    /// Its entry in the log.
    pub(crate) event: Event,
}

/// A request to be written down, and who wants to know.
struct Waiting {
    taken: Taken,
    call: Option<Call>,
    answer: oneshot::Sender<Result<RequestId, Error>>,
}

impl Office {
    /// Writes a request down with its entry, and gives its id; or the id that an earlier call of its name took in.
    pub(super) async fn take_in(&self, taken: Taken, call: Option<&Call>) -> Result<RequestId, Error> {
        let (answer, answered) = oneshot::channel();
        let idle = {
            let mut queue = self.intake.queue();
            queue.waiting.push(Waiting { taken, call: call.cloned(), answer });
            !std::mem::replace(&mut queue.at_work, true)
        };
        if idle {
            // of its own: it writes for others too, who must not suffer when this caller hangs up
            tokio::spawn(write_all_who_wait(self.clone()));
        }
        answered.await.unwrap_or_else(|_| {
            Err(Error::Damaged {
                what: String::from("the intake of requests"),
                why: String::from("whoever wrote them down gave up; try again"),
            })
        })
    }

    async fn write_together(&self, waiting: Vec<Waiting>) {
        if waiting.len() > 1
            && let Ok(answers) = self.write(&waiting).await
        {
            for (one, answer) in waiting.into_iter().zip(answers) {
                // whoever hung up does not want to know
                let _ = one.answer.send(answer);
            }
            return;
        }
        // each for itself, so that the trouble of one is told to that one alone
        for one in waiting {
            let done = self.write(std::slice::from_ref(&one)).await;
            let answer = done.and_then(|mut answers| answers.pop().unwrap_or(Ok(one.taken.request.id)));
            let _ = one.answer.send(answer);
        }
    }

    /// Writes requests down in one change. What earlier calls took in is not taken in again.
    async fn write(&self, waiting: &[Waiting]) -> Result<Vec<Result<RequestId, Error>>, Error> {
        let now = self.engine.world.now();
        let organization = self.organization.id;
        let (mut answers, mut new) = (Vec::new(), Vec::new());
        let mut change = self.engine.store.begin().await?;
        for Waiting { taken, call, .. } in waiting {
            match calls::claim(&mut change, organization, call.as_ref(), taken.request.id, now).await? {
                Some(earlier) => answers.push(earlier),
                None => {
                    answers.push(Ok(taken.request.id));
                    new.push(taken);
                }
            }
        }
        let events = add_all(&mut change, organization, &new).await?;
        if events.is_empty() {
            change.rollback().await?;
        } else {
            change.commit(organization, &events).await?;
        }
        Ok(answers)
    }
}

/// Writes requests down with all that belongs to them. Gives the entries they end with.
pub(crate) async fn add_all(
    change: &mut Change<'_>,
    organization: OrganizationId,
    new: &[&Taken],
) -> Result<Vec<Event>, Error> {
    let mut packs = BTreeSet::new();
    for taken in new {
        change.add_request(&taken.request).await?;
        if let Some(letter) = &taken.letter {
            change.add_letter(letter).await?;
        }
        if packs.insert((&taken.pack.0, taken.pack.1)) {
            change.keep_pack(organization, &taken.pack.0, taken.pack.1, &taken.pack.2).await?;
        }
    }
    change.add_deadlines(&new.iter().map(|taken| &taken.deadline).collect::<Vec<_>>()).await?;
    change.add_intakes(&new.iter().map(|taken| &taken.intake).collect::<Vec<_>>()).await?;
    let marks: Vec<_> = new.iter().flat_map(|taken| taken.marks.iter().copied()).collect();
    change.mark_requests(organization, &marks).await?;
    let contacts: Vec<_> = new.iter().filter_map(|taken| taken.contact).collect();
    change.mark_contacts(organization, &contacts).await?;
    if let Some(last) = new.last() {
        let told: Vec<DeltaEvent> = new.iter().flat_map(|taken| taken.told.iter().cloned()).collect();
        change.add_delta_events(organization, &told, last.request.entered_at).await?;
    }
    Ok(new.iter().map(|taken| taken.event.clone()).collect())
}

async fn write_all_who_wait(office: Office) {
    let _at_work = AtWork(&office.intake);
    loop {
        let waiting = office.intake.next();
        if waiting.is_empty() {
            return;
        }
        office.write_together(waiting).await;
    }
}

/// Should whoever writes give up in the middle, those who wait are told so, and the next one begins anew.
struct AtWork<'a>(&'a Intake);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            *self.0.queue() = Queue::default();
        }
    }
}
