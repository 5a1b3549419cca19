//! `exeunt purge`: makes erasures final, looks again, issues the receipt.

use exeunt_app::audits::prove::Issued;
use exeunt_base::RequestId;
use exeunt_engine::purge::{Options, Purged};
use serde_json::{Value, json};

use crate::commands::restore;
use crate::door::{Door, Needs, Way};
use crate::elsewhere::{self, At};
use crate::failure::{Exit, Failure};
use crate::remote::{self, Remote};
use crate::table::table;
use crate::{ids, out};

/// Which, and under which circumstances.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The requests [default: all whose window has ended]
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    requests: Vec<RequestId>,
    /// End the window early, for this reason
    #[arg(long, value_name = "REASON", requires = "requests")]
    now: Option<String>,
    /// Rows that appeared since are erased too
    #[arg(long, conflicts_with = "leave_new")]
    include_new: bool,
    /// Rows that appeared since are left, for this reason
    #[arg(long, value_name = "REASON")]
    leave_new: Option<String>,
    /// What was asked back and could not come, or waits for these requests, is given up for this reason
    #[arg(long, value_name = "REASON", requires = "requests")]
    give_up: Option<String>,
    #[command(flatten)]
    pub(crate) place: At,
}

/// Purges. One request's trouble does not stop the others; the first trouble is what the command ends with.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let options = Options {
        now: args.now.clone(),
        include_new: args.include_new,
        leave_new: args.leave_new.clone(),
        give_up: args.give_up.clone(),
    };
    let (office, actor) = match door.way(Needs::Sources).await? {
        Way::Here(office, actor) => (office, actor),
        // a service purges by itself what is due
        Way::There(_) if args.requests.is_empty() || !args.place.at.is_empty() => {
            return Err(remote::Error::NoForm.into());
        }
        Way::There(remote) => return by_service(door, &remote, &args.requests, &options).await,
    };
    let requests =
        if args.requests.is_empty() { office.due_for_purge(&actor).await? } else { args.requests.clone() };
    let mut answers = Vec::new();
    let mut trouble: Option<Failure> = None;
    let mut exit = Exit::DONE;
    let mut here = Vec::new();
    let mut refuse = |id, failure: Failure| {
        if trouble.is_some() || requests.len() > 1 {
            out::remark(&format!("{id}: {failure}"));
        }
        trouble.get_or_insert(failure);
    };
    for id in &requests {
        match elsewhere::check(door, id) {
            Ok(()) => here.push(*id),
            Err(failure) => refuse(*id, failure),
        }
    }
    let (each, owed) = office.purge_all(&actor, &here, options, &door.owner()).await?;
    for (id, purged) in each {
        match purged {
            Ok((purged, issued)) => {
                if !purged.seen.found.is_empty() || !purged.seen.failed.is_empty() {
                    exit = Exit::REVIEW;
                }
                if door.json {
                    answers.push(value(id, &purged, &issued));
                } else {
                    out::text(&told(id, &purged, &issued))?;
                }
            }
            Err(error) => refuse(id, error.into()),
        }
    }
    if owed.iter().any(|paid| !paid.refused.is_empty()) {
        exit = Exit::REVIEW;
    }
    if door.json {
        let owed: Vec<Value> = owed.iter().map(restore::owed_value).collect();
        out::json(&json!({ "purged": answers, "owed": owed }))?;
    } else if requests.is_empty() {
        out::text("nothing is due: no window has ended")?;
    }
    if !door.json {
        out::text(&restore::told_owed(&owed))?;
    }
    // packages live in the same house and die of age too
    for package in office.remove_expired_packages(&actor).await? {
        out::remark(&format!("{package} expired; its key and file are destroyed"));
    }
    match trouble {
        None => Ok(exit),
        Some(failure) => Err(failure),
    }
}

/// A worker of the service purges each. The receipt tells the rest.
async fn by_service(
    door: &Door,
    remote: &Remote,
    requests: &[RequestId],
    options: &Options,
) -> Result<Exit, Failure> {
    let (mut answers, mut trouble) = (Vec::new(), None);
    for id in requests {
        match remote.purge(*id, options).await {
            Ok(gone) if door.json => {
                answers.push(json!({ "request": id, "state": gone.state, "receipt": gone.receipt }));
            }
            Ok(gone) => {
                let receipt = gone.receipt.map(|receipt| format!(", receipt {receipt}")).unwrap_or_default();
                out::text(&format!("{id} is {}{receipt}", gone.state))?;
            }
            Err(error) => {
                if trouble.is_some() || requests.len() > 1 {
                    out::remark(&format!("{id}: {error}"));
                }
                trouble.get_or_insert(error);
            }
        }
    }
    if door.json {
        out::json(&json!({ "purged": answers }))?;
    }
    trouble.map_or(Ok(Exit::DONE), |error| Err(error.into()))
}

