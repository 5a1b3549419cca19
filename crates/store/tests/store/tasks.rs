//! Tasks and calls: whatever several processes do at once, a task has one worker, and a named call counts once.

use exeunt_base::{ActorId, TaskId, Timestamp};
use exeunt_store::calls::{Call, Earlier};
use exeunt_store::tasks::{DONE, RUNNING, Task, WAITING};
use exeunt_store::{Error, Store};

use crate::place::{Spot, add, now, on_both, organization, request, request_id};

on_both! {
    of_many_workers_at_once_one_gets_the_task;
    what_is_asked_for_twice_is_one_task_until_it_ended;
    a_worker_whose_turn_ran_out_ends_nothing;
    a_task_put_back_waits_for_its_time;
    an_organization_has_no_more_at_work_than_it_may;
    a_task_that_is_for_others_is_passed_over;
    a_call_of_a_name_happens_once;
    requests_are_listed_page_by_page_while_more_come_in;
    who_entered_a_request_and_what_is_due_is_known;
}

fn task(number: u8, subject: &str) -> Task {
    Task {
        id: TaskId::new(now(), [number; 10]),
        organization: organization(),
        kind: String::from("purge"),
        subject: subject.to_owned(),
        state: WAITING.to_owned(),
        wanted: Some(vec![number, 0, 255]),
        asked_by: Some(ActorId::new(now(), [9; 10])),
        asked_at: now(),
        not_before: now(),
        tries: 0,
        ended_at: None,
        outcome: None,
    }
}

async fn ask(store: &Store, task: &Task) -> Option<Task> {
    let mut change = store.begin().await.unwrap();
    let open = change.add_task(task).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    open
}

async fn take(store: &Store, at: Timestamp) -> Option<(Task, exeunt_store::tasks::Turn)> {
    let mut change = store.begin().await.unwrap();
    let taken =
        change.take_task(organization(), "worker", None, &[], (at, at.plus_seconds(6))).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    taken
}

async fn a_task_that_is_for_others_is_passed_over(spot: Spot) {
    let store = spot.started().await;
    for number in 1..=3 {
        ask(&store, &task(number, &format!("req_{number}"))).await;
    }
    let except = [task(1, "").id, task(2, "").id];
    let mut change = store.begin().await.unwrap();
    let times = (now(), now().plus_seconds(6));
    let (taken, _) =
        change.take_task(organization(), "elsewhere", Some(2), &except, times).await.unwrap().unwrap();
    assert_eq!(taken.id, task(3, "").id);
    assert!(
        change.take_task(organization(), "elsewhere", None, &except, times).await.unwrap().is_none(),
        "nothing else is for it"
    );
    change.commit_bookkeeping().await.unwrap();
    assert!(store.backlog_but_for(&except, now()).await.unwrap().is_empty());
    assert_eq!(store.backlog(now()).await.unwrap().len(), 1, "others see what waits");
    assert_eq!(take(&store, now()).await.unwrap().0.id, task(1, "").id);
}

async fn of_many_workers_at_once_one_gets_the_task(spot: Spot) {
    let store = spot.started().await;
    assert_eq!(ask(&store, &task(1, "req_1")).await, None);
    let mut workers = Vec::new();
    for _ in 0..6 {
        let store = spot.open().await;
        workers.push(tokio::spawn(async move { take(&store, now()).await }));
    }
    let mut taken = Vec::new();
    for worker in workers {
        taken.extend(worker.await.unwrap());
    }
    let [(taken, turn)] = taken.as_slice() else { panic!("{taken:?}") };
    let expected = Task { state: RUNNING.to_owned(), tries: 1, ..task(1, "req_1") };
    assert_eq!((taken, turn.fence), (&expected, 1));
    assert_eq!(store.task(taken.id).await.unwrap(), expected);
}

