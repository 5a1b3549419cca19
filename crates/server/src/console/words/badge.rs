//! States as shape, word and color: never by color alone (UX-03).

use std::fmt;

use askama::FastWritable;
use askama::filters::HtmlSafe;

/// A state ready to be shown. It holds words of ours alone, and makes its own HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Badge {
    tone: &'static str,
    shape: &'static str,
    word: &'static str,
}

const RUNNING: (&str, &str) = ("info", "●");
const DONE: (&str, &str) = ("ok", "✓");
const FAILED: (&str, &str) = ("bad", "!");
const DUE: (&str, &str) = ("warn", "▲");
const HELD: (&str, &str) = ("hold", "■");
const HIDDEN: (&str, &str) = ("warn", "◌");
const WAITING: (&str, &str) = ("quiet", "○");

impl Badge {
    const fn new((tone, shape): (&'static str, &'static str), word: &'static str) -> Self {
        Self { tone, shape, word }
    }

    /// Where a request stands.
    pub(crate) fn request(state: &str) -> Self {
        match state {
            "received" => Self::new(WAITING, "received"),
            "acknowledged" => Self::new(WAITING, "acknowledged"),
            "verifying" => Self::new(WAITING, "being identified"),
            "planning" => Self::new(RUNNING, "being planned"),
            "awaiting_approval" => Self::new(DUE, "waiting for approval"),
            "approved" => Self::new(RUNNING, "approved"),
            "collecting" => Self::new(RUNNING, "being gathered"),
            "reviewing" => Self::new(DUE, "being reviewed"),
            "ready" => Self::new(DONE, "ready to fetch"),
            "delivered" => Self::new(DONE, "fetched"),
            "hidden" => Self::new(HIDDEN, "hidden"),
            "partly_restored" => Self::new(HIDDEN, "partly restored"),
            "restored" => Self::new(DONE, "restored"),
            "purging" => Self::new(RUNNING, "being purged"),
            "checking_absence" => Self::new(RUNNING, "being looked for again"),
            "notifying" => Self::new(RUNNING, "recipients being told"),
            "completed" => Self::new(DONE, "completed"),
            "completed_with_exceptions" => Self::new(DONE, "completed with exceptions"),
            "refused" => Self::new(FAILED, "refused"),
            "no_data" => Self::new(DONE, "nothing held"),
            "cannot_identify" => Self::new(FAILED, "cannot identify"),
            "withdrawn" => Self::new(DONE, "withdrawn"),
            _ => Self::new(WAITING, "in another state"),
        }
    }

    /// Whether somebody can sign in.
    pub(crate) fn user(state: &str) -> Self {
        match state {
            "active" => Self::new(DONE, "active"),
            "invited" => Self::new(WAITING, "invited"),
            _ => Self::new(FAILED, "disabled"),
        }
    }

    /// Whether an API key opens anything.
    pub(crate) fn api_key(revoked: bool, over: bool) -> Self {
        match (revoked, over) {
            (true, _) => Self::new(FAILED, "revoked"),
            (false, true) => Self::new(FAILED, "expired"),
            (false, false) => Self::new(DONE, "in use"),
        }
    }

    /// Whether a webhook is told anything, and hears it.
    pub(crate) fn webhook(on: bool, failing: bool) -> Self {
        match (on, failing) {
            (false, _) => Self::new(HELD, "off"),
            (true, true) => Self::new(FAILED, "failing"),
            (true, false) => Self::new(DONE, "on"),
        }
    }

    /// What became of an event for a webhook.
    pub(crate) fn delivery(state: &str) -> Self {
        match state {
            "delivered" => Self::new(DONE, "delivered"),
            "failed" => Self::GIVEN_UP,
            _ => Self::TO_BE_SENT,
        }
    }

    /// Whether requests may be opened under a regime.
    pub(crate) fn regime(in_force: bool, draft: bool) -> Self {
        match (in_force, draft) {
            (true, _) => Self::new(DONE, "in force"),
            (false, true) => Self::new(WAITING, "draft"),
            (false, false) => Self::new(FAILED, "disabled"),
        }
    }

