//! `exeunt proposal …`.

use clap::Subcommand;
use exeunt_base::ProposalId;
use exeunt_store::proposals::Proposal as Stored;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::table::table;
use crate::{ids, out};

/// What takes two people.
#[derive(Debug, Subcommand)]
pub(crate) enum Proposal {
    /// What waits for a second person, and what came of the rest
    List,
    /// Want what somebody else proposed: whoever may do it can do it then
    Confirm(One),
    /// Take a proposal back
    Withdraw(One),
}

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// The proposal
    #[arg(value_parser = ids::id::<ProposalId>("prp"))]
    proposal: ProposalId,
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, proposal: &Proposal) -> Result<Exit, Failure> {
    let way = door.way(Needs::Home).await?;
    let (id, state) = match (proposal, &way) {
        (Proposal::List, Way::Here(office, actor)) => {
            return list(door, &office.list_proposals(actor).await?);
        }
        (Proposal::List, Way::There(remote)) => return list(door, &remote.list_proposals().await?),
        (Proposal::Confirm(One { proposal }), way) => {
            match way {
                Way::Here(office, actor) => office.confirm_proposal(actor, *proposal).await?,
                Way::There(remote) => remote.confirm_proposal(*proposal).await?,
            }
            (proposal, "confirmed")
        }
        (Proposal::Withdraw(One { proposal }), way) => {
            match way {
                Way::Here(office, actor) => office.withdraw_proposal(actor, *proposal).await?,
                Way::There(remote) => remote.withdraw_proposal(*proposal).await?,
            }
            (proposal, "withdrawn")
        }
    };
    if door.json {
        out::json(&json!({ "proposal": id, "state": state }))?;
    } else {
        out::text(&format!("{id} is {state}"))?;
    }
    Ok(Exit::DONE)
}

fn list(door: &Door, all: &[Stored]) -> Result<Exit, Failure> {
    if door.json {
        let one = |one: &Stored| {
            json!({
                "proposal": one.id,
                "act": one.act,
                "subject": Some(&one.subject).filter(|subject| !subject.is_empty()),
                "what": one.what,
                "by": one.by,
                "made_at": one.made_at,
                "expires_at": one.expires_at,
                "state": one.state,
                "ended_by": one.ended_by,
                "ended_at": one.ended_at,
            })
        };
        out::json(&json!({ "proposals": all.iter().map(one).collect::<Vec<_>>() }))?;
    } else if all.is_empty() {
        out::text("nothing waits for a second person")?;
    } else {
        let line = |one: &Stored| {
            vec![
                one.id.to_string(),
                one.state.clone(),
                out::time(one.expires_at),
                one.by.to_string(),
                one.what.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = all.iter().map(line).collect();
        out::text(&table(&["proposal", "state", "until", "by", "what"], &rows))?;
    }
    Ok(Exit::DONE)
}
