//! Whatever else is kept: it reads back as it was written.

use std::collections::HashSet;

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, BatchId, BlobId, EpochId, Name, PackageId, ReceiptId, Timestamp};
use exeunt_store::Error;
use exeunt_store::batches::Batch;
use exeunt_store::leftovers::Need;
use exeunt_store::packages::Package;
use exeunt_store::returns::Return;
use exeunt_store::reviews::Review;

use crate::place::{Spot, add, event, job, job_id, now, on_both, organization, plan, plan_id, request_id};

on_both! {
    a_plan_is_approved_once_and_by_its_digest;
    a_job_goes_its_way;
    batches_are_closed_once_and_their_blobs_belong_to_requests;
    blobs_are_needed_as_long_as_somebody_claims_them;
    reviews_are_renewed_and_ended;
    packages_are_opened_and_removed;
    receipts_name_their_entry;
    returns_are_kept_until_they_are_ended;
    missing_values_are_kept_until_they_are_back;
    who_waits_for_whom_is_replaced_and_what_was_asked_for_is_kept;
    windows_of_requests_without_rows_end_at_once;
}

fn blob(number: u8) -> BlobId {
    BlobId::new(now(), [number; 10])
}

fn batch(number: u8) -> Batch {
    Batch {
        id: BatchId::new(now(), [number; 10]),
        job: job_id(1),
        number: u64::from(number),
        state: String::from("sealed"),
        source: Name::new("shop").unwrap(),
        blob: blob(number),
        blob_digest: String::from("digest"),
        marker: (number == 1).then(|| String::from("77@now")),
        outcome: String::from("{\"units\":[]}"),
        rows: 3,
        at: now(),
    }
}

async fn a_plan_is_approved_once_and_by_its_digest(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    assert_eq!(store.plan(plan_id(1)).await.unwrap(), plan(1));
    let actor = ActorId::new(now(), [4; 10]);
    let mut change = store.begin().await.unwrap();
    assert!(matches!(change.approve_plan(plan_id(1), "beef", actor, now()).await, Err(Error::State { .. })));
    change.approve_plan(plan_id(1), "cafe", actor, now()).await.unwrap();
    assert!(matches!(change.approve_plan(plan_id(1), "cafe", actor, now()).await, Err(Error::State { .. })));
    change.commit(organization(), &[event(Kind::PlanApproved)]).await.unwrap();
    assert_eq!(store.plan(plan_id(1)).await.unwrap().approved, Some((actor, now())));
}

async fn a_job_goes_its_way(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    assert!(store.job(job_id(1)).await.unwrap() == job(1, 1));
    let mut change = store.begin().await.unwrap();
    change.move_job(job_id(1), &["queued"], "stopped", Some("no room")).await.unwrap();
    let wrong = change.move_job(job_id(1), &["queued"], "running", None).await;
    assert!(matches!(wrong, Err(Error::State { .. })));
    change.start_job(job_id(1), now()).await.unwrap();
    change.start_job(job_id(1), now().plus_seconds(5)).await.unwrap();
    change.confirm_rows(job_id(1), 9).await.unwrap();
    change.ask_cancel(job_id(1)).await.unwrap();
    change.set_census(job_id(1), Some(blob(9)), "census", &[]).await.unwrap();
    assert_eq!(change.forget_job_salt(job_id(1)).await.unwrap(), Some(blob(9)));
    change.settle_job(job_id(1), now().plus_seconds(9)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let expected = exeunt_store::jobs::Job {
        state: String::from("stopped"),
        trouble: Some(String::from("no room")),
        started_at: Some(now()),
        settled_at: Some(now().plus_seconds(9)),
        rows_confirmed: 9,
        cancel_asked: true,
        census_blob: Some(blob(9)),
        census_digest: Some(String::from("census")),
        salt: None,
        ..job(1, 1)
    };
    assert!(store.job(job_id(1)).await.unwrap() == expected);
    assert!(store.jobs(organization(), 5).await.unwrap() == [expected]);
}

async fn batches_are_closed_once_and_their_blobs_belong_to_requests(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..2, 1).await;
    let (ada, bob) = (request_id(0), request_id(1));
    let mut change = store.begin().await.unwrap();
    change.add_sealed_batch(&batch(1), &[(ada, 2), (bob, 1)]).await.unwrap();
    change.add_sealed_batch(&batch(2), &[(ada, 3)]).await.unwrap();
    change.add_sealed_batch(&batch(3), &[(bob, 3)]).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.batches(job_id(1), "sealed").await.unwrap(), [batch(1), batch(2), batch(3)]);
    assert_eq!(store.job(job_id(1)).await.unwrap().batches, 3);
    let mut change = store.begin().await.unwrap();
    change.close_batch(batch(1).id).await.unwrap();
    change.close_batch(batch(2).id).await.unwrap();
    change.void_batch(batch(3).id, blob(3)).await.unwrap();
    assert!(matches!(change.close_batch(batch(1).id).await, Err(Error::State { .. })));
    change.mark_returned(blob(1), 0, &[4, 5]).await.unwrap();
    change.mark_returned(blob(1), 0, &[5, 6]).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let closed = |number| Batch { state: String::from("closed"), ..batch(number) };
    assert_eq!(store.batches_of_request(ada).await.unwrap(), [closed(1), closed(2)]);
    let last = |number| (batch(number).rows, batch(number).at);
    assert_eq!(store.last_batches(job_id(1), 9).await.unwrap(), [last(2), last(1)]);
    assert_eq!(store.last_batches(job_id(1), 1).await.unwrap(), [last(2)]);
    assert_eq!(store.standing_batches(organization(), ada).await.unwrap(), [closed(1)]);
    assert_eq!(store.claims_of(ada).await.unwrap(), [(blob(1), 2), (blob(2), 3)]);
    assert_eq!(store.unclaimed_blobs(job_id(1)).await.unwrap(), [blob(3)]);
    assert_eq!(store.returned(blob(1)).await.unwrap().len(), 3);
    assert_eq!(store.requests_living_in(EpochId::new(now(), [5; 10])).await.unwrap(), 2);
    let mut change = store.begin().await.unwrap();
    assert!(!change.drop_claim(bob, blob(2)).await.unwrap());
    assert_eq!(change.drop_claims(ada).await.unwrap(), [blob(2)]);
    assert!(change.drop_claim(bob, blob(1)).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
}

