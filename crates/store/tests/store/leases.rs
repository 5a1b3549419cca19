//! Leases and counts: whatever several processes do at once, a job has one worker, and a batch counts once.

use exeunt_base::Name;
use exeunt_store::Error;
use exeunt_store::jobs::{Delta, Unit};

use crate::place::{Spot, add, job_id, now, on_both, request_id};

on_both! {
    of_many_takers_at_once_one_gets_the_lease;
    whoever_lost_the_lease_writes_nothing_more;
    a_delta_counts_once_whoever_brings_it;
    of_two_who_start_the_same_requests_one_has_them;
    leases_that_live_are_counted;
}

async fn of_many_takers_at_once_one_gets_the_lease(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    let mut takers = Vec::new();
    for taker in 0..6 {
        let store = spot.open().await;
        takers.push(tokio::spawn(async move {
            let mut change = store.begin().await.unwrap();
            let until = now().plus_seconds(30);
            let taken =
                change.take_lease(job_id(1), &format!("taker {taker}"), &["queued"], now(), until).await;
            match taken {
                Ok(lease) => {
                    change.commit_bookkeeping().await.unwrap();
                    Some(lease)
                }
                Err(Error::State { wanted, .. }) if wanted == "a free lease" => None,
                Err(error) => panic!("{error:?}"),
            }
        }));
    }
    let mut taken = Vec::new();
    for taker in takers {
        taken.extend(taker.await.unwrap());
    }
    assert_eq!(taken.len(), 1);
    assert_eq!(store.job(job_id(1)).await.unwrap().fence, 1);
}

async fn whoever_lost_the_lease_writes_nothing_more(spot: Spot) {
    let (store, other) = (spot.started().await, spot.open().await);
    add(&store, 0..1, 1).await;
    let states = ["queued"];
    let mut change = store.begin().await.unwrap();
    let first = change.take_lease(job_id(1), "first", &states, now(), now().plus_seconds(30)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let later = now().plus_seconds(31);
    let mut change = other.begin().await.unwrap();
    let second =
        change.take_lease(job_id(1), "second", &states, later, later.plus_seconds(30)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!((first.fence, second.fence), (1, 2));
    let mut change = store.begin().await.unwrap();
    let held = change.hold_lease(&first, later.plus_seconds(60)).await;
    assert!(matches!(held, Err(Error::LeaseLost { .. })), "{held:?}");
    // and giving back what it no longer has takes nothing from the other
    change.drop_lease(&first).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let mut change = other.begin().await.unwrap();
    change.hold_lease(&second, later.plus_seconds(60)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
}

async fn a_delta_counts_once_whoever_brings_it(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    let unit = Unit {
        unit: 0,
        source: Name::new("shop").unwrap(),
        model: String::from("customers"),
        action: String::from("delete"),
        total: 500,
        done: 0,
        gone: 0,
        failed: 0,
        skipped: 0,
        position: 0,
    };
    let mut change = store.begin().await.unwrap();
    change.set_census(job_id(1), None, "digest", &[unit]).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let mut tasks = Vec::new();
    for _ in 0..5 {
        let store = spot.open().await;
        tasks.push(tokio::spawn(async move {
            let mut change = store.begin().await.unwrap();
            let delta = Delta { done: 90, gone: 7, failed: 3, to: 100 };
            let counted = change.advance_unit(job_id(1), 0, 0, &delta).await;
            if counted.is_ok() {
                change.commit_bookkeeping().await.unwrap();
            }
            counted.is_ok()
        }));
    }
    let mut counted = 0;
    for task in tasks {
        counted += u32::from(task.await.unwrap());
    }
    let unit = store.units(job_id(1)).await.unwrap().remove(0);
    assert_eq!((counted, unit.done, unit.gone, unit.failed, unit.position), (1, 90, 7, 3, 100));
    assert_eq!(store.job(job_id(1)).await.unwrap().rows_total, 500);
}

async fn of_two_who_start_the_same_requests_one_has_them(spot: Spot) {
    let (store, other) = (spot.started().await, spot.open().await);
    add(&store, 0..3, 1).await;
    add(&store, 3..4, 2).await;
    let ids = [request_id(0), request_id(1), request_id(2)];
    let mut change = store.begin().await.unwrap();
    change.set_requests_job(&ids, job_id(1), true).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let mut change = other.begin().await.unwrap();
    let again = change.set_requests_job(&ids, job_id(2), true).await;
    assert!(matches!(again, Err(Error::State { .. })), "{again:?}");
    drop(change);
    let of: Vec<_> = other.requests_of(job_id(1)).await.unwrap();
    assert_eq!(
        of.iter().map(|request| (request.id, request.claimant)).collect::<Vec<_>>(),
        [(ids[0], Some(0)), (ids[1], Some(1)), (ids[2], Some(2))]
    );
}

async fn leases_that_live_are_counted(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..1, 1).await;
    add(&store, 1..2, 2).await;
    let mut change = store.begin().await.unwrap();
    let lease =
        change.take_lease(job_id(1), "one", &["queued"], now(), now().plus_seconds(30)).await.unwrap();
    change.take_lease(job_id(2), "two", &["queued"], now(), now().plus_seconds(10)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let live = async |at| store.live_jobs(crate::place::organization(), at).await.unwrap();
    assert_eq!(live(now()).await, 2);
    assert_eq!(live(now().plus_seconds(20)).await, 1);
    let mut change = store.begin().await.unwrap();
    change.drop_lease(&lease).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(live(now()).await, 1);
}
