//! One case through the whole chain, twice: in tiny batches and in large ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use exeunt_base::RequestId;
use exeunt_datamap::model::IdentityKind;
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::job::run::Control;
use exeunt_engine::progress::Nobody;
use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice;
use exeunt_engine::states;
use exeunt_plan::document::{Document, Right};
use exeunt_plan::{Inputs, Policy, Problem};
use exeunt_testkit::snapshot::What;

use crate::database::Databases;
use crate::house::House;
use crate::world::{STAMP, TODAY, World};
use crate::{check, generate, oracle, render, show};

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    NoMap(String),
    Refused(String),
    Stopped,
    Done,
    LetGo,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMap(why) => write!(f, "no map: {why}"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Stopped => f.write_str("stopped, as the map asks"),
            Self::Done => f.write_str("done"),
            Self::LetGo => f.write_str("done, once triggers let go"),
        }
    }
}

pub(crate) fn on_sqlite(seed: u64) -> Verdict {
    run(generate::world(seed, true), &Databases::sqlite)
}

pub(crate) fn on_postgres(seed: u64) -> Verdict {
    run(generate::world(seed, false), &Databases::postgres)
}

/// Runs one case; panics with everything there is to know about it.
pub(crate) fn run(mut world: World, make: &dyn Fn(&World) -> Databases) -> Verdict {
    if let Err(why) = excuse_strangers(&mut world) {
        return Verdict::NoMap(why);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    match runtime.block_on(both(&world, make)) {
        Ok(verdict) => verdict,
        Err(why) => {
            eprintln!(
                "---- seed {} people {:?}\n{}\n{}\n{}\n{why}\n---- seed {}",
                world.seed,
                world.people,
                (0..world.sources())
                    .map(|source| render::script(&world, source, render::Dialect::Sqlite))
                    .collect::<String>()
                    .lines()
                    .filter(|line| line.starts_with("create"))
                    .collect::<Vec<_>>()
                    .join("\n"),
                render::map(&world)
                    .lines()
                    .filter(|line| !line.contains(": { category: "))
                    .collect::<Vec<_>>()
                    .join("\n"),
                render::rows(&world),
                world.seed
            );
            panic!("seed {}: {}", world.seed, why.lines().next().unwrap_or_default());
        }
    }
}

/// A model no relation leads to must say why it is there.
fn excuse_strangers(world: &mut World) -> Result<(), String> {
    let Err(wrong) = exeunt_datamap::parse(&[(String::from("map.yaml"), render::map(world))]) else {
        return Ok(());
    };
    for problem in wrong.0.iter().filter(|problem| problem.what.contains("leads to a person")) {
        let model = problem.path.rsplit('.').next().unwrap();
        let table: usize = model.trim_start_matches('t').parse().unwrap();
        world.tables[table].unlinked = true;
    }
    match exeunt_datamap::parse(&[(String::from("map.yaml"), render::map(world))]) {
        Ok(_) => Ok(()),
        Err(wrong) => {
            let first = wrong.0.iter().map(|problem| problem.what.clone()).next();
            Err(first.unwrap_or_default())
        }
    }
}

async fn both(world: &World, make: &dyn Fn(&World) -> Databases) -> Result<Verdict, String> {
    let tiny = Some(1 + world.seed % 5);
    let first = chain(world, &make(world), tiny).await?;
    if !matches!(first, Verdict::Done | Verdict::LetGo | Verdict::Stopped) {
        return Ok(first);
    }
    let second = chain(world, &make(world), None).await?;
    if world.people.len() > 1 {
        apart(world, &make(world), tiny).await.map_err(|why| format!("each in a job of their own: {why}"))?;
    }
    Ok(second)
}

/// Everybody in a job of their own, one after the other, and back in whatever order: in the end nobody was ever away.
async fn apart(world: &World, databases: &Databases, tiny: Option<u64>) -> Result<(), String> {
    let mut house = House::new(&render::map(world), databases.sources().await).await;
    house.engine.settings.matches_cap = 1_000;
    if world.seed.is_multiple_of(2) {
        house.engine.settings.batch_rows = tiny;
    }
    let document = plan(&house, world, Right::Erasure).await.map_err(|problems| problems[0].to_string())?;
    let before = databases.snapshots();
    let mut case = Case { world, databases, house, document, requests: Vec::new(), before };
    for person in &world.people {
        let given: Vec<(&str, &str)> = person.iter().map(|(kind, value)| (*kind, value.as_str())).collect();
        let request = case.house.submit("erasure", &given).await;
        let engine = &case.house.engine;
        let plan = case.house.approve(&case.document, &[request]).await;
        let open = ["received", states::HIDDEN];
        let job = engine.queue_job(plan, &[request], &open, None).await.map_err(told("queue"))?;
        let control = Control { confirmed: Case::confirmed(), ..Control::default() };
        let end = engine.run_job(job, "test", &control, &Nobody).await.map_err(told("run"))?;
        case.requests.push(request);
        if end != states::SETTLED {
            // a row that refuses, as the map asks
            break;
        }
    }
    let mut left: Vec<usize> = (0..case.requests.len()).collect();
    let mut dice = exeunt_testkit::dice::Dice::new(world.seed);
    let mut order = Vec::new();
    while !left.is_empty() {
        order.push(left.remove(dice.below(left.len() as u64) as usize));
    }
    for person in &order {
        case.bring_back(*person).await.map_err(|why| case.told(&format!("{order:?}: {why}")))?;
        if databases.dangling() > 0 {
            return Err(case.told(&format!("{order:?}: after person {person} references dangle")));
        }
    }
    case.unchanged(&format!("everybody was restored, {order:?}")).map_err(|why| case.told(&why))?;
    let left = case.house.engine.shelf.list().map_err(told("shelf"))?;
    if left.is_empty() { Ok(()) } else { Err(format!("{} blobs are left in the vault", left.len())) }
}

async fn chain(world: &World, databases: &Databases, tiny: Option<u64>) -> Result<Verdict, String> {
    let mut house = House::new(&render::map(world), databases.sources().await).await;
    let settings = &mut house.engine.settings;
    settings.matches_cap = 1_000;
    if tiny.is_some() {
        settings.first_batch = 2;
        settings.batch_rows = tiny;
    }
    let document = match plan(&house, world, Right::Erasure).await {
        Ok(document) => document,
        Err(problems) => return Ok(Verdict::Refused(problems[0].code.to_owned())),
    };
    let before = databases.snapshots();
    if tiny.is_none() {
        show::access(world, &house).await?;
    }
    let mut requests: Vec<RequestId> = Vec::new();
    for person in &world.people {
        let given: Vec<(&str, &str)> = person.iter().map(|(kind, value)| (*kind, value.as_str())).collect();
        requests.push(house.submit("erasure", &given).await);
    }
    let case = Case { world, databases, house, document, requests, before };
    let verdict = case.strike().await.map_err(|why| case.told(&why))?;
    let all: Vec<usize> = (0..case.requests.len()).collect();
    let after = match (verdict != Verdict::Stopped, tiny, world.seed % 3) {
        (true, None, 0) => case.purge().await,
        (true, None, _) if case.requests.len() > 1 => case.restore_one().await,
        _ => case.restore(&all).await,
    };
    after.map_err(|why| case.told(&why))?;
    Ok(verdict)
}

/// The document of a plan for the case's kinds of identifier.
pub(crate) async fn plan(house: &House, world: &World, right: Right) -> Result<Document, Vec<Problem>> {
    let (mut catalogs, mut abilities) = (BTreeMap::new(), BTreeMap::new());
    for (called, source) in &house.engine.sources {
        catalogs.insert(called.clone(), source.describe().await.unwrap());
        abilities.insert(called.clone(), source.abilities());
    }
    let kinds: BTreeSet<IdentityKind> =
        world.kinds.iter().map(|kind| IdentityKind::new(kind).unwrap()).collect();
    let inputs = Inputs {
        right,
        map: &house.map,
        map_digest: "test",
        catalogs: &catalogs,
        abilities: &abilities,
        kinds: &kinds,
        today: TODAY,
        zone: None,
        policy: Policy::default(),
    };
    Ok(exeunt_plan::build(inputs)?.document().clone())
}

struct Case<'a> {
    world: &'a World,
    databases: &'a Databases,
    house: House,
    document: Document,
    requests: Vec<RequestId>,
    before: Vec<exeunt_testkit::Snapshot>,
}