async fn blobs_are_needed_as_long_as_somebody_claims_them(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    let ada = request_id(0);
    let needs = async |wanted: [Need; 4]| {
        for (number, wanted) in (1..).zip(wanted) {
            assert_eq!(store.need_of(blob(number)).await.unwrap(), wanted, "blob {number}");
        }
    };
    needs([Need::Unknown; 4]).await;
    let mut change = store.begin().await.unwrap();
    change.add_sealed_batch(&batch(1), &[(ada, 2)]).await.unwrap();
    // struck for nobody in particular: while it is sealed, the job that finds it decides
    change.add_sealed_batch(&batch(2), &[]).await.unwrap();
    change.keep_census_blob(job_id(1), blob(3)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    needs([Need::Needed, Need::Needed, Need::Over, Need::Unknown]).await;
    assert_eq!(
        store.living_censuses().await.unwrap(),
        HashSet::from([blob(3)]),
        "though a census is asked for first"
    );
    let mut change = store.begin().await.unwrap();
    change.close_batch(batch(1).id).await.unwrap();
    change.close_batch(batch(2).id).await.unwrap();
    change.settle_job(job_id(1), now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    needs([Need::Needed, Need::Over, Need::Over, Need::Unknown]).await;
    assert!(store.living_censuses().await.unwrap().is_empty());
    let mut change = store.begin().await.unwrap();
    change.drop_claims(ada).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    needs([Need::Over, Need::Over, Need::Over, Need::Unknown]).await;
}

async fn reviews_are_renewed_and_ended(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    let review = |number: u8, words: &str| Review {
        id: BatchId::new(now(), [number; 10]),
        job: job_id(1),
        unit: 2,
        place: 70,
        model: String::from("orders"),
        fault: String::from("refused"),
        words: words.to_owned(),
        state: String::from("open"),
        reason: None,
        at: now(),
    };
    let mut change = store.begin().await.unwrap();
    change.add_review(&review(1, "check violation")).await.unwrap();
    change.add_review(&review(2, "not null violation")).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let renewed = Review { id: review(1, "").id, ..review(2, "not null violation") };
    assert_eq!(store.reviews(job_id(1)).await.unwrap(), std::slice::from_ref(&renewed));
    let mut change = store.begin().await.unwrap();
    change.end_review(renewed.id, "skipped", Some("kept by law")).await.unwrap();
    let again = change.end_review(renewed.id, "done", None).await;
    assert!(matches!(again, Err(Error::NotFound { .. })));
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.reviews(job_id(1)).await.unwrap()[0].reason.as_deref(), Some("kept by law"));
}

async fn packages_are_opened_and_removed(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    let package = Package {
        id: PackageId::new(now(), [1; 10]),
        organization: organization(),
        request: request_id(0),
        file: String::from("pkg.zip.age"),
        digest: String::from("digest"),
        bytes: 1 << 40,
        rows: 12,
        key: Some(vec![6; 48]),
        made_at: now(),
        expires_at: now().plus_seconds(60),
        opened: 0,
        removed_at: None,
    };
    let mut change = store.begin().await.unwrap();
    change.add_package(&package).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert!(store.package(package.id).await.unwrap() == package);
    let due = async |at| store.packages_due(organization(), at).await.unwrap().len();
    assert_eq!((due(now()).await, due(package.expires_at).await), (0, 1));
    let mut change = store.begin().await.unwrap();
    change.count_opening(package.id).await.unwrap();
    change.remove_package(package.id, now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let gone = Package { opened: 1, key: None, removed_at: Some(now()), ..package };
    assert_eq!(due(gone.expires_at).await, 0);
    assert!(store.packages(organization()).await.unwrap() == [gone]);
}

async fn receipts_name_their_entry(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    let mut change = store.begin().await.unwrap();
    let id = ReceiptId::new(now(), [1; 10]);
    let at = Timestamp::from_micros(-1);
    let entry = change.add_receipt(id, organization(), request_id(0), "{\"a\":1}", at).await.unwrap();
    change.commit(organization(), &[event(Kind::RequestSubmitted)]).await.unwrap();
    let receipt = store.receipts_of(request_id(0)).await.unwrap().remove(0);
    assert_eq!((receipt.id, receipt.entry, receipt.at, receipt.body.as_str()), (id, entry, at, "{\"a\":1}"));
    assert_eq!(store.audit_entries(organization(), entry, 9).await.unwrap().len(), 1);
}

async fn returns_are_kept_until_they_are_ended(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    let new = Return {
        id: BatchId::new(now(), [8; 10]),
        blob: blob(1),
        source: Name::new("shop").unwrap(),
        marker: None,
        outcome: String::from("[]"),
    };
    let mut change = store.begin().await.unwrap();
    change.add_sealed_batch(&batch(1), &[(request_id(0), 3)]).await.unwrap();
    change.add_return(&new).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.returns_of_request(request_id(0)).await.unwrap(), std::slice::from_ref(&new));
    let mut change = store.begin().await.unwrap();
    change.end_return(new.id).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.returns_of_request(request_id(0)).await.unwrap(), []);
}

