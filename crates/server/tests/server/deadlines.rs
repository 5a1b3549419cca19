//! The law of requests, by calls: clocks that stop and are extended where that is allowed, people who are known well
//! enough, grounds for refusing, files of requests.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use exeunt_app::access::Role;
use exeunt_engine::World;
use exeunt_rights::{Calendar, Day, Pack};
use serde_json::{Value, json};

use crate::home::{Answer, Home};
use crate::posted::Posted;

/// A request for a right by somebody, and whatever else is said.
fn asked(right: &str, email: &str, more: Value) -> Value {
    let mut sent = json!({ "right": right, "identifiers": [{ "kind": "email", "value": email }] });
    sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    sent
}

async fn submitted(home: &Home, sent: Value) -> String {
    let answer = home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.word("id")
}

async fn decided(home: &Home, request: &str, act: &str, sent: Option<Value>) -> Answer {
    let path = format!("/api/v1/requests/{request}/{act}");
    home.send(home.acme.key(Role::Officer), "POST", &path, sent).await
}

async fn shown(home: &Home, request: &str) -> Value {
    home.send(home.acme.key(Role::Officer), "GET", &format!("/api/v1/requests/{request}"), None).await.json()
}

/// What the pack itself says of a request received on a day.
fn due(regime: &str, received: &str, paused: u32) -> String {
    let pack = Pack::shipped(regime).unwrap();
    pack.deadlines(received.parse::<Day>().unwrap(), &Calendar::default(), paused).answer.to_string()
}

