//! Words of a request's pages.

/// What is asked for, as a heading has it.
pub(crate) fn right(kind: &str) -> &'static str {
    match kind {
        "access" => "Access",
        "portability" => "Portability",
        "erasure" => "Erasure",
        "anonymization" => "Anonymization",
        _ => "Another right",
    }
}

/// Whether rows are changed for it.
pub(crate) fn erases(kind: &str) -> bool {
    matches!(kind, "erasure" | "anonymization")
}

/// What was just done, by the word an address ends with. Nothing of the address itself is shown.
pub(crate) fn done(path: &str) -> Option<&'static str> {
    let (_, query) = path.split_once('?')?;
    let word = query.split('&').find_map(|pair| pair.strip_prefix("done="))?;
    Some(match word {
        "acknowledge" => "It is written down that the person was told.",
        "identify" => "How surely it is known who asks is written down.",
        "unidentified" => "The request has ended, because nobody could tell who asked.",
        "reopen" => "The request goes on.",
        "pause" => "The clock stands still.",
        "resume" => "The clock runs on.",
        "extend" => "The deadline is extended.",
        "received" => "The day of receipt is corrected, and with it the deadline.",
        "refuse" => "The request is refused.",
        "withdraw" => "It is written down that the person took the request back.",
        "hold" => "The request is on hold. Nothing of it is purged.",
        "release" => "The request is released.",
        "complaint" => "It is written down that the complaint was answered.",
        "complaint_mailed" => "Your answer waits to be mailed to the person. The complaint is answered.",
        "planned" => "The plan is made. Read it before you approve it.",
        "approved" => "The plan is approved. Nothing runs until somebody starts it.",
        "proposed" => "That takes two people. Yours is written down; somebody else has to want it too.",
        "confirmed" => "You confirmed it. Whoever proposed it can do it now, and so can you.",
        "taken_back" => "The proposal counts no more.",
        "started" => "A worker carries it out.",
        "cancelled" => "It ends after the batch in hand.",
        "paused" => "Work at the source is paused after the batch in hand.",
        "resumed" => "Work at the source goes on.",
        "retried" => "The rows were tried again.",
        "left" => "The rows are left as they are.",
        "package" => "A worker makes the package.",
        "link" => "The link is made, and its letter waits to be sent. Links made before are revoked.",
        "unlinked" => "The link is revoked.",
        "removed" => "The package is destroyed: its key first, then its file.",
        "restore" => "A worker brings the rows back.",
        "purge" => "A worker erases the rows for good.",
        "resent" => "The letter waits to be sent again.",
        "worded" => "What you wrote is kept, and goes with the letter.",
        "unworded" => "Nothing of yours goes with the letter any more.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::done;

    #[test]
    fn an_address_says_only_what_we_know() {
        assert!(done("/requests/x?done=hold").is_some());
        assert_eq!(done("/requests/x?done=<script>"), None);
        assert_eq!(done("/requests/x"), None);
    }
}
