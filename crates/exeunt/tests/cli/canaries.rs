//! Nothing that is about a person leaves through a side door: not in output, errors, logs, settings, store or exports.

use exeunt_testkit::canary;
use exeunt_testkit::search::Search;

use crate::desk::Desk;

#[test]
fn no_identifier_is_found_outside_the_shop_and_the_opened_package() {
    let desk = Desk::with_home();
    let (email, phone) = (canary::email(3), canary::phone(3));
    let mut said = String::new();
    let mut call = |arguments: &[&str], input: &str| {
        let answer = desk.call(arguments, input);
        said.push_str(&answer.out);
        said.push_str(&answer.err);
        answer.out.trim().to_owned()
    };
    let identifiers = format!("email={email}\nphone={phone}\n");
    let submit = |right| ["request", "submit", "--right", right, "--identify-file", "-"];
    let access = call(&submit("access"), &identifiers);
    call(&["package", "make", &access, "--formats", "json,csv,xml,docx,html"], "log");
    let erasure = call(&submit("erasure"), &identifiers);
    call(&["plan", "make", &erasure, "--dry-run"], "log");
    desk.approve(&erasure);
    for arguments in [
        &["plan", "show", &erasure, "--explain"][..],
        &["plan", "show", &erasure, "--document"],
        &["job", "run", &erasure],
        &["request", "show", &erasure, "--json"],
        &["job", "status", &erasure, "--json"],
        &["audit", "export", "--to", "log.jsonl"],
        &["audit", "export", "--form", "csv", "--to", "log.csv"],
        &["ledger", "check"],
        // identifiers where none belong
        &["request", "show", &email],
        &["plan", "make", &email],
        &["restore", &email],
        &["job", "run", &email],
        &["request", "submit", "--right", "erasure", "--identify", &email],
        &["request", "submit", "--right", "erasure", "--identify", &format!("phone={email}")],
        &["request", "submit", "--right", "erasure", "--identify", &format!("email={email} x")],
        &["purge", &erasure, "--now", "because"],
    ] {
        call(arguments, "log");
    }
    std::fs::write(desk.file("said.txt"), &said).unwrap();
    std::fs::remove_file(desk.file("shop.db")).unwrap();
    let found = Search::for_texts(&[&email, &phone]).dir(desk.path()).unwrap();
    assert!(found.is_empty(), "{found:?}");
}
