//! Deaths at every fail point each time it is passed, and at random times.

use std::time::Duration;

use exeunt_engine::failpoint;
use exeunt_testkit::dice::Dice;
use exeunt_testkit::victim::Victim;

use crate::acts::{Act, Story};
use crate::home::{OnPostgres, PATIENCE};
use crate::pool;

/// Settings of jobs of many small batches, and of jobs of one.
const MANY: &str = "batch_rows: 12";
const ONE: &str = "";

/// Where to die.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// The n-th time this point is passed.
    At(&'static str, u32),
    /// After this time, by `kill -9`.
    After(Duration),
}

/// Lets the program die once and go on; `None` when it was done before. Says how long going on took.
fn die(story: &Story, act: Act, death: Death) -> Option<Duration> {
    let home = story.ready_for(act);
    let mut command = home.command(&story.args(act));
    let end = match death {
        Death::At(point, nth) => {
            Victim::start_failing_at(&mut command, point, nth).unwrap().wait(PATIENCE).unwrap()
        }
        Death::After(time) => Victim::start(&mut command).unwrap().kill_after(time).unwrap(),
    };
    let killed = end.killed();
    if !killed {
        assert!(end.status.success(), "{act:?} failed without dying at {death:?}: {}", end.words());
        if matches!(death, Death::At(..)) {
            return None;
        }
    }
    let took = story.go_on(act, &home);
    story.check(act, &home);
    killed.then_some(took)
}

/// Dies at every fail point of some acts, each time it is passed (or the first `most` times). Gives the times of going on.
fn at_every_point(story: &Story, acts: &[Act], most: u32) -> Vec<Duration> {
    let jobs: Vec<(Act, &'static str)> =
        acts.iter().flat_map(|act| failpoint::ALL.iter().map(|point| (*act, *point))).collect();
    let times = pool::all(&jobs, |(act, point)| {
        (1..=most).map_while(|nth| die(story, *act, Death::At(point, nth))).collect::<Vec<_>>()
    });
    for point in failpoint::ALL {
        let deaths: usize = jobs
            .iter()
            .zip(&times)
            .filter(|((_, name), _)| name == point)
            .map(|(_, times)| times.len())
            .sum();
        // one that is never passed would be tested by nobody
        assert!(deaths > 0 || !acts.contains(&Act::Purge), "`{point}` is never passed");
    }
    times.into_iter().flatten().collect()
}

/// Dies at random times, by `kill -9`.
fn at_random_times(story: &Story, act: Act, runs: u64, dice: &mut Dice) -> Vec<Duration> {
    let whole = story.measure(act).as_micros() as u64;
    let deaths: Vec<Death> = (0..runs * more())
        .map(|_| Death::After(Duration::from_micros(dice.below(whole + whole / 10))))
        .collect();
    pool::all(&deaths, |death| die(story, act, *death)).into_iter().flatten().collect()
}

/// How many times as many random kills somebody asks for.
fn more() -> u64 {
    std::env::var("EXEUNT_CRASH_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn dice() -> Dice {
    let dice = Dice::from_env();
    eprintln!("EXEUNT_TEST_SEED={}", dice.seed());
    dice
}

/// Says how long it took to go on, which includes waiting for the lease of the dead, and that it was often enough.
fn conclude(times: &[Duration], least: usize) {
    let longest = times.iter().max().copied().unwrap_or_default();
    eprintln!("{} deaths; the longest way back took {longest:?}", times.len());
    assert!(times.len() >= least, "only {} deaths", times.len());
    assert!(longest < Duration::from_secs(60), "going on took {longest:?}");
}

#[test]
fn on_sqlite_nothing_is_lost_and_nothing_is_done_twice_wherever_it_dies() {
    let mut dice = dice();
    let many = Story::new(OnPostgres::Nothing, MANY);
    let mut times = at_every_point(&many, &[Act::Erase, Act::Restore, Act::Purge], u32::MAX);
    let one = Story::new(OnPostgres::Nothing, ONE);
    times.extend(at_every_point(&one, &[Act::Erase], u32::MAX));
    let named = times.len();
    eprintln!("{named} deaths at fail points");
    for (act, runs) in [(Act::Erase, 120), (Act::Restore, 65), (Act::Purge, 45)] {
        times.extend(at_random_times(&many, act, runs, &mut dice));
    }
    times.extend(at_random_times(&one, Act::Erase, 20, &mut dice));
    conclude(&times, 300);
}

#[test]
fn on_postgres_nothing_is_lost_and_nothing_is_done_twice_wherever_it_dies() {
    let mut dice = dice();
    let many = Story::new(OnPostgres::Shop, MANY);
    let mut times = at_every_point(&many, &[Act::Erase, Act::Restore, Act::Purge], 2);
    for (act, runs) in [(Act::Erase, 16), (Act::Restore, 8), (Act::Purge, 6)] {
        times.extend(at_random_times(&many, act, runs, &mut dice));
    }
    conclude(&times, 50);
}

#[test]
fn with_its_store_on_postgres_nothing_is_lost_and_nothing_is_done_twice_wherever_it_dies() {
    let mut dice = dice();
    let many = Story::new(OnPostgres::Store, MANY);
    let mut times = at_every_point(&many, &[Act::Erase, Act::Restore, Act::Purge], 1);
    for (act, runs) in [(Act::Erase, 12), (Act::Restore, 6), (Act::Purge, 6)] {
        times.extend(at_random_times(&many, act, runs, &mut dice));
    }
    conclude(&times, 25);
}
