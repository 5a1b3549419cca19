//! What somebody proposed about a request and takes a second person: seen, confirmed, withdrawn.

use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::proposals::Act;
use exeunt_base::{ProposalId, RequestId};
use exeunt_store::proposals::{CONFIRMED, OPEN};
use exeunt_store::requests::Request;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::request::{AboutPart, back, freshened, history, keep, overview};
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::moment::Moment;

/// A proposal as whoever looks sees it.
pub(crate) struct Proposed {
    pub(crate) key: String,
    /// In words, without the full stop.
    pub(crate) what: String,
    /// By whom: `by you`.
    pub(crate) by: String,
    pub(crate) made: Moment,
    pub(crate) until: Moment,
    /// Whether a second person wants it already.
    pub(crate) confirmed: bool,
    pub(crate) may_confirm: bool,
    pub(crate) may_withdraw: bool,
    pub(crate) place: String,
}

/// What stands about a request, its plan and its job.
pub(super) async fn about(by: &Visitor, request: &Request) -> Result<Vec<Proposed>, Trouble> {
    if !by.may(Permission::ReadJobs) {
        return Ok(Vec::new());
    }
    let subjects = [
        Some(request.id.to_string()),
        request.plan.map(|plan| plan.to_string()),
        request.job.map(|job| job.to_string()),
    ];
    let (clock, now) = (by.clock(), by.now());
    let all = by.office.list_proposals(&by.actor).await?;
    let reviews = match request.job {
        Some(job) => by.office.list_reviews(&by.actor, job).await?,
        None => Vec::new(),
    };
    let open = reviews.iter().any(|review| review.state == "open");
    let standing = all.into_iter().filter(|one| {
        [OPEN, CONFIRMED].contains(&one.state.as_str())
            && now < one.expires_at
            && subjects.contains(&Some(one.subject.clone()))
            && Act::from_word(&one.act).is_some_and(|act| is_to_do(act, request, open))
    });
    Ok(standing
        .map(|one| {
            let mine = by.actor.id == Some(one.by);
            let may = Act::from_word(&one.act).is_some_and(|act| by.may(act.permission()));
            let what = sentence(&one.what);
            Proposed {
                key: one.id.to_string(),
                what: what.trim_end_matches('.').to_owned(),
                by: format!("by {}", history::who(by, Some(one.by), &[])),
                made: clock.at(one.made_at),
                until: clock.at(one.expires_at),
                confirmed: one.state == CONFIRMED,
                may_confirm: may && !mine && one.state == OPEN,
                may_withdraw: may || mine,
                place: format!("/requests/{}/proposals/{}", request.id, one.id),
            }
        })
        .collect())
}

/// Whether it is still to be done, as the request stands; `open` where rows wait for a decision.
fn is_to_do(act: Act, request: &Request, open: bool) -> bool {
    let state = request.state.as_str();
    match act {
        Act::ApprovePlan => state == "awaiting_approval",
        Act::ExceedCap => state == "approved",
        Act::LeaveRows => open,
        Act::Purge => ["hidden", "partly_restored", "purging"].contains(&state),
        Act::ReleaseHold => request.held_because.is_some(),
        Act::ExportKey | Act::PublishMap => false,
    }
}

/// Refuses one that is about something else: nobody acts on what the page does not show.
async fn is_of(by: &Visitor, id: RequestId, proposal: ProposalId) -> Result<(), Trouble> {
    let shown = by.office.show_request(&by.actor, id).await?;
    let all = about(by, &shown.request).await?;
    all.iter().any(|one| one.key == proposal.to_string()).then_some(()).ok_or_else(Trouble::not_found)
}

/// Wants what somebody else proposed.
pub(crate) async fn confirm(
    AboutPart(id, proposal, sent): AboutPart<ProposalId>,
) -> Result<Response, Trouble> {
    let Sent { mut by, fields } = sent;
    is_of(&by, id, proposal).await?;
    let (cookie, mut done) = freshened(&mut by, &fields).await;
    if done.is_ok() {
        done = by.office.confirm_proposal(&by.actor, proposal).await;
    }
    match done {
        Ok(()) => Ok(back(id, "", "confirmed", cookie)),
        Err(error) => {
            let mut response = overview::again(&by, id, error.into(), None).await?;
            keep(&mut response, cookie);
            Ok(response)
        }
    }
}

/// Takes one back.
pub(crate) async fn withdraw(
    AboutPart(id, proposal, sent): AboutPart<ProposalId>,
) -> Result<Response, Trouble> {
    let by = sent.by;
    is_of(&by, id, proposal).await?;
    match by.office.withdraw_proposal(&by.actor, proposal).await {
        Ok(()) => Ok(back(id, "", "taken_back", None)),
        Err(error) => overview::again(&by, id, error.into(), None).await,
    }
}