impl Case<'_> {
    fn told(&self, why: &str) -> String {
        let sets: Vec<String> =
            self.document.sets.iter().map(|set| serde_json::to_string(set).unwrap()).collect();
        format!("{why}\n{}\n{}", exeunt_plan::explain::text(&self.document), sets.join("\n"))
    }

    fn confirmed() -> Confirmed {
        Confirmed { identity: true, nobody: true, ..Confirmed::default() }
    }

    /// Dry run, run, and every row as the map says.
    async fn strike(&self) -> Result<Verdict, String> {
        let engine = &self.house.engine;
        let people: Vec<usize> = (0..self.requests.len()).collect();
        let expected = oracle::erase(self.world, &people);
        let claimants = engine.people(&self.requests).await.map_err(told("people"))?;
        let rehearsed = engine.dry_run(&self.document, claimants, Self::confirmed()).await;
        self.unchanged("a dry run")?;

        let plan = self.house.approve(&self.document, &self.requests).await;
        let open = ["received", states::HIDDEN];
        let job = engine.queue_job(plan, &self.requests, &open, None).await.map_err(told("queue"))?;
        let control = Control { confirmed: Self::confirmed(), ..Control::default() };
        let end = engine.run_job(job, "test", &control, &Nobody).await;
        let mut ended = end.map_err(|error| {
            format!("the job failed ({} rows should stop it): {error}", expected.stops.len())
        })?;
        let held = ended == states::REVIEW
            && expected.stops.is_empty()
            && self.world.tables.iter().any(|table| table.hold.is_some());
        if held {
            check::nothing_too_much(self.world, &expected, &self.databases.read(self.world))?;
            ended = self.let_go(job).await?;
        }
        let actual = self.databases.read(self.world);
        if self.databases.dangling() > 0 {
            return Err(String::from("enforced references dangle"));
        }
        let reviews = engine.store.reviews(job).await.map_err(told("reviews"))?;
        if !expected.stops.is_empty() {
            check::nothing_too_much(self.world, &expected, &actual)?;
            return if ended == states::REVIEW {
                Ok(Verdict::Stopped)
            } else {
                Err(format!("the job is {ended}, but {:?} refer to rows that go", expected.stops))
            };
        }
        if ended != states::SETTLED {
            return Err(format!("the job is {ended}, and nothing should stop it: {reviews:#?}"));
        }
        check::compare(self.world, &expected, &actual, people.len())?;
        if !held {
            self.rehearsal_was_right(job, rehearsed.map_err(told("dry run"))?).await?;
        }
        for request in &self.requests {
            let appeared = engine.rescan(*request).await.map_err(told("rescan"))?;
            if !appeared.is_empty() {
                return Err(format!("a rescan finds what was handled: {appeared:?}"));
            }
        }
        Ok(if held { Verdict::LetGo } else { Verdict::Done })
    }

    /// Tries rows again without the triggers that stood against them, as long as that helps.
    async fn let_go(&self, job: exeunt_base::JobId) -> Result<&'static str, String> {
        let engine = &self.house.engine;
        self.databases.hold(self.world, false);
        loop {
            let retried = engine.retry_reviews(job, "test", None).await.map_err(told("retry"))?;
            if retried.failed == 0 || retried.done + retried.gone == 0 {
                break;
            }
        }
        self.databases.hold(self.world, true);
        let state = engine.store.job(job).await.map_err(told("job"))?.state;
        Ok(if state == states::SETTLED { states::SETTLED } else { states::REVIEW })
    }

    async fn rehearsal_was_right(
        &self,
        job: exeunt_base::JobId,
        rehearsed: exeunt_engine::dry_run::Preview,
    ) -> Result<(), String> {
        let units = self.house.engine.store.units(job).await.map_err(told("units"))?;
        let done: Vec<(String, String, u64)> = units
            .into_iter()
            .filter(|unit| unit.action != "veil")
            .map(|unit| (unit.model, unit.action, unit.done))
            .collect();
        let foretold: Vec<(String, String, u64)> =
            rehearsed.lines.into_iter().map(|line| (line.model, line.action, line.struck.unwrap())).collect();
        if done == foretold {
            return Ok(());
        }
        Err(format!("the dry run counted {foretold:?}\nthe run did {done:?}"))
    }

    fn unchanged(&self, by: &str) -> Result<(), String> {
        for (before, after) in self.before.iter().zip(self.databases.snapshots()) {
            let mut changes = before.changes(&after);
            if self.requests.len() > 1 {
                // a row that was changed for several people may keep the stamp of a time in between (decision 0009)
                changes
                    .retain(|change| !matches!(&change.what, What::Changed(columns) if columns == &[STAMP]));
            }
            if !changes.is_empty() {
                let list: Vec<String> = changes.iter().take(12).map(ToString::to_string).collect();
                return Err(format!("after {by} the database is another:\n{}", list.join("\n")));
            }
        }
        Ok(())
    }

    /// Says whether rows wait for others.
    async fn bring_back(&self, person: usize) -> Result<bool, String> {
        let engine = &self.house.engine;
        let restored = engine
            .restore(self.requests[person], &Choice::Whole, "test", None)
            .await
            .map_err(told("restore"))?;
        if restored.refused.is_empty() && restored.whole {
            return Ok(restored.waiting > 0);
        }
        Err(format!("person {person} did not come back: {restored:?}"))
    }

    /// All come back, in an order of the seed's, and nothing tells that they were away.
    async fn restore(&self, people: &[usize]) -> Result<(), String> {
        let mut people = people.to_vec();
        if self.world.seed.is_multiple_of(2) {
            people.reverse();
        }
        for person in people {
            self.bring_back(person).await?;
        }
        self.unchanged("everybody was restored")
    }

    /// One comes back: everything is as if only the others had been erased. Then the others do.
    async fn restore_one(&self) -> Result<(), String> {
        let one = (self.world.seed / 3) as usize % self.requests.len();
        let others: Vec<usize> = (0..self.requests.len()).filter(|person| *person != one).collect();
        let expected = oracle::erase(self.world, &others);
        if expected.stops.is_empty() {
            let before = self.databases.read(self.world);
            let waits = self.bring_back(one).await?;
            let actual = self.databases.read(self.world);
            let mut expected = expected;
            expected.waiting = waits.then_some(before);
            expected.somebody_back = true;
            let fits = check::compare(self.world, &expected, &actual, self.requests.len());
            fits.map_err(|why| format!("after only person {one} was restored:\n{why}"))?;
            if self.databases.dangling() > 0 {
                return Err(format!("after only person {one} was restored references dangle"));
            }
            return self.restore(&others).await;
        }
        self.restore(&(0..self.requests.len()).collect::<Vec<_>>()).await
    }

    /// All windows end: nothing new is found, and the vault is empty.
    async fn purge(&self) -> Result<(), String> {
        let engine = &self.house.engine;
        self.house.world.skip_days(30);
        // a person brought back may wait for another
        let options = Options { give_up: Some(String::from("a test")), ..Options::default() };
        for request in &self.requests {
            engine.purge(*request, &options, "test", None).await.map_err(told("purge"))?;
        }
        let left = engine.shelf.list().map_err(told("shelf"))?;
        if left.is_empty() { Ok(()) } else { Err(format!("{} blobs are left in the vault", left.len())) }
    }
}

fn told<E: fmt::Display>(what: &str) -> impl FnOnce(E) -> String {
    let what = what.to_owned();
    move |error| format!("{what}: {error}")
}
