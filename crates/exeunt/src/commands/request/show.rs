//! `exeunt request show`.

use exeunt_app::deadlines::Standing;
use exeunt_app::kept::show::Left;
use exeunt_base::RequestId;
use serde_json::json;

use crate::commands::request::list;
use crate::commands::restore;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The request
    #[arg(value_parser = ids::id::<RequestId>("req"))]
    request: RequestId,
}

/// Shows one request.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let shown = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.show_request(&actor, args.request).await?,
        Way::There(remote) => remote.show_request(args.request).await?,
    };
    let request = &shown.request;
    if door.json {
        let mut value = list::value(request);
        value["sealed_rows"] = json!(shown.sealed_rows);
        value["waits"] = json!(shown.waits.iter().map(restore::wait_value).collect::<Vec<_>>());
        value["receipts"] = json!(shown.receipts.iter().map(|receipt| receipt.id).collect::<Vec<_>>());
        value["related"] = json!(shown.related);
        value["kept"] = json!(shown.afterwards.left.iter().map(left_value).collect::<Vec<_>>());
        let follow_ups = shown.afterwards.follow_ups.iter().map(|one| one.request);
        value["follow_ups"] = json!(follow_ups.collect::<Vec<_>>());
        let hold = |(hold, state, because): &(_, String, String)| json!({ "hold": hold, "state": state, "because": because });
        value["holds"] = json!(shown.holds.iter().map(hold).collect::<Vec<_>>());
        value["follows_up"] = json!(shown.afterwards.origin);
        if let Some(standing) = &shown.standing {
            value["deadline"] = deadline_value(standing);
        }
        if let Some(intake) = &shown.intake {
            value["channel"] = json!(intake.channel);
            value["identity"] = json!({ "level": intake.level, "how": intake.level_how });
            value["ground"] = json!(intake.ground);
        }
        value["next"] = json!(shown.next);
        out::json(&value)?;
        return Ok(Exit::DONE);
    }
    let mut lines = vec![
        ("request", request.id.to_string()),
        ("right", request.kind.clone()),
        ("state", list::state(request)),
        ("received", out::time(request.received_at)),
    ];
    let mut add = |label, value: Option<String>| lines.extend(value.map(|value| (label, value)));
    if let Some(standing) = &shown.standing {
        add("answer by", Some(told_deadline(standing)));
        let by = &standing.deadline.acknowledge_by;
        let open = by.as_ref().filter(|_| standing.deadline.acknowledged_at.is_none());
        add("acknowledge", open.map(|day| format!("by {day}")));
    }
    if let Some(intake) = &shown.intake {
        add("who asks", Some(format!("known at level {} ({})", intake.level, intake.level_how)));
    }
    for related in &shown.related {
        add("related", Some(format!("{related}, with a clock of its own")));
    }
    add("plan", request.plan.map(|id| id.to_string()));
    add("job", request.job.map(|id| id.to_string()));
    add("window ends", request.window_ends_at.map(out::time));
    let until = request.held_until.map(|until| format!(" (until {})", out::time(until))).unwrap_or_default();
    add("on hold", request.held_because.as_ref().map(|because| format!("{because}{until}")));
    for (hold, state, because) in &shown.holds {
        let what = if state == "stopped" { "its purge waits for" } else { "looked at for" };
        add("hold", Some(format!("{what} {hold} ({because})")));
    }
    add("in the vault", (shown.sealed_rows > 0).then(|| out::plural(shown.sealed_rows, "row", "rows")));
    for wait in &shown.waits {
        add("waits", Some(restore::told_wait(wait)));
    }
    for left in &shown.afterwards.left {
        add("kept by law", Some(told_left(left)));
    }
    for follow_up in &shown.afterwards.follow_ups {
        add("followed up", Some(format!("{} ({})", follow_up.request, follow_up.state)));
    }
    add(
        "follows up",
        shown.afterwards.origin.map(|origin| format!("{origin}: the time of what it left is over")),
    );
    for receipt in &shown.receipts {
        add("receipt", Some(receipt.id.to_string()));
    }
    add("next", shown.next.clone());
    out::text(&lines.iter().map(|(label, value)| format!("{label:<13} {value}\n")).collect::<String>())?;
    Ok(Exit::DONE)
}

/// Rows that stay by law, in words.
fn told_left(left: &Left) -> String {
    let mut text = format!("{} of {}", out::plural(left.rows, "row", "rows"), left.model);
    if let Some(ends) = &left.ends {
        text.push_str(&format!(", the first through {ends}"));
    }
    if left.followed > 0 {
        text.push_str(&format!(", {} being erased", left.followed));
    }
    if let Some(trouble) = &left.trouble {
        text.push_str(&format!("; {trouble}"));
    }
    text
}

/// The same for programs.
fn left_value(left: &Left) -> serde_json::Value {
    json!({
        "model": left.model,
        "rows": left.rows,
        "ends": left.ends,
        "followed": left.followed,
        "trouble": left.trouble,
    })
}

/// The deadline in words.
fn told_deadline(standing: &Standing) -> String {
    let Standing { deadline, days_left, overdue } = standing;
    let mut text = format!("{} under {}", deadline.answer_by, deadline.regime);
    let state = match (deadline.answered_at, &deadline.paused_on) {
        (Some(at), _) => format!(", answered {}", out::time(at)),
        (None, Some(since)) => format!(", the clock stands still since {since}"),
        (None, None) if *overdue => {
            format!(", {} late", out::plural(days_left.unsigned_abs(), "day", "days"))
        }
        (None, None) => format!(", {} left", out::plural(days_left.unsigned_abs(), "day", "days")),
    };
    text.push_str(&state);
    if deadline.extended_on.is_some() {
        text.push_str(", extended");
    }
    text
}

/// The deadline for programs.
fn deadline_value(standing: &Standing) -> serde_json::Value {
    let deadline = &standing.deadline;
    json!({
        "regime": deadline.regime,
        "received_on": deadline.received_on,
        "acknowledge_by": deadline.acknowledge_by,
        "acknowledged_at": deadline.acknowledged_at,
        "answer_by": deadline.answer_by,
        "days_left": standing.days_left,
        "overdue": standing.overdue,
        "paused_on": deadline.paused_on,
        "pause_ground": deadline.pause_ground,
        "paused_days": deadline.paused_days,
        "extended_on": deadline.extended_on,
        "extension_reason": deadline.extension_reason,
        "refusal_grounds": deadline.refusal_grounds,
        "answered_at": deadline.answered_at,
    })
}
