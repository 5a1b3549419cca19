//! `exeunt subprocessor subscribe` and `unsubscribe`.

use std::path::PathBuf;

use exeunt_base::SubscriberId;
use exeunt_mail::Language;
use serde_json::json;

use crate::commands::subprocessor::{At, words};
use crate::door::Way;
use crate::failure::Failure;
use crate::{ids, out};

/// Who.
#[derive(Debug, clap::Args)]
pub(crate) struct Subscribe {
    /// A file that holds the address and nothing else; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    email_file: PathBuf,
    /// The language of their letters: en, de, fr, es [default: the organization's]
    #[arg(long, value_name = "CODE", value_parser = language)]
    language: Option<Language>,
}

/// Who.
#[derive(Debug, clap::Args)]
pub(crate) struct Unsubscribe {
    /// The subscriber
    #[arg(value_parser = ids::id::<SubscriberId>("sbs"))]
    id: SubscriberId,
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_code(text).ok_or_else(|| String::from("letters are written in en, de, fr and es"))
}

/// Asks.
pub(super) async fn subscribe((way, as_json): At<'_>, args: &Subscribe) -> Result<(), Failure> {
    let email = words("read the address in", &args.email_file)?;
    let id = match way {
        Way::Here(office, actor) => office.add_subscriber(actor, &email, args.language).await?,
        Way::There(remote) => remote.add_subscriber(&email, args.language).await?,
    };
    if as_json {
        return out::json(&json!({ "subscriber": id }));
    }
    out::text(&format!("{id}: asked by a letter, and told of nothing before they say yes"))
}

/// Forgets.
pub(super) async fn unsubscribe((way, as_json): At<'_>, args: &Unsubscribe) -> Result<(), Failure> {
    match way {
        Way::Here(office, actor) => office.remove_subscriber(actor, args.id).await?,
        Way::There(remote) => remote.remove_subscriber(args.id).await?,
    }
    if as_json {
        return out::json(&json!({ "subscriber": args.id, "state": "removed" }));
    }
    out::text(&format!("{}: removed, and their address is forgotten", args.id))
}