async fn missing_values_are_kept_until_they_are_back(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    change.mark_missing(blob(1), 2, &[7, 8, 9], "[\"a\"]").await.unwrap();
    change.mark_missing(blob(1), 2, &[8], "[\"b\"]").await.unwrap();
    change.end_missing(blob(1), 2, &[7]).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let missing: Vec<_> = store
        .missing_values(blob(1))
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.segment, row.place, row.columns))
        .collect();
    assert_eq!(missing, [(2, 8, String::from("[\"b\"]")), (2, 9, String::from("[\"a\"]"))]);
}

async fn who_waits_for_whom_is_replaced_and_what_was_asked_for_is_kept(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..2, 1).await;
    let (ada, ben) = (request_id(0), request_id(1));
    let wait = |model: &str, rows| (ben, model.to_owned(), rows);
    let mut change = store.begin().await.unwrap();
    change.set_waits(ada, None, &[wait("notes", 2), wait("visits", 3)]).await.unwrap();
    change.set_waits(ada, Some("notes"), &[wait("notes", 1)]).await.unwrap();
    change.mark_asked(ada, blob(1), 0, &[4, 5]).await.unwrap();
    change.mark_asked(ada, blob(1), 0, &[5, 6]).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let waits = store.waits_of(ada).await.unwrap();
    assert_eq!(waits, store.waits_for(ben).await.unwrap());
    let rows: Vec<_> = waits.iter().map(|wait| (wait.model.as_str(), wait.rows)).collect();
    assert_eq!(
        (rows.as_slice(), waits[0].awaited_state.as_str()),
        (&[("notes", 1), ("visits", 3)][..], "received")
    );
    let asked = [4, 5, 6].map(|place| (blob(1), 0, place));
    assert_eq!(store.asked_rows(ada).await.unwrap(), asked);
    let mut change = store.begin().await.unwrap();
    change.set_waits(ada, None, &[]).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.waits_of(ada).await.unwrap(), []);
}

async fn windows_of_requests_without_rows_end_at_once(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..2, 1).await;
    let mut change = store.begin().await.unwrap();
    change.set_requests_job(&[request_id(0), request_id(1)], job_id(1), true).await.unwrap();
    change.add_sealed_batch(&batch(1), &[(request_id(0), 3)]).await.unwrap();
    change.open_windows(job_id(1), "received", "hidden", now().plus_seconds(90)).await.unwrap();
    change.end_empty_windows(job_id(1), "hidden", now()).await.unwrap();
    change.take_lease(job_id(1), "one", &["queued"], now(), now().plus_seconds(3)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let ends: Vec<_> =
        store.requests_of(job_id(1)).await.unwrap().iter().map(|request| request.window_ends_at).collect();
    assert_eq!(ends, [Some(now().plus_seconds(90)), Some(now())]);
    assert!(store.is_leased(job_id(1), now()).await.unwrap());
    assert!(!store.is_leased(job_id(1), now().plus_seconds(4)).await.unwrap());
}
