//! `exeunt work`: pauses, the emergency stop, and the hours of a source.

use crate::desk::Desk;

fn with_hours(desk: &Desk, hours: &str) {
    let file = desk.file(".exeunt/exeunt.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = text.replace(" }\n", &format!(", work_hours: {hours} }}\n"));
    assert_ne!(text, changed);
    std::fs::write(&file, changed).unwrap();
}

#[test]
fn a_pause_and_a_stop_are_kept_by_whoever_runs_a_job_by_hand() {
    let desk = Desk::with_home();
    assert!(desk.done(&["work", "status"]).contains("nothing is halted"));
    let request = desk.request("erasure", "customer_id=3");
    desk.done(&["plan", "make", &request]);
    desk.approve(&request);
    assert!(desk.done(&["work", "pause", "shop", "--because", "a new disk"]).contains("source shop"));
    let refused = desk.ends(&["job", "run", &request], 3);
    assert!(refused.err.contains("E0953") && refused.err.contains("a new disk"), "{}", refused.err);
    assert!(desk.ends(&["work", "pause", "shp", "--because", "x"], 2).err.contains("did you mean `shop`"));
    desk.done(&["work", "resume", "shop"]);
    desk.done(&["work", "stop", "--because", "the wrong people"]);
    assert!(desk.ends(&["job", "run", &request], 3).err.contains("E0954"));
    assert!(desk.done(&["work", "status", "--json"]).contains("\"source\": null"));
    let asked = desk.ends(&["work", "lift"], 0);
    assert!(asked.err.contains("somebody else"), "{}", asked.err);
    assert!(desk.ends(&["work", "lift"], 3).err.contains("E0957"));
    desk.done(&["job", "cancel", &request]);
    desk.done(&["audit", "verify"]);
}

#[test]
fn hours_are_read_strictly_and_kept() {
    for (hours, part) in [
        ("[ { from: \"22:00\" } ]", "to"),
        ("[ { from: \"22:00\", to: \"24:00\" } ]", "`from` and `to`"),
        ("[ { days: [monday], from: \"22:00\", to: \"06:00\" } ]", "`days`"),
        ("[ { from: \"22:00\", to: \"06:00\", zone: Berlin } ]", "time zone"),
    ] {
        let desk = Desk::with_home();
        with_hours(&desk, hours);
        let answer = desk.ends(&["work", "status"], 2);
        assert!(answer.err.contains(part), "{hours}: {}", answer.err);
    }
    let desk = Desk::with_home();
    // all of a day that is not today, nor tomorrow should it be midnight soon
    let day = time::OffsetDateTime::now_utc().weekday().nth_next(2).to_string()[..3].to_lowercase();
    with_hours(&desk, &format!("[ {{ days: [{day}], from: \"00:00\", to: \"00:00\" }} ]"));
    let request = desk.request("erasure", "customer_id=3");
    desk.done(&["plan", "make", &request]);
    desk.approve(&request);
    let waits = desk.ends(&["job", "run", &request], 3);
    assert!(waits.err.contains("E0955") && waits.err.contains("T00:00:00Z"), "{}", waits.err);
}
