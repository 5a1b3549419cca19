//! How a request stands, as its person may know it: in few states, with the step it is at, and what letters told them.

use exeunt_base::{ReceiptId, Timestamp};
use exeunt_mail::{Contact, Letter, Remarks};
use exeunt_rights::{Day, Right};
use exeunt_store::complaints::Complaint;
use exeunt_store::requests::Request;

use crate::actor::Actor;
use crate::deadlines::day;
use crate::error::Error;
use crate::portal::find::Found;
use crate::requests::changes_rows;

/// How a request stands.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Somebody works on it.
    Working,
    /// Who asks must be established first.
    Identity,
    /// Rows are hidden, and can come back until then.
    Hidden(Timestamp),
    /// Rows are hidden, and something keeps them from being erased.
    Held,
    /// Rows are being erased for good.
    Purging,
    /// It was stopped by a link; a person gets in touch by that day.
    Stopped(Day),
    /// A package waits.
    Ready {
        /// Until when its link works.
        until: Timestamp,
        /// How often still.
        downloads: u64,
        /// Its size.
        bytes: u64,
        /// Whether a passphrase opens it.
        passphrase: bool,
    },
    /// A package waited, but no link leads to it.
    ReadyEnded,
    /// The package was fetched.
    Delivered,
    /// Refused.
    Refused,
    /// Nobody could tell who asks.
    Unidentified,
    /// Taken back.
    Withdrawn,
    /// Everything was brought back.
    Restored,
    /// Nothing was found.
    NoData,
    /// Finished.
    Finished,
    /// Finished, with something left.
    FinishedPart,
}

/// A step, by its word in the pages' books.
pub type Step = &'static str;

/// Steps of a request for a copy.
const COPY: &[Step] = &["p_step_received", "p_step_identity", "p_step_collect", "p_step_get"];

/// Steps of a request that erases.
const ERASE: &[Step] =
    &["p_step_received", "p_step_identity", "p_step_plan", "p_step_hidden", "p_step_erased", "p_step_letter"];

