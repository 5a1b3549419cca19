//! What is done to each of the requests: the acts there are for one.

use exeunt_rights::Day;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::bulk::units::What;

/// An act, with what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Write down that the person was told that their request is here.
    Acknowledge,
    /// Approve the plans that answer them.
    Approve,
    /// Cancel the jobs that carry them out.
    Cancel,
    /// Extend their deadlines.
    Extend {
        /// The kind of reason.
        kind: String,
        /// The reason, as people are told.
        because: String,
    },
    /// Put them on hold.
    Hold {
        /// The reason.
        because: String,
        /// The last day of it.
        until: Option<Day>,
    },
    /// Stop their clocks.
    Pause {
        /// What is waited for.
        ground: String,
        /// The reason.
        because: String,
    },
    /// Refuse them.
    Refuse {
        /// Grounds that their law knows.
        grounds: Vec<String>,
        /// The reason, as people are told.
        because: String,
    },
    /// Release them from their holds.
    Release,
    /// Let their clocks run on.
    Resume,
    /// Write down that people took them back.
    Withdraw {
        /// How.
        because: String,
    },
}

impl Deed {
    /// The words of all of them.
    pub const WORDS: [&str; 10] = [
        "acknowledge",
        "approve",
        "cancel",
        "extend",
        "hold",
        "pause",
        "refuse",
        "release",
        "resume",
        "withdraw",
    ];

    /// Its word, at every door.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Approve => "approve",
            Self::Cancel => "cancel",
            Self::Extend { .. } => "extend",
            Self::Hold { .. } => "hold",
            Self::Pause { .. } => "pause",
            Self::Refuse { .. } => "refuse",
            Self::Release => "release",
            Self::Resume => "resume",
            Self::Withdraw { .. } => "withdraw",
        }
    }

    /// What whoever wants it must be allowed; the same as for one request.
    pub fn permission(&self) -> Permission {
        match self {
            Self::Approve => Permission::ApprovePlans,
            Self::Cancel => Permission::RunJobs,
            Self::Hold { .. } | Self::Release => Permission::HoldRequests,
            Self::Acknowledge
            | Self::Extend { .. }
            | Self::Pause { .. }
            | Self::Refuse { .. }
            | Self::Resume
            | Self::Withdraw { .. } => Permission::DecideRequests,
        }
    }

    /// Whether a person shows their second factor anew for it.
    pub fn is_dangerous(&self) -> bool {
        matches!(self, Self::Approve)
    }

    /// All it says, for a digest: its word first.
    pub(super) fn parts(&self) -> Vec<String> {
        let mut parts = vec![self.as_str().to_owned()];
        match self {
            Self::Extend { kind, because } => parts.extend([kind.clone(), because.clone()]),
            Self::Hold { because, until } => {
                parts.extend([because.clone(), until.map(|day| day.to_string()).unwrap_or_default()]);
            }
            Self::Pause { ground, because } => parts.extend([ground.clone(), because.clone()]),
            Self::Refuse { grounds, because } => {
                parts.push(because.clone());
                parts.extend(grounds.iter().cloned());
            }
            Self::Withdraw { because } => parts.push(because.clone()),
            Self::Acknowledge | Self::Approve | Self::Cancel | Self::Release | Self::Resume => {}
        }
        parts
    }
}

impl Office {
    /// Does it, as it is done to one.
    pub(super) async fn do_deed(&self, actor: &Actor, deed: &Deed, what: &What) -> Result<(), Error> {
        match (deed, what) {
            (_, What::Nothing(code, why)) => Err(Error::Refused(code, why.clone())),
            (_, What::Plan { plan, digest }) => self.approve_plan(actor, *plan, digest).await.map(drop),
            (_, What::Job(job)) => self.cancel_job(actor, *job).await,
            (deed, What::Request(id)) => match deed {
                Deed::Acknowledge => self.acknowledge_request(actor, *id).await,
                Deed::Extend { kind, because } => {
                    self.extend_deadline(actor, *id, kind, because).await.map(drop)
                }
                Deed::Hold { because, until } => self.hold_request(actor, *id, because, *until).await,
                Deed::Pause { ground, because } => self.pause_deadline(actor, *id, ground, because).await,
                Deed::Refuse { grounds, because } => self.refuse_request(actor, *id, grounds, because).await,
                Deed::Release => self.release_request(actor, *id).await,
                Deed::Resume => self.resume_deadline(actor, *id).await.map(drop),
                Deed::Withdraw { because } => self.withdraw_request(actor, *id, because).await,
                Deed::Approve | Deed::Cancel => {
                    let why = format!("request `{id}` has no plan or job that this could be done to");
                    Err(Error::Refused("E0310", why))
                }
            },
        }
    }
}
