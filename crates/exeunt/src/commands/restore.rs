//! `exeunt restore`: brings erased rows back, as long as the window is open.

use exeunt_base::RequestId;
use exeunt_engine::restore::Choice;
use exeunt_engine::restore::restored::{Paid, Refusal, Restored, Without};
use exeunt_engine::states;
use exeunt_store::waits::Wait;
use serde_json::{Value, json};

use crate::door::{Door, Needs, Way};
use crate::elsewhere::{self, At};
use crate::failure::{Exit, Failure};
use crate::remote::{self, Remote};
use crate::{ids, out};

/// Which, and how much of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
    /// Only rows of this model: shop.orders
    #[arg(long, value_name = "SOURCE.MODEL")]
    model: Option<String>,
    /// Only rows with this key, as JSON where it has several columns: 7, ["a",1]; may be repeated
    #[arg(long = "key", value_name = "KEY", requires = "model")]
    keys: Vec<String>,
    #[command(flatten)]
    pub(crate) place: At,
}

/// Brings them back.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let choice = match &args.model {
        None => Choice::Whole,
        Some(model) => Choice::Rows {
            model: model.clone(),
            keys: args.keys.iter().map(|key| read_key(key)).collect::<Result<_, _>>()?,
        },
    };
    let (office, actor) = match door.way(Needs::Sources).await? {
        Way::Here(office, actor) => (office, actor),
        Way::There(_) if !args.place.at.is_empty() => return Err(remote::Error::NoForm.into()),
        Way::There(remote) => return by_service(door, &remote, args.request, &choice).await,
    };
    elsewhere::check(door, &args.request)?;
    let restored = office.restore(&actor, args.request, &choice, &door.owner()).await?;
    let state = office.show_request(&actor, args.request).await?.request.state;
    if door.json {
        let without = |without: &Without| {
            json!({
                "model": without.model,
                "column": without.column.as_str(),
                "rows": without.rows,
                "why": without.words,
            })
        };
        out::json(&json!({
            "request": args.request,
            "state": state,
            "back": restored.back,
            "already": restored.already,
            "filled": restored.filled,
            "waiting": restored.waiting,
            "waits": restored.waits.iter().map(wait_value).collect::<Vec<_>>(),
            "lost": restored.lost,
            "refused": restored.refused.iter().map(refusal_value).collect::<Vec<_>>(),
            "without": restored.without.iter().map(without).collect::<Vec<_>>(),
            "owed": restored.owed.iter().map(owed_value).collect::<Vec<_>>(),
            "notes": restored.notes,
            "whole": restored.whole,
        }))?;
    } else {
        out::text(&told(args.request, &state, &restored))?;
    }
    let stuck = |wait: &Wait| wait.awaited_state == states::PARTLY_RESTORED;
    let owed_short = restored.owed.iter().any(|paid| !paid.refused.is_empty());
    let short = !restored.refused.is_empty()
        || !restored.without.is_empty()
        || restored.waits.iter().any(stuck)
        || owed_short;
    Ok(if short { Exit::REVIEW } else { Exit::DONE })
}

/// A worker of the service brings them back. It counts what did not come, and tells no more of that.
async fn by_service(
    door: &Door,
    remote: &Remote,
    request: RequestId,
    choice: &Choice,
) -> Result<Exit, Failure> {
    let back = remote.restore(request, choice).await?;
    let shown = remote.show_request(request).await?;
    if door.json {
        out::json(&json!({
            "request": request,
            "state": shown.request.state,
            "back": back.rows,
            "already": back.already,
            "waits": shown.waits.iter().map(wait_value).collect::<Vec<_>>(),
            "refused_rows": back.refused,
            "whole": back.whole,
        }))?;
    } else {
        let mut restored = Restored::default();
        (restored.back, restored.already) = (back.rows, back.already);
        (restored.whole, restored.waits) = (back.whole, shown.waits);
        restored.waiting = restored.waits.iter().map(|wait| wait.rows).sum();
        if back.refused > 0 {
            let rows = out::plural(back.refused, "row did", "rows did");
            restored.notes.push(format!("{rows} not; the command tells why where the home is"));
        }
        out::text(&told(request, &shown.request.state, &restored))?;
    }
    Ok(if back.refused > 0 { Exit::REVIEW } else { Exit::DONE })
}

