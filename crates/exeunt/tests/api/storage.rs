//! The service with a bucket: tried out at its start, asked after, and one home's alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use exeunt_testkit::s3::{Keeps, S3};

use crate::served::Served;

fn with_bucket(dir: &Path, server: &S3) {
    fs::write(dir.join("s3.secret"), S3::SECRET).unwrap();
    fs::set_permissions(dir.join("s3.secret"), PermissionsExt::from_mode(0o600)).unwrap();
    let path = dir.join(".exeunt/exeunt.yaml");
    let settings = fs::read_to_string(&path).unwrap();
    let storage = format!(
        "storage: {{ kind: s3, endpoint: \"{}\", region: {}, bucket: vaults, access_key_id: {}, \
         secret_access_key_file: ../s3.secret }}",
        server.endpoint(),
        S3::REGION,
        S3::KEY
    );
    fs::write(path, format!("{settings}\n{storage}\n")).unwrap();
}

#[test]
fn a_service_tries_its_bucket_out_says_when_it_is_gone_and_shares_it_with_no_other_home() {
    let server = S3::with_bucket("vaults", Keeps::Versions).unwrap();
    let home = Served::home();
    with_bucket(home.path(), &server);
    let (served, _told) = Served::start_in(home, "listening at http://");
    let held: Vec<String> = server.everything().unwrap().into_iter().map(|held| held.name).collect();
    assert_eq!(held, ["vaults/vault/home"], "whose it is, and nothing of what was tried out");
    assert!(served.answer("/readyz").starts_with("HTTP/1.1 200"));
    server.be_down(true).unwrap();
    let gone = served.answer("/readyz");
    assert!(gone.starts_with("HTTP/1.1 503") && gone.contains("the storage does not answer"), "{gone}");
    assert!(served.answer("/healthz").starts_with("HTTP/1.1 200"));
    server.be_down(false).unwrap();
    assert!(served.answer("/readyz").starts_with("HTTP/1.1 200"));
    let log = fs::read_to_string(served.dir().join("serve.log")).unwrap();
    assert!(log.contains("keeps versions") && !log.contains(S3::SECRET), "{log}");

    let other = Served::home();
    with_bucket(other.path(), &server);
    let answer = Command::new(env!("CARGO_BIN_EXE_exeunt"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(other.path())
        .env_clear()
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(!answer.status.success() && told.contains("E0968") && told.contains("another home's"), "{told}");
}
