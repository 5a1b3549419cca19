//! The time line of a request: what the log has of it, in words. Who did it is told by id and role, never by name.

use exeunt_app::access::Role;
use exeunt_app::requests::history::Happened;
use exeunt_audit::kind::Kind;
use exeunt_base::ActorId;

use crate::console::door::Visitor;
use crate::console::words::moment::Moment;
use crate::console::words::number::counted;

/// One thing that happened, as the page shows it.
pub(crate) struct Line {
    pub(crate) at: Moment,
    pub(crate) what: String,
    pub(crate) who: String,
    /// `ok`, `warn`, `bad`, `hold` or nothing.
    pub(crate) tone: &'static str,
    pub(crate) entry: u64,
}

/// The lines, newest last.
pub(super) fn lines(by: &Visitor, history: &[Happened]) -> Vec<Line> {
    let clock = by.clock();
    history
        .iter()
        .filter_map(|one| {
            let (tone, what) = words(one)?;
            let who = who(by, one.by, &one.roles);
            Some(Line { at: clock.at(one.at), what, who, tone, entry: one.entry })
        })
        .collect()
}

/// Who, for people.
pub(crate) fn who(by: &Visitor, actor: Option<ActorId>, roles: &[Role]) -> String {
    let Some(actor) = actor else { return String::from("Exeunt itself") };
    if by.actor.id == Some(actor) {
        return String::from("you");
    }
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    match roles.as_slice() {
        [] => actor.to_string(),
        roles => format!("{} ({actor})", roles.join(", ")),
    }
}

fn words(one: &Happened) -> Option<(&'static str, String)> {
    let count = |label: &str| one.counts.get(label).copied().unwrap_or(0);
    let fact = |label: &str| one.facts.get(label).map_or("", String::as_str);
    let rows = |label: &str| counted(count(label), "row", "rows");
    let plain = |text: &str| Some(("", text.to_owned()));
    match one.kind {
        Kind::RequestSubmitted => plain("Received and entered"),
        Kind::RequestAcknowledged => plain("The person was told that it is here"),
        Kind::RequestIdentified => {
            let how = match fact("how") {
                "" => String::new(),
                how => format!(", {}", established(how)),
            };
            Some(("", format!("Who asks is known at level {}{how}", count("identity_level"))))
        }
        Kind::RequestConfirmed => plain("The person confirmed it"),
        Kind::RequestAmended => {
            Some(("", format!("The day of receipt was corrected to {}", fact("received_on"))))
        }
        Kind::RequestDeadlineMoved => Some(match fact("why") {
            "paused" => ("hold", format!("The clock was stopped: {}", ground(fact("ground")))),
            "resumed" => {
                let days = counted(count("days"), "day", "days");
                ("", format!("The clock runs on after {days}; due {}", fact("answer_by")))
            }
            "extended" => (
                "warn",
                format!("Extended ({}); due {}", fact("reason_kind").replace('_', " "), fact("answer_by")),
            ),
            _ => ("", String::from("The deadline moved")),
        }),
        Kind::RequestStatementViewed => plain("The person's own words were read"),
        Kind::RequestRefused => Some(("bad", String::from("Refused"))),
        Kind::RequestWithdrawn => plain("Taken back by the person"),
        Kind::RequestForgotten => plain("It is no longer known whose it was"),
        Kind::RequestUnidentified => Some(("bad", String::from("Ended: nobody could tell who asked"))),
        Kind::RequestReopened => plain("Taken up again"),
        Kind::RequestAnswered => Some(("ok", String::from("Answered"))),
        Kind::PlanBuilt => match count("errors") {
            0 => plain("A plan was made"),
            errors => Some(("bad", format!("A plan was made, with {}", counted(errors, "error", "errors")))),
        },
        Kind::PlanApproved => Some(("ok", String::from("The plan was approved"))),
        Kind::PlanRejected => Some(("bad", String::from("The plan was turned down"))),
        Kind::JobStarted => plain("A job was made for the plan"),
        Kind::JobResumed => plain("The job went on"),
        Kind::CensusTaken => Some(("", format!("What the plan touches was found: {}", rows("rows")))),
        Kind::JobCancelled if fact("state") == "asked" => {
            Some(("warn", String::from("Somebody asked to stop the rest")))
        }
        Kind::JobCancelled => Some(("warn", String::from("The rest was stopped"))),
        Kind::JobFailed => Some(("bad", format!("The job stopped: {}", fact("fault").replace('_', " ")))),
        Kind::JobSettled => {
            Some(("ok", format!("Hidden from everybody: {}. The window began", rows("rows"))))
        }
        Kind::ReviewOpened => {
            Some(("bad", format!("{} could not be changed and wait for a decision", rows("failed"))))
        }
        Kind::ReviewDecided if fact("decision") == "skip" => {
            Some(("warn", format!("{} were left as they are", rows("skipped"))))
        }
        Kind::ReviewDecided => Some(("", format!("Rows in review were tried again: {} done", rows("done")))),
        Kind::RestoreStarted => plain("Rows are being brought back"),
        Kind::RestoreClosed => match count("refused") {
            0 => Some(("ok", format!("{} brought back", rows("back")))),
            _ => Some(("warn", format!("{} brought back, {} could not come", rows("back"), rows("refused")))),
        },
        Kind::HoldPlaced => Some(("hold", String::from("Put on hold"))),
        Kind::HoldLifted => plain("Released from its hold"),
        Kind::PurgeStarted => Some(("", format!("Erasing for good began: {}", rows("rows")))),
        Kind::PurgeFinished => match count("found") {
            0 => {
                Some(("ok", String::from("Erased for good. Nothing was found when it was looked for again")))
            }
            found => {
                let places = counted(found, "place", "places");
                Some((
                    "warn",
                    format!("Erased for good. It was still found in {places} when it was looked for again"),
                ))
            }
        },
        Kind::KeyDestroyed => plain("The key of its rows was destroyed"),
        Kind::KeptFollowedUp => plain("Rows that stayed by law got a request of their own"),
        Kind::PackageMade => Some(("ok", format!("The package was made: {}", rows("rows")))),
        Kind::PackageOpened => plain("The package was fetched or opened here"),
        Kind::PackageRemoved => plain("The package was destroyed"),
        Kind::RequestStopped => Some(("bad", String::from("Stopped by the link in a letter"))),
        Kind::ComplaintMade => Some(("warn", String::from("The person complained"))),
        Kind::ComplaintViewed => plain("A complaint was read"),
        Kind::ComplaintAnswered => Some(("ok", String::from("A complaint was answered"))),
        Kind::LookCodeMade => plain("A code to see how it stands was mailed"),
        Kind::LookCodeRefused => Some(("warn", String::from("A wrong code was typed in on its page"))),
        Kind::LookOpened => plain("The person looked how it stands"),
        Kind::LinkMade => plain("A link was made and mailed"),
        Kind::LinkRevoked => plain("A link was revoked"),
        Kind::LinkCodeMade => plain("A code was mailed to the person"),
        Kind::LinkCodeRefused => Some(("warn", String::from("A wrong code was typed in"))),
        Kind::LinkUsed => Some(("ok", String::from("The person fetched the package"))),
        Kind::LetterSent => Some(("", format!("Letter sent: {}", letter(fact("letter"))))),
        Kind::LetterGivenUp => Some(("bad", format!("Letter given up: {}", letter(fact("letter"))))),
        Kind::LetterResent => Some(("", format!("Letter waits again: {}", letter(fact("letter"))))),
        Kind::LetterWorded if fact("places") == "none" => {
            Some(("", format!("What was written into a letter was taken out: {}", letter(fact("letter")))))
        }
        Kind::LetterWorded => Some(("", format!("Somebody wrote into a letter: {}", letter(fact("letter"))))),
        Kind::ReceiptIssued => Some(("ok", String::from("The receipt was issued"))),
        Kind::EvidenceMade => plain("An evidence pack was made"),
        Kind::ProposalMade => Some(("warn", format!("Proposed: {}", act(fact("act"))))),
        Kind::ProposalConfirmed => {
            Some(("ok", format!("A second person wants it too: {}", act(fact("act")))))
        }
        Kind::ProposalWithdrawn => plain("A proposal was withdrawn"),
        // that work was asked for says nothing that its work does not say
        Kind::TaskAsked => None,
        // of a later release, or about more than this request
        _ => None,
    }
}

