//! Letters by the command line: written with a request, sent by a worker of the real program, told of without addresses.

use std::process::Command;
use std::time::{Duration, Instant};

use exeunt_testkit::smtp::Smtp;
use exeunt_testkit::victim::Victim;

use crate::desk::Desk;

const EMAIL: &str = "ada.canary@mail.test";

#[test]
fn a_request_with_a_contact_is_answered_by_a_letter_that_nobody_reads_here() {
    let smtp = Smtp::start_with_login("exeunt", "a canary password").unwrap();
    let desk = Desk::small();
    desk.done(&["init", "--source", "shop=sqlite:shop.db", "--map", "map.yaml"]);
    let home = desk.file(".exeunt");
    let settings = home.join("exeunt.yaml");
    let mail = format!(
        "mail: {{ host: 127.0.0.1, port: {}, tls: none, user: exeunt, password_file: mail.password, \
         from: privacy@small.test, language: de }}\n",
        smtp.port()
    );
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{mail}{text}")).unwrap();
    // whoever only writes letters needs no password
    let mut said = desk.done(&[
        "request",
        "submit",
        "--right",
        "erasure",
        "--identify",
        "customer_id=1",
        "--contact",
        EMAIL,
        "--contact-name",
        "Ada Canary",
    ]);
    said += &desk.done(&["letter", "list"]);
    assert!(said.contains("received") && said.contains("waiting"), "{said}");
    let missing = desk.call(&["serve", "--role", "worker"], "log");
    assert!(missing.err.contains("could not read the mail server's password"), "{missing:?}");
    std::fs::write(home.join("mail.password"), "a canary password\n").unwrap();

    let mut command = Command::new(env!("CARGO_BIN_EXE_exeunt"));
    command.args(["serve", "--role", "worker"]).current_dir(desk.path()).env("EXEUNT_LOG", "trace");
    let worker = Victim::start(&mut command).unwrap();
    let taken = smtp.wait_for(1).unwrap();
    let begun = Instant::now();
    while !said.contains("sent") && begun.elapsed() < Duration::from_secs(30) {
        said += &desk.done(&["letter", "list", "--json", "--state", "sent"]);
    }
    let ended = worker.kill_after(Duration::ZERO).unwrap();
    assert_eq!(
        (taken[0].to.as_slice(), taken[0].from.as_str()),
        (&[EMAIL.to_owned()][..], "privacy@small.test")
    );
    assert!(taken[0].text().contains("Guten Tag Ada Canary,"), "{}", taken[0].text());
    said += &ended.words();
    assert!(said.contains("sent a letter"), "{said}");
    assert!(!said.to_lowercase().contains("canary"), "{said}");
    for name in ["control.db", "control.db-wal"] {
        let bytes = std::fs::read(home.join(name)).unwrap_or_default();
        assert!(!bytes.to_ascii_lowercase().windows(6).any(|window| window == b"canary"), "{name}");
    }
}

#[test]
fn words_go_into_the_marked_places_of_a_letter_and_out_again() {
    let desk = Desk::with_home();
    let request = desk.request("erasure", "customer_id=3");
    let write = |name: &str, text: &str| std::fs::write(desk.file(name), text).unwrap();
    write("opening.txt", "Thank you for your patience.\n");
    write("note.txt", "We are sorry.\n");
    write("link.txt", "see www.acme.test");
    write("long.txt", &"word ".repeat(20_000));
    let refused = ["letter", "places", &request, "--letter", "refused"];
    let call = |more: &[&str]| desk.done(&[&refused[..], more].concat());
    let shown = call(&["--note-file", "note.txt"]);
    assert!(shown.contains("We are sorry.") && !shown.contains("your patience"), "{shown}");
    // a place that is not named stays as it is
    let shown = call(&["--opening-file", "opening.txt"]);
    assert!(shown.contains("We are sorry.") && shown.contains("Thank you for your patience."), "{shown}");
    let list = desk.done(&["letter", "places", &request]);
    assert!(list.contains("opening, note"), "{list}");
    for (file, part) in [("link.txt", "web or mail address"), ("long.txt", "longer than any letter")] {
        let answer = desk.ends(&[&refused[..], &["--note-file", file]].concat(), 2);
        assert!(answer.err.contains(part) && !answer.err.contains("acme"), "{}", answer.err);
    }
    assert_eq!(call(&[]), shown, "what was refused changed nothing");
    let shown = call(&["--clear"]);
    assert!(!shown.contains("We are sorry."), "{shown}");
    let log = desk.done(&["audit", "export"]);
    assert_eq!(log.matches("letter.worded").count(), 3);
    assert!(!log.contains("sorry"));
    desk.ends(&["letter", "places", &request, "--note-file", "note.txt"], 2);
}
