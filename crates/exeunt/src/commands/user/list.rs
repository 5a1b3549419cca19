//! `exeunt user list`.

use exeunt_app::people::list_users::Listed;
use serde_json::json;

use crate::commands::user::words;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Lists.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let users = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.list_users(&actor).await?,
        Way::There(remote) => remote.list_users().await?,
    };
    if door.json {
        let one = |user: &Listed| {
            json!({
                "user": user.id,
                "name": user.person.name.expose(),
                "email": user.person.email.expose(),
                "roles": words(&user.roles),
                "state": user.state,
                "made_at": user.made_at,
                "joined_at": user.joined_at,
                "disabled_at": user.disabled_at,
            })
        };
        out::json(&json!({ "users": users.iter().map(one).collect::<Vec<_>>() }))?;
    } else if users.is_empty() {
        out::text("nobody yet; `exeunt setup-token` makes the token for the first administrator")?;
    } else {
        let line = |user: &Listed| {
            vec![
                user.id.to_string(),
                user.person.name.expose().to_owned(),
                user.person.email.expose().to_owned(),
                words(&user.roles).join(", "),
                user.state.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = users.iter().map(line).collect();
        out::text(&table(&["user", "name", "e-mail", "roles", "state"], &rows))?;
    }
    Ok(Exit::DONE)
}
