//! Broken connections, busy servers, wrong keys, clocks and names.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use exeunt_base::FaultKind;
use exeunt_bucket::{Bucket, Settings};
use exeunt_testkit::s3::{Keeps, S3};
use exeunt_vault::{Error, Storage};

use crate::kinds::{There, get, keys, noise, put};

fn there() -> There {
    There::new(Keeps::Nothing)
}

#[test]
fn trouble_that_passes_is_tried_again_after_growing_pauses() {
    let there = there();
    let bucket = there.bucket();
    for (number, trouble) in
        ["503 500 503", "drop drop", "429 504", "take-and-drop", "502 take-and-drop"].iter().enumerate()
    {
        there.clock.pauses.lock().unwrap().clear();
        let name = format!("ab/{number}.blob");
        there.server.answer(trouble).unwrap();
        put(&bucket, &name, b"in the end").unwrap_or_else(|error| panic!("{trouble}: {error}"));
        assert_eq!(there.server.left().unwrap(), "", "{trouble}");
        let pauses = there.clock.pauses.lock().unwrap().clone();
        assert_eq!(pauses.len(), trouble.split(' ').count(), "{trouble}");
        assert!(pauses.is_sorted_by(|one, other| one < other), "{pauses:?}");
        there.server.answer("get:503 get:drop").unwrap();
        assert_eq!(get(&bucket, &name).unwrap(), b"in the end");
        there.server.answer("delete:take-and-drop").unwrap();
        assert!(bucket.delete(&name).unwrap());
    }
    assert!(there.is_empty());
}

#[test]
fn a_large_thing_survives_lost_connections_at_every_step() {
    let there = there();
    let bucket = there.bucket();
    let bytes = noise(17_000_000);
    for (number, trouble) in [
        "post:drop",
        "post:take-and-drop",
        "put:drop",
        "put:take-and-drop",
        "put:ok put:ok put:drop",
        "post:ok post:drop",
        "post:ok post:take-and-drop",
        "post:ok post:503",
    ]
    .iter()
    .enumerate()
    {
        let name = format!("cd/{number}.blob");
        there.server.answer(trouble).unwrap();
        put(&bucket, &name, &bytes).unwrap_or_else(|error| panic!("{trouble}: {error}"));
        assert_eq!(there.server.left().unwrap(), "", "{trouble}");
        assert!(get(&bucket, &name).unwrap() == bytes, "{trouble}");
        bucket.delete(&name).unwrap();
    }
    // beginning an upload was done twice where its first answer was lost: the sweeper finds the one nobody knows
    let left = bucket.drafts().unwrap();
    assert_eq!(left.iter().map(|draft| draft.name.as_str()).collect::<Vec<_>>(), ["cd/1.blob"]);
    left.iter().for_each(|draft| bucket.discard(draft).unwrap());
    assert!(there.is_empty());
}

