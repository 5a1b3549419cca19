//! Halts: one for each source and one for all, and what waited for them is woken.

use exeunt_base::{ActorId, Name, TaskId};
use exeunt_store::halts::Halt;
use exeunt_store::tasks::{Task, WAITING};

use crate::place::{Spot, now, on_both, organization};

on_both! {
    there_is_one_halt_for_each_source_and_one_for_all;
    what_waits_for_its_time_is_woken_and_a_try_aside_is_none;
}

fn halt(source: Option<&str>) -> Halt {
    Halt {
        source: source.map(|name| Name::new(name).unwrap()),
        because: String::from("a new disk"),
        by: Some(ActorId::new(now(), [1; 10])),
        at: now(),
        lift_by: None,
        lift_at: None,
    }
}

async fn there_is_one_halt_for_each_source_and_one_for_all(spot: Spot) {
    let store = spot.started().await;
    let mut change = store.begin().await.unwrap();
    for (source, added) in [(Some("shop"), true), (None, true), (Some("shop"), false), (None, false)] {
        assert_eq!(change.add_halt(organization(), &halt(source)).await.unwrap(), added, "{source:?}");
    }
    let second = ActorId::new(now(), [2; 10]);
    change.ask_lift(organization(), second, now()).await.unwrap();
    assert_eq!(change.halts(organization()).await.unwrap().len(), 2);
    change.commit_bookkeeping().await.unwrap();
    let stop = Halt { lift_by: Some(second), lift_at: Some(now()), ..halt(None) };
    assert_eq!(store.halts(organization()).await.unwrap(), [stop, halt(Some("shop"))]);
    let mut change = store.begin().await.unwrap();
    assert!(change.remove_halt(organization(), None).await.unwrap());
    assert!(!change.remove_halt(organization(), None).await.unwrap());
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.halts(organization()).await.unwrap(), [halt(Some("shop"))]);
}

async fn what_waits_for_its_time_is_woken_and_a_try_aside_is_none(spot: Spot) {
    let store = spot.started().await;
    let task = Task {
        id: TaskId::new(now(), [1; 10]),
        organization: organization(),
        kind: String::from("run_job"),
        subject: String::from("job_1"),
        state: WAITING.to_owned(),
        wanted: None,
        asked_by: None,
        asked_at: now(),
        not_before: now(),
        tries: 0,
        ended_at: None,
        outcome: None,
    };
    let mut change = store.begin().await.unwrap();
    change.add_task(&task).await.unwrap();
    let until = now().plus_seconds(6);
    let (_, turn) =
        change.take_task(organization(), "test", None, &[], (now(), until)).await.unwrap().unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.live_tasks(organization(), now()).await.unwrap(), 1);
    let mut change = store.begin().await.unwrap();
    change.put_task_aside(&turn, Some("{}"), now().plus_seconds(30)).await.unwrap();
    assert!(change.put_task_aside(&turn, None, now()).await.is_err(), "it is nobody's any more");
    change.rollback().await.unwrap();
    let mut change = store.begin().await.unwrap();
    change.put_task_aside(&turn, Some("{}"), now().plus_seconds(30)).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    let put = store.task(task.id).await.unwrap();
    assert_eq!((put.tries, put.state.as_str(), put.not_before), (0, WAITING, now().plus_seconds(30)));
    assert!(store.backlog(now()).await.unwrap().is_empty());
    let mut change = store.begin().await.unwrap();
    change.wake_tasks(organization(), now()).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    assert_eq!(store.backlog(now()).await.unwrap(), [(organization(), now())]);
}
