//! `exeunt key make`.

use exeunt_app::access::Permission;
use exeunt_app::people::KEY_DAYS;
use exeunt_app::people::api_keys::NewKey;
use exeunt_base::{Personal, UserId};
use exeunt_engine::World;
use serde_json::json;

use crate::commands::key::words;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// For whom, and for what.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The user whose powers it has a part of; it dies with their account
    #[arg(long, value_parser = ids::id::<UserId>("usr"))]
    user: UserId,
    /// What it is for, as lists show it
    #[arg(long, value_parser = label)]
    name: Personal,
    /// What it may do, such as requests:read; may be given several times
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scope, required = true)]
    scopes: Vec<Permission>,
    /// Days it counts, at most 400
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=KEY_DAYS))]
    days: i64,
}

fn label(text: &str) -> Result<Personal, String> {
    Ok(Personal::new(text.to_owned()))
}

fn scope(word: &str) -> Result<Permission, String> {
    Permission::from_word(word).ok_or_else(|| {
        let known: Vec<&str> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
        format!("a scope is one of {}", known.join(", "))
    })
}

/// Makes it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let new = NewKey {
        user: args.user,
        label: args.name.clone(),
        scopes: args.scopes.clone(),
        expires_at: door.world.now().plus_days(args.days),
    };
    let made = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.make_api_key(&actor, &new).await?,
        Way::There(remote) => remote.make_api_key(&new, args.days).await?,
    };
    if door.json {
        out::json(&json!({
            "key": made.id,
            "user": new.user,
            "scopes": words(&new.scopes),
            "token": made.token.expose(),
            "expires_at": new.expires_at,
        }))?;
    } else {
        out::text(made.token.expose())?;
        let until = out::time(new.expires_at);
        out::remark(&format!("{} counts until {until}; the token above is shown this once", made.id));
    }
    Ok(Exit::DONE)
}
