//! Workers of `exeunt serve`: killed, followed by others, and told to end.

use std::process::Command;
use std::time::{Duration, Instant};

use exeunt_testkit::victim::Victim;

use crate::acts::{Act, Story};
use crate::home::{Home, OnPostgres, PATIENCE};

/// Batches of six rows, and a second between them: there is always time to meddle.
const SLOW: &str = "rows_per_second: 6";

fn a_moment() {
    std::thread::park_timeout(Duration::from_millis(100));
}

fn worker(home: &Home) -> Victim {
    Victim::start(&mut home.command(&["serve", "--role", "worker"])).unwrap()
}

fn wait_for(home: &Home, what: &str, condition: &str) {
    let begun = Instant::now();
    while home.count(condition) == 0 {
        assert!(begun.elapsed() < PATIENCE, "{what}: nothing in {PATIENCE:?}; {}", home.tasks());
        a_moment();
    }
}

/// Asks for the story's erasure, to be done by whoever comes.
fn asked(on: OnPostgres) -> (Story, Home) {
    let story = Story::new(on, "");
    let home = story.ready_for(Act::Erase);
    home.settings(SLOW);
    let mut args: Vec<&str> = story.args(Act::Erase).to_vec();
    args.push("--background");
    home.ask(&args);
    (story, home)
}

const AT_WORK: &str = "SELECT count(*) FROM batches WHERE state = 'closed'";
const DONE: &str = "SELECT count(*) FROM tasks WHERE state = 'done'";

/// Whether this process holds the task.
fn holds(home: &Home, worker: &Victim) -> bool {
    let held = format!("SELECT count(*) FROM tasks WHERE lease_owner LIKE 'pid-{}-%'", worker.pid());
    home.count(&held) == 1
}

fn a_killed_worker_is_followed(on: OnPostgres) {
    let (story, home) = asked(on);
    let workers = [worker(&home), worker(&home)];
    wait_for(&home, "the first batch", AT_WORK);
    let (held, free): (Vec<_>, Vec<_>) = workers.into_iter().partition(|worker| holds(&home, worker));
    let [held] = held.try_into().unwrap_or_else(|held: Vec<_>| panic!("{} have the task", held.len()));
    assert!(held.kill_after(Duration::ZERO).unwrap().killed());
    let closed = home.count(AT_WORK);
    wait_for(&home, "the other one's first batch", &format!("{AT_WORK} AND number > {closed}"));
    home.settings("batch_rows: 12");
    // whoever has it now is killed too, and one with other settings finishes it
    for worker in free {
        assert!(worker.kill_after(Duration::ZERO).unwrap().killed());
    }
    let last = worker(&home);
    wait_for(&home, "the end", DONE);
    assert_eq!(home.count("SELECT max(tries) FROM tasks"), 3);
    assert!(ended(last).success());
    story.check_rows(&home);
}

fn ended(worker: Victim) -> std::process::ExitStatus {
    let status = Command::new("kill").args(["-TERM", &worker.pid().to_string()]).status().unwrap();
    assert!(status.success());
    let asked = Instant::now();
    let end = worker.wait(PATIENCE).unwrap();
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?} to end", asked.elapsed());
    end.status
}

#[test]
fn a_killed_worker_is_followed_by_another_on_sqlite() {
    a_killed_worker_is_followed(OnPostgres::Nothing);
}

#[test]
fn a_killed_worker_is_followed_by_another_on_postgres() {
    a_killed_worker_is_followed(OnPostgres::Store);
}

#[test]
fn a_worker_that_is_told_to_end_puts_its_task_back() {
    let (story, home) = asked(OnPostgres::Nothing);
    let first = worker(&home);
    wait_for(&home, "the first batch", AT_WORK);
    assert!(ended(first).success());
    let back =
        "SELECT count(*) FROM tasks WHERE state = 'waiting' AND lease_owner IS NULL AND outcome IS NULL";
    assert_eq!(home.count(back), 1);
    assert_eq!(
        home.count("SELECT count(*) FROM batches WHERE state = 'sealed'"),
        0,
        "it ended inside a batch"
    );
    home.settings("batch_rows: 12");
    let second = worker(&home);
    wait_for(&home, "the end", DONE);
    assert!(ended(second).success());
    story.check_rows(&home);
}
