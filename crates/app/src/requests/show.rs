//! One request: where it stands, what the vault holds for it, and what comes next. Never whose it is.

use exeunt_base::{HoldId, RequestId};
use exeunt_store::intakes::Intake;
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::deadlines::Standing;
use crate::error::Error;
use crate::kept::show::Afterwards;
use crate::office::Office;
use crate::requests::changes_rows;

/// Most other requests of one person that are told.
const MOST_RELATED: u32 = 20;

/// A request with what hangs on it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The request.
    pub request: Request,
    /// Rows that wait in the vault.
    pub sealed_rows: u64,
    /// For whom rows of it wait that were asked back.
    pub waits: Vec<exeunt_store::waits::Wait>,
    /// Its receipts.
    pub receipts: Vec<exeunt_store::receipts::Receipt>,
    /// How it stands to its deadline, if it has one.
    pub standing: Option<Standing>,
    /// How it came in, if that was written down.
    pub intake: Option<Intake>,
    /// The latest other requests that gave one of its identifiers. Each has a clock of its own.
    pub related: Vec<RequestId>,
    /// What it left by law, and what became of that.
    pub afterwards: Afterwards,
    /// The holds beyond it that it was held against: which, what came of it, and why each stands.
    pub holds: Vec<(HoldId, String, String)>,
    /// What to do next, as a command.
    pub next: Option<String>,
}

impl Office {
    /// Shows one request.
    pub async fn show_request(&self, actor: &Actor, id: RequestId) -> Result<Shown, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let request = self.request(id).await?;
        let claims = self.engine.store.claims_of(id).await?;
        let receipts = self.engine.store.receipts_of(id).await?;
        let waits = self.engine.store.waits_of(id).await?;
        let next = next(&request, !claims.is_empty());
        let standing = self.standings(actor, &[id]).await?.remove(&id);
        let intake = self.engine.store.intakes(&[id]).await?.pop();
        let related = self.engine.store.related_requests(self.organization.id, id, MOST_RELATED).await?;
        let afterwards = self.afterwards(id).await?;
        let holds = self.engine.store.holds_about(id).await?;
        Ok(Shown {
            afterwards,
            holds,
            standing,
            intake,
            related,
            waits,
            sealed_rows: claims.iter().map(|(_, rows)| rows).sum(),
            receipts,
            next,
            request,
        })
    }
}

/// What to do next with a request, as a command; `sealed` where rows of it are in the vault.
pub fn next(request: &Request, sealed: bool) -> Option<String> {
    let id = request.id;
    let erasure = changes_rows(&request.kind);
    match (request.state.as_str(), request.plan, request.job) {
        ("received", ..) if !erasure => Some(format!("exeunt package make {id}")),
        ("received", ..) => Some(format!("exeunt plan make {id}")),
        ("awaiting_approval", Some(plan), _) => {
            Some(format!("exeunt plan show {plan}, then exeunt plan approve {plan}"))
        }
        ("approved", ..) if !erasure => Some(format!("exeunt package make {id}")),
        ("approved", _, Some(job)) => Some(format!("exeunt job run {job}")),
        ("approved", Some(plan), None) => Some(format!("exeunt job run {plan}")),
        ("hidden" | "partly_restored", ..) => Some(match (&request.held_because, request.window_ends_at) {
            (Some(_), _) => format!("exeunt request release {id}"),
            (None, Some(ends)) => format!("exeunt restore {id} until {ends}, exeunt purge {id} after it"),
            (None, None) => format!("exeunt purge {id}"),
        }),
        ("restored", ..) if sealed => Some(format!("exeunt restore {id} brings what no longer waits")),
        ("purging", ..) => Some(format!("exeunt purge {id}")),
        _ => None,
    }
}
