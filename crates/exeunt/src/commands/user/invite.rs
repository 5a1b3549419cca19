//! `exeunt user invite`.

use std::io::Read;
use std::path::{Path, PathBuf};

use exeunt_app::access::Role;
use exeunt_app::people::Person;
use exeunt_base::Personal;
use serde_json::json;

use crate::commands::user::{role, words};
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;

/// Who, and as what.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file with one line `name=…` and one `email=…`; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    person_file: PathBuf,
    /// What they are to be: viewer, agent, officer, engineer, auditor, admin; may be given several times
    #[arg(long = "role", value_name = "ROLE", value_parser = role, required = true)]
    roles: Vec<Role>,
}

/// Most bytes of the file.
const MOST: u64 = 64 * 1024;

/// Invites.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let person = read(&args.person_file)?;
    let invited = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.invite_user(&actor, &person, &args.roles).await?,
        Way::There(remote) => remote.invite_user(&person, &args.roles).await?,
    };
    let one_time = &invited.one_time;
    if door.json {
        out::json(&json!({
            "user": invited.user,
            "roles": words(&args.roles),
            "token": one_time.token.expose(),
            "expires_at": one_time.expires_at,
        }))?;
    } else {
        out::text(one_time.token.expose())?;
        out::remark(&format!(
            "{} is invited. The token is shown this once and counts until {}: give it to them alone",
            invited.user,
            out::time(one_time.expires_at)
        ));
    }
    Ok(Exit::DONE)
}

/// Reads name and address from a file, or from standard input for `-`: they stay out of the shell's history.
fn read(path: &Path) -> Result<Person, Failure> {
    let failed = |source| Failure::file("read name and address in", path, source);
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().take(MOST).read_to_string(&mut text).map_err(failed)?;
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(MOST).read_to_string(&mut text))
            .map_err(failed)?;
    }
    let find = |wanted: &str| {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        let found = lines.filter(|(word, _)| word.trim() == wanted).map(|(_, value)| value).next_back();
        found.map(|value| Personal::new(value.to_owned())).ok_or_else(|| {
            Failure::Usage(format!("the file needs a line `{wanted}=…`; nothing of it is repeated here"))
        })
    };
    Person::new(&find("name")?, &find("email")?).map_err(|refused| Failure::App(refused.into()))
}
