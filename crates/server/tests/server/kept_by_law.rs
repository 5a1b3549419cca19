//! Rows that stay by law when somebody is erased go when their time is over, without being asked: a clock over nine years.

use std::time::Duration;

use axum::http::StatusCode;
use exeunt_app::Actor;
use exeunt_app::access::Role;
use exeunt_app::requests::show::Shown;
use exeunt_base::{RequestId, Timestamp};
use exeunt_engine::World;
use serde_json::json;

use crate::home::Home;

const SHOP: &str = "
    DROP TABLE notes; DROP TABLE orders; DELETE FROM customers;
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY,
        customer_id INTEGER REFERENCES customers (id),
        ship_name TEXT,
        paid_on TEXT
    );
    CREATE INDEX orders_customer ON orders (customer_id);
    CREATE TABLE lines (
        id INTEGER PRIMARY KEY,
        order_id INTEGER NOT NULL REFERENCES orders (id),
        label TEXT,
        paid_on TEXT
    );
    CREATE INDEX lines_order ON lines (order_id);
    INSERT INTO customers VALUES (1, 'one@mail.test', 'First Person'), (2, 'two@mail.test', 'Second Person');
    INSERT INTO orders VALUES (1, 1, 'First Person', 'YEAR-03-15'), (2, 1, 'First Person', '1999-03-15'),
        (3, 2, 'Second Person', 'YEAR-03-15'), (4, 1, 'First Person', 'YEAR-05-01'), (5, 1, 'First Person', NULL);
    INSERT INTO lines VALUES (11, 1, 'a hat', 'YEAR-03-15'), (12, 2, 'a coat', '1999-03-15'), (13, 3, 'a hat', 'YEAR-03-15');
";

const MAP: &str = "
source: shop
models:
  customers:
    table: customers
    key: [id]
    subject: { customer_id: id, email: email }
    fields:
      email: user.contact.email
      full_name: user.name
    on_erase: delete
  orders:
    table: orders
    key: [id]
    fields:
      ship_name: user.name
      paid_on: user.behavior.purchase_history
    relations:
      - { to: customers, by: customer_id, as: owned_by, on_erase: null }
    on_erase: keep
    keep: { for: 8y, from: paid_on, starting: end_of_year, because: tax law, then: THEN }
  lines:
    table: lines
    key: [id]
    fields:
      label: user.content
      paid_on: user.behavior.purchase_history
    relations:
      - { to: orders, by: order_id, as: owned_by }
    on_erase: keep
    keep: { for: 8y, from: paid_on, starting: end_of_year, because: tax law, then: LINES }
";

/// A home with a shop whose orders are kept for eight years, and what happens then.
struct Years {
    home: Home,
    year: i32,
}

impl Years {
    async fn new(then: &str) -> Self {
        let home = Home::furnished(|room| {
            std::fs::write(
                &room.maps[0],
                MAP.replace("THEN", then).replace("LINES", &then.replace("ship_name", "label")),
            )
            .unwrap();
        })
        .await;
        let year = home.world.now().to_utc().year();
        home.acme.run(&SHOP.replace("YEAR", &year.to_string()));
        home.globex.run(&SHOP.replace("YEAR", &year.to_string()));
        Self { home, year }
    }

    /// Moves the clock to noon of a day so many years from this one.
    fn go_to(&self, years: i32, day: &str) {
        let noon: Timestamp = format!("{}-{day}T12:00:00Z", self.year + years).parse().unwrap();
        self.home.world.skip_seconds(noon.seconds_since(self.home.world.now()) as i64);
    }

    /// Changes the law in the map.
    fn law(&self, was: &str, is: &str) {
        let map = self.home.dir.path().join("Acme.yaml");
        let text = std::fs::read_to_string(&map).unwrap();
        std::fs::write(&map, text.replace(was, is)).unwrap();
    }

