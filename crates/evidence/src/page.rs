//! The page of a pack: what is in it and how to check it, for whoever opens it in a browser. No script, nothing from elsewhere.

use std::collections::BTreeMap;

use exeunt_audit::event::Event;
use exeunt_base::Timestamp;

use crate::manifest::Scope;
use crate::pack::Contents;
use crate::words::day;

/// Entries that the page lists; the file has them all.
const LISTED: usize = 2_000;

/// How to check a pack, in words that need no browser.
pub(crate) const HELP: &str = "\
AN EVIDENCE PACK

What was done for a request, or in a period, and the proof that it stands in the log. It holds nothing about a person.

To check it, on any machine, without a connection:

    exeunt evidence verify PACK --policy POLICY     with a trust policy that you got from elsewhere than this pack
    exeunt evidence verify PACK --key KEY           with the log's public key alone
    exeunt evidence verify PACK                     finds damage, not forgery: it trusts the keys in the pack

To look into it: it is an ordinary zip archive, and everything in it is text.

    index.html             this, with a list of what happened
    manifest.json          what the pack is of, and the SHA-256 of every file below
    manifest.tlog-proof    the proof that the log has an entry (evidence.made) with the SHA-256 of manifest.json
    checkpoint             the head of the log, signed by the log and by its witnesses (C2SP tlog-checkpoint)
    policy                 the keys of both (C2SP tlog-policy); believe them only when you know them from elsewhere
    log/entries.jsonl      entries of the log, each with its place
    log/before, log/after  in the pack of a period: the hashes that show that nothing is missing in between
    proofs/                proofs of single entries (C2SP tlog-proof); any program that speaks that form checks them
    requests/              where each request stands: no name, no address, no identifier
    plans/                 what was approved; the entry plan.approved holds its SHA-256
    receipts/              what was done; the entry receipt.issued holds its SHA-256

To check it without Exeunt: hash each file and compare with manifest.json; hash manifest.json and compare with the entry in
manifest.tlog-proof; follow each proof to the checkpoint (RFC 6962: leaf = SHA-256(00 || entry)); check its Ed25519 signatures.
The format is described in docs/specs/evidence.md of Exeunt.
";

const STYLE: &str = "body{font:16px/1.5 Georgia,serif;max-width:60rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a}\
h1{font-weight:normal}table{border-collapse:collapse;width:100%;font-size:.9rem}\
th,td{text-align:left;vertical-align:top;border-bottom:1px solid #ccc;padding:.3rem .6rem .3rem 0}\
pre{background:#f4f2ee;padding:1rem;overflow:auto;font-size:.85rem}code{font-size:.85rem;overflow-wrap:anywhere}\
@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}pre{background:#222}th,td{border-color:#444}}";

/// Text that is nothing but text, wherever it stands.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn moment(at: Timestamp) -> String {
    let at = at.to_utc();
    format!("{} {:02}:{:02}:{:02}", day(Timestamp::from_utc(at)), at.hour(), at.minute(), at.second())
}

/// The page.
pub(crate) fn html(contents: &Contents, entries: &[(u64, Vec<u8>)]) -> String {
    let events: Vec<(u64, Event)> =
        entries.iter().filter_map(|(index, entry)| Some((*index, Event::parse(entry).ok()?))).collect();
    let of = match contents.scope {
        Scope::Request(request) => format!("request <code>{request}</code>"),
        Scope::Period { from, to } => format!("{} to {}", day(from), day(to)),
    };
    let name = escaped(&contents.name);
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, event) in &events {
        *kinds.entry(event.kind.as_str()).or_default() += 1;
    }
    let log = contents.policy.logs.first().map(|log| escaped(&log.key.to_string())).unwrap_or_default();
    let witnesses: String = contents
        .policy
        .witnesses
        .iter()
        .map(|(_, known)| {
            format!(
                "<tr><th scope=\"row\">witness</th><td><code>{}</code></td></tr>",
                escaped(&known.key.to_string())
            )
        })
        .collect();
    let counts: String =
        kinds.iter().map(|(kind, count)| format!("<tr><td>{kind}</td><td>{count}</td></tr>")).collect();
    let documents: String =
        [("requests", &contents.requests), ("plans", &contents.plans), ("receipts", &contents.receipts)]
            .into_iter()
            .flat_map(|(folder, all)| all.iter().map(move |one| (folder, one)))
            .map(|(folder, one)| {
                let id = escaped(&one.id);
                format!("<li><a href=\"{folder}/{id}.json\">{folder}/{id}.json</a></li>")
            })
            .collect();
    let rows: String = events.iter().take(LISTED).map(row).collect();
    let more = match events.len() {
        count if count > LISTED => {
            format!(
                "<p>The first {LISTED} of {count}; all of them are in <code>log/entries.jsonl</code>.</p>"
            )
        }
        _ => String::new(),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>Evidence: {name}</title><style>{STYLE}</style></head><body><main>\
         <h1>Evidence of {name}</h1><p>Of {of}. Made {made} (UTC), with {count} of the log. It holds nothing about a person.</p>\
         <p><strong>Do not believe this page: check the pack.</strong> What this page says is what the organization says; what \
         the program says is what the log proves.</p><pre>{help}</pre>\
         <h2>Whose signatures</h2><table><tr><th scope=\"row\">log</th><td><code>{log}</code></td></tr>{witnesses}</table>\
         <h2>What happened, counted</h2><table><tr><th>kind</th><th>entries</th></tr>{counts}</table>\
         <h2>Documents</h2><ul>{documents}</ul>\
         <h2>What happened, in order</h2>{more}<table><tr><th>entry</th><th>when (UTC)</th><th>what</th><th>who</th><th>of what</th></tr>\
         {rows}</table></main></body></html>\n",
        made = moment(contents.made_at),
        count =
            if entries.len() == 1 { String::from("1 entry") } else { format!("{} entries", entries.len()) },
        help = escaped(HELP),
    )
}

fn row((index, event): &(u64, Event)) -> String {
    let objects: Vec<String> = event.objects.iter().take(8).map(ToString::to_string).collect();
    let counts: Vec<String> = event.counts.iter().map(|(label, count)| format!("{label}: {count}")).collect();
    format!(
        "<tr><td>{index}</td><td>{}</td><td>{}</td><td><code>{}</code></td><td><code>{}</code> {}</td></tr>",
        moment(event.at),
        event.kind,
        event.actor,
        escaped(&objects.join(" ")),
        escaped(&counts.join(", ")),
    )
}