async fn what_is_asked_for_twice_is_one_task_until_it_ended(spot: Spot) {
    let store = spot.started().await;
    assert_eq!(ask(&store, &task(1, "req_1")).await, None);
    assert_eq!(ask(&store, &task(2, "req_1")).await, Some(task(1, "req_1")));
    assert_eq!(ask(&store, &task(3, "req_2")).await, None);
    let (_, turn) = take(&store, now()).await.unwrap();
    let mut change = store.begin().await.unwrap();
    change.end_task(&turn, DONE, "{\"rows\":3}", now().plus_seconds(2)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let ended = store.task(turn.task).await.unwrap();
    assert_eq!(
        (ended.state.as_str(), ended.wanted, ended.outcome.as_deref()),
        (DONE, None, Some("{\"rows\":3}"))
    );
    assert_eq!(ask(&store, &task(4, "req_1")).await, None);
    let about: Vec<TaskId> = store.tasks_about("req_1").await.unwrap().iter().map(|task| task.id).collect();
    assert_eq!(about, [task(4, "").id, task(1, "").id]);
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.forget_tasks(now().plus_seconds(2)).await.unwrap(), 0);
    assert_eq!(change.forget_tasks(now().plus_seconds(3)).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
}

async fn a_worker_whose_turn_ran_out_ends_nothing(spot: Spot) {
    let store = spot.started().await;
    ask(&store, &task(1, "req_1")).await;
    let (_, first) = take(&store, now()).await.unwrap();
    assert!(take(&store, now().plus_seconds(5)).await.is_none(), "the first one lives");
    let (again, second) = take(&store, now().plus_seconds(6)).await.unwrap();
    assert_eq!((again.tries, second.fence), (2, 2));
    let mut change = store.begin().await.unwrap();
    let held = change.hold_turn(&first, now().plus_seconds(60)).await;
    assert!(matches!(held, Err(Error::LeaseLost { .. })));
    let ended = change.end_task(&first, DONE, "{}", now()).await;
    assert!(matches!(ended, Err(Error::LeaseLost { .. })));
    change.hold_turn(&second, now().plus_seconds(60)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert!(take(&store, now().plus_seconds(59)).await.is_none());
}

async fn a_task_put_back_waits_for_its_time(spot: Spot) {
    let store = spot.started().await;
    ask(&store, &task(1, "req_1")).await;
    let (_, turn) = take(&store, now()).await.unwrap();
    let mut change = store.begin().await.unwrap();
    change.put_task_back(&turn, Some("{\"code\":\"E0201\"}"), now().plus_seconds(30)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.backlog(now().plus_seconds(29)).await.unwrap(), []);
    let due = now().plus_seconds(30);
    assert_eq!(store.backlog(due).await.unwrap(), [(organization(), due)]);
    assert!(take(&store, now().plus_seconds(29)).await.is_none());
    let (again, _) = take(&store, due).await.unwrap();
    assert_eq!((again.tries, again.wanted), (2, task(1, "").wanted));
}

async fn an_organization_has_no_more_at_work_than_it_may(spot: Spot) {
    let store = spot.started().await;
    for number in 1..4 {
        ask(&store, &task(number, &format!("req_{number}"))).await;
    }
    let mut taken = 0;
    for _ in 0..3 {
        let mut change = store.begin().await.unwrap();
        let until = now().plus_seconds(6);
        taken += usize::from(
            change.take_task(organization(), "worker", Some(2), &[], (now(), until)).await.unwrap().is_some(),
        );
        change.commit_bookkeeping().await.unwrap();
    }
    assert_eq!(taken, 2);
}

async fn a_call_of_a_name_happens_once(spot: Spot) {
    let (store, other) = (spot.started().await, spot.open().await);
    let call = |key: &str, digest: &str| Call {
        caller: String::from("act_1"),
        key: key.to_owned(),
        digest: digest.to_owned(),
    };
    let mut change = store.begin().await.unwrap();
    let made = change.call_once(organization(), &call("a", "x"), "req_1", now()).await.unwrap();
    assert_eq!(made, None);
    change.commit_bookkeeping().await.unwrap();
    let mut change = other.begin().await.unwrap();
    let earlier = Earlier { digest: String::from("x"), made: String::from("req_1") };
    let second = change.call_once(organization(), &call("a", "y"), "req_2", now()).await.unwrap();
    assert_eq!(second, Some(earlier.clone()));
    let another = change.call_once(organization(), &call("b", "x"), "req_2", now()).await.unwrap();
    assert_eq!(another, None);
    change.rollback().await.unwrap();
    assert_eq!(store.earlier_call(organization(), &call("a", "")).await.unwrap(), Some(earlier));
    assert_eq!(store.earlier_call(organization(), &call("b", "")).await.unwrap(), None);
    let mut change = store.begin().await.unwrap();
    assert_eq!(change.forget_calls(now()).await.unwrap(), 0);
    assert_eq!(change.forget_calls(now().plus_seconds(1)).await.unwrap(), 1);
    change.commit_bookkeeping().await.unwrap();
}

async fn requests_are_listed_page_by_page_while_more_come_in(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..10, 1).await;
    let filter = exeunt_store::requests::Filter {
        kind: Some("erasure".into()),
        state: Some("received".into()),
        ..Default::default()
    };
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = store.requests_page(organization(), &filter, before, 3).await.unwrap();
        // somebody asks in between: who walks on sees neither gap nor double
        add(&store, 100 + seen.len() as u32..101 + seen.len() as u32, 100 + seen.len() as u32).await;
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        seen.extend(page.iter().map(|request| request.id));
    }
    assert_eq!(seen, (0..10).rev().map(request_id).collect::<Vec<_>>());
    let none = exeunt_store::requests::Filter { kind: Some("access".into()), ..Default::default() };
    assert_eq!(store.requests_page(organization(), &none, None, 3).await.unwrap(), []);
}

async fn who_entered_a_request_and_what_is_due_is_known(spot: Spot) {
    let store = spot.started().await;
    let actor = ActorId::new(now(), [4; 10]);
    let mut change = store.begin().await.unwrap();
    for (number, state) in [(1, "hidden"), (2, "hidden"), (3, "purging"), (4, "received"), (5, "hidden")] {
        let entered = exeunt_store::requests::Request {
            state: state.to_owned(),
            entered_by: Some(actor),
            ..request(number)
        };
        change.add_request(&entered).await.unwrap();
    }
    change.set_hold(request_id(2), Some("court"), None).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.request(request_id(1)).await.unwrap().entered_by, Some(actor));
    let until = now().as_micros() + 5;
    spot.run(&format!("UPDATE requests SET window_ends_at = {until} WHERE id <> '{}'", request_id(5)));
    let due = async |at| {
        store.requests_due(organization(), "purging", &["hidden", "partly_restored"], at).await.unwrap()
    };
    assert_eq!(due(now()).await, [request_id(3)]);
    assert_eq!(due(Timestamp::from_micros(until)).await, [request_id(1), request_id(3)]);
}
