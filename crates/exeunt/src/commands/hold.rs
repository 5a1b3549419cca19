//! `exeunt hold …`: what must not be destroyed for now, beyond one request.

use std::path::PathBuf;

use clap::Subcommand;
use exeunt_base::HoldId;
use exeunt_engine::holds::Scope;
use exeunt_rights::Day;
use exeunt_store::holds::{Hold as Stored, Kept};
use serde_json::{Value, json};

use crate::commands::request::submit::{Identifier, identifier, read_identifiers};
use crate::commands::restore::read_key;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::table::table;
use crate::{ids, out};

/// Holds.
#[derive(Debug, Subcommand)]
pub(crate) enum Hold {
    /// Hold a person, a model, or some of its rows
    Place(Place),
    /// What is held, and what each hold stands in the way of
    List,
    /// Read the rows that a hold keeps; every reading is written down
    Rows(Which),
    /// Lift a hold: what it stopped goes on, and what it kept is destroyed
    Lift(Which),
}

/// What, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// The person, by an identifier: email=…, customer_id=7 (stays in the shell's history); may be repeated
    #[arg(long, value_name = "KIND=VALUE", value_parser = identifier, conflicts_with = "model")]
    identify: Vec<Identifier>,
    /// The person, by identifiers in a file, one KIND=VALUE a line; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    identify_file: Option<PathBuf>,
    /// Rows of this model: shop.orders
    #[arg(long, value_name = "SOURCE.MODEL", required_unless_present_any = ["identify", "identify_file"])]
    model: Option<String>,
    /// Only the row with this key, as JSON where it has several columns: 7, ["a",1]; may be repeated
    #[arg(long = "key", value_name = "KEY", requires = "model")]
    keys: Vec<String>,
    /// Why it must not be destroyed for now
    #[arg(long, value_name = "REASON")]
    because: String,
    /// The last day of the hold; then what was held goes on by itself
    #[arg(long, value_name = "DAY")]
    until: Option<Day>,
}

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The hold
    #[arg(value_parser = ids::id::<HoldId>("hld"))]
    hold: HoldId,
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, hold: &Hold) -> Result<Exit, Failure> {
    match hold {
        Hold::Place(args) => place(door, args).await,
        Hold::List => list(door).await,
        Hold::Rows(which) => rows(door, which.hold).await,
        Hold::Lift(which) => lift(door, which.hold).await,
    }
}

async fn place(door: &Door, args: &Place) -> Result<Exit, Failure> {
    let scope = match &args.model {
        Some(model) if args.keys.is_empty() => Scope::Model(model.clone()),
        Some(model) => Scope::Rows {
            model: model.clone(),
            keys: args.keys.iter().map(|key| read_key(key)).collect::<Result<_, _>>()?,
        },
        None => {
            let mut identifiers: Vec<_> = args.identify.iter().map(Identifier::parts).collect();
            if let Some(path) = &args.identify_file {
                identifiers.extend(read_identifiers(path)?);
            }
            Scope::Person(identifiers)
        }
    };
    let id = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.place_hold(&actor, scope, &args.because, args.until).await?,
        Way::There(remote) => remote.place_hold(&scope, &args.because, args.until).await?,
    };
    if door.json {
        out::json(&json!({ "hold": id }))?;
    } else {
        out::text(&format!("{id} stands: what it covers is not destroyed until `exeunt hold lift {id}`"))?;
    }
    Ok(Exit::DONE)
}

async fn list(door: &Door) -> Result<Exit, Failure> {
    let all = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.list_holds(&actor).await?,
        Way::There(remote) => remote.list_holds().await?,
    };
    if door.json {
        out::json(&json!({ "holds": all.iter().map(value).collect::<Vec<_>>() }))?;
        return Ok(Exit::DONE);
    }
    if all.is_empty() {
        out::text(
            "nothing is held beyond single requests; `exeunt hold place` holds a person, a model or rows",
        )?;
        return Ok(Exit::DONE);
    }
    let line = |(hold, kept): &(Stored, Kept)| {
        let stands = match (hold.lifted_at, hold.ends_at) {
            (Some(at), _) => format!("lifted {}", out::time(at)),
            (None, Some(at)) => format!("until {}", out::time(at)),
            (None, None) => String::from("stands"),
        };
        let model = hold.model.clone().unwrap_or_default();
        let (stopped, rows) = (kept.stopped.to_string(), kept.rows.to_string());
        vec![hold.id.to_string(), hold.scope.clone(), model, stands, stopped, rows, hold.because.clone()]
    };
    let lines: Vec<Vec<String>> = all.iter().map(line).collect();
    let head = ["id", "holds", "model", "state", "requests stopped", "rows kept", "because"];
    out::text(&table(&head, &lines))?;
    Ok(Exit::DONE)
}

async fn rows(door: &Door, id: HoldId) -> Result<Exit, Failure> {
    let rows = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.read_held_rows(&actor, id).await?,
        Way::There(remote) => remote.read_held_rows(id).await?,
    };
    let value = |row: &exeunt_app::holds::rows::HeldRow| json!({ "model": row.model, "action": row.action, "columns": row.columns });
    if door.json {
        out::json(&json!({ "rows": rows.iter().map(value).collect::<Vec<_>>() }))?;
    } else if rows.is_empty() {
        out::text("it keeps no rows: of what it covers nothing was purged yet")?;
    } else {
        let lines: String = rows.iter().map(|row| format!("{}\n", value(row))).collect();
        out::text(&lines)?;
    }
    Ok(Exit::DONE)
}

async fn lift(door: &Door, id: HoldId) -> Result<Exit, Failure> {
    let rows = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.lift_hold(&actor, id).await?,
        Way::There(remote) => remote.lift_hold(id).await?,
    };
    if door.json {
        out::json(&json!({ "hold": id, "rows": rows }))?;
    } else {
        let gone = out::plural(rows, "row it had kept is", "rows it had kept are");
        out::text(&format!("{id} is lifted: {gone} gone for ever, and what it stopped goes on"))?;
    }
    Ok(Exit::DONE)
}

fn value((hold, kept): &(Stored, Kept)) -> Value {
    json!({
        "hold": hold.id,
        "scope": hold.scope,
        "model": hold.model,
        "because": hold.because,
        "placed_at": hold.placed_at,
        "ends_at": hold.ends_at,
        "lifted_at": hold.lifted_at,
        "stopped": kept.stopped,
        "rows": kept.rows,
    })
}