/// How it was established who asks.
pub(super) fn established(how: &str) -> &'static str {
    match how {
        "vouched" => "vouched for by whoever entered it",
        "login" => "by signing in",
        "address" => "by a confirmed address",
        "compared" => "by data that staff compared",
        "document" => "by a document",
        "agent" => "by an agent's proof",
        _ => "in another way",
    }
}

/// What a clock stands still for.
pub(super) fn ground(word: &str) -> &'static str {
    match word {
        "identity" => "waiting for what shows who asks",
        "clarification" => "waiting for what the person means",
        "fee" => "waiting for a fee",
        _ => "waiting",
    }
}

/// What takes two people.
pub(crate) fn act(word: &str) -> &'static str {
    match word {
        "approve_plan" => "approving the plan",
        "exceed_cap" => "going over the caps",
        "leave_rows" => "leaving rows as they are",
        "purge" => "erasing early, or with something left",
        "release_hold" => "releasing the hold",
        _ => "an act for two",
    }
}

/// A letter, by what it tells.
pub(super) fn letter(word: &str) -> &'static str {
    match word {
        "received" => "your request is here",
        "code" => "a code to confirm with",
        "asked" => "somebody asked for your data",
        "extended" => "it takes longer",
        "ready" => "your data can be fetched",
        "ending" => "the link ends soon",
        "started" => "your data is hidden, and can come back for a while",
        "finished" => "it is done",
        "refused" => "it is refused",
        "unidentified" => "we cannot tell who asks",
        "no_data" => "we hold nothing about you",
        "answered" => "our answer to your complaint",
        "look" => "a code to see how it stands",
        "stopped" => "we have paused it",
        "complained" => "your complaint is here",
        _ => "another letter",
    }
}
