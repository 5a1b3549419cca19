//! What is halted at a service, and what waits for a second person.

use exeunt_app::halts::stop::Lift;
use exeunt_base::{ActorId, Name, ProposalId, Timestamp};
use exeunt_store::halts::Halt;
use exeunt_store::proposals::Proposal;
use serde::Deserialize;
use serde_json::json;

use crate::remote::{Error, Remote, nobody};

/// A list without pages.
#[derive(Deserialize)]
struct All<T> {
    items: Vec<T>,
}

/// A halt as the API tells it.
#[derive(Deserialize)]
struct Halted {
    source: Option<String>,
    because: String,
    by: Option<ActorId>,
    at: Timestamp,
    lift_by: Option<ActorId>,
    lift_at: Option<Timestamp>,
}

/// A proposal as the API tells it.
#[derive(Deserialize)]
struct Told {
    proposal: ProposalId,
    act: String,
    subject: Option<String>,
    what: String,
    by: ActorId,
    made_at: Timestamp,
    expires_at: Timestamp,
    state: String,
    ended_by: Option<ActorId>,
    ended_at: Option<Timestamp>,
}

impl Remote {
    /// What is halted.
    pub(crate) async fn list_halts(&self) -> Result<Vec<Halt>, Error> {
        let all: All<Halted> = self.get("/work/halts").await?;
        let halt = |told: Halted| Halt {
            source: told.source.and_then(|source| Name::new(&source).ok()),
            because: told.because,
            by: told.by,
            at: told.at,
            lift_by: told.lift_by,
            lift_at: told.lift_at,
        };
        Ok(all.items.into_iter().map(halt).collect())
    }

    /// Pauses work at a source.
    pub(crate) async fn pause_source(&self, source: &Name, because: &str) -> Result<(), Error> {
        self.tell("/work/pause", &json!({ "source": source.as_str(), "because": because })).await
    }

    /// Lets it go on.
    pub(crate) async fn resume_source(&self, source: &Name) -> Result<(), Error> {
        self.tell("/work/resume", &json!({ "source": source.as_str() })).await
    }

    /// Stops everything that destroys.
    pub(crate) async fn stop_work(&self, because: &str) -> Result<(), Error> {
        self.tell("/work/stop", &json!({ "because": because })).await
    }

    /// Lifts that, as one of two.
    pub(crate) async fn lift_stop(&self) -> Result<Lift, Error> {
        #[derive(Deserialize)]
        struct Told {
            lifted: bool,
        }
        let told: Told = self.post("/work/lift", &json!({})).await?;
        Ok(if told.lifted { Lift::Lifted } else { Lift::Asked })
    }

    /// What takes two people.
    pub(crate) async fn list_proposals(&self) -> Result<Vec<Proposal>, Error> {
        let all: All<Told> = self.get("/proposals").await?;
        let proposal = |told: Told| Proposal {
            id: told.proposal,
            organization: nobody(),
            act: told.act,
            subject: told.subject.unwrap_or_default(),
            digest: String::new(),
            what: told.what,
            by: told.by,
            made_at: told.made_at,
            expires_at: told.expires_at,
            state: told.state,
            ended_by: told.ended_by,
            ended_at: told.ended_at,
        };
        Ok(all.items.into_iter().map(proposal).collect())
    }

    /// Confirms a proposal.
    pub(crate) async fn confirm_proposal(&self, id: ProposalId) -> Result<(), Error> {
        self.nod(&format!("/proposals/{id}/confirm")).await
    }

    /// Withdraws one.
    pub(crate) async fn withdraw_proposal(&self, id: ProposalId) -> Result<(), Error> {
        self.nod(&format!("/proposals/{id}/withdraw")).await
    }
}
