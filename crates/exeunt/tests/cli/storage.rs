//! A home whose sealed rows and packages are in a bucket.

use std::fs;

use exeunt_testkit::canary;
use exeunt_testkit::s3::{Keeps, S3};

use crate::desk::Desk;

const SECRET: &str = "s3.secret";

/// Adds a bucket to the settings of a home.
fn with_bucket(desk: &Desk, server: &S3, more: &str) {
    fs::write(desk.file(SECRET), format!("{}\n", S3::SECRET)).unwrap();
    fs::set_permissions(desk.file(SECRET), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let path = desk.file(".exeunt/exeunt.yaml");
    let settings = fs::read_to_string(&path).unwrap();
    let plain = settings.split("\nstorage:").next().unwrap();
    let storage = format!(
        "storage:\n  kind: s3\n  endpoint: {}\n  region: {}\n  bucket: vaults\n  prefix: acme\n  access_key_id: {}\n  \
         secret_access_key_file: ../{SECRET}\n{more}",
        server.endpoint(),
        S3::REGION,
        S3::KEY
    );
    fs::write(path, format!("{plain}\n{storage}")).unwrap();
}

fn names(server: &S3) -> Vec<String> {
    server.everything().unwrap().into_iter().map(|held| held.name).collect()
}

/// Nothing of a person is readable there, nor beside it.
fn assert_sealed(server: &S3, texts: &[String]) {
    for held in server.everything().unwrap() {
        for text in texts {
            let found = held.bytes.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(!found && !held.about.contains(text) && !held.name.contains(text), "{}", held.name);
        }
    }
}

#[test]
fn an_erasure_is_restored_and_purged_out_of_a_bucket_and_nothing_is_left_there() {
    for keeps in [Keeps::Nothing, Keeps::Versions] {
        let (desk, server) = (Desk::with_home(), S3::with_bucket("vaults", keeps).unwrap());
        with_bucket(&desk, &server, "");
        let checked = desk.done(&["storage", "check"]);
        assert!(checked.contains("s3://vaults/acme/vault/"), "{checked}");
        assert_eq!(names(&server), [""; 0]);

        let whole = || exeunt_testkit::sqlite_hash(&desk.file("shop.db")).unwrap();
        let before = whole();
        let canaries = [canary::email(3), canary::phone(3), canary::email(1)];
        let access = desk.request("access", "customer_id=3");
        let made = desk.done(&["package", "make", &access, "--formats", "json,html"]);
        assert!(made.contains("s3://vaults/acme/packages/pkg_"), "{made}");
        let package = made.split_whitespace().find(|word| word.starts_with("pkg_")).unwrap().to_owned();
        desk.done(&["package", "open", &package, "--to", "opened"]);
        assert!(fs::read_to_string(desk.file("opened/manifest.json")).unwrap().contains("customers"));
        assert_sealed(&server, &canaries);
        desk.done(&["package", "remove", &package]);
        assert_eq!(names(&server), [""; 0], "its file is gone with its key");

        let (first, second) =
            (desk.request("erasure", "customer_id=3"), desk.request("erasure", "customer_id=1"));
        desk.erase(&first);
        assert!(
            names(&server).iter().any(|name| name.starts_with("vaults/acme/vault/")),
            "{:?}",
            names(&server)
        );
        assert_sealed(&server, &canaries);
        desk.done(&["restore", &first]);
        assert_eq!(whole(), before, "everything is as it was");
        assert_eq!(names(&server), [""; 0], "what is back in the source waits nowhere else");
        desk.erase(&second);
        assert_sealed(&server, &canaries);
        desk.done(&["purge", &second, "--now", "they asked twice"]);
        assert_eq!(names(&server), [""; 0], "after a purge nothing is left in the bucket");
        let local = fs::read_dir(desk.file(".exeunt/vault")).unwrap().count();
        assert_eq!(local, 0, "and nothing ever was in the home's folder");
    }
}

#[test]
fn a_server_that_fails_now_and_then_costs_nothing_and_one_that_is_gone_touches_nothing() {
    let (desk, server) = (Desk::with_home(), S3::with_bucket("vaults", Keeps::Nothing).unwrap());
    with_bucket(&desk, &server, "");
    let whole = || exeunt_testkit::sqlite_hash(&desk.file("shop.db")).unwrap();
    let before = whole();
    let request = desk.request("erasure", "customer_id=3");
    desk.done(&["plan", "make", &request]);
    desk.approve(&request);
    // seal before strike: where nothing can be sealed nothing is struck
    server.be_down(true).unwrap();
    let failed = desk.call(&["job", "run", &request], "");
    assert!(failed.code != 0 && failed.err.contains("E0966"), "{}", failed.err);
    assert_eq!(whole(), before);
    server.be_down(false).unwrap();
    server.answer("put:503 put:drop put:take-and-drop").unwrap();
    desk.done(&["job", "run", &request]);
    assert_eq!(server.left().unwrap(), "");
    assert_ne!(whole(), before);
    server.answer("get:500 get:drop").unwrap();
    desk.done(&["restore", &request]);
    assert_eq!(whole(), before);
    assert_eq!(names(&server), [""; 0]);
}

#[test]
fn what_is_wrong_with_a_storage_is_told_before_and_when_it_is_used() {
    let (desk, server) = (Desk::with_home(), S3::with_bucket("vaults", Keeps::Locked).unwrap());
    with_bucket(&desk, &server, "");
    let locked = desk.call(&["storage", "check"], "");
    assert!(locked.err.contains("E0968") && locked.err.contains("object lock"), "{}", locked.err);
    fs::write(desk.file(SECRET), "another").unwrap();
    let refused = desk.call(&["storage", "check"], "");
    assert!(
        refused.err.contains("E0967") && refused.err.contains("SignatureDoesNotMatch"),
        "{}",
        refused.err
    );
    assert!(!refused.err.contains(S3::SECRET) && !refused.err.contains("another"), "{}", refused.err);
    fs::remove_file(desk.file(SECRET)).unwrap();
    let found = desk.call(&["settings", "check"], "");
    assert!(found.out.contains("storage.secret_access_key_file"), "{}", found.out);
    with_bucket(&desk, &server, "  colour: red\n");
    assert!(desk.ends(&["storage", "check"], 2).err.contains("colour"));
    with_bucket(&desk, &server, "  access_key_id_env: ID\n");
    assert!(desk.ends(&["storage", "check"], 2).err.contains("one of `access_key_id`"));
}

#[test]
fn a_home_with_files_is_moved_into_a_bucket_and_goes_on_there() {
    let (desk, server) = (Desk::with_home(), S3::with_bucket("vaults", Keeps::Nothing).unwrap());
    let before = exeunt_testkit::sqlite_hash(&desk.file("shop.db")).unwrap();
    let request = desk.request("erasure", "customer_id=3");
    desk.erase(&request);
    let access = desk.request("access", "customer_id=4");
    let made = desk.done(&["package", "make", &access]);
    let package = made.split_whitespace().find(|word| word.starts_with("pkg_")).unwrap().to_owned();
    assert!(desk.ends(&["storage", "move"], 2).err.contains("nowhere to move to"));
    with_bucket(&desk, &server, "");
    let refused = desk.ends(&["restore", &request], 3);
    assert!(refused.err.contains("E0969") && refused.err.contains("exeunt storage move"), "{}", refused.err);
    // cut off in the middle, and begun again
    server.answer("put:ok").unwrap();
    server.be_down(true).unwrap();
    assert!(desk.call(&["storage", "move"], "").err.contains("E0966"));
    server.be_down(false).unwrap();
    let moved = desk.done(&["storage", "move"]);
    assert!(moved.starts_with("moved 2 things"), "{moved}");
    assert!(desk.done(&["storage", "move"]).starts_with("moved 0 things"));
    desk.done(&["package", "open", &package, "--to", "opened"]);
    desk.done(&["restore", &request]);
    assert_eq!(exeunt_testkit::sqlite_hash(&desk.file("shop.db")).unwrap(), before);
}

#[test]
fn a_backup_of_a_home_with_a_bucket_leaves_the_bucket_where_it_is() {
    let (desk, server) = (Desk::with_home(), S3::with_bucket("vaults", Keeps::Nothing).unwrap());
    with_bucket(&desk, &server, "");
    let request = desk.request("erasure", "customer_id=3");
    desk.erase(&request);
    let there = names(&server);
    assert!(!there.is_empty());
    fs::write(desk.file("phrase"), "a passphrase that is long enough").unwrap();
    desk.done(&["backup", "make", "b.age", "--passphrase-file", "phrase"]);
    let size = fs::metadata(desk.file("b.age")).unwrap().len();
    assert!(size < 200_000, "{size}");
    desk.done(&["backup", "check", "b.age", "--passphrase-file", "phrase"]);
    assert_eq!(names(&server), there);
}
