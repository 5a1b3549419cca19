//! Buckets with rules of their own.

use exeunt_testkit::s3::Keeps;
use exeunt_vault::{Error, Storage};

use crate::kinds::{There, noise, put};

#[test]
fn a_bucket_that_keeps_versions_keeps_none_of_what_is_deleted() {
    let there = There::new(Keeps::Versions);
    let bucket = there.bucket();
    put(&bucket, "ab/x.blob", b"first").unwrap();
    assert!(bucket.delete("ab/x.blob").unwrap());
    assert!(there.is_empty(), "no version and no mark is left");
    put(&bucket, "ab/x.blob", &noise(9_000_000)).unwrap();
    put(&bucket, "ab/xy.blob", b"another").unwrap();
    assert!(bucket.delete("ab/x.blob").unwrap());
    let left: Vec<String> = there.server.everything().unwrap().into_iter().map(|held| held.name).collect();
    assert_eq!(left, ["vaults/acme/one/vault/ab/xy.blob"], "whose name only begins alike is untouched");
    let notes = bucket.prove("00").unwrap();
    assert!(notes[0].contains("keeps versions"), "{notes:?}");
}

#[test]
fn a_bucket_that_locks_what_it_is_given_is_refused() {
    let there = There::new(Keeps::Locked);
    let refused = there.bucket().prove("00").unwrap_err();
    assert_eq!(refused.code(), "E0968");
    assert!(refused.to_string().contains("object lock"), "{refused}");
    assert!(there.is_empty(), "and nothing was put there");
}

#[test]
fn a_server_that_knows_no_conditions_is_refused() {
    let there = There::new(Keeps::Nothing);
    there.server.answer("put:ok put:overwrite").unwrap();
    let refused = there.bucket().prove("00").unwrap_err();
    assert!(matches!(&refused, Error::Unsuitable { why, .. } if why.contains("If-None-Match")), "{refused}");
    assert!(there.is_empty());
    there.server.answer("put:ok put:ok post:ok put:ok post:overwrite").unwrap();
    let refused = there.bucket().prove("00").unwrap_err();
    assert!(matches!(&refused, Error::Unsuitable { .. }), "{refused}");
    assert!(there.is_empty());
}
