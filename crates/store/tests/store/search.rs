//! Looking through requests, and the views that people save.

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, HoldId, ViewId};
use exeunt_store::Store;
use exeunt_store::requests::search::{Hint, Order, Place, Search, Test, What};
use exeunt_store::views::View;

use crate::place::{Spot, add, event, now, on_both, organization, request_id};

on_both! {
    each_test_finds_what_it_says_and_its_opposite_the_rest;
    signals_are_told_of_what_is_open;
    pages_follow_each_other_in_every_order;
    views_are_seen_by_their_owner_or_by_everybody;
}

async fn ids(store: &Store, test: Test, order: Order) -> Vec<u32> {
    let search = Search { tests: vec![test], order };
    let found = store.search_requests(organization(), &search, None, 100).await.unwrap();
    let count = store.count_requests(organization(), &search, 100).await.unwrap();
    assert_eq!(found.len() as u64, count, "{search:?}");
    found.iter().map(|place| (1..9).find(|number| request_id(*number) == place.id).unwrap()).collect()
}

/// Eight requests: 1 to 6 with deadlines, of which 4 to 6 are answered, and two from before there were any.
async fn filled(spot: &Spot) -> Store {
    let store = spot.started().await;
    add(&store, 1..9, 1).await;
    for number in 1..7 {
        let (id, org) = (request_id(number), organization());
        let answered = if number > 3 { "5" } else { "NULL" };
        let paused = if number == 2 { "'2026-01-15'" } else { "NULL" };
        spot.run(&format!(
            "INSERT INTO deadlines (request, organization, regime, pack_version, received_on, answer_by, answered_at, paused_on)
             VALUES ('{id}', '{org}', 'r{}', 1, '2026-01-0{number}', '2026-02-0{number}', {answered}, {paused})",
            number % 2
        ));
    }
    let (one, two, three) = (request_id(1), request_id(2), request_id(3));
    spot.run(&format!("UPDATE requests SET state = 'hidden', window_ends_at = 50 WHERE id = '{one}'"));
    spot.run(&format!("UPDATE requests SET held_because = 'x', entered_by = 'act_1' WHERE id = '{two}'"));
    let hold = HoldId::new(now(), [1; 10]);
    spot.run(&format!(
        "INSERT INTO holds (id, organization, scope, because, placed_at) VALUES ('{hold}', '{}', 'model', 'x', 1);
         INSERT INTO held_requests (hold, request, state) VALUES ('{hold}', '{three}', 'stopped');",
        organization()
    ));
    store
}

async fn each_test_finds_what_it_says_and_its_opposite_the_rest(spot: Spot) {
    let store = filled(&spot).await;
    let text = |text: &str| Some(String::from(text));
    for (what, found) in [
        (What::State(vec![String::from("hidden")]), vec![1]),
        (What::Held, vec![3, 2]),
        (What::EnteredBy(String::from("act_1")), vec![2]),
        (What::Regime(vec![String::from("r0")]), vec![6, 4, 2]),
        (What::Due(text("2026-02-02"), text("2026-02-05")), vec![3, 2]),
        (What::Due(None, None), vec![3, 2, 1]),
        // 2 stands still since a day before it was due
        (What::Overdue(String::from("2026-02-03")), vec![1]),
        (What::Overdue(String::from("2026-03-01")), vec![3, 1]),
        (What::Id(vec![request_id(4).to_string()]), vec![4]),
        (What::Id(vec![String::from("req_")]), vec![8, 7, 6, 5, 4, 3, 2, 1]),
        (What::Window(None, None), vec![1]),
        (What::Received(None, None), vec![8, 7, 6, 5, 4, 3, 2, 1]),
        (What::Kind(vec![String::from("nothing")]), vec![]),
    ] {
        let not = (1..9).rev().filter(|number| !found.contains(number)).collect::<Vec<u32>>();
        let due: Vec<u32> = (1..4).filter(|number| found.contains(number)).collect();
        let not_due: Vec<u32> = (1..4).filter(|number| !found.contains(number)).collect();
        let test = |not| Test { not, what: what.clone() };
        assert_eq!(ids(&store, test(false), Order::Newest).await, found, "{what:?}");
        assert_eq!(ids(&store, test(true), Order::Newest).await, not, "not {what:?}");
        assert_eq!(ids(&store, test(false), Order::Due).await, due, "{what:?} due");
        assert_eq!(ids(&store, test(true), Order::Due).await, not_due, "not {what:?} due");
    }
    let stands = store.standing(organization(), now()).await.unwrap();
    assert_eq!((stands.oldest.as_deref(), stands.any), (Some("2026-01-01"), true));
    let stopped = store.stopped_by_holds(&[request_id(2), request_id(3)]).await.unwrap();
    assert_eq!(stopped.into_iter().collect::<Vec<_>>(), [request_id(3)]);
}

