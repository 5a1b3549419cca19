//! Looking through the organization's requests: what people write, in the words of the store.

use std::collections::HashSet;

use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_plan::digest;
use exeunt_rights::search::{Is, Search, Sort};
use exeunt_rights::{Day, RequestState, search};
use exeunt_store::requests::Request;
use exeunt_store::requests::search::{self as stored, Hint, Order, Place, What};

use crate::access::Permission;
use crate::actor::Actor;
use crate::deadlines::Standing;
use crate::error::Error;
use crate::office::Office;
use crate::signals::{rules, see};

/// As far as what is found is counted; beyond that it is *more than so many*.
pub const COUNTED: u32 = 10_000;

/// A request of the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// It.
    pub request: Request,
    /// How it stands to its deadline, if it has one.
    pub standing: Option<Standing>,
    /// Whether a hold keeps it: its own, or one on its person or their rows.
    pub held: bool,
}

/// A page of what was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The requests.
    pub requests: Vec<Listed>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
}

impl Office {
    /// A page of the requests that are looked for.
    pub async fn search_requests(
        &self,
        actor: &Actor,
        search: &Search,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Found, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let (store, organization) = (&self.engine.store, self.organization.id);
        let wanted = self.in_the_stores_words(actor, search);
        let mut places = store.search_requests(organization, &wanted, after, limit + 1).await?;
        let more = places.len() > limit as usize;
        places.truncate(limit as usize);
        let ids: Vec<RequestId> = places.iter().map(|place| place.id).collect();
        let requests = store.requests_named(&ids).await?;
        let mut standings = self.standings(actor, &ids).await?;
        let stopped: HashSet<RequestId> = store.stopped_by_holds(&ids).await?;
        let listed = |request: Request| Listed {
            standing: standings.remove(&request.id),
            held: request.held_because.is_some() || stopped.contains(&request.id),
            request,
        };
        Ok(Found {
            requests: requests.into_iter().map(listed).collect(),
            next: if more { places.pop() } else { None },
        })
    }

    /// How many requests are looked for, counted up to [`COUNTED`].
    pub async fn count_requests(&self, actor: &Actor, search: &Search) -> Result<u64, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let wanted = self.in_the_stores_words(actor, search);
        Ok(self.engine.store.count_requests(self.organization.id, &wanted, COUNTED).await?)
    }

    /// Writes down that the list is taken away as a file, before it is.
    pub async fn take_list_away(&self, actor: &Actor, search: &Search) -> Result<(), Error> {
        self.allow(actor, Permission::ReadRequests)?;
        // an entry holds no text that somebody wrote; the digest lets a search be held against it
        let text = digest::of_text(&search.to_string());
        let event = self.event(Kind::RequestsListed, actor).fact("search", format_args!("sha256:{text}"));
        let change = self.engine.store.begin().await?;
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// A risk signal as the store can tell it, by the rules that a request is opened by.
    fn hint(&self, word: &str) -> Hint {
        match word {
            "stopped" => Hint::Stopped,
            "agent_without_proof" => Hint::Agent(rules::PROOFS.map(str::to_owned).to_vec()),
            _ => Hint::Rows(see::very_many(self.policy.row_cap)),
        }
    }

    /// What is looked for, as the store is asked.
    pub(super) fn in_the_stores_words(&self, actor: &Actor, search: &Search) -> stored::Search {
        let (zone, today) = (&self.policy.law.zone, self.today());
        let mut tests: Vec<(bool, stored::Test)> = Vec::new();
        for term in &search.terms {
            let (not, what) = match &term.is {
                Is::Right(right) => (false, What::Kind(vec![right.to_string()])),
                Is::State(state) => (false, What::State(vec![(*state).to_owned()])),
                Is::Regime(regime) => (false, What::Regime(vec![regime.clone()])),
                Is::Request(start) => (false, What::Id(vec![start.clone()])),
                Is::Open => (true, What::State(over())),
                Is::Closed => (false, What::State(over())),
                Is::Waiting => (false, What::State(vec![RequestState::AwaitingApproval.as_str().to_owned()])),
                Is::Signal(word) => (false, What::Signal(vec![self.hint(word)], over())),
                Is::Overdue => (false, What::Overdue(today.to_string())),
                Is::Held => (false, What::Held),
                Is::Mine => (false, What::EnteredBy(actor.id.map(|id| id.to_string()).unwrap_or_default())),
                Is::Due(compared, when) => {
                    let (from, to) = compared.span(when.day(today));
                    (false, What::Due(from.map(|day| day.to_string()), to.map(|day| day.to_string())))
                }
                Is::Received(compared, when) | Is::Window(compared, when) => {
                    let (from, to) = compared.span(when.day(today));
                    let start = |day: Day| zone.start_of(day);
                    let (from, before) = (from.map(start), to.map(|day| start(day.plus_days(1))));
                    let received = matches!(term.is, Is::Received(..));
                    (false, if received { What::Received(from, before) } else { What::Window(from, before) })
                }
            };
            let test = stored::Test { not: not != term.negated, what };
            let adds_up = is_word(&term.is);
            match tests.iter_mut().find(|(known_too, known)| adds_up && *known_too && known.takes(&test)) {
                Some((_, known)) => known.add(test),
                None => tests.push((adds_up, test)),
            }
        }
        let order = match search.sort {
            Sort::Newest => Order::Newest,
            Sort::Oldest => Order::Oldest,
            Sort::Due => Order::Due,
        };
        stored::Search { tests: tests.into_iter().map(|(_, test)| test).collect(), order }
    }
}

/// Words of one kind that add up.
fn is_word(is: &Is) -> bool {
    matches!(is, Is::Right(_) | Is::State(_) | Is::Regime(_) | Is::Request(_) | Is::Signal(_))
}

/// States in which nothing more is to be done.
fn over() -> Vec<String> {
    let ends = RequestState::ALL.into_iter().filter(|state| state.is_end()).map(RequestState::as_str);
    ends.chain([search::RESTORED[0]]).map(str::to_owned).collect()
}
