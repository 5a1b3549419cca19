//! `exeunt setup-token`.

use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Makes the token for the first administrator.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let one_time = office.create_setup_token(&actor).await?;
    if door.json {
        out::json(&json!({ "token": one_time.token.expose(), "expires_at": one_time.expires_at }))?;
    } else {
        out::text(one_time.token.expose())?;
        out::remark(&format!(
            "whoever has this token until {} makes themselves the first administrator with it; it is shown this once",
            out::time(one_time.expires_at)
        ));
    }
    Ok(Exit::DONE)
}
