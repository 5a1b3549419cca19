//! `exeunt regime show`.

use exeunt_rights::regime::Pause;

use crate::commands::regime::list::{law, status};
use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::{out, remote};

/// Which, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The regime, such as eu-gdpr
    #[arg(value_name = "ID")]
    regime: String,
    /// The pack itself: what a pack of your own starts from
    #[arg(long)]
    pack: bool,
}

/// Shows one.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let kept = match &door.remote {
        // a service tells what a pack says, and not the text that was signed
        Some(_) if args.pack => return Err(remote::Error::NoForm.into()),
        Some(remote) => remote.show_regime(&args.regime).await?,
        None => law(door)?.pack(&args.regime)?.clone(),
    };
    let pack = &kept.pack;
    if args.pack {
        out::raw(kept.body.as_bytes())?;
        return Ok(Exit::DONE);
    }
    if door.json {
        out::json(&serde_json::to_value(pack).unwrap_or_default())?;
        return Ok(Exit::DONE);
    }
    let clock = &pack.clock;
    let or_none = |period: Option<exeunt_rights::Period>| {
        period.map_or_else(|| String::from("none"), |period| period.to_string())
    };
    let pauses: Vec<&str> = clock
        .pause
        .iter()
        .map(|ground| match ground {
            Pause::Identity => "identity",
            Pause::Clarification => "clarification",
            Pause::Fee => "fee",
        })
        .collect();
    let levels = &pack.identity;
    let mut lines = vec![
        ("regime", format!("{} (version {}, {})", pack.id, pack.version, status(pack.status))),
        ("law", pack.name.clone()),
        ("in force from", pack.effective_from.to_string()),
        ("acknowledge", or_none(clock.acknowledge)),
        ("answer", clock.answer.to_string()),
        ("extension", format!("{} ({})", or_none(clock.extension), pack.extension_reasons.join(", "))),
        ("clock stops", if pauses.is_empty() { String::from("never") } else { pauses.join(", ") }),
        (
            "identity",
            format!(
                "access {}, portability {}, erasure {}, anonymization {}, sensitive data {}",
                levels.access, levels.portability, levels.erasure, levels.anonymization, levels.sensitive
            ),
        ),
    ];
    for refusal in &pack.refusals {
        lines.push(("may refuse", format!("{}: {} ({})", refusal.id, refusal.text, refusal.citation)));
    }
    let text: String =
        lines.iter().map(|(label, value)| format!("{label:<14} {}\n", out::safe(value))).collect();
    out::text(&text)?;
    Ok(Exit::DONE)
}
