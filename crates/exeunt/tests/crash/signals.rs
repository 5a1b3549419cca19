//! Ctrl-C, and two programs on one job.

use std::process::Command;
use std::time::{Duration, Instant};

use exeunt_testkit::victim::Victim;

use crate::acts::{Act, Story};
use crate::home::{OnPostgres, PATIENCE};

/// Batches of six rows, and a second between them: there is always time to meddle.
const SLOW: &str = "rows_per_second: 6";

fn signal(what: &str, victim: &Victim) {
    let status = Command::new("kill").args([what, &victim.pid().to_string()]).status().unwrap();
    assert!(status.success(), "could not send {what}");
}

/// Lets a moment pass in which the program gets to work.
fn a_moment(seconds: f32) {
    std::thread::park_timeout(Duration::from_secs_f32(seconds));
}

#[test]
fn an_interrupt_ends_between_two_batches_and_the_same_command_goes_on() {
    let story = Story::new(OnPostgres::Nothing, "");
    let home = story.ready_for(Act::Erase);
    home.settings(SLOW);
    let victim = Victim::start(&mut home.command(&story.args(Act::Erase))).unwrap();
    while home.count("SELECT count(*) FROM batches WHERE state = 'closed'") < 2 {
        a_moment(0.1);
    }
    let asked = Instant::now();
    signal("-INT", &victim);
    let end = victim.wait(PATIENCE).unwrap();
    assert_eq!(end.status.code(), Some(8), "{}", end.words());
    assert!(asked.elapsed() < Duration::from_secs(10), "stopping took {:?}", asked.elapsed());
    assert_eq!(
        home.count("SELECT count(*) FROM batches WHERE state = 'sealed'"),
        0,
        "it stopped inside a batch"
    );
    let struck = home.count("SELECT sum(position) FROM units");
    let total = home.count("SELECT sum(total) FROM units");
    assert!(struck > 0 && struck < total, "{struck} of {total} rows were struck before it stopped");

    home.settings("batch_rows: 12");
    assert!(story.go_on(Act::Erase, &home) < Duration::from_secs(3), "a lease given back is waited for");
    story.check_rows(&home);
}

#[test]
fn of_two_programs_on_one_job_one_runs_it_and_the_other_is_told() {
    let story = Story::new(OnPostgres::Nothing, "");
    let home = story.ready_for(Act::Erase);
    home.settings(SLOW);
    let first = Victim::start(&mut home.command(&story.args(Act::Erase))).unwrap();
    while home.count("SELECT count(*) FROM batches WHERE state = 'closed'") < 1 {
        a_moment(0.1);
    }
    let second = home.run(&story.args(Act::Erase));
    assert_eq!(second.status.code(), Some(3), "{}", second.words());
    assert!(second.words().contains("another process"), "{}", second.words());
    signal("-INT", &first);
    assert_eq!(first.wait(PATIENCE).unwrap().status.code(), Some(8));
    home.settings("");
    story.go_on(Act::Erase, &home);
    story.check_rows(&home);
}

#[test]
fn a_program_that_slept_through_its_lease_writes_nothing_more() {
    let story = Story::new(OnPostgres::Nothing, "");
    let home = story.ready_for(Act::Erase);
    home.settings(SLOW);
    let sleeper = Victim::start(&mut home.command(&story.args(Act::Erase))).unwrap();
    // between two batches: whoever is stopped inside a transaction keeps its lock, and everybody has to wait
    loop {
        a_moment(0.1);
        signal("-STOP", &sleeper);
        if home.count("SELECT count(*) FROM batches WHERE state = 'closed'") > 1 && home.is_at_rest() {
            break;
        }
        signal("-CONT", &sleeper);
    }
    home.settings("batch_rows: 12");
    story.go_on(Act::Erase, &home);
    signal("-CONT", &sleeper);
    let end = sleeper.wait(PATIENCE).unwrap();
    assert!(!end.status.success(), "it did not notice that it had lost its lease");
    story.check_rows(&home);
}