fn value(id: RequestId, purged: &Purged, issued: &[Issued]) -> Value {
    json!({
        "request": id,
        "state": purged.state,
        "receipt": purged.receipt,
        "receipt_file": issued.iter().find(|one| one.receipt == purged.receipt).map(|one| one.file.display().to_string()),
        "proof_file": issued.iter().find(|one| one.receipt == purged.receipt).map(|one| one.proof.display().to_string()),
        "rows": purged.tally.lines.iter().map(|line| json!({
            "model": line.model,
            "action": line.action,
            "rows": line.rows,
        })).collect::<Vec<_>>(),
        "residue": purged.residue.iter().map(|(source, residue)| json!({
            "source": source.as_str(),
            "done": residue.done,
            "left": residue.left.iter().map(|left| json!({
                "place": left.place,
                "note": left.note,
                "until": left.until,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "looked_again": {
            "identifiers": purged.seen.identifiers,
            "places": purged.seen.places,
            "found": purged.seen.found.iter().map(|found| json!({
                "place": found.place,
                "kind": found.kind,
                "rows": found.rows,
                "mapped": found.mapped,
            })).collect::<Vec<_>>(),
            "failed": purged.seen.failed,
        },
        "left_new": purged.left_new.iter().map(|new| json!({ "model": new.model, "rows": new.rows })).collect::<Vec<_>>(),
    })
}

/// What was purged, for people.
pub(crate) fn told(id: RequestId, purged: &Purged, issued: &[Issued]) -> String {
    let rows: Vec<Vec<String>> = purged
        .tally
        .lines
        .iter()
        .filter(|line| line.action != "veil" && line.action != "ghost")
        .map(|line| vec![line.model.clone(), line.action.clone(), out::grouped(line.rows)])
        .collect();
    let mut text = match rows.is_empty() {
        _ if purged.tally.nothing => {
            format!("{id} is closed: nothing of this person was found, so nothing was erased\n\n")
        }
        true => format!("{id} is purged; all its rows are back, so none was erased\n\n"),
        false => format!("{id} is purged\n\n{}\n", table(&["model", "what", "rows"], &rows)),
    };
    for (source, residue) in &purged.residue {
        for done in alike(residue.done.iter().map(|done| (done.as_str(), String::new()))) {
            text.push_str(&format!("{source}: {done}\n"));
        }
        let left = residue.left.iter().map(|left| {
            let until = left.until.map(|until| format!(", until {}", out::time(until))).unwrap_or_default();
            (left.place.as_str(), format!("{until}: {}", left.note))
        });
        for left in alike(left) {
            text.push_str(&format!("{source}: left in {left}\n"));
        }
    }
    let seen = &purged.seen;
    let searched = format!(
        "looked again for {} in {}",
        out::plural(seen.identifiers, "identifier", "identifiers"),
        out::plural(seen.places, "column", "columns")
    );
    if seen.identifiers == 0 {
        text.push_str("not looked again: short numbers and texts are found everywhere by chance; the rows themselves were looked for by key\n");
    } else if seen.found.is_empty() {
        text.push_str(&format!("{searched}: nothing found\n"));
    } else {
        text.push_str(&format!("{searched}; still found, look at these:\n"));
        for found in &seen.found {
            let unmapped = if found.mapped { "" } else { " (not in the map)" };
            let rows = out::plural(found.rows, "row", "rows");
            text.push_str(&format!("  {}{unmapped}: {} in {rows}\n", found.place, found.kind));
        }
    }
    for failed in &seen.failed {
        text.push_str(&format!("  could not be searched: {failed}\n"));
    }
    for new in &purged.left_new {
        text.push_str(&format!(
            "  left on purpose: {} in {}\n",
            out::plural(new.rows, "new row", "new rows"),
            new.model
        ));
    }
    for one in issued.iter().filter(|one| one.receipt == purged.receipt) {
        text.push_str(&format!("receipt  {}\nproof    {}\n", one.file.display(), one.proof.display()));
    }
    text
}

/// Lines that differ in nothing but a name in backquotes, as one: a purge of forty tables says the same forty times.
fn alike<'a>(lines: impl Iterator<Item = (&'a str, String)>) -> Vec<String> {
    /// As many as a reader takes in at a glance; the receipt has all of them.
    const SHOWN: usize = 3;
    let mut groups: Vec<(&str, &str, String, Vec<&str>)> = Vec::new();
    for (line, rest) in lines {
        let (before, after) = line.split_once('`').unwrap_or((line, ""));
        let (name, after) = after.rsplit_once('`').unwrap_or(("", after));
        let same = |group: &&mut (&str, &str, String, Vec<&str>)| {
            !name.is_empty() && (group.0, group.1, &group.2) == (before, after, &rest)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.3.push(name),
            None => groups.push((before, after, rest, vec![name])),
        }
    }
    let told = |(before, after, rest, names): (&str, &str, String, Vec<&str>)| match names.as_slice() {
        [""] => format!("{before}{rest}"),
        names => {
            let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
            let more = match names.len() - shown.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{before}{}{more}{after}{rest}", shown.join(", "))
        }
    };
    groups.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn what_is_said_of_many_tables_is_said_once() {
        let done = [
            "vacuumed `a`",
            "wrote the file",
            "vacuumed `b`",
            "vacuumed `c`",
            "vacuumed `d`",
            "wrote the file",
        ];
        let lines = done.iter().map(|done| (*done, String::new()));
        assert_eq!(alike(lines), ["vacuumed `a`, `b`, `c` and 1 more", "wrote the file", "wrote the file"]);
        let left =
            [("space of `a`", ": 1"), ("space of `b`", ": 1"), ("space of `c`", ": 2"), ("log", ": x")];
        let lines = left.iter().map(|(place, note)| (*place, (*note).to_owned()));
        assert_eq!(alike(lines), ["space of `a`, `b`: 1", "space of `c`: 2", "log: x"]);
    }
}
