//! One entry: in words, as it was hashed, and its proof. And the signed head of the log.

use askama::Template;
use axum::response::Response;
use exeunt_audit::merkle::leaf_hash;
use exeunt_audit::proof::FILE_EXTENSION;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, shown};
use crate::console::request::evidence::file;
use crate::console::rooms::Of;
use crate::console::rooms::audit::list::{Line, line};
use crate::console::trouble::Trouble;
use crate::console::words::number::grouped;

#[derive(Template)]
#[template(path = "console/rooms/audit/entry.html")]
struct Page {
    frame: Frame,
    line: Line,
    number: String,
    /// Labels and values.
    details: Vec<(String, String)>,
    raw: String,
    hash: String,
    sample: bool,
    earlier: Option<u64>,
    later: Option<u64>,
}

/// Shows it.
pub(crate) async fn show(by: Visitor, Of(index): Of<u64>) -> Result<Response, Trouble> {
    let (entry, raw) = by.office.show_entry(&by.actor, index).await?;
    let (size, _) = by.office.log_reaches(&by.actor).await?;
    let facts = entry.facts.iter().map(|(label, fact)| (label.clone(), fact.clone()));
    let counts = entry.counts.iter().map(|(label, count)| (label.clone(), grouped(*count)));
    let sealed =
        entry.sealed.iter().map(|label| (label.clone(), String::from("sealed; the log only commits to it")));
    Ok(shown(&Page {
        frame: by.frame(&format!("Entry {index}"), "audit").await,
        line: line(&by, &entry),
        number: grouped(index),
        details: facts.chain(counts).chain(sealed).collect(),
        hash: leaf_hash(raw.as_bytes()).to_string(),
        raw,
        sample: entry.kind == exeunt_audit::kind::Kind::AuditSampled,
        earlier: index.checked_sub(1),
        later: Some(index + 1).filter(|later| *later < size),
    }))
}

/// Its proof as a file.
pub(crate) async fn proof(by: Visitor, Of(index): Of<u64>) -> Result<Response, Trouble> {
    let proof = by.office.prove_entry(&by.actor, index).await?;
    let name = format!("entry-{index}.{FILE_EXTENSION}");
    Ok(file(proof.to_string().into_bytes(), "application/octet-stream", &name))
}

/// The signed head as a file.
pub(crate) async fn checkpoint(by: Visitor) -> Result<Response, Trouble> {
    let head = by.office.published_checkpoint(&by.actor).await?;
    Ok(file(head.into_bytes(), "text/plain; charset=utf-8", "checkpoint.txt"))
}
