//! Which acts a request offers whoever looks, as forms. What is offered here is decided again where it is done.

use exeunt_app::access::Permission;
use exeunt_app::requests::details::HOW;
use exeunt_app::requests::show::Shown;
use exeunt_base::RequestId;
use exeunt_rights::Pack;
use exeunt_rights::regime::Pause;
use exeunt_rights::state::RequestState;

use crate::console::door::Visitor;
use crate::console::request::form::{Choice, Field, Form};
use crate::console::request::{history, said};

/// States before anything was done for a request.
const UNTOUCHED: [&str; 3] = [
    RequestState::Received.as_str(),
    RequestState::AwaitingApproval.as_str(),
    RequestState::Approved.as_str(),
];

/// States after which nothing of it waits to be erased.
const ENDED: [&str; 7] = [
    "completed",
    "completed_with_exceptions",
    "refused",
    "no_data",
    "cannot_identify",
    "withdrawn",
    "restored",
];

/// The acts.
pub(super) fn of(by: &Visitor, shown: &Shown, pack: Option<&Pack>) -> Vec<Form> {
    let request = &shown.request;
    let deadline = shown.standing.as_ref().map(|standing| &standing.deadline);
    let open = deadline.filter(|deadline| deadline.answered_at.is_none());
    let untouched = UNTOUCHED.contains(&request.state.as_str()) && request.job.is_none();
    let place = |act: &str| format!("/requests/{}/acts/{act}", request.id);
    let decides = by.may(Permission::DecideRequests);
    let identifies = by.may(Permission::IdentifyRequests);
    let mut all = Vec::new();
    let mut offer = |offered: bool, form: fn(String, &Shown, Option<&Pack>) -> Form, act: &str| {
        if offered {
            all.push(form(place(act), shown, pack));
        }
    };
    let paused = open.is_some_and(|deadline| deadline.paused_on.is_some());
    let may_pause = pack.is_some_and(|pack| !pack.clock.pause.is_empty());
    let may_extend = pack.is_some_and(|pack| pack.clock.extension.is_some());
    let extended = deadline.is_some_and(|deadline| deadline.extended_on.is_some());
    let unacknowledged = open.is_some_and(|deadline| deadline.acknowledged_at.is_none());
    offer(decides && unacknowledged, acknowledge, "acknowledge");
    offer(identifies && (open.is_some() || deadline.is_none()), identify, "identify");
    offer(decides && paused, resume, "resume");
    offer(decides && open.is_some() && !paused && may_pause, pause, "pause");
    offer(decides && open.is_some() && !extended && may_extend, extend, "extend");
    offer(decides && open.is_some(), received, "received");
    let holdable = said::erases(&request.kind) && !ENDED.contains(&request.state.as_str());
    offer(by.may(Permission::HoldRequests) && request.held_because.is_none() && holdable, hold, "hold");
    offer(by.may(Permission::HoldRequests) && request.held_because.is_some(), release, "release");
    offer(identifies && untouched && deadline.is_some(), unidentified, "unidentified");
    offer(identifies && request.state == RequestState::CannotIdentify.as_str(), reopen, "reopen");
    offer(decides && untouched && deadline.is_some(), refuse, "refuse");
    offer(decides && untouched, withdraw, "withdraw");
    all
}

const KEPT_OUT: &str = "One line. The log keeps a seal of it, not the words.";
const TOLD: &str = "One line, as the person is told.";

/// Answering a complaint: by a letter, where one can be mailed, or in another way that is written down.
pub(super) fn answer_complaint(id: RequestId, open: &[u64], mails: bool) -> Form {
    let choices = open.iter().map(|number| Choice::new(number.to_string(), format!("Complaint {number}")));
    let (says, button) = match mails {
        true => (
            "What you answer goes to the person as a letter, in their language around your words, with where else they can \
             complain. Or answer by phone or post, and write down that you did.",
            "Answer this complaint",
        ),
        false => (
            "No letter can be mailed to this person. Answer by phone or post first. Then write down that you did.",
            "Write down the answer",
        ),
    };
    let form =
        Form::new(format!("/requests/{id}/acts/complaint"), "complaint", "Answer a complaint", says, button)
            .with(Field::choice("number", "Complaint", "", choices.collect()));
    if !mails {
        return form.with(Field::line("because", "What you answered, in a line", KEPT_OUT));
    }
    let hint = "In the person's language, at most 2,000 characters of plain text; no web or mail addresses. It cannot be taken back.";
    form.with(Field::text("answer", "Your answer, mailed to the person", hint).optional())
        .with(Field::line("because", "Or what you answered in another way, in a line", KEPT_OUT).optional())
}

fn acknowledge(place: String, _: &Shown, _: Option<&Pack>) -> Form {
    let says = "Write down that the person was told that their request is here.";
    Form::new(place, "acknowledge", "Acknowledge", says, "Write it down")
}

