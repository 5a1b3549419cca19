//! A bucket over TLS, by an authority of one's own.

use std::fs;

use exeunt_base::FaultKind;
use exeunt_bucket::{Bucket, Settings};
use exeunt_testkit::s3::Keeps;
use exeunt_testkit::tls::{AUTHORITY, CERTIFICATE, Door};
use exeunt_vault::Storage;

use crate::kinds::{There, get, noise, put};

#[test]
fn a_bucket_over_tls_keeps_its_promises_and_only_its_authority_is_believed() {
    let there = There::new(Keeps::Nothing);
    let plain = there.server.endpoint();
    let door = Door::before(plain.rsplit(':').next().unwrap().parse().unwrap()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, pem: &str| {
        let path = dir.path().join(name);
        fs::write(&path, pem).unwrap();
        Some(path)
    };
    let own = file("authority.pem", AUTHORITY);
    let at = |host: &str, trust| {
        let endpoint = Some(format!("https://{host}:{}", door.port()));
        Bucket::new(Settings { endpoint, trust, ..there.settings() }).unwrap().part("vault")
    };
    let bucket = at("localhost", own.clone());
    bucket.prove("00").unwrap();
    for (name, bytes) in [("ab/small.blob", noise(300)), ("ab/large.blob", noise(9_000_000))] {
        put(&bucket, name, &bytes).unwrap();
        assert!(get(&bucket, name).unwrap() == bytes, "{name}");
        assert!(bucket.delete(name).unwrap());
    }
    // a connection that breaks in the middle is tried again, over TLS as well
    there.server.answer("put:drop get:503").unwrap();
    put(&bucket, "ab/again.blob", b"in the end").unwrap();
    assert_eq!(get(&bucket, "ab/again.blob").unwrap(), b"in the end");
    assert!(bucket.delete("ab/again.blob").unwrap());
    there.clock.pauses.lock().unwrap().clear();
    // an authority that did not sign it, and another name than it was given to
    for (host, trust) in [("localhost", file("other.pem", CERTIFICATE)), ("127.0.0.1", own)] {
        let refused = put(&at(host, trust), "ab/never.blob", b"never").unwrap_err();
        assert!(refused.to_string().contains("certificate is not trusted"), "{host}: {refused}");
        assert_eq!(refused.kind(), FaultKind::Denied, "{host}: {refused}");
    }
    assert!(there.clock.pauses.lock().unwrap().is_empty(), "trying again helps nobody");
    assert!(there.is_empty());
}
