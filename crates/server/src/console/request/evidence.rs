//! What proves what was done for a request: receipts, checked now as anybody outside would, and the evidence pack.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_base::{ReceiptId, RequestId};

use crate::console::door::Visitor;
use crate::console::frame::{Frame, shown};
use crate::console::request::{About, Head, Named, Within, around};
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;
use crate::console::words::number::grouped;

/// A receipt, and what checking it found.
struct Checked {
    id: String,
    issued: Moment,
    entry: String,
    state: Badge,
    /// In words.
    says: String,
}

#[derive(Template)]
#[template(path = "console/request/evidence.html")]
struct Page {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    receipts: Vec<Checked>,
    /// Entries of the log that speak of it.
    entries: String,
    now: Moment,
}

/// Shows it. Looking writes nothing.
pub(crate) async fn show(by: Visitor, Named(id): Named) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ReadAudit)?;
    let (_, frame, head) = around(&by, id, "evidence").await?;
    let clock = by.clock();
    let mut receipts = Vec::new();
    for (receipt, found) in by.office.check_receipts(&by.actor, id).await? {
        let (state, says) = match found {
            Ok(verified) => (
                Badge::HOLDS,
                format!(
                    "Entry {} of the log binds exactly this receipt, and the signed head over {} entries holds that entry.",
                    verified.index,
                    grouped(verified.checkpoint.size)
                ),
            ),
            Err(error) => (Badge::BROKEN, sentence(&error.to_string())),
        };
        receipts.push(Checked {
            id: receipt.id.to_string(),
            issued: clock.at(receipt.at),
            entry: receipt.entry.to_string(),
            state,
            says,
        });
    }
    let entries = by.office.request_history(&by.actor, id).await?.len() as u64;
    Ok(shown(&Page {
        receipts,
        entries: grouped(entries),
        now: clock.at(by.now()),
        frame,
        head,
        problem: None,
    }))
}

/// Makes the pack and gives it.
pub(crate) async fn pack(About(id, sent): About) -> Result<Response, Trouble> {
    let made = sent.by.office.make_request_evidence(&sent.by.actor, id).await?;
    Ok(file(made.bytes, "application/zip", &format!("evidence-{id}.zip")))
}

/// A receipt as a file.
pub(crate) async fn receipt(
    by: Visitor,
    Within(id, receipt): Within<ReceiptId>,
) -> Result<Response, Trouble> {
    let found = one(&by, id, receipt).await?;
    Ok(file(format!("{}\n", found.body).into_bytes(), "application/json", &format!("{receipt}.json")))
}

/// The proof of a receipt as a file.
pub(crate) async fn proof(by: Visitor, Within(id, receipt): Within<ReceiptId>) -> Result<Response, Trouble> {
    let found = one(&by, id, receipt).await?;
    let proof = by.office.prove_entry(&by.actor, found.entry).await?;
    let name = format!("{receipt}.{}", exeunt_audit::proof::FILE_EXTENSION);
    Ok(file(proof.to_string().into_bytes(), "application/octet-stream", &name))
}

async fn one(
    by: &Visitor,
    id: RequestId,
    receipt: ReceiptId,
) -> Result<exeunt_store::receipts::Receipt, Trouble> {
    by.office.allow(&by.actor, Permission::ReadAudit)?;
    let all = by.office.show_request(&by.actor, id).await?.receipts;
    all.into_iter().find(|known| known.id == receipt).ok_or_else(Trouble::not_found)
}

pub(crate) fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // names are ours: ids and endings
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
