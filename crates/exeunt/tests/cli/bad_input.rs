//! Whatever is wrong, the answer is a clear sentence and the right exit code, and nothing was touched.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use exeunt_testkit::sqlite_hash;

use crate::desk::Desk;

/// Calls and wants an exit code, a part of the message, and an untouched shop.
#[track_caller]
fn refused(desk: &Desk, arguments: &[&str], code: i32, part: &str) {
    let shop = desk.file("shop.db");
    let before = sqlite_hash(&shop).ok();
    let answer = desk.ends(arguments, code);
    assert!(answer.err.contains(part), "{arguments:?}: {}", answer.err);
    assert!(answer.err.starts_with("error[E"), "{}", answer.err);
    assert_eq!(sqlite_hash(&shop).ok(), before, "the shop was touched");
}

fn settings(desk: &Desk, change: impl Fn(&str) -> String) {
    let path = desk.file(".exeunt/exeunt.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, change(&text)).unwrap();
}

fn map(desk: &Desk, from: &str, to: &str) {
    let path = desk.file("map.yaml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_file_that_would_be_cut_is_refused_whole() {
    let desk = Desk::with_home();
    fs::write(desk.file("many"), "customer_id=1234567\n".repeat(60_000)).unwrap();
    for command in [
        &["request", "submit", "--right", "erasure", "--identify-file", "many"][..],
        &["hold", "place", "--identify-file", "many", "--because", "a court"],
    ] {
        refused(&desk, command, 2, "more than 1 MiB");
    }
}

#[test]
fn broken_settings_name_their_line() {
    let desk = Desk::with_home();
    settings(&desk, |text| text.replace("window_days", "widow_days"));
    refused(&desk, &["request", "list"], 2, "did you mean `window_days`?");
    settings(&desk, |text| text.replace("widow_days: 14", "window_days: 400"));
    refused(&desk, &["request", "list"], 2, "exeunt.yaml:5: `window_days` is 0 to 90");
}

#[test]
fn a_broken_map_names_file_line_and_column() {
    let desk = Desk::with_home();
    map(&desk, "on_erase: delete", "on_erase: delte");
    refused(&desk, &["map", "check"], 4, "map.yaml:");
    fs::write(desk.file("map.yaml"), "models: [").unwrap();
    refused(&desk, &["map", "check"], 4, "map.yaml:1:");
    fs::write(desk.file("map.yaml"), [0xff, 0xfe]).unwrap();
    refused(&desk, &["map", "check"], 2, "not a text in UTF-8");
    fs::remove_file(desk.file("map.yaml")).unwrap();
    refused(&desk, &["map", "check"], 6, "could not read the data map");
}

#[test]
fn an_unmapped_column_stops_check_and_plan() {
    let desk = Desk::with_home();
    map(&desk, "      phone: user.contact.phone_number\n", "");
    map(&desk, "phone: phone }", "}");
    let checked = desk.ends(&["map", "check"], 4);
    assert!(checked.out.contains("column-unmapped") && checked.out.contains("phone"), "{}", checked.out);
    let request = desk.request("erasure", "customer_id=1");
    let before = sqlite_hash(&desk.file("shop.db")).unwrap();
    let answer = desk.call(&["plan", "make", &request], "");
    assert_eq!(answer.code, 4, "{}{}", answer.out, answer.err);
    assert_eq!(sqlite_hash(&desk.file("shop.db")).unwrap(), before);
}

#[test]
fn a_source_that_is_not_there_is_named() {
    let desk = Desk::with_home();
    fs::rename(desk.file("shop.db"), desk.file("away.db")).unwrap();
    let answer = desk.call(&["source", "check"], "");
    assert!([5, 6].contains(&answer.code) && answer.err.contains("source `shop`"), "{}", answer.err);
    assert!(!desk.file("shop.db").exists(), "a database was made");
    fs::write(desk.file("shop.db"), "this is no database, just a long enough text to be taken for one")
        .unwrap();
    let answer = desk.call(&["source", "check"], "");
    assert!(answer.code != 0 && answer.err.contains("source `shop`"), "{}", answer.err);
}

#[test]
fn a_server_that_is_down_is_unreachable_and_stops_nothing_else() {
    let desk = Desk::with_home();
    settings(&desk, |text| {
        text.replace("sources:\n", "sources:\n  crm: { kind: postgres, host: 127.0.0.1, port: 1, database: d, user: u, connect_timeout_seconds: 1 }\n")
    });
    refused(&desk, &["source", "check", "crm"], 5, "source `crm`");
    desk.done(&["source", "check", "shop"]);
    desk.done(&["map", "check"]);
}

#[test]
fn a_map_that_names_another_source_says_which_one_was_meant() {
    let desk = Desk::with_home();
    map(&desk, "source: shop", "source: shopp");
    let request = desk.request("erasure", "customer_id=1");
    refused(&desk, &["plan", "make", &request], 2, "did you mean `shop`?");
    refused(&desk, &["map", "discover", "--source", "shoop"], 2, "did you mean `shop`?");
}

#[test]
fn a_schema_that_changed_after_approval_stops_the_job() {
    let desk = Desk::with_home();
    let request = desk.request("erasure", "customer_id=1");
    desk.done(&["plan", "make", &request]);
    desk.approve(&request);
    let database = rusqlite::Connection::open(desk.file("shop.db")).unwrap();
    database.execute_batch("ALTER TABLE orders ADD COLUMN gift_note TEXT").unwrap();
    refused(&desk, &["job", "run", &request], 3, "no longer has the schema");
    database.execute_batch("DROP TABLE votes").unwrap();
    drop(database);
    refused(&desk, &["job", "run", &request], 3, "no longer has the schema");
}

#[test]
fn keys_that_are_wrong_open_or_gone_are_told_apart() {
    let desk = Desk::with_home();
    let key = desk.file(".exeunt/keys/unseal.key");
    let good = fs::read(&key).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    refused(&desk, &["request", "list"], 5, "chmod 600");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, [7; 32]).unwrap();
    refused(&desk, &["request", "list"], 7, "does not open with this key");
    fs::write(&key, &good[..20]).unwrap();
    refused(&desk, &["request", "list"], 7, "cut off");
    fs::remove_file(&key).unwrap();
    refused(&desk, &["request", "list"], 6, "there is no key file");
    fs::write(&key, good).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    desk.done(&["request", "list"]);
}

#[test]
fn a_passphrase_opens_a_home_and_a_wrong_one_does_not() {
    let desk = Desk::new();
    fs::write(desk.file("phrase"), "correct horse battery\n").unwrap();
    desk.done(&["init", "--passphrase-file", "phrase"]);
    desk.done(&["request", "list"]);
    fs::write(desk.file("phrase"), "correct horse battary\n").unwrap();
    refused(&desk, &["request", "list"], 7, "does not open with this key");
    fs::write(desk.file("phrase"), "\n").unwrap();
    refused(&desk, &["request", "list"], 2, "the passphrase is empty");
    fs::remove_file(desk.file("phrase")).unwrap();
    refused(&desk, &["request", "list"], 6, "could not read the passphrase file");
}

#[test]
fn an_identifier_that_matches_too_many_must_be_confirmed() {
    let desk = Desk::with_home();
    settings(&desk, |text| {
        text.replace("matches_cap: 5", "matches_cap: 1").replace("row_cap: 1000000", "row_cap: 3")
    });
    let request = desk.request("erasure", "customer_id=2");
    refused(&desk, &["plan", "make", &request], 3, "--confirm-rows");
    desk.done(&["plan", "make", &request, "--confirm-rows", "1000"]);
    desk.approve(&request);
    refused(&desk, &["job", "run", &request], 3, "--confirm-rows");
    desk.done(&["job", "run", &request, "--confirm-rows", "1000"]);
}

#[test]
fn identifiers_of_different_people_must_be_confirmed() {
    let desk = Desk::with_home();
    let email = exeunt_testkit::canary::email(2);
    let both = ["request", "submit", "--right", "erasure", "--identify", "customer_id=1", "--identify"];
    let request = desk.done(&[&both[..], &[&format!("email={email}")]].concat()).trim().to_owned();
    refused(&desk, &["plan", "make", &request], 3, "--confirm-identity");
}

#[test]
fn tampered_packages_and_vaults_do_not_open() {
    let desk = Desk::with_home();
    let access = desk.request("access", "customer_id=2");
    let made = desk.done(&["package", "make", &access]);
    let package = made.split_whitespace().find(|word| word.starts_with("pkg_")).unwrap();
    let path = desk.file(&format!(".exeunt/packages/{package}.age"));
    flip(&path);
    refused(&desk, &["package", "open", package, "--to", "opened"], 7, "damaged");
    assert!(!desk.file("opened").exists());

    let erasure = desk.request("erasure", "customer_id=2");
    desk.erase(&erasure);
    let mut blobs = Vec::new();
    for folder in fs::read_dir(desk.file(".exeunt/vault")).unwrap() {
        let folder = folder.unwrap().path();
        if folder.is_dir() {
            blobs.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    assert!(!blobs.is_empty());
    blobs.iter().for_each(|path| flip(path));
    let before = sqlite_hash(&desk.file("shop.db")).unwrap();
    let answer = desk.call(&["restore", &erasure], "");
    assert_eq!(answer.code, 7, "{}{}", answer.out, answer.err);
    assert_eq!(sqlite_hash(&desk.file("shop.db")).unwrap(), before);
}

/// Changes one byte in the middle of a file.
fn flip(path: &std::path::Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_package_for_a_passphrase_opens_with_that_passphrase_only() {
    let desk = Desk::with_home();
    let access = desk.request("access", "customer_id=2");
    fs::write(desk.file("short"), "abc").unwrap();
    let short = desk.call(&["package", "make", &access, "--passphrase-file", "short"], "");
    assert_ne!(short.code, 0);
    fs::write(desk.file("phrase"), "a rather long passphrase").unwrap();
    fs::write(desk.file("wrong"), "a rather wrong passphrase").unwrap();
    let made = desk.done(&["package", "make", &access, "--passphrase-file", "phrase"]);
    let package = made.split_whitespace().find(|word| word.starts_with("pkg_")).unwrap();
    let open =
        |more: &[&str]| desk.call(&[&["package", "open", package, "--to", "opened"], more].concat(), "").code;
    assert_eq!(open(&[]), 3);
    assert_eq!(open(&["--passphrase-file", "wrong"]), 7);
    assert_eq!(open(&["--passphrase-file", "phrase"]), 0);
}

#[test]
fn hostile_names_are_shown_escaped() {
    let desk = Desk::with_home();
    let database = rusqlite::Connection::open(desk.file("shop.db")).unwrap();
    database
        .execute_batch("CREATE TABLE \"\u{1b}[2Jevil\u{202e}\" (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers (id))")
        .unwrap();
    drop(database);
    let answer = desk.ends(&["map", "check"], 4);
    for text in [&answer.out, &answer.err] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }
    assert!(answer.out.contains("evil"));
}

#[test]
fn a_file_that_is_no_store_is_not_taken_for_one() {
    let desk = Desk::with_home();
    fs::write(desk.file(".exeunt/control.db"), "not a database at all, whatever its name says about it")
        .unwrap();
    let answer = desk.call(&["request", "list"], "");
    assert!(answer.code != 0 && answer.err.contains("control store"), "{}", answer.err);
}

#[test]
fn errors_are_json_when_json_is_asked_for() {
    let desk = Desk::new();
    let answer = desk.ends(&["request", "list", "--json"], 6);
    let error: serde_json::Value = serde_json::from_str(&answer.err).unwrap();
    assert_eq!(error["error"]["code"], "E0803");
    assert_eq!(error["error"]["exit"], 6);
    assert_eq!(error["error"]["class"], "missing");
    assert!(error["error"]["message"].as_str().unwrap().contains("exeunt init"));
    // and so is what cannot even be read as a call, without the value
    let answer = desk.ends(&["--json", "request", "show", "ada@example.test"], 2);
    let error: serde_json::Value = serde_json::from_str(&answer.err).unwrap();
    assert_eq!((&error["error"]["code"], &error["error"]["exit"]), (&"E0801".into(), &2.into()));
    assert!(!answer.err.contains("ada@") && answer.err.contains("such as req_"), "{}", answer.err);
}
