//! Requests: from state to state, one by one and ten thousand at a time.

use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_store::Error;

use crate::place::{
    Spot, add, event, job, job_id, now, on_both, organization, plan, plan_id, request, request_id,
};

on_both! {
    a_request_reads_back_as_it_was_written;
    a_request_moves_only_from_where_it_may;
    many_requests_move_together_or_not_at_all;
    requests_are_listed_newest_first;
    ten_thousand_requests_are_planned_approved_and_queued;
    what_is_destroyed_is_gone;
}

async fn a_request_reads_back_as_it_was_written(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..2, 1).await;
    assert!(store.request(request_id(1)).await.unwrap() == request(1));
    let mut change = store.begin().await.unwrap();
    change.set_hold(request_id(1), Some("a court's order"), Some(now())).await.unwrap();
    change.set_tally(request_id(1), "{}").await.unwrap();
    change.plan_requests(&[request_id(1)], plan_id(1), &["received"], "planned").await.unwrap();
    change.set_requests_job(&[request_id(1)], job_id(1), true).await.unwrap();
    assert_eq!(change.open_windows(job_id(1), "planned", "hidden", now().plus_seconds(9)).await.unwrap(), 1);
    assert_eq!(change.hold_of(request_id(1)).await.unwrap().as_deref(), Some("a court's order"));
    change.commit_bookkeeping().await.unwrap();
    let expected = exeunt_store::requests::Request {
        state: String::from("hidden"),
        window_ends_at: Some(now().plus_seconds(9)),
        held_because: Some(String::from("a court's order")),
        held_until: Some(now()),
        tally: Some(String::from("{}")),
        plan: Some(plan_id(1)),
        job: Some(job_id(1)),
        claimant: Some(0),
        ..request(1)
    };
    assert!(store.request(request_id(1)).await.unwrap() == expected);
    assert_eq!(store.states_of_job(job_id(1), None).await.unwrap(), [(String::from("hidden"), true)]);
    assert_eq!(store.salts(organization()).await.unwrap(), [(request_id(1), vec![2; 32], false)]);
    assert_eq!(store.requests_planned(plan_id(1)).await.unwrap(), [(request_id(1), Some(job_id(1)))]);
    assert_eq!(store.case_keys_of(job_id(1)).await.unwrap(), [(request_id(1), Some(vec![1; 40]))]);
}

async fn a_request_moves_only_from_where_it_may(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..2, 1).await;
    let mut change = store.begin().await.unwrap();
    change.move_request(request_id(1), &["received"], "planned").await.unwrap();
    let refused = change.move_request(request_id(1), &["received", "hidden"], "queued").await;
    let Err(Error::State { found, wanted, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((found.as_str(), wanted.as_str()), ("planned", "received or hidden"));
    let missing = change.move_request(request_id(2), &["received"], "planned").await;
    assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
    // being refused spoils nothing
    change.commit(organization(), &[event(Kind::RequestSubmitted)]).await.unwrap();
    assert_eq!(store.request(request_id(1)).await.unwrap().state, "planned");
}

async fn many_requests_move_together_or_not_at_all(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..3, 1).await;
    let ids = [request_id(0), request_id(1), request_id(2)];
    let mut change = store.begin().await.unwrap();
    change.move_request(ids[2], &["received"], "purged").await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let mut change = store.begin().await.unwrap();
    let refused = change.move_requests(&ids, &["received"], "planned").await;
    assert!(matches!(&refused, Err(Error::State { id, .. }) if *id == ids[2].to_string()), "{refused:?}");
    drop(change);
    let states: Vec<_> =
        store.requests_named(&ids).await.unwrap().into_iter().map(|request| request.state).collect();
    assert_eq!(states, ["received", "received", "purged"]);
}

async fn requests_are_listed_newest_first(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..30, 1).await;
    let listed = store.requests(organization(), 3).await.unwrap();
    let ids: Vec<RequestId> = listed.iter().map(|request| request.id).collect();
    assert_eq!(ids, [request_id(29), request_id(28), request_id(27)]);
    let asked = [request_id(5), request_id(20), request_id(1)];
    let named = store.requests_named(&asked).await.unwrap();
    assert_eq!(named.iter().map(|request| request.id).collect::<Vec<_>>(), asked);
    let missing = store.requests_named(&[request_id(5), request_id(77)]).await;
    assert!(matches!(missing, Err(Error::NotFound { .. })));
}

async fn ten_thousand_requests_are_planned_approved_and_queued(spot: Spot) {
    const MANY: u32 = 10_000;
    let store = spot.started().await;
    let ids: Vec<_> = (0..MANY).map(request_id).collect();
    let mut change = store.begin().await.unwrap();
    for number in 0..MANY {
        change.add_request(&request(number)).await.unwrap();
    }
    change.add_plan(&plan(1)).await.unwrap();
    change.plan_requests(&ids, plan_id(1), &["received"], "planned").await.unwrap();
    change.move_requests(&ids, &["planned"], "approved").await.unwrap();
    change.add_job(&job(1, 1)).await.unwrap();
    change.set_requests_job(&ids, job_id(1), true).await.unwrap();
    change.move_requests(&ids, &["approved"], "queued").await.unwrap();
    let sealed: Vec<_> = ids.iter().map(|id| (*id, id.to_string().into_bytes())).collect();
    change.set_all_identities(&sealed).await.unwrap();
    let entries: Vec<_> = (0..MANY)
        .map(|number| {
            let mut mac = [0; 32];
            mac[..4].copy_from_slice(&number.to_be_bytes());
            ("email", mac, request_id(number))
        })
        .collect();
    change.add_all_to_ledger(organization(), &entries, now()).await.unwrap();
    change.commit(organization(), &[event(Kind::PlanApproved)]).await.unwrap();
    let requests = store.requests_of(job_id(1)).await.unwrap();
    assert_eq!(requests.len(), MANY as usize);
    for (request, number) in requests.iter().zip(0..) {
        assert_eq!((request.id, request.claimant), (request_id(number), Some(number)));
        assert_eq!(request.state, "queued");
        assert_eq!(request.identities, Some(request.id.to_string().into_bytes()));
    }
    assert_eq!(store.ledger_of(organization(), "email").await.unwrap().len(), MANY as usize);
    assert_eq!(store.requests_named(&ids).await.unwrap().len(), MANY as usize);
}

async fn what_is_destroyed_is_gone(spot: Spot) {
    let store = spot.started().await;
    add(&store, 1..3, 1).await;
    let mut change = store.begin().await.unwrap();
    change.destroy_salt(request_id(1)).await.unwrap();
    change.destroy_identities(request_id(1)).await.unwrap();
    change.settle_job(job_id(1), now()).await.unwrap();
    change.commit(organization(), &[event(Kind::RequestSubmitted)]).await.unwrap();
    store.flush_destroyed().await.unwrap();
    let request = store.request(request_id(1)).await.unwrap();
    assert_eq!((request.salt, request.identities, request.case_key), (None, None, None));
    assert_eq!(store.job(job_id(1)).await.unwrap().salt, None);
    assert_eq!(store.salts(organization()).await.unwrap().len(), 1);
}
