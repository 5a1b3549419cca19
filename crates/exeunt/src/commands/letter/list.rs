//! `exeunt letter list`.

use exeunt_store::letters::{Letter, STATES};
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only those in this state
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(STATES))]
    state: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

/// Lists.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let state = args.state.as_deref();
    let letters = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.page_of_letters(&actor, state, None, args.limit).await?,
        Way::There(remote) => remote.list_letters(state, args.limit).await?,
    };
    if door.json {
        let one = |letter: &Letter| {
            json!({
                "id": letter.id,
                "letter": letter.word,
                "language": letter.language,
                "request": letter.request,
                "state": letter.state,
                "written_at": letter.made_at,
                "tries": letter.tries,
                "ended_at": letter.ended_at,
                "trouble": letter.trouble,
            })
        };
        out::json(&json!({ "letters": letters.iter().map(one).collect::<Vec<_>>() }))?;
    } else if letters.is_empty() {
        out::text("no such letters; `mail:` in the settings and a contact in a request bring them about")?;
    } else {
        let line = |letter: &Letter| {
            vec![
                letter.id.to_string(),
                letter.word.clone(),
                letter.request.map(|request| request.to_string()).unwrap_or_default(),
                letter.state.clone(),
                letter.trouble.clone().unwrap_or_default(),
            ]
        };
        let rows: Vec<Vec<String>> = letters.iter().map(line).collect();
        out::text(&table(&["id", "letter", "request", "state", "trouble"], &rows))?;
    }
    Ok(Exit::DONE)
}
