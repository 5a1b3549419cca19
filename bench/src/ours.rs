//! Exeunt itself as a contender: a real home on disk (store, vault, keys, signed log), the real connectors, and the
//! office's own use cases, as the command line calls them.

mod home;

pub(crate) use crate::ours::home::System;

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use exeunt_app::packages::make::Wanted;
use exeunt_app::requests::details::Details;
use exeunt_app::requests::submit::Submission;
use exeunt_base::{JobId, Personal, RequestId};
use exeunt_engine::export::To;
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::job::run::Control;
use exeunt_engine::progress::Nobody;
use exeunt_engine::restore::Choice;
use exeunt_engine::states;
use exeunt_package::Format;
use exeunt_rights::Right;
use tokio::runtime::Runtime;

use crate::ours::home::Home;
use crate::scenario::{Contender, Place, Scenario, Task, Work};

/// Exeunt. One home for each place, kept from task to task.
#[derive(Default)]
pub(crate) struct Ours {
    open: Option<Open>,
}

struct Open {
    home: Home,
    /// Requests of the task to come that were taken in before: those of a wave come in over weeks.
    waiting: Vec<RequestId>,
    // last, so that everything that needs it is gone before
    runtime: Runtime,
}

impl Contender for Ours {
    fn name(&self) -> &'static str {
        "exeunt"
    }

    /// A package is one person's: there is none of a wave.
    fn takes_part(&self, scenario: &Scenario) -> bool {
        !matches!(scenario, Scenario::ExportWave(_))
    }

    fn prepare(&mut self, place: &Place, task: &Task) -> Result<()> {
        if !self.open.as_ref().is_some_and(|open| open.home.is_of(place)) {
            self.open = None;
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            let home = runtime.block_on(Home::make(place))?;
            self.open = Some(Open { home, waiting: Vec::new(), runtime });
        }
        let open = self.open.as_mut().context("no home")?;
        let Open { home, runtime, waiting } = open;
        waiting.clear();
        runtime.block_on(async {
            match task {
                Task::Erase(people) if people.len() > 1 => {
                    for person in people {
                        waiting.push(home.submit(Right::Erasure, *person).await?);
                    }
                }
                Task::Restore(people) => {
                    for person in people {
                        waiting.push(home.submit(Right::Erasure, *person).await?);
                    }
                    home.erase(waiting).await?;
                }
                Task::Erase(_) | Task::Export(_) => {}
            }
            Ok(())
        })
    }

    fn run(&mut self, _: &Place, task: &Task) -> Result<Work> {
        let Open { home, runtime, waiting } = self.open.as_mut().context("no home")?;
        let rows = runtime.block_on(async {
            match task {
                Task::Erase(people) => {
                    if let [person] = people.as_slice() {
                        waiting.push(home.submit(Right::Erasure, *person).await?);
                    }
                    home.erase(waiting).await
                }
                Task::Export(people) => {
                    let mut rows = 0;
                    for person in people {
                        let request = home.submit(Right::Access, *person).await?;
                        rows += home.export(request).await?;
                    }
                    Ok(rows)
                }
                Task::Restore(_) => home.restore(waiting).await,
            }
        })?;
        Ok(Work { rows })
    }
}

impl Home {
    /// Takes a request in, known by the customer's number.
    async fn submit(&self, right: Right, person: i64) -> Result<RequestId> {
        let identifiers = vec![(String::from("customer_id"), Personal::new(person.to_string()))];
        let submission =
            Submission { right, identifiers, received_at: None, contact: None, details: Details::default() };
        Ok(self.office.submit_request(&self.actor, submission, None).await?)
    }

    /// From the plan to settled, and the rows that were struck.
    async fn erase(&self, requests: &[RequestId]) -> Result<u64> {
        let made = self.office.make_plan(&self.actor, requests).await?;
        if let Some(note) = made.plan.document().notes.iter().find(|note| note.blocks()) {
            bail!("the plan is blocked: {note:?}");
        }
        self.office.approve_plan(&self.actor, made.id, &made.digest).await?;
        let job = self.office.start_job(&self.actor, made.id).await?;
        self.carry(job).await
    }

    async fn carry(&self, job: JobId) -> Result<u64> {
        let confirmed = Confirmed { rows: Some(1_000_000), ..Confirmed::default() };
        let control = Control { confirmed, ..Control::default() };
        let status = self.office.run_job(&self.actor, job, "bench", &control, &Nobody).await?;
        if status.job.state != states::SETTLED {
            bail!("the job ended as {}", status.job.state);
        }
        Ok(status.units.iter().filter(|unit| unit.action == "delete").map(|unit| unit.done).sum())
    }

    /// The package of a request, as CSV under the house's own key.
    async fn export(&self, request: RequestId) -> Result<u64> {
        let wanted = Wanted {
            formats: BTreeSet::from([Format::Csv]),
            to: To::House,
            confirmed: Confirmed::default(),
            deliver: false,
            version: String::from("bench"),
        };
        let answered = self.office.make_package(&self.actor, request, wanted, &Nobody).await?;
        if !answered.made.complete {
            bail!("the package is not complete");
        }
        Ok(answered.made.rows.iter().map(|(_, rows)| rows).sum())
    }

    /// Brings requests back whole, one after the other.
    async fn restore(&self, requests: &[RequestId]) -> Result<u64> {
        let mut back = 0;
        for request in requests {
            let restored = self.office.restore(&self.actor, *request, &Choice::Whole, "bench").await?;
            if !restored.refused.is_empty() {
                bail!("not everything came back: {:?}", restored.refused);
            }
            back += restored.back;
        }
        Ok(back)
    }
}

#[cfg(test)]
mod tests {
    use exeunt_testkit::Postgres;

    use super::Ours;
    use crate::scenario::{Contender, Place, Task};
    use crate::shop;

    /// The same rows as the baseline's own test counts.
    fn check(place: &Place) {
        let mut ours = Ours::default();
        let wave: Vec<i64> = (1..=1000).filter(|id| id % 10 == 0).collect();
        let mut rows = |task: &Task| {
            ours.prepare(place, task).unwrap();
            ours.run(place, task).unwrap().rows
        };
        assert_eq!(rows(&Task::Export(vec![21])), 20);
        assert_eq!(rows(&Task::Restore(vec![31])), 20);
        assert_eq!(rows(&Task::Restore(vec![40, 50, 60])), 154);
        assert_eq!(rows(&Task::Erase(wave)), 5000);
        assert_eq!(rows(&Task::Erase(vec![21])), 20);
    }

    #[test]
    fn exeunt_erases_restores_and_exports_the_shop_on_postgresql() {
        let dir = tempfile::tempdir().unwrap();
        let server = Postgres::shared();
        let database = server.create_database().unwrap();
        shop::make_postgres(&database, 1000).unwrap();
        let url = database.url().to_owned();
        check(&Place::Postgres { url, server: server.pid().unwrap(), dir: dir.path().to_owned() });
    }

    #[test]
    fn exeunt_erases_restores_and_exports_the_shop_on_sqlite() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("shop.db");
        shop::make_sqlite(&file, 1000).unwrap();
        check(&Place::Sqlite { file, dir: dir.path().to_owned() });
    }
}
