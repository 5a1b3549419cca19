//! `exeunt request identify`, `refuse`, `withdraw` and `statement`.

use exeunt_base::RequestId;
use serde_json::json;

use crate::commands::request::submit::identity;
use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which, how surely, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Identify {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// How surely you know who asks, 0 to 3, and how: 2=compared (login, address: 1; compared, agent: 2; document: 3)
    #[arg(value_name = "LEVEL=HOW", value_parser = identity)]
    identity: (u8, String),
    /// Why there is reasonable doubt; level 3 wants it
    #[arg(long, value_name = "NOTE")]
    note: Option<String>,
}

/// Which, on what grounds, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Refuse {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// A ground that the request's law knows; `exeunt regime show` lists them
    #[arg(long, value_name = "ID", required = true)]
    ground: Vec<String>,
    /// Why, as the person is told
    #[arg(long, value_name = "REASON")]
    because: String,
}

/// Which, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Withdraw {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// How the person took it back
    #[arg(long, value_name = "REASON")]
    because: String,
}

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Statement {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
}

/// Writes down who asks.
pub(crate) async fn identify(door: &Door, args: &Identify) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let (level, how) = &args.identity;
    office.identify_request(&actor, args.request, *level, how, args.note.as_deref()).await?;
    let value = json!({ "request": args.request, "identity_level": level, "identity_how": how });
    told(door, value, &format!("who asks with {} is known at level {level} ({how})", args.request))
}

/// Refuses.
pub(crate) async fn refuse(door: &Door, args: &Refuse) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    office.refuse_request(&actor, args.request, &args.ground, &args.because).await?;
    let words = format!("{} is refused; tell the person why, and where they can complain", args.request);
    told(door, json!({ "request": args.request, "state": "refused" }), &words)
}

/// Writes down that the person took it back.
pub(crate) async fn withdraw(door: &Door, args: &Withdraw) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    office.withdraw_request(&actor, args.request, &args.because).await?;
    let value = json!({ "request": args.request, "state": "withdrawn" });
    told(door, value, &format!("{} is withdrawn", args.request))
}

/// What the person said.
pub(crate) async fn statement(door: &Door, args: &Statement) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let words = office.read_statement(&actor, args.request).await?;
    let value = serde_json::to_value(&words).unwrap_or_default();
    if door.json {
        out::json(&value)?;
        return Ok(Exit::DONE);
    }
    let parts = [
        ("statement", &words.statement),
        ("explained", &words.explained),
        ("complications", &words.complications),
    ];
    let mut lines = String::new();
    for (name, text) in parts {
        if let Some(text) = text {
            lines.push_str(&format!("{name}: {}\n", out::safe(text)));
        }
    }
    out::text(if lines.is_empty() { "nothing was written down, or it was destroyed" } else { &lines })?;
    Ok(Exit::DONE)
}

fn told(door: &Door, value: serde_json::Value, words: &str) -> Result<Exit, Failure> {
    if door.json {
        out::json(&value)?;
    } else {
        out::text(words)?;
    }
    Ok(Exit::DONE)
}
