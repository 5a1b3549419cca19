//! A request: who asked for what, when, and how far it has come.

use exeunt_base::{OrganizationId, Personal, RequestId, Timestamp};

use crate::date::Day;
use crate::identity::Identity;
use crate::state::{BadStep, RequestState, Right};

/// What stands beside the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags {
    /// The clock stands still since this day, on a ground the regime allows.
    pub paused_since: Option<Day>,
    /// The deadline was extended.
    pub extended: bool,
    /// A legal hold stops purging.
    pub on_hold: bool,
    /// The deadline has passed.
    pub overdue: bool,
    /// The person asked to stop during the window.
    pub stopped_by_person: bool,
}

/// The way a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The portal's form.
    Form,
    /// The API.
    Api,
    /// The command line.
    Cli,
    /// An agent's protocol.
    Agent,
    /// Typed in by staff from a call, a letter or a mail.
    Staff,
}

/// What staff write down when they enter a request for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Intake {
    /// What the person asked for, in their words.
    pub statement: Option<Personal>,
    /// What was explained to them: deletion or anonymization, and what each does.
    pub explained: Option<String>,
    /// Anything that makes it hard.
    pub complications: Option<Personal>,
}

/// Somebody asked for a right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Whose request it is.
    pub organization: OrganizationId,
    /// What was asked for.
    pub right: Right,
    /// What identifies the person. Never empty.
    pub identities: Vec<Identity>,
    /// The pack that rules it, by id and version.
    pub regime: (String, u32),
    /// The way it came in.
    pub channel: Channel,
    /// The day it was received, in the organization's zone: the clock runs from here.
    pub received_on: Day,
    /// When it was typed in; may be later.
    pub entered_at: Timestamp,
    /// The ground for erasure: Article 17(1)(a) to (f).
    pub ground: Option<char>,
    /// What staff wrote down.
    pub intake: Intake,
    /// Days for which the clock stood still.
    pub paused_days: u32,
    /// How far it has come.
    pub state: RequestState,
    /// What stands beside the state.
    pub flags: Flags,
}

impl Request {
    /// Takes a step of the table.
    pub fn advance(&mut self, to: RequestState) -> Result<(), BadStep> {
        if !self.state.may_become(to, self.right) {
            return Err(BadStep { right: self.right, from: self.state, to });
        }
        self.state = to;
        Ok(())
    }
}
