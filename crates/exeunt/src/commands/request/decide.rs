//! `exeunt request identify`, `cannot-identify`, `reopen`, `refuse`, `withdraw` and `statement`.

use exeunt_base::RequestId;
use serde_json::json;

use crate::commands::request::submit::identity;
use crate::door::{Door, Needs, Way};
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

/// Which, and what would help.
#[derive(Debug, clap::Args)]
pub(crate) struct CannotIdentify {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// What the person can add so that it goes on, as they are told
    #[arg(long, value_name = "WHAT")]
    wanted: String,
}

/// Which, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Reopen {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// What the person added
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
    let ((level, how), note) = (&args.identity, args.note.as_deref());
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.identify_request(&actor, args.request, *level, how, note).await?,
        Way::There(remote) => remote.identify_request(args.request, *level, how, note).await?,
    };
    let value = json!({ "request": args.request, "identity_level": level, "identity_how": how });
    told(door, value, &format!("who asks with {} is known at level {level} ({how})", args.request))
}

/// Refuses.
pub(crate) async fn refuse(door: &Door, args: &Refuse) -> Result<Exit, Failure> {
    let (id, because) = (args.request, &args.because);
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.refuse_request(&actor, id, &args.ground, because).await?,
        Way::There(remote) => remote.refuse_request(id, &args.ground, because).await?,
    };
    let words = format!("{} is refused; tell the person why, and where they can complain", args.request);
    told(door, json!({ "request": args.request, "state": "refused" }), &words)
}

/// Writes down that the person took it back.
pub(crate) async fn withdraw(door: &Door, args: &Withdraw) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.withdraw_request(&actor, args.request, &args.because).await?,
        Way::There(remote) => remote.withdraw_request(args.request, &args.because).await?,
    };
    let value = json!({ "request": args.request, "state": "withdrawn" });
    told(door, value, &format!("{} is withdrawn", args.request))
}

/// Ends it, since nobody can tell who asks.
pub(crate) async fn cannot_identify(door: &Door, args: &CannotIdentify) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.cannot_identify(&actor, args.request, &args.wanted).await?,
        Way::There(remote) => remote.cannot_identify(args.request, &args.wanted).await?,
    };
    let value = json!({ "request": args.request, "state": "cannot_identify" });
    let words = format!(
        "{0} has ended: nobody can tell who asks; `exeunt request reopen {0}` takes it up again",
        args.request
    );
    told(door, value, &words)
}

/// Takes it up again.
pub(crate) async fn reopen(door: &Door, args: &Reopen) -> Result<Exit, Failure> {
    let (id, because) = (args.request, &args.because);
    let due = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.reopen_request(&actor, id, because).await?.to_string(),
        Way::There(remote) => remote.reopen_request(id, because).await?,
    };
    let value = json!({ "request": args.request, "state": "received", "answer_by": due });
    told(door, value, &format!("{} goes on; it is due {due}", args.request))
}

/// What the person said.
pub(crate) async fn statement(door: &Door, args: &Statement) -> Result<Exit, Failure> {
    let words = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.read_statement(&actor, args.request).await?,
        Way::There(remote) => remote.read_statement(args.request).await?,
    };
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