    /// Where a job stands.
    pub(crate) fn job(state: &str) -> Self {
        match state {
            "queued" => Self::new(WAITING, "queued"),
            "running" | "census" | "striking" | "settling" => Self::new(RUNNING, "running"),
            "settled" => Self::new(DONE, "done"),
            "cancelled" => Self::new(HELD, "cancelled"),
            "failed" => Self::new(FAILED, "failed"),
            "review" => Self::new(DUE, "rows to review"),
            _ => Self::new(RUNNING, "running"),
        }
    }

    /// That something is late.
    pub(crate) const OVERDUE: Self = Self::new(FAILED, "overdue");
    /// That something is due soon.
    pub(crate) const SOON: Self = Self::new(DUE, "due soon");
    /// That a mail server took a letter.
    pub(crate) const SENT: Self = Self::new(DONE, "sent");
    /// That nobody sent a letter yet.
    pub(crate) const TO_BE_SENT: Self = Self::new(WAITING, "waiting");
    /// That a letter's address takes nothing.
    pub(crate) const BOUNCED: Self = Self::new(FAILED, "bounced");
    /// That a letter was given up.
    pub(crate) const GIVEN_UP: Self = Self::new(FAILED, "given up");
    /// That something was checked and holds.
    pub(crate) const HOLDS: Self = Self::new(DONE, "holds");
    /// That something was checked and does not hold.
    pub(crate) const BROKEN: Self = Self::new(FAILED, "does not hold");
    /// That there is nobody who could.
    pub(crate) const NONE_NAMED: Self = Self::new(WAITING, "none named");
    /// That data of a special category is among it.
    pub(crate) const SPECIAL: Self = Self::new(HELD, "special category");
    /// That an answer tells it.
    pub(crate) const TOLD: Self = Self::new(DONE, "told");
    /// That an answer must tell it, and nobody wrote it down.
    pub(crate) const MISSING: Self = Self::new(FAILED, "missing");
    /// That there is nothing of it to tell.
    pub(crate) const NOTHING_TO_SAY: Self = Self::new(WAITING, "nothing to say");
    /// That somebody paused it.
    pub(crate) const PAUSED: Self = Self::new(HELD, "paused");
    /// That a window ends soon.
    pub(crate) const ENDS_SOON: Self = Self::new(DUE, "ends soon");
    /// That a link can be used.
    pub(crate) const OPEN: Self = Self::new(RUNNING, "open");
    /// That a link was used as often as it could be.
    pub(crate) const USED_UP: Self = Self::new(DONE, "used up");
    /// That its time is over.
    pub(crate) const EXPIRED: Self = Self::new(WAITING, "expired");
    /// That somebody revoked it.
    pub(crate) const REVOKED: Self = Self::new(HELD, "revoked");
    /// That key and file are destroyed.
    pub(crate) const DESTROYED: Self = Self::new(WAITING, "destroyed");
    /// That something can be fetched.
    pub(crate) const THERE: Self = Self::new(DONE, "ready to fetch");
    /// That something was written down, and nobody told.
    pub(crate) const PLANNED: Self = Self::new(WAITING, "planned");
    /// That those who want to know were told.
    pub(crate) const ANNOUNCED: Self = Self::new(DUE, "announced");
    /// That it counts now.
    pub(crate) const ENGAGED: Self = Self::new(DONE, "engaged");
    /// That it is over.
    pub(crate) const ENDED: Self = Self::new(WAITING, "ended");
    /// That it is there for longer than it should be.
    pub(crate) const TOO_LONG: Self = Self::new(FAILED, "kept too long");
    /// That it is within its time.
    pub(crate) const IN_TIME: Self = Self::new(DONE, "in time");
    /// That a hold keeps something.
    pub(crate) const ON_HOLD: Self = Self::new(HELD, "on hold");
}

impl fmt::Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tone, shape, word } = self;
        write!(f, "<span class=\"badge {tone}\"><span aria-hidden=\"true\">{shape}</span> {word}</span>")
    }
}

impl FastWritable for Badge {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(to, "{self}")?)
    }
}

impl HtmlSafe for Badge {}

#[cfg(test)]
mod tests {
    use exeunt_rights::state::RequestState;

    use super::Badge;

    #[test]
    fn every_state_of_a_request_has_its_own_words() {
        let unknown = Badge::request("");
        for state in RequestState::ALL {
            assert_ne!(Badge::request(state.as_str()), unknown, "{state}");
        }
    }
}