/// What the person sees.
#[derive(Debug)]
pub struct View {
    /// The request.
    pub request: Request,
    /// What they asked for.
    pub right: Right,
    /// The day it was received.
    pub received: Day,
    /// The day the answer is due, while it is.
    pub due: Option<Day>,
    /// The day it was answered.
    pub answered: Option<Day>,
    /// Whether the answer is late.
    pub late: bool,
    /// Since when the clock stands still, and the word of why.
    pub paused: Option<(Day, String)>,
    /// How it stands.
    pub state: State,
    /// Its steps, and at which one it is; past the last one when all are done. None where it ended another way.
    pub steps: Option<(&'static [Step], usize)>,
    /// What letters told, by their words; the last one of each.
    pub told: Vec<Letter>,
    /// What somebody wrote into each of them.
    pub remarks: Vec<(&'static str, Remarks)>,
    /// Its receipt.
    pub receipt: Option<ReceiptId>,
    /// Sources through whose delta tables others were told.
    pub deltas: Vec<String>,
    /// Complaints about it.
    pub complaints: Vec<Complaint>,
    /// Whether it can still be stopped.
    pub stoppable: bool,
}

impl Found {
    /// How a request stands. Whoever calls has seen to it that the person looks.
    pub async fn view(&self, request: Request) -> Result<View, Error> {
        let office = &self.office;
        let store = &office.engine.store;
        let service = Actor::service(office.organization.id);
        let standing = office.standings(&service, &[request.id]).await?.remove(&request.id);
        let zone = &office.policy.law.zone;
        let deadline = standing.as_ref().map(|standing| &standing.deadline);
        let answered = deadline.and_then(|deadline| deadline.answered_at);
        let stop = store.stop_of(request.id).await?;
        let open_stop = stop.as_ref().filter(|stop| stop.ended_at.is_none());
        let state = match open_stop {
            Some(stop) => State::Stopped(day(&stop.answer_by)?),
            None => self.state_of(&request).await?,
        };
        let (mut told, mut remarks): (Vec<Letter>, Vec<_>) = (Vec::new(), Vec::new());
        for stored in store.letters_about(request.id).await? {
            if let Some((letter, written)) = office.engine.said(&stored)?
                && !told.iter().any(|known| known.word() == letter.word())
            {
                remarks.push((letter.word(), written));
                told.push(letter);
            }
        }
        let paused = deadline.filter(|_| answered.is_none()).and_then(|deadline| {
            let since = deadline.paused_on.as_deref()?.parse().ok()?;
            Some((since, deadline.pause_ground.clone().unwrap_or_default()))
        });
        let receipts = store.receipts_of(request.id).await?;
        Ok(View {
            right: request.kind.parse().unwrap_or(Right::Access),
            received: zone.day_of(request.received_at),
            due: match deadline {
                Some(deadline) if answered.is_none() => Some(day(&deadline.answer_by)?),
                _ => None,
            },
            answered: answered.map(|at| zone.day_of(at)),
            late: standing.as_ref().is_some_and(|standing| standing.overdue),
            paused,
            steps: steps(&request, &state),
            stoppable: stop.is_none() && self.stands(&request).await? == crate::portal::stop::Stands::Open,
            receipt: receipts.last().map(|receipt| receipt.id),
            deltas: office.engine.settings.deltas.keys().map(ToString::to_string).collect(),
            complaints: store.complaints_about(request.id).await?,
            state,
            told,
            remarks,
            request,
        })
    }

    async fn state_of(&self, request: &Request) -> Result<State, Error> {
        let held = request.held_because.is_some();
        Ok(match request.state.as_str() {
            "hidden" | "partly_restored" => match request.window_ends_at {
                _ if held => State::Held,
                Some(ends) if ends > self.office.now() => State::Hidden(ends),
                _ => State::Purging,
            },
            "purging" | "checking_absence" | "notifying" => State::Purging,
            "ready" | "delivered" => self.package_of(request).await?,
            "refused" => State::Refused,
            "cannot_identify" => State::Unidentified,
            "withdrawn" => State::Withdrawn,
            "restored" => State::Restored,
            "no_data" => State::NoData,
            "completed" if changes_rows(&request.kind) => State::Finished,
            "completed" => State::Delivered,
            "completed_with_exceptions" => State::FinishedPart,
            _ if self.is_unknown(request).await? => State::Identity,
            _ => State::Working,
        })
    }

    /// Whether the person is known less surely than their law wants.
    async fn is_unknown(&self, request: &Request) -> Result<bool, Error> {
        let office = &self.office;
        let Some(deadline) = office.engine.store.deadline(request.id).await? else { return Ok(false) };
        let pack = office.pack_of(&deadline).await?;
        let level = office.engine.store.intakes(&[request.id]).await?.pop().map_or(0, |intake| intake.level);
        let right = request.kind.parse().unwrap_or(Right::Access);
        Ok(level < pack.identity.least(right, false))
    }

    async fn package_of(&self, request: &Request) -> Result<State, Error> {
        let store = &self.office.engine.store;
        let now = self.office.now();
        let Some(package) = store.last_package_of(request.id).await? else { return Ok(State::Working) };
        let links = store.links_of(package.id).await?;
        let open = links
            .iter()
            .find(|link| link.revoked_at.is_none() && link.expires_at > now && link.downloads_left > 0);
        Ok(match open {
            Some(link) if package.removed_at.is_none() => State::Ready {
                until: link.expires_at,
                downloads: link.downloads_left,
                bytes: package.bytes,
                passphrase: package.key.is_none(),
            },
            // made, and handed over by another way
            _ if links.is_empty() && package.removed_at.is_none() => State::Working,
            _ => State::ReadyEnded,
        })
    }

    /// The receipt of a request as a file.
    pub async fn receipt_of(&self, request: &Request) -> Result<Option<(ReceiptId, String)>, Error> {
        let receipts = self.office.engine.store.receipts_of(request.id).await?;
        Ok(receipts.into_iter().next_back().map(|receipt| (receipt.id, receipt.body)))
    }

    /// Where the person of a request gets letters, as long as that is known.
    pub fn contact(&self, request: &Request) -> Result<Option<Contact>, Error> {
        self.office.contact_about(request)
    }
}

fn steps(request: &Request, state: &State) -> Option<(&'static [Step], usize)> {
    let erases = changes_rows(&request.kind);
    let all = if erases { ERASE } else { COPY };
    let at = match (state, request.state.as_str()) {
        (State::Refused | State::Unidentified | State::Withdrawn | State::Restored, _) => return None,
        (State::Finished | State::FinishedPart | State::NoData | State::Delivered, _) => all.len(),
        (State::Identity, _) => 1,
        (State::Ready { .. } | State::ReadyEnded, _) => 3,
        (State::Hidden(_) | State::Held, _) => 3,
        (State::Purging, _) => 4,
        (State::Stopped(_), "hidden" | "partly_restored" | "ready" | "delivered") => 3,
        (State::Stopped(_), "purging" | "checking_absence" | "notifying") => 4,
        _ => 2,
    };
    Some((all, at))
}
