//! A simulated year of a house with many organizations, as fast as it goes: people ask, officers answer within days, windows
//! end, letters go out, packages end. Time is what the clock says that we give; the rest is real: store, log, vault,
//! sources and packages on disk, letters handed to a mail server.
//!
//! What may not grow with the year is told month by month: memory, files, what waits, and CPU time.

mod asked;
mod clock;
mod mailbox;
mod months;
mod place;

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use exeunt_app::requests::details::Details;
use exeunt_app::requests::submit::Submission;
use exeunt_app::tasks::wanted::PackageWanted;
use exeunt_app::work::{Stop, Worker};
use exeunt_app::{Actor, Office};
use exeunt_base::{ActorId, Personal, RequestId};
use exeunt_engine::World;
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::restore::Choice;
use exeunt_mail::{Contact, Language};
use exeunt_rights::Right;

use crate::options::Soak;
use crate::soak::asked::{Asked, Kind};
use crate::soak::clock::Clock;
use crate::soak::months::Months;
use crate::soak::place::Place;

/// Days in which people ask.
pub(crate) const DAYS: u32 = 365;
/// Days after them, in which the last ones are answered and their windows end.
pub(crate) const AFTER: u32 = 45;
/// Steps of a day.
pub(crate) const STEPS: u32 = 4;
/// Days of a line of the table.
const MONTH: u32 = 30;

/// Simulates and tells.
pub(crate) fn measure(soak: Soak) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(year(soak))
}

async fn year(soak: Soak) -> Result<String> {
    let asked = asked::all(soak);
    let place = Place::make(soak, &asked).await?;
    let (house, clock) = (&place.house, &place.clock);
    let worker = Worker {
        house: house.clone(),
        owner: String::from("soak"),
        at_once: 1,
        stop: Stop::default(),
        others: Default::default(),
    };
    let offices: Vec<&Office> = place.offices()?;
    let mut months = Months::begin(&place)?;
    let mut due: BTreeMap<u32, Vec<Due>> = BTreeMap::new();
    let mut next = asked.iter().peekable();
    for step in 0..(DAYS + AFTER) * STEPS {
        clock.forward_to(step);
        while let Some(one) = next.next_if(|one| one.step <= step) {
            let request = submit(offices[one.organization], one, &place).await?;
            due.entry(one.answered_step()).or_default().push(Due::Answer(one, request));
            if let Some(step) = one.regretted_step() {
                due.entry(step).or_default().push(Due::Restore(one, request));
            }
        }
        for (_, todo) in take_until(&mut due, step) {
            answer(&offices, &todo, clock).await?;
        }
        worker.round().await?;
        let day = step / STEPS;
        if step % STEPS == STEPS - 1 {
            house.sweep_storage().await?;
            months.look()?;
            if (day + 1).is_multiple_of(MONTH) || day + 1 == DAYS + AFTER {
                months.note(day + 1, &place)?;
            }
        }
    }
    months.tell(soak, &place)
}

/// What an officer does at its time.
enum Due<'a> {
    Answer(&'a Asked, RequestId),
    Restore(&'a Asked, RequestId),
}

fn take_until<'a>(due: &mut BTreeMap<u32, Vec<Due<'a>>>, step: u32) -> BTreeMap<u32, Vec<Due<'a>>> {
    let later = due.split_off(&(step + 1));
    std::mem::replace(due, later)
}

async fn submit(office: &Office, one: &Asked, place: &Place) -> Result<RequestId> {
    let right = match one.kind {
        Kind::Erasure | Kind::Unknown => Right::Erasure,
        Kind::Access => Right::Access,
        Kind::Portability => Right::Portability,
    };
    let address = Personal::new(format!("p{}@o{}.test", one.person, one.organization));
    let contact = Contact::new(&address, None, Language::default()).ok().context("no contact")?;
    let details = Details { identity: Some((2, String::from("compared"))), ..Details::default() };
    let submission = Submission {
        right,
        identifiers: vec![(String::from("customer_id"), Personal::new(one.person.to_string()))],
        received_at: Some(place.clock.now()),
        details,
        contact: Some(contact),
    };
    Ok(office.submit_request(&Actor::service(office.organization.id), submission, None).await?)
}

/// An officer's round: one plan for all erasures of an organization that are to be answered now, a package for whoever
/// wants theirs, and rows brought back for whoever thought better of it.
async fn answer(offices: &[&Office], todo: &[Due<'_>], clock: &Clock) -> Result<()> {
    let mut waves: BTreeMap<usize, Vec<RequestId>> = BTreeMap::new();
    for due in todo {
        let (one, request) = match due {
            Due::Answer(one, request) | Due::Restore(one, request) => (one, *request),
        };
        let office = offices[one.organization];
        let officer =
            Actor { id: Some(ActorId::new(clock.now(), [7; 10])), ..Actor::service(office.organization.id) };
        match (due, one.kind) {
            (Due::Restore(..), _) => {
                office.ask_restore(&officer, request, &Choice::Whole, None).await?;
            }
            (_, Kind::Erasure | Kind::Unknown) => waves.entry(one.organization).or_default().push(request),
            (_, Kind::Access | Kind::Portability) => {
                let wanted = PackageWanted {
                    formats: vec![String::from("json")],
                    recipients: Vec::new(),
                    passphrase: None,
                    confirmed: Default::default(),
                    deliver: true,
                };
                office.ask_package(&officer, request, wanted, None).await?;
            }
        }
    }
    for (organization, requests) in waves {
        erase(offices[organization], &requests, clock).await?;
    }
    Ok(())
}

async fn erase(office: &Office, requests: &[RequestId], clock: &Clock) -> Result<()> {
    let service = Actor::service(office.organization.id);
    let officer = Actor { id: Some(ActorId::new(clock.now(), [7; 10])), ..service };
    let made = office.make_plan(&service, requests).await?;
    if let Some(note) = made.plan.document().notes.iter().find(|note| note.blocks()) {
        bail!("the plan is blocked: {note:?}");
    }
    office.approve_plan(&officer, made.id, &made.digest).await?;
    let job = office.start_job(&officer, made.id).await?;
    // the officer looked for whoever nobody knows, and is sure
    let confirmed = Confirmed { nobody: true, ..Confirmed::default() };
    office.ask_run_job(&officer, job, confirmed, None).await?;
    Ok(())
}
