//! `exeunt user role`.

use exeunt_app::access::Role;
use exeunt_base::UserId;
use serde_json::json;

use crate::commands::user::{role, words};
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Who, and what they are to be.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The user
    #[arg(value_parser = ids::id::<UserId>("usr"))]
    user: UserId,
    /// All roles they are to have: viewer, agent, officer, engineer, auditor, admin
    #[arg(value_name = "ROLE", value_parser = role, required = true)]
    roles: Vec<Role>,
}

/// Changes them.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.change_roles(&actor, args.user, &args.roles).await?,
        Way::There(remote) => remote.change_roles(args.user, &args.roles).await?,
    };
    if door.json {
        out::json(&json!({ "user": args.user, "roles": words(&args.roles) }))?;
    } else {
        out::text(&format!("{} is now {}", args.user, words(&args.roles).join(", ")))?;
    }
    Ok(Exit::DONE)
}