/// Those that share a mark with one that was stopped count, and those that are over do not.
async fn signals_are_told_of_what_is_open(spot: Spot) {
    let store = filled(&spot).await;
    let org = organization();
    for (number, mark) in [(1, 7), (2, 7), (3, 8), (4, 7)] {
        let id = request_id(number);
        let mark =
            if matches!(spot, Spot::Postgres(_)) { format!("'\\x0{mark}'") } else { format!("X'0{mark}'") };
        spot.run(&format!(
            "INSERT INTO request_marks (organization, mark, request) VALUES ('{org}', {mark}, '{id}')"
        ));
    }
    let (one, four, five, six) = (request_id(1), request_id(4), request_id(5), request_id(6));
    spot.run(&format!(
        "INSERT INTO stops (request, organization, at, answer_by) VALUES ('{one}', '{org}', 1, '2026-01-01');
         UPDATE requests SET state = 'purged' WHERE id = '{four}';
         DELETE FROM intakes WHERE request IN ('{five}', '{six}');
         INSERT INTO intakes (request, channel, level, level_how) VALUES ('{five}', 'agent', 1, 'vouched'), ('{six}', 'agent', 1, 'document');"
    ));
    let over = vec![String::from("purged")];
    let signal = |hints: Vec<Hint>| What::Signal(hints, over.clone());
    let agent = || Hint::Agent(vec![String::from("agent"), String::from("document")]);
    for (what, found) in [
        (signal(vec![Hint::Stopped]), vec![2, 1]),
        (signal(vec![agent()]), vec![5]),
        (signal(vec![Hint::Stopped, agent()]), vec![5, 2, 1]),
        (signal(vec![Hint::Rows(0)]), vec![]),
    ] {
        assert_eq!(
            ids(&store, Test { not: false, what: what.clone() }, Order::Newest).await,
            found,
            "{what:?}"
        );
        let rest: Vec<u32> = (1..9).rev().filter(|number| !found.contains(number)).collect();
        assert_eq!(
            ids(&store, Test { not: true, what: what.clone() }, Order::Newest).await,
            rest,
            "not {what:?}"
        );
    }
}

async fn pages_follow_each_other_in_every_order(spot: Spot) {
    let store = filled(&spot).await;
    for (order, all) in [
        (Order::Newest, vec![8, 7, 6, 5, 4, 3, 2, 1]),
        (Order::Oldest, (1..9).collect()),
        (Order::Due, vec![1, 2, 3]),
    ] {
        let search = Search { tests: Vec::new(), order };
        let (mut seen, mut after): (Vec<_>, Option<Place>) = (Vec::new(), None);
        loop {
            let page = store.search_requests(organization(), &search, after.as_ref(), 2).await.unwrap();
            let Some(last) = page.last().cloned() else { break };
            seen.extend(page.into_iter().map(|place| place.id));
            after = Some(last);
        }
        assert_eq!(seen, all.into_iter().map(request_id).collect::<Vec<_>>(), "{order:?}");
    }
}

async fn views_are_seen_by_their_owner_or_by_everybody(spot: Spot) {
    let store = spot.started().await;
    let (ada, bob) = (ActorId::new(now(), [1; 10]), ActorId::new(now(), [2; 10]));
    let view = |number: u8, shared, name: &str| View {
        id: ViewId::new(now(), [number; 10]),
        organization: organization(),
        owner: ada,
        shared,
        name: name.to_owned(),
        search: String::from("is:open"),
        made_at: now(),
    };
    let (own, shared) = (view(1, false, "Own"), view(2, true, "All"));
    let mut change = store.begin().await.unwrap();
    change.add_view(&own).await.unwrap();
    change.add_view(&shared).await.unwrap();
    assert_eq!(change.views(organization(), bob).await.unwrap(), std::slice::from_ref(&shared));
    change.commit(organization(), &[event(Kind::ViewSaved)]).await.unwrap();
    assert_eq!(store.views(organization(), ada).await.unwrap(), [shared.clone(), own.clone()]);
    let mut change = store.begin().await.unwrap();
    change.remove_view(shared.id).await.unwrap();
    change.commit(organization(), &[event(Kind::ViewRemoved)]).await.unwrap();
    assert_eq!(store.views(organization(), bob).await.unwrap(), []);
}
