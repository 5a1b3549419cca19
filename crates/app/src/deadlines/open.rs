//! The deadline of a new request, and the pack under which one was opened.

use exeunt_base::{RequestId, Timestamp};
use exeunt_rights::regime::Pause;
use exeunt_rights::{Day, Pack};
use exeunt_store::deadlines::Deadline;

use crate::error::Error;
use crate::law::KeptPack;
use crate::office::Office;

impl Office {
    /// The deadline of a request that was received then, under the regime named or the usual one, and its pack.
    pub(crate) fn new_deadline(
        &self,
        request: RequestId,
        received_at: Timestamp,
        regime: Option<&str>,
    ) -> Result<(Deadline, &KeptPack), Error> {
        let law = &self.policy.law;
        let kept = law.in_force(regime)?;
        let received = law.zone.day_of(received_at);
        let days = kept.pack.deadlines(received, &law.calendar, 0);
        let deadline = Deadline {
            request,
            organization: self.organization.id,
            regime: kept.pack.id.clone(),
            pack_version: kept.pack.version,
            received_on: received.to_string(),
            acknowledge_by: days.acknowledge.map(|day| day.to_string()),
            acknowledged_at: None,
            answer_by: days.answer.to_string(),
            paused_days: 0,
            paused_on: None,
            pause_ground: None,
            extended_on: None,
            extension_reason: None,
            refusal_grounds: Vec::new(),
            answered_at: None,
            moves: 0,
        };
        Ok((deadline, kept))
    }

    /// A request's deadline. Requests from before there were deadlines have none.
    pub(crate) async fn deadline_of(&self, id: RequestId) -> Result<Deadline, Error> {
        self.request(id).await?;
        self.engine.store.deadline(id).await?.ok_or_else(|| {
            Error::Refused(
                "E0315",
                format!(
                    "request `{id}` was taken in before deadlines were kept; it has none that could move"
                ),
            )
        })
    }

    /// The same, where the request waits for its answer still.
    pub(super) async fn open_deadline(&self, id: RequestId) -> Result<Deadline, Error> {
        let deadline = self.deadline_of(id).await?;
        match deadline.answered_at {
            None => Ok(deadline),
            Some(at) => Err(Error::Refused(
                "E0315",
                format!("request `{id}` was answered at {at}; its deadline moves no more"),
            )),
        }
    }

    /// Refuses where the request was answered; one from before there were deadlines was not, for all we know.
    pub(crate) async fn open_deadline_or_none(&self, id: RequestId) -> Result<(), Error> {
        self.request(id).await?;
        match self.engine.store.deadline(id).await? {
            Some(_) => self.open_deadline(id).await.map(drop),
            None => Ok(()),
        }
    }

    /// The pack a request was opened under, in the version of then.
    pub(crate) async fn pack_of(&self, deadline: &Deadline) -> Result<Pack, Error> {
        if let Ok(kept) = self.policy.law.pack(&deadline.regime)
            && kept.pack.version == deadline.pack_version
        {
            return Ok(kept.pack.clone());
        }
        let (id, version) = (&deadline.regime, deadline.pack_version);
        let body = self.engine.store.pack(self.organization.id, id, version).await?;
        let body = body.ok_or_else(|| Error::Damaged {
            what: format!("the pack of regime `{id}`"),
            why: format!("version {version}, under which a request was opened, is not kept"),
        })?;
        Ok(Pack::parse(&body)?)
    }

    /// Today, in the organization's zone.
    pub(crate) fn today(&self) -> Day {
        self.policy.law.zone.day_of(self.engine.world.now())
    }

    /// The day the answer is due, as what moved it has it.
    pub(crate) fn due(&self, pack: &Pack, deadline: &Deadline) -> Result<Day, Error> {
        let days =
            pack.deadlines(day(&deadline.received_on)?, &self.policy.law.calendar, deadline.paused_days);
        match (&deadline.extended_on, days.extended) {
            (Some(_), Some(extended)) => Ok(extended),
            _ => Ok(days.answer),
        }
    }
}

/// A day as the store keeps it.
pub(crate) fn day(text: &str) -> Result<Day, Error> {
    text.parse().map_err(|_| Error::Damaged {
        what: String::from("a deadline"),
        why: String::from("it does not hold a day such as 2026-11-22"),
    })
}

/// A ground for a pause, by its word.
pub(super) fn ground(word: &str) -> Result<Pause, Error> {
    match word {
        "identity" => Ok(Pause::Identity),
        "clarification" => Ok(Pause::Clarification),
        "fee" => Ok(Pause::Fee),
        _ => Err(Error::Usage(
            "E0801",
            String::from("a clock stops for `identity`, `clarification` or `fee`, where the law has it"),
        )),
    }
}