    /// Workers do what is due until `done` says so of the request.
    async fn work_until(&self, request: RequestId, done: impl Fn(&Shown) -> bool) -> Shown {
        let (stop, worker) = self.home.work();
        let mut shown = self.show(request).await;
        for _ in 0..600 {
            if done(&shown) {
                break;
            }
            self.home.world.wait(Duration::from_millis(50)).await;
            shown = self.show(request).await;
        }
        stop.now();
        worker.await.unwrap();
        let tasks = self.home.house.store.tasks_about(&request.to_string()).await.unwrap();
        let outcomes: Vec<_> = tasks.iter().map(|task| (&task.kind, &task.outcome)).collect();
        assert!(done(&shown), "{shown:?} {outcomes:?}");
        shown
    }

    /// Workers look at kept rows once.
    async fn look(&self, request: RequestId) -> Shown {
        let tasks = || async {
            let known = self.home.house.store.tasks_about(&self.home.acme.id.to_string()).await.unwrap();
            let ended = known.into_iter().filter(|task| task.kind == "follow_kept" && task.state == "done");
            // tasks that ended long ago are forgotten meanwhile
            ended.map(|task| task.id).max()
        };
        let before = tasks().await;
        let (stop, worker) = self.home.work();
        for _ in 0..600 {
            if tasks().await > before {
                break;
            }
            self.home.world.wait(Duration::from_millis(50)).await;
        }
        stop.now();
        worker.await.unwrap();
        assert!(tasks().await > before, "nobody looked");
        self.show(request).await
    }

    async fn show(&self, request: RequestId) -> Shown {
        let office = self.home.house.office(self.home.acme.id).unwrap();
        office.show_request(&Actor::service(self.home.acme.id), request).await.unwrap()
    }

    fn orders(&self, which: &str) -> i64 {
        self.home.acme.ask(&format!("SELECT count(*) FROM orders WHERE {which}"))
    }

    /// Erases the first person, up to the end of the window.
    async fn erase(&self) -> RequestId {
        let home = &self.home;
        let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
        let sent =
            json!({ "right": "erasure", "identifiers": [{ "kind": "email", "value": "one@mail.test" }] });
        let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
        let planned =
            home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
        assert_eq!(planned.status, StatusCode::CREATED, "{}", planned.text());
        let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
        home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
        let started =
            home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
        let (stop, worker) = home.work();
        let ran = home.ended(officer, &started.word("task")).await;
        assert_eq!(ran.word("state"), "done", "{}", ran.text());
        stop.now();
        worker.await.unwrap();
        request.parse().unwrap()
    }