fn identify(place: String, shown: &Shown, pack: Option<&Pack>) -> Form {
    let least =
        pack.and_then(|pack| shown.request.kind.parse().ok().map(|right| pack.identity.least(right, false)));
    let says = match least {
        Some(least) => format!(
            "This law wants level {least} at least for this right. What was looked at is not kept, only the verdict."
        ),
        None => String::from("What was looked at is not kept, only the verdict."),
    };
    let known = shown.intake.as_ref().map_or(1, |intake| intake.level);
    let level = |number: u8, words: &str| {
        let choice = Choice::new(number.to_string(), format!("{number}: {words}"));
        if number == known { choice.chosen() } else { choice }
    };
    let levels = vec![
        level(0, "not known at all"),
        level(1, "by a proven channel"),
        level(2, "by data compared besides"),
        level(3, "by further evidence"),
    ];
    let how = HOW.iter().map(|word| Choice::new(*word, history::established(word))).collect();
    Form::new(place, "identify", "Establish who asks", &says, "Write the level down")
        .with(Field::choice("level", "Level", "", levels))
        .with(Field::choice("how", "How it was established", "", how))
        .with(Field::line("note", "Note", "Level 3 takes one: why there was reasonable doubt.").optional())
}

fn unidentified(place: String, _: &Shown, _: Option<&Pack>) -> Form {
    let says = "The request ends. The person is told what they can add, and then it goes on. The tab Letters shows the whole \
                letter, and lets you write into it first.";
    Form::new(place, "unidentified", "End it: nobody can tell who asks", says, "End this request")
        .with(Field::line("wanted", "What the person can add", TOLD))
        .dangerous()
}

fn reopen(place: String, _: &Shown, _: Option<&Pack>) -> Form {
    let says = "The person added what was missing.";
    Form::new(place, "reopen", "Take it up again", says, "Take up this request")
        .with(Field::because(KEPT_OUT))
}

fn pause(place: String, _: &Shown, pack: Option<&Pack>) -> Form {
    let word = |ground: &Pause| match ground {
        Pause::Identity => "identity",
        Pause::Clarification => "clarification",
        Pause::Fee => "fee",
    };
    let grounds = pack.into_iter().flat_map(|pack| &pack.clock.pause);
    let grounds = grounds.map(|ground| Choice::new(word(ground), history::ground(word(ground)))).collect();
    let says = "No day passes until it runs on; the deadline moves by exactly the days waited.";
    Form::new(place, "pause", "Stop the clock", says, "Stop the clock")
        .with(Field::choice("ground", "What is waited for", "", grounds))
        .with(Field::because(KEPT_OUT))
}

fn resume(place: String, _: &Shown, _: Option<&Pack>) -> Form {
    let says = "The deadline moves by exactly the days waited.";
    Form::new(place, "resume", "Let the clock run on", says, "Let the clock run on")
}

fn extend(place: String, _: &Shown, pack: Option<&Pack>) -> Form {
    let reasons = pack.into_iter().flat_map(|pack| &pack.extension_reasons);
    let reasons = reasons.map(|word| Choice::new(word, word.replace('_', " "))).collect();
    let says = "Once, before the deadline has passed. The person is told the new day and why. The tab Letters shows the whole \
                letter, and lets you write into it first.";
    Form::new(place, "extend", "Extend the deadline", says, "Extend the deadline")
        .with(Field::choice("kind", "Kind of reason", "", reasons))
        .with(Field::because(TOLD))
}

fn received(place: String, _: &Shown, _: Option<&Pack>) -> Form {
    let says = "Every day that counts from the receipt moves with it.";
    Form::new(place, "received", "Correct the day of receipt", says, "Correct the receipt")
        .with(Field::moment("at", "Received at", "In the organization's zone; not after it was entered."))
        .with(Field::because(KEPT_OUT))
}

fn refuse(place: String, _: &Shown, pack: Option<&Pack>) -> Form {
    let grounds = pack.into_iter().flat_map(|pack| &pack.refusals);
    let grounds = grounds
        .map(|ground| Choice::new(&ground.id, format!("{} ({})", ground.text, ground.citation)))
        .collect();
    let says = "The request ends. The person is told the grounds, the reason, and where they can complain. The tab Letters \
                shows the whole letter, and lets you write into it first.";
    Form::new(place, "refuse", "Refuse it", says, "Refuse this request")
        .with(Field::ticks("ground", "Grounds", "What this law knows.", grounds))
        .with(Field::because(TOLD))
        .dangerous()
}

fn withdraw(place: String, _: &Shown, _: Option<&Pack>) -> Form {
    let says = "The person took it back. The request ends, and nothing is done for it.";
    Form::new(place, "withdraw", "The person took it back", says, "End this request as taken back")
        .with(Field::because(KEPT_OUT))
        .dangerous()
}

fn hold(place: String, _: &Shown, _: Option<&Pack>) -> Form {
    let says = "While it stands, nothing of this request is erased for good.";
    Form::new(place, "hold", "Put it on hold", says, "Put this request on hold")
        .with(Field::because("One line. Whoever may see this request sees it."))
        .with(Field::day("until", "Last day", "Then the hold ends by itself.").optional())
}

fn release(place: String, _: &Shown, _: Option<&Pack>) -> Form {
    let says = "It takes two people: the first one proposes it. Then it is erased when its window has ended.";
    Form::new(place, "release", "Release it", says, "Release this request")
        .with(Field::because("One line. It is kept with the request; the log keeps a seal of it."))
        .dangerous()
}