#[test]
fn a_server_that_stays_away_is_told_as_such_and_nothing_is_believed() {
    let there = there();
    let bucket = there.bucket();
    put(&bucket, "ab/x.blob", b"here").unwrap();
    there.server.be_down(true).unwrap();
    let mut draft = bucket.begin("ab/y.blob", "01").unwrap();
    draft.write(b"never").unwrap();
    for error in [
        draft.finish().unwrap_err(),
        bucket.open("ab/x.blob").unwrap_err(),
        bucket.holds("ab/x.blob").unwrap_err(),
        bucket.delete("ab/x.blob").unwrap_err(),
        bucket.list("").unwrap_err(),
    ] {
        assert_eq!((error.code(), error.kind()), ("E0966", FaultKind::Unreachable), "{error}");
        assert!(error.to_string().ends_with("4 times in a row"), "{error}");
    }
    let looked = bucket.look().unwrap_err().to_string();
    assert!(!looked.contains("in a row"), "whoever asks whether it works is answered at once: {looked}");
    there.server.be_down(false).unwrap();
    assert!(!bucket.holds("ab/y.blob").unwrap());
    assert_eq!(get(&bucket, "ab/x.blob").unwrap(), b"here");
    let nowhere = Settings { endpoint: Some("http://127.0.0.1:1".into()), ..there.settings() };
    assert_eq!(Bucket::new(nowhere).unwrap().look().unwrap_err().code(), "E0966");
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_without_end() {
    let there = there();
    // takes calls and never answers
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let patience = Duration::from_millis(50);
    let settings = Settings { endpoint: Some(endpoint), tries: 2, patience, ..there.settings() };
    let error = Bucket::new(settings).unwrap().look().unwrap_err();
    assert!(error.to_string().contains("did not answer in time"), "{error}");
}

#[test]
fn keys_clocks_regions_and_names_that_are_wrong_are_told_with_what_to_mend() {
    let there = there();
    let with = |change: &dyn Fn(&mut Settings)| {
        let mut settings = there.settings();
        change(&mut settings);
        let error = Bucket::new(settings).unwrap().look().unwrap_err();
        assert_eq!((error.code(), error.kind()), ("E0967", FaultKind::Denied), "{error}");
        let told = format!("{error} {error:?}");
        assert!(!told.contains(S3::SECRET) && !told.contains("wrong-secret"), "{told}");
        error.to_string()
    };
    let told = with(&|settings| settings.keys = Arc::new(|| Ok(keys(S3::KEY, "wrong-secret"))));
    assert!(told.contains("access key is not accepted") && told.contains("SignatureDoesNotMatch"), "{told}");
    let told = with(&|settings| settings.keys = Arc::new(|| Ok(keys("AKIDNOBODY", S3::SECRET))));
    assert!(told.contains("InvalidAccessKeyId"), "{told}");
    let told = with(&|settings| settings.keys = Arc::new(|| Err("there is no file `secret`".into())));
    assert!(told.contains("there is no file `secret`"), "{told}");
    let told = with(&|settings| settings.bucket = "vanished".into());
    assert!(told.contains("there is no bucket `vanished`"), "{told}");
    let told = with(&|settings| settings.region = "us-east-1".into());
    assert!(told.contains("which is in `eu-west-1`"), "{told}");
    there.clock.wrong_by.store(-3600, Ordering::Relaxed);
    let told = with(&|_| {});
    assert!(told.contains("this machine's clock differs") && told.contains("which says"), "{told}");
}

#[test]
fn a_missing_bucket_is_never_taken_for_a_missing_thing() {
    let there = there();
    let bucket = Bucket::new(Settings { bucket: "vanished".into(), ..there.settings() }).unwrap();
    for error in
        [bucket.holds("x").unwrap_err(), bucket.open("x").unwrap_err(), bucket.delete("x").unwrap_err()]
    {
        assert!(matches!(error, Error::NotLetIn { .. }), "{error}");
    }
}

#[test]
fn keys_that_were_changed_where_they_are_kept_are_read_again() {
    let there = there();
    let asked = Arc::new(AtomicU32::new(0));
    let read = Arc::clone(&asked);
    let reading = move || {
        let first = read.fetch_add(1, Ordering::Relaxed) == 0;
        Ok(keys(S3::KEY, if first { "an-older-secret" } else { S3::SECRET }))
    };
    let bucket = Bucket::new(Settings { keys: Arc::new(reading), ..there.settings() }).unwrap();
    put(&bucket, "ab/x.blob", b"with the new one").unwrap();
    put(&bucket, "ab/y.blob", b"still").unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert!(there.clock.pauses.lock().unwrap().is_empty());
}

#[test]
fn a_call_from_the_async_runtime_does_not_stop_it() {
    let there = there();
    let bucket = there.bucket();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let worker = tokio::spawn(async move { put(&bucket, "ab/x.blob", &noise(100_000)) });
        worker.await.unwrap().unwrap();
    });
    let still = tokio::runtime::Builder::new_current_thread().build().unwrap();
    still.block_on(async { there.bucket().look().unwrap() });
}