/// What came back, for people.
pub(crate) fn told(request: RequestId, state: &str, restored: &Restored) -> String {
    let mut text = format!("{} back", out::plural(restored.back, "row is", "rows are"));
    if restored.already > 0 {
        let same = out::plural(restored.already, "row was the same", "rows were the same");
        text.push_str(&format!(", {same} as before already"));
    }
    if restored.filled > 0 {
        let have = out::plural(restored.filled, "row has its", "rows have their");
        text.push_str(&format!(", {have} missing values again"));
    }
    text.push('\n');
    for refusal in &restored.refused {
        text.push_str(&format!(
            "  {}: {} not: {}\n",
            refusal.model,
            out::plural(refusal.rows, "row did", "rows did"),
            refusal.words
        ));
    }
    for without in &restored.without {
        text.push_str(&format!(
            "  {}: {} back without `{}`: {}\n",
            without.model,
            out::plural(without.rows, "row is", "rows are"),
            without.column,
            without.words
        ));
    }
    for wait in &restored.waits {
        text.push_str(&format!("  {}\n", told_wait(wait)));
    }
    for note in &restored.notes {
        text.push_str(&format!("  {note}\n"));
    }
    text.push_str(&told_owed(&restored.owed));
    if restored.whole && restored.waiting > 0 {
        let wait = out::plural(restored.waiting, "row still waits", "rows still wait");
        text.push_str(&format!("The request is restored; {wait} for other requests.\n"));
    } else if restored.whole && restored.lost > 0 {
        let lost = out::plural(restored.lost, "row is", "rows are");
        text.push_str(&format!("The request is restored; {lost} gone for ever.\n"));
    } else if restored.whole {
        text.push_str("The request is restored whole.\n");
    } else if state == states::PARTLY_RESTORED {
        text.push_str(&format!(
            "The request is restored in part. What is missing waits in the vault: mend what stands in its way, then \
             `exeunt restore {request}` again.\n"
        ));
    }
    text
}

fn refusal_value(refusal: &Refusal) -> Value {
    json!({ "model": refusal.model, "rows": refusal.rows, "why": refusal.words })
}

/// Rows that wait, for programs.
pub(crate) fn wait_value(wait: &Wait) -> Value {
    json!({ "model": wait.model, "rows": wait.rows, "for": wait.awaited, "state": wait.awaited_state })
}

/// Rows that had waited, for programs.
pub(crate) fn owed_value(paid: &Paid) -> Value {
    json!({
        "request": paid.request,
        "back": paid.back,
        "refused": paid.refused.iter().map(refusal_value).collect::<Vec<_>>(),
        "destroyed": paid.destroyed,
    })
}

/// Rows that wait: for whom, where that one stands, and what ends it.
pub(crate) fn told_wait(wait: &Wait) -> String {
    let id = wait.awaited;
    let then = match wait.awaited_state.as_str() {
        states::HIDDEN | states::APPROVED => {
            "is erased: they come back when it is restored, and are lost when it is purged".to_owned()
        }
        states::PARTLY_RESTORED => format!(
            "was to be restored and could not be, not whole: `exeunt restore {id}` tells what is in the way. They come back when it does"
        ),
        states::RESTORED => {
            format!("is restored, but rows of its own still wait: see `exeunt request show {id}`")
        }
        state => format!("is `{state}`: what they wait for is gone"),
    };
    let rows = out::plural(wait.rows, "row waits", "rows wait");
    format!("{}: {rows} for {id}, which {then}", wait.model)
}

/// What became of rows of other requests that had waited.
pub(crate) fn told_owed(owed: &[Paid]) -> String {
    let mut text = String::new();
    for paid in owed {
        let id = paid.request;
        if paid.back > 0 {
            let rows = out::plural(paid.back, "row that waited is", "rows that waited are");
            text.push_str(&format!("  {id}: {rows} back too\n"));
        }
        for refusal in &paid.refused {
            let rows = out::plural(refusal.rows, "row of", "rows of");
            let then = match paid.destroyed {
                0 => format!("mend that, then `exeunt restore {id}` again"),
                _ => String::from("destroyed, for its window has ended"),
            };
            text.push_str(&format!(
                "  {id}: {rows} {} waited and cannot come back: {}; {then}\n",
                refusal.model, refusal.words
            ));
        }
    }
    text
}

/// A key: a JSON list of its cells, or the only cell as it is.
pub(crate) fn read_key(text: &str) -> Result<Vec<String>, Failure> {
    if !text.starts_with('[') {
        return Ok(vec![text.to_owned()]);
    }
    let bad = || Failure::Usage(String::from("a key of several columns is a JSON list of texts and numbers"));
    let cells: Vec<Value> = serde_json::from_str(text).map_err(|_| bad())?;
    cells
        .into_iter()
        .map(|cell| match cell {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(truth) => Ok(truth.to_string()),
            _ => Err(bad()),
        })
        .collect()
}