fn refused(answer: &Answer, code: &str, words: &str) {
    assert_eq!(
        (answer.status, answer.word("code").as_str()),
        (StatusCode::CONFLICT, code),
        "{}",
        answer.text()
    );
    assert!(answer.text().contains(words), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_stops_where_its_law_allows_and_moves_by_the_days_waited() {
    let home = Home::new().await;
    let california =
        submitted(&home, asked("erasure", "one@mail.test", json!({ "regime": "us-ca-ccpa" }))).await;
    let pause = json!({ "ground": "identity", "because": "two people of this name" });
    refused(&decided(&home, &california, "pause", Some(pause.clone())).await, "E0315", "does not stop");
    let deadline = &shown(&home, &california).await["deadline"];
    assert!(deadline["acknowledge_by"].is_string(), "{deadline}");
    let acknowledged = decided(&home, &california, "acknowledge", None).await;
    assert!(acknowledged.json()["acknowledged_at"].is_string(), "{}", acknowledged.text());
    refused(&decided(&home, &california, "acknowledge", None).await, "E0315", "already");

    let british = submitted(&home, asked("access", "one@mail.test", json!({ "regime": "uk-gdpr" }))).await;
    let before = shown(&home, &british).await["deadline"].clone();
    let received = before["received_on"].as_str().unwrap();
    assert_eq!(before["answer_by"], due("uk-gdpr", received, 0));
    let paused = decided(&home, &british, "pause", Some(pause.clone())).await.json();
    refused(&decided(&home, &british, "pause", Some(pause)).await, "E0315", "stands still");
    home.world.skip_days(40);
    let waiting = shown(&home, &british).await["deadline"].clone();
    assert_eq!((&waiting["overdue"], &waiting["days_left"]), (&json!(false), &paused["days_left"]));
    let resumed = decided(&home, &british, "resume", None).await.json();
    assert_eq!(resumed["answer_by"], due("uk-gdpr", received, 40), "{resumed}");
    refused(&decided(&home, &british, "resume", None).await, "E0315", "runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_is_extended_once_in_time_and_for_a_reason_the_law_takes() {
    let home = Home::new().await;
    let (early, late) = (
        submitted(&home, asked("erasure", "one@mail.test", json!({}))).await,
        submitted(&home, asked("erasure", "two@mail.test", json!({}))).await,
    );
    let extend = |kind: &str| Some(json!({ "kind": kind, "because": "forty systems" }));
    refused(&decided(&home, &early, "extend", extend("holiday")).await, "E0315", "complexity, number");
    let first = shown(&home, &early).await["deadline"]["answer_by"].clone();
    let extended = decided(&home, &early, "extend", extend("complexity")).await.json();
    assert!(extended["answer_by"].as_str() > first.as_str(), "{extended}");
    refused(&decided(&home, &early, "extend", extend("number")).await, "E0315", "only once");
    home.world.skip_days(45);
    refused(&decided(&home, &late, "extend", extend("number")).await, "E0315", "had to be announced by");
    assert_eq!(shown(&home, &late).await["deadline"]["overdue"], true);
    let today = shown(&home, &late).await["deadline"]["answer_by"].as_str().unwrap().to_owned();
    let officer = home.acme.key(Role::Officer);
    let listed = home.send(officer, "GET", &format!("/api/v1/requests?due_by={today}"), None).await.json();
    let ids: Vec<&str> =
        listed["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [late.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_refused_on_grounds_its_law_knows_and_taken_back_before_anything_is_done() {
    let home = Home::new().await;
    let request = submitted(&home, asked("erasure", "one@mail.test", json!({ "ground": "b" }))).await;
    let refuse = |ground: &str| {
        Some(json!({ "grounds": [ground, "legal_claims", ground], "because": "the fifth this week" }))
    };
    refused(&decided(&home, &request, "refuse", refuse("too_much_work")).await, "E0315", "unfounded");
    assert_eq!(decided(&home, &request, "refuse", refuse("unfounded")).await.status, StatusCode::NO_CONTENT);
    let after = shown(&home, &request).await;
    assert_eq!((after["state"].as_str(), &after["deadline"]["overdue"]), (Some("refused"), &json!(false)));
    assert_eq!(after["deadline"]["refusal_grounds"], json!(["legal_claims", "unfounded"]));
    let plan = json!({ "requests": [request] });
    refused(
        &home.send(home.acme.key(Role::Officer), "POST", "/api/v1/plans", Some(plan)).await,
        "E0312",
        "refused",
    );
    refused(
        &decided(&home, &request, "withdraw", Some(json!({ "because": "by phone" }))).await,
        "E0312",
        "refused",
    );

    let other = submitted(&home, asked("access", "one@mail.test", json!({}))).await;
    let taken_back = decided(&home, &other, "withdraw", Some(json!({ "because": "by phone" }))).await;
    assert_eq!(taken_back.status, StatusCode::NO_CONTENT);
    refused(
        &decided(&home, &other, "extend", Some(json!({ "kind": "number", "because": "x" }))).await,
        "E0315",
        "answered",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_shown_to_somebody_known_less_surely_than_the_law_wants() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let stranger = json!({ "identity": { "level": 0, "how": "vouched" } });
    let request = submitted(&home, asked("erasure", "one@mail.test", stranger)).await;
    let approved = |request: String| {
        let home = &home;
        async move {
            let sent = json!({ "requests": [request] });
            let planned = home.send(officer, "POST", "/api/v1/plans", Some(sent)).await;
            let path = format!("/api/v1/plans/{}/approve", planned.word("id"));
            home.send(officer, "POST", &path, Some(json!({ "digest": planned.word("digest") }))).await
        }
    };
    refused(&approved(request.clone()).await, "E0316", "wants level 1");
    let identity = format!("/api/v1/requests/{request}/identity");
    let doubt = home.send(agent, "POST", &identity, Some(json!({ "level": 3, "how": "document" }))).await;
    refused(&doubt, "E0316", "reasonable doubt");
    let login = home.send(agent, "POST", &identity, Some(json!({ "level": 1, "how": "login" }))).await;
    assert_eq!(login.status, StatusCode::NO_CONTENT, "{}", login.text());
    assert_eq!(approved(request).await.status, StatusCode::OK);

    // what is sensitive is shown to nobody who only has a proven channel; deleting it shows nobody anything
    let map = home.dir.path().join("Acme.yaml");
    let text = std::fs::read_to_string(&map).unwrap();
    std::fs::write(&map, text.replace("user.content.private", "user.health.condition")).unwrap();
    let access = submitted(&home, asked("access", "two@mail.test", json!({}))).await;
    refused(&approved(access.clone()).await, "E0316", "of sensitive data");
    let erasure = submitted(&home, asked("erasure", "two@mail.test", json!({}))).await;
    // though it takes two people
    refused(&approved(erasure).await, "E0976", "takes two people");
    let identity = format!("/api/v1/requests/{access}/identity");
    home.send(agent, "POST", &identity, Some(json!({ "level": 2, "how": "compared" }))).await;
    assert_eq!(approved(access).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_one_person_find_each_other_and_none_blocks_another() {
    let home = Home::new().await;
    let first = submitted(&home, asked("erasure", "one@mail.test", json!({}))).await;
    home.world.skip_days(2);
    // whoever knows an address can ask in its owner's name, but not keep the owner from asking
    let second = submitted(&home, asked("erasure", " ONE@mail.test ", json!({}))).await;
    let other = submitted(&home, asked("erasure", "two@mail.test", json!({}))).await;
    let (one, two) = (shown(&home, &first).await, shown(&home, &second).await);
    assert_eq!((&one["related"], &two["related"]), (&json!([second]), &json!([first])));
    assert_ne!(one["deadline"]["answer_by"], two["deadline"]["answer_by"], "each has a clock of its own");
    assert_eq!(shown(&home, &other).await["related"], json!([]));
    let planned = json!({ "requests": [second] });
    let planned = home.send(home.acme.key(Role::Officer), "POST", "/api/v1/plans", Some(planned)).await;
    assert_eq!(planned.status, StatusCode::CREATED, "{}", planned.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_ends_inside_the_deadline_or_somebody_says_why_it_is_late() {
    let home = Home::new().await;
    let officer = home.acme.key(Role::Officer);
    let request = submitted(&home, asked("erasure", "one@mail.test", json!({}))).await;
    let planned = |more: Value| {
        let mut sent = json!({ "requests": [request] });
        sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let home = &home;
        async move {
            let planned = home.send(officer, "POST", "/api/v1/plans", Some(sent)).await;
            let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
            let digest = json!({ "digest": planned.word("digest") });
            (planned.word("id"), home.send(officer, "POST", &approve, Some(digest)).await)
        }
    };
    let left = shown(&home, &request).await["deadline"]["days_left"].as_i64().unwrap();
    let (plan, approved) = planned(json!({})).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text());
    home.world.skip_days(left - 10);
    let started = home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": plan }))).await;
    refused(&started, "E0317", "shorter window");
    let (_, approved) = planned(json!({})).await;
    refused(&approved, "E0307", "error");
    let (_, approved) = planned(json!({ "window_days": 8 })).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text());
    home.world.skip_days(30);
    let (_, approved) = planned(json!({ "window_days": 0 })).await;
    refused(&approved, "E0307", "error");
    let (plan, approved) = planned(json!({ "late_because": "the mail lay in the wrong office" })).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text());
    let started = home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": plan }))).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_added_up_as_it_stands_and_for_its_own_organization_alone() {
    let home = Home::new().await;
    let one = submitted(&home, asked("erasure", "one@mail.test", json!({}))).await;
    let two = submitted(&home, asked("access", "two@mail.test", json!({}))).await;
    submitted(&home, asked("erasure", "two@mail.test", json!({}))).await;
    home.world.skip_days(3);
    let because = json!({ "grounds": ["unfounded"], "because": "the fifth this week" });
    decided(&home, &one, "refuse", Some(because)).await;
    decided(&home, &two, "withdraw", Some(json!({ "because": "by phone" }))).await;
    home.world.skip_days(60);
    let figures = |key: String, period: &'static str| {
        let home = &home;
        async move { home.send(&key, "GET", &format!("/api/v1/reports/metrics?{period}"), None).await }
    };
    let auditor = home.acme.key(Role::Auditor).to_owned();
    let all = figures(auditor.clone(), "from=2020-01-01&to=2099-12-31").await.json();
    let of = |name: &str| all["all"][name].as_u64().unwrap();
    assert_eq!(
        [of("received"), of("denied"), of("withdrawn"), of("open"), of("overdue"), of("on_time")],
        [3, 1, 1, 1, 1, 1]
    );
    assert_eq!((&all["all"]["median_days"], &all["all"]["on_time_share"]), (&json!(3.0), &json!(0.5)));
    assert_eq!(all["by_right"]["erasure"]["denials_by_ground"], json!({ "unfounded": 1 }));
    let before = figures(auditor.clone(), "from=2020-01-01&to=2020-12-31").await.json();
    assert_eq!((&before["all"]["received"], &before["all"]["mean_days"]), (&json!(0), &Value::Null));
    let theirs =
        figures(home.globex.key(Role::Auditor).to_owned(), "from=2020-01-01&to=2099-12-31").await.json();
    assert_eq!(theirs["all"]["received"], 0);
    for bad in ["from=2020-01-01", "from=x&to=y", "from=2021-01-01&to=2020-01-01"] {
        assert_eq!(figures(auditor.clone(), bad).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let record = home.send(&auditor, "GET", "/api/v1/reports/processing", None).await.json();
    let models: Vec<&str> =
        record["activities"].as_array().unwrap().iter().map(|one| one["model"].as_str().unwrap()).collect();
    assert_eq!(models, ["shop.customers", "shop.notes", "shop.orders"]);
    assert_eq!(record["activities"][0]["purposes"], json!(["selling"]));
    assert!(record["gaps"].as_array().unwrap().iter().any(|gap| gap["missing"] == "recipients"), "{record}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_is_told_of_what_moves_and_officers_of_what_is_due() {
    let posted = Posted::new().await;
    let home = &posted.home;
    let (stop, worker) = home.work();
    let request = posted.submit("erasure", "1", "en").await;
    posted.letter("received", "sent").await;
    let deadline = shown(home, &request).await["deadline"].clone();
    assert!(
        deadline["acknowledged_at"].is_string(),
        "the letter that says it is here acknowledges it: {deadline}"
    );
    let extend = json!({ "kind": "complexity", "because": "forty systems, each with an owner" });
    let extended = decided(home, &request, "extend", Some(extend)).await;
    assert_eq!(extended.status, StatusCode::OK, "{}", extended.text());
    let told = posted.told("forty systems, each with an owner").await.text();
    assert!(told.contains(&request), "{told}");

    let left = extended.json()["days_left"].as_i64().unwrap();
    home.world.skip_days(left - 8);
    home.world.skip_days(1);
    posted.letter("due", "sent").await;
    let refuse = json!({ "grounds": ["legal_claims"], "because": "a court keeps it" });
    let refused = decided(home, &request, "refuse", Some(refuse)).await;
    assert_eq!(refused.status, StatusCode::NO_CONTENT, "{}", refused.text());
    let told = posted.told("a court keeps it").await.text();
    assert!(told.contains("Article 17(3)(e)"), "{told}");
    posted.letter("refused", "sent").await;
    stop.now();
    worker.await.unwrap();
    let letters = home.house.store.letters_page(home.acme.id, None, None, 99).await.unwrap();
    let count = |word: &str| letters.iter().filter(|letter| letter.word == word).count();
    assert_eq!((count("extended"), count("refused")), (1, 1));
    // one letter to the role, divided among its people
    assert_eq!(count("due"), 1, "{letters:?}");
}

async fn import(home: &Home, how: &str, file: &str) -> Answer {
    let key = home.acme.key(Role::Agent);
    let request = Request::post(format!("/api/v1/imports{how}"))
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "text/csv; charset=utf-8");
    home.call(request.body(Body::from(file.to_owned())).unwrap()).await
}

async fn count(home: &Home) -> usize {
    let listed = home.send(home.acme.key(Role::Agent), "GET", "/api/v1/requests", None).await.json();
    listed["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_requests_is_taken_in_whole_once_or_not_at_all() {
    let home = Home::new().await;
    let bad = "right,email,received_at,identity_level,regime,ground\n\
               erasure,one@mail.test,2026-01-05T10:00:00Z,1,,b\n\
               forget,canary@mail.test,,,,\n\
               erasure,canary,,,,\n\
               erasure,,,,,\n\
               access,two@mail.test,yesterday,9,atlantis,zz\n\
               access,two@mail.test,2999-01-01T00:00:00Z,,,\n\
               erasure,\"one\n";
    let flawed = import(&home, "", bad).await;
    assert_eq!((flawed.status, flawed.word("code").as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "E0318"));
    assert!(!flawed.text().contains("canary"), "{}", flawed.text());
    let told: Vec<String> = flawed.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["pointer"].as_str().unwrap().to_owned())
        .collect();
    for place in
        ["line 3/right", "line 4", "line 5", "line 6/received_at", "line 6/ground", "line 7", "line 8"]
    {
        assert!(told.iter().any(|pointer| pointer == place), "{place}: {told:?}");
    }
    assert!(!told.contains(&String::from("line 2")), "{told:?}");
    assert_eq!(count(&home).await, 0);

    let good = "right,email,customer_id,received_at,statement\n\
                erasure,one@mail.test,,2026-01-05T10:00:00Z,\"Please, forget me\"\n\
                access,,2,,\n";
    let checked = import(&home, "?check=true", good).await;
    assert_eq!(
        (checked.status, &checked.json()["checked"]),
        (StatusCode::OK, &json!(2)),
        "{}",
        checked.text()
    );
    assert_eq!(count(&home).await, 0);
    let taken = import(&home, "", good).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    let ids = taken.json()["requests"].as_array().unwrap().clone();
    assert_eq!(shown(&home, ids[0].as_str().unwrap()).await["deadline"]["received_on"], "2026-01-05");
    let again = import(&home, "", good).await;
    assert_eq!((again.status, &again.json()["before"]), (StatusCode::OK, &ids[0]), "{}", again.text());
    assert_eq!(count(&home).await, 2);
    // however late, and with the mark that spreadsheets put before the heading
    home.world.skip_days(40);
    let (stop, worker) = home.work();
    let office = home.house.office(home.acme.id).unwrap();
    let call = exeunt_store::calls::Call { caller: "x".into(), key: "x".into(), digest: "x".into() };
    let mut change = home.house.store.begin().await.unwrap();
    let long_ago = office.engine.world.now().plus_days(-3);
    change.call_once(home.acme.id, &call, "x", long_ago).await.unwrap();
    change.commit_bookkeeping().await.unwrap();
    while home.house.store.earlier_call(home.acme.id, &call).await.unwrap().is_some() {
        home.world.wait(std::time::Duration::from_millis(50)).await;
    }
    stop.now();
    worker.await.unwrap();
    assert_eq!(
        import(&home, "", good).await.json()["before"],
        ids[0],
        "what others call twice is forgotten by now"
    );
    let marked = import(&home, "?check=true", "\u{feff}right,email\nerasure,two@mail.test\n").await;
    assert_eq!((marked.status, &marked.json()["checked"]), (StatusCode::OK, &json!(1)), "{}", marked.text());
    for (file, words) in [
        ("", "no such column"),
        ("right,email\n", "no request"),
        ("right,email,email\nerasure,a@b.test,a@b.test\n", "two columns"),
        ("right,E-Mail\nerasure,a@b.test\n", "column 2"),
        ("right,statement\nerasure,please\n", "no column for an identifier"),
        ("right,phone\nerasure,+49301234567\n", "knows no identifier of kind `phone`"),
        ("right,email\nerasure,one@mail.test\nerasure,one@mail.test\n", "twice"),
        ("right,email\nerasure,one@mail.test,more\n", "3 fields"),
    ] {
        let answer = import(&home, "", file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{file}: {}", answer.text());
        assert!(answer.text().contains(words), "{file}: {}", answer.text());
    }
    assert_eq!(count(&home).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_said_is_sealed_and_each_look_is_written_down() {
    let home = Home::new().await;
    let said =
        json!({ "statement": "canary-said: forget me", "complications": "canary-hard", "channel": "staff" });
    let request = submitted(&home, asked("erasure", "one@mail.test", said)).await;
    let path = format!("/api/v1/requests/{request}/statement");
    let size = || async {
        let answer = home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/checkpoint", None).await;
        answer.text().lines().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let before = size().await;
    let read = home.send(home.acme.key(Role::Agent), "GET", &path, None).await.json();
    assert_eq!(
        (read["statement"].as_str(), &read["explained"]),
        (Some("canary-said: forget me"), &Value::Null)
    );
    assert_eq!(size().await, before + 1);
    for role in [Role::Engineer, Role::Auditor, Role::Viewer, Role::Admin] {
        assert_eq!(home.send(home.acme.key(role), "GET", &path, None).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(shown(&home, &request).await["channel"], "staff");
    for entry in walk(home.dir.path().join("home")) {
        let bytes = std::fs::read(&entry).unwrap();
        assert!(
            !bytes.windows(11).any(|window| window == b"canary-said" || window == b"canary-hard"),
            "{entry:?}"
        );
    }
}

fn walk(folder: std::path::PathBuf) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(path)) } else { found.push(path) }
    }
    found
}
