//! Holds placed in the middle of a purge that died before it destroyed anything.

use exeunt_testkit::victim::Victim;

use crate::acts::{Act, Story};
use crate::home::{OnPostgres, PATIENCE};

fn a_hold_reaches_a_purge_that_has_begun(on: OnPostgres) {
    let story = Story::new(on, "");
    let home = story.ready_for(Act::Purge);
    let purge = story.args(Act::Purge);
    let mut command = home.command(&purge);
    let end = Victim::start_failing_at(&mut command, "before-shred", 1).unwrap().wait(PATIENCE).unwrap();
    assert!(end.killed(), "{}", end.words());
    let request = purge[1];
    let shown = |what: &str| home.ask(&["request", "show", request])[what].clone();
    assert_eq!(shown("state"), "purging");

    let person = ["hold", "place", "--identify", "customer_id=3", "--because", "a court"];
    let hold = home.ask(&person)["hold"].clone();
    let held = home.run(&purge);
    assert!(!held.status.success() && held.words().contains("E0502"), "{}", held.words());
    assert_eq!((shown("state"), shown("holds")[0]["state"].clone()), ("purging".into(), "stopped".into()));
    home.ask(&["hold", "lift", hold.as_str().unwrap()]);

    let row = ["hold", "place", "--model", "shop.customers", "--key", "3", "--because", "a court"];
    let hold = home.ask(&row)["hold"].clone();
    let purged = home.ask(&purge);
    assert_eq!(shown("state"), "completed_with_exceptions", "{purged}");
    let rows = home.ask(&["hold", "rows", hold.as_str().unwrap()]);
    assert!(rows["rows"].as_array().unwrap().iter().any(|row| row["columns"]["id"] == "3"), "{rows}");
    assert_eq!(home.ask(&["hold", "list"])["holds"][0]["rows"], 1);
    assert_eq!(home.ask(&["hold", "lift", hold.as_str().unwrap()])["rows"], 1);
    assert_eq!(home.count("SELECT count(*) FROM held_rows"), 0);
    home.ask(&["audit", "verify"]);
}

#[test]
fn a_hold_reaches_a_purge_that_has_begun_on_sqlite() {
    a_hold_reaches_a_purge_that_has_begun(OnPostgres::Nothing);
}

#[test]
fn a_hold_reaches_a_purge_that_has_begun_with_its_store_on_postgres() {
    a_hold_reaches_a_purge_that_has_begun(OnPostgres::Store);
}