    /// The same, and purges.
    async fn purge(&self) -> RequestId {
        let request = self.erase().await;
        self.home.world.skip_days(15);
        self.work_until(request, |shown| shown.request.state == "completed").await;
        self.look(request).await;
        request
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_goes_on_the_day_after_its_law_ends_and_nobody_elses_does() {
    let years = Years::new("delete").await;
    let request = years.erase().await;
    assert_eq!(years.orders("id IN (1, 3, 4, 5)"), 4);
    assert_eq!(years.orders("id = 2"), 0, "its time was over long ago");
    let left = years.show(request).await.afterwards.left;
    assert_eq!(
        (left.len(), left[0].rows, left[1].rows, left[1].ends.clone()),
        (2, 1, 3, None),
        "nothing is looked at before the purge"
    );
    years.home.world.skip_days(15);
    years.work_until(request, |shown| shown.request.state == "completed").await;
    let shown = years.look(request).await;
    let ends = format!("{}-12-31", years.year + 8);
    assert!(shown.afterwards.left.iter().all(|left| left.ends.as_deref() == Some(ends.as_str())));

    years.go_to(8, "12-31");
    let shown = years.look(request).await;
    assert_eq!((years.orders("id IN (1, 3, 4, 5)"), shown.afterwards.follow_ups.len()), (4, 0));

    years.go_to(9, "01-01");
    let shown = years.work_until(request, |shown| {
        shown.afterwards.follow_ups.first().is_some_and(|one| one.state == "hidden")
    });
    let follow_up = shown.await.afterwards.follow_ups[0].request;
    assert_eq!(years.orders("id IN (1, 4)"), 0);
    assert_eq!(years.orders("id IN (3, 5)"), 2, "another person's, and one without a date");
    assert_eq!(years.home.acme.ask("SELECT group_concat(id) = '13' FROM lines"), 1);
    assert_eq!(years.show(follow_up).await.afterwards.origin, Some(request));
    assert!(years.show(follow_up).await.standing.is_none(), "nobody waits for an answer");

    years.home.world.skip_days(15);
    let shown = years.work_until(follow_up, |shown| shown.request.state == "completed").await;
    assert_eq!(shown.receipts.len(), 1);
    years.home.world.skip_days(1);
    let shown = years.look(request).await;
    assert_eq!((shown.afterwards.left[0].rows, shown.afterwards.left[0].followed), (1, 0));
    assert!(shown.afterwards.left[0].trouble.as_deref().is_some_and(|words| words.contains("no date")));
    assert_eq!(shown.afterwards.follow_ups.len(), 1, "once");
    let office = years.home.house.office(years.home.acme.id).unwrap();
    let days = ["2000-01-01", "2199-12-31"].map(|day| day.parse().unwrap());
    let report = office.report_metrics(&Actor::service(years.home.acme.id), days[0], days[1]).await.unwrap();
    assert_eq!(report.metrics.all.received, 1, "nobody asked for the second one");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_anonymized_then_stays_without_a_name() {
    let years = Years::new("{ anonymize: { ship_name: null } }").await;
    let request = years.purge().await;
    years.go_to(9, "01-01");
    let shown = years.work_until(request, |shown| {
        shown.afterwards.follow_ups.first().is_some_and(|one| one.state == "hidden")
    });
    let follow_up = shown.await.afterwards.follow_ups[0].request;
    assert_eq!(years.orders("id IN (1, 4) AND ship_name IS NULL"), 2);
    assert_eq!(years.orders("id IN (3, 5) AND ship_name IS NOT NULL"), 2);
    years.home.world.skip_days(15);
    years.work_until(follow_up, |shown| shown.request.state == "completed").await;
    years.home.world.skip_days(40);
    let shown = years.look(request).await;
    assert_eq!((years.orders("id IN (1, 4)"), shown.afterwards.follow_ups.len()), (2, 1), "not again");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_restored_left_nothing_behind() {
    let years = Years::new("delete").await;
    let request = years.erase().await;
    assert_eq!(years.show(request).await.afterwards.left.len(), 2);
    let (home, officer) = (&years.home, years.home.acme.key(Role::Officer));
    let restored =
        home.send(officer, "POST", &format!("/api/v1/requests/{request}/restore"), Some(json!({}))).await;
    let (stop, worker) = home.work();
    let restored = home.ended(officer, &restored.word("task")).await;
    assert_eq!(restored.json()["outcome"]["whole"], true, "{}", restored.text());
    stop.now();
    worker.await.unwrap();
    assert_eq!(years.show(request).await.afterwards.left, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_law_of_the_day_decides_and_a_key_given_away_again_is_left_alone() {
    let years = Years::new("delete").await;
    let request = years.purge().await;
    // the shop removes an order itself, and gives its number to somebody else's
    years.home.acme.run(&format!(
        "DELETE FROM orders WHERE id = 4; INSERT INTO orders VALUES (4, 2, 'Second Person', '{}-01-02');
         DELETE FROM orders WHERE id = 5;",
        years.year + 1
    ));
    years.law("for: 8y", "for: 10y");
    years.go_to(9, "01-01");
    let shown = years.look(request).await;
    let ends = format!("{}-12-31", years.year + 10);
    let left = &shown.afterwards.left[1];
    assert_eq!((left.rows, left.ends.as_deref(), left.followed), (2, Some(ends.as_str()), 0));
    assert!(left.trouble.as_deref().is_some_and(|words| words.contains("another date")), "{left:?}");

    // without a law nobody can say; with it again they go
    let law = std::fs::read_to_string(years.home.dir.path().join("Acme.yaml")).unwrap();
    years.law("    keep: {", "    #keep: {");
    years.law("on_erase: keep", "on_erase: delete");
    years.go_to(11, "01-01");
    let shown = years.look(request).await;
    assert!(shown.afterwards.left[1].trouble.as_deref().is_some_and(|words| words.contains("no `keep:`")));
    std::fs::write(years.home.dir.path().join("Acme.yaml"), law).unwrap();
    years.home.world.skip_days(1);
    years
        .work_until(request, |shown| {
            shown.afterwards.follow_ups.first().is_some_and(|one| one.state == "hidden")
        })
        .await;
    assert_eq!((years.orders("id = 1"), years.orders("id IN (3, 4)")), (0, 2), "other people's orders stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_cut_short_is_gone_on_with_and_a_hold_stops_it() {
    let years = Years::new("delete").await;
    let request = years.purge().await;
    let office = years.home.house.office(years.home.acme.id).unwrap();
    let service = Actor::service(years.home.acme.id);
    years.go_to(9, "01-01");
    office.hold_request(&service, request, "a tax audit", None).await.unwrap();
    let checked = office.check_kept_rows(&service).await.unwrap();
    assert_eq!((checked.looked_at, checked.follow_ups.len()), (0, 0), "held");
    office.release_request(&service, request).await.unwrap();

    // the process dies between the request and its plan
    let checked = office.check_kept_rows(&service).await.unwrap();
    assert_eq!((checked.due, checked.follow_ups.len()), (3, 1));
    assert_eq!(office.check_kept_rows(&service).await.unwrap().follow_ups, []);
    let follow_up = checked.follow_ups[0].0;
    years.home.world.skip_days(1);
    // a hold on the request that left the rows holds what would erase them, too
    office.hold_request(&service, request, "a tax audit", None).await.unwrap();
    let held = years.show(follow_up).await;
    assert!(held.request.held_because.is_some() && held.request.plan.is_none());
    office.release_request(&service, request).await.unwrap();
    let shown = years.work_until(follow_up, |shown| shown.request.state == "hidden").await;
    assert_eq!(years.orders("id IN (1, 4)"), 0);
    assert_eq!(shown.afterwards.origin, Some(request));
    years.home.world.skip_days(1);
    assert_eq!(years.look(request).await.afterwards.follow_ups.len(), 1, "nothing is followed up twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_kept_row_holds_back_goes_with_it() {
    let years = Years::new("delete").await;
    years.home.acme.run(&format!("INSERT INTO lines VALUES (14, 4, 'a scarf', '{}-01-05')", years.year + 1));
    let request = years.purge().await;
    let hidden = |number: usize| {
        move |shown: &Shown| shown.afterwards.follow_ups.get(number).is_some_and(|one| one.state == "hidden")
    };
    years.go_to(9, "01-01");
    let shown = years.work_until(request, hidden(0)).await;
    assert_eq!(years.orders("id = 1"), 0);
    assert_eq!(years.orders("id = 4"), 1, "one of its lines is kept for another year");
    years.home.world.skip_days(15);
    let first = shown.afterwards.follow_ups[0].request;
    years.work_until(first, |shown| shown.request.state == "completed").await;
    years.home.world.skip_days(1);
    let shown = years.look(request).await;
    assert!(shown.afterwards.left[1].trouble.as_deref().is_some_and(|words| words.contains("refer to them")));
    years.home.world.skip_days(60);
    assert_eq!(years.look(request).await.afterwards.follow_ups.len(), 1, "it is not asked for in vain");
    years.go_to(10, "01-01");
    years.work_until(request, hidden(1)).await;
    assert_eq!(
        (years.orders("id = 4"), years.home.acme.ask("SELECT count(*) FROM lines WHERE id = 14")),
        (0, 0)
    );
    assert_eq!(years.orders("id IN (3, 5)"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_by_keys_of_kept_rows() {
    let home = Home::new().await;
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "kept_shop__orders", "value": "1" }] });
    let refused = home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await;
    assert_eq!(
        (refused.status.as_u16(), refused.word("code").as_str()),
        (422, "E0322"),
        "{}",
        refused.text()
    );
}
