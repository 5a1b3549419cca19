//! One act on many requests: what is done is what was seen, each by itself, once, by whoever may.

use axum::http::StatusCode;
use exeunt_app::access::{Permission, Role};
use serde_json::{Value, json};

use crate::home::{Answer, Home};

async fn taken_in(home: &Home, right: &str, customer: &str) -> String {
    let sent = json!({ "right": right, "identifiers": [{ "kind": "customer_id", "value": customer }] });
    home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await.word("id")
}

async fn planned(home: &Home, requests: &[&String]) -> String {
    let sent = json!({ "requests": requests });
    home.send(home.acme.key(Role::Officer), "POST", "/api/v1/plans", Some(sent)).await.word("id")
}

async fn preview(home: &Home, key: &str, what: &Value, chosen: Value) -> Value {
    let mut sent = chosen;
    sent["do"] = what.clone();
    let answer = home.send(key, "POST", "/api/v1/bulk/preview", Some(sent)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

/// The call that does what a preview showed.
fn call(what: &Value, preview: &Value) -> Value {
    let items = preview["items"].as_array().unwrap().iter();
    let wanted = items.filter(|item| ["allowed", "two_people"].contains(&item["verdict"].as_str().unwrap()));
    let one = |item: &Value| json!({ "request": item["request"], "version": item["version"] });
    json!({
        "do": what,
        "previewed_at": preview["previewed_at"],
        "requests": wanted.map(one).collect::<Vec<_>>(),
        "digest": preview["digest"],
    })
}

async fn commit(home: &Home, key: &str, call: &Value) -> Answer {
    home.send(key, "POST", "/api/v1/bulk/commit", Some(call.clone())).await
}

/// Each request's verdict and code, in order.
fn verdicts(answer: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| (word(&item["verdict"]), word(&item["code"]))).collect()
}

fn all(verdict: &str, count: usize) -> Vec<(String, String)> {
    vec![(verdict.to_owned(), String::new()); count]
}

async fn log_size(home: &Home) -> u64 {
    let key = home.acme.key(Role::Auditor);
    let checkpoint = home.send(key, "GET", "/api/v1/audit/checkpoint", None).await.text();
    // the second line of one
    checkpoint.lines().nth(1).unwrap().parse().unwrap()
}

async fn state(home: &Home, request: &str) -> Value {
    home.send(home.acme.key(Role::Officer), "GET", &format!("/api/v1/requests/{request}"), None).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_is_done_and_what_changed_is_told_and_left_alone() {
    let home = Home::new().await;
    let officer = home.acme.key(Role::Officer);
    let mut requests = Vec::new();
    for customer in ["1", "2", "3"] {
        requests.push(taken_in(&home, "erasure", customer).await);
    }
    let unknown = "req_01m81cf077eb8npjdnn33sww60";
    let refuse = json!({ "act": "refuse", "grounds": ["unfounded"], "because": "the fifth time this week" });
    let withdraw = format!("/api/v1/requests/{}/withdraw", requests[1]);
    let because = Some(json!({ "because": "by phone" }));
    home.send(officer, "POST", &withdraw, because.clone()).await;
    let chosen = json!({ "requests": [requests[0], requests[1], unknown, requests[2], requests[0]] });
    let before = home.send(officer, "GET", "/api/v1/requests", None).await.text();
    let size = log_size(&home).await;
    let seen = preview(&home, officer, &refuse, chosen).await;
    let told = verdicts(&seen);
    assert_eq!(told.len(), 4, "each once: {told:?}");
    assert_eq!(told[0], all("allowed", 1)[0]);
    assert_eq!(told[1], (String::from("refused"), String::from("E0312")));
    assert_eq!(told[2], (String::from("refused"), String::from("E0808")));
    assert_eq!(told[3], all("allowed", 1)[0]);
    assert_eq!(home.send(officer, "GET", "/api/v1/requests", None).await.text(), before, "nothing was done");
    assert_eq!(log_size(&home).await, size, "and nothing was written down");

    let refuse_both = call(&refuse, &seen);
    // somebody takes one back meanwhile
    let withdraw = format!("/api/v1/requests/{}/withdraw", requests[2]);
    assert!(home.send(officer, "POST", &withdraw, because).await.status.is_success());
    let size = log_size(&home).await;
    let done = commit(&home, officer, &refuse_both).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    let came = verdicts(&done.json());
    assert_eq!(came, [all("done", 1)[0].clone(), (String::from("changed"), String::from("E0989"))]);
    assert_eq!(state(&home, &requests[0]).await["state"], "refused");
    assert_eq!(state(&home, &requests[2]).await["state"], "withdrawn");
    assert_eq!(log_size(&home).await, size + 1, "one entry for what was done");
    // the same call again does nothing and tells the same
    assert_eq!(verdicts(&commit(&home, officer, &refuse_both).await.json()), came);
    assert_eq!(log_size(&home).await, size + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_what_was_shown_to_the_same_caller_lately_is_done() {
    let home = Home::new().await;
    let (officer, second) = (home.acme.key(Role::Officer), home.second().await);
    let one = taken_in(&home, "erasure", "1").await;
    let other = taken_in(&home, "erasure", "2").await;
    let hold = json!({ "act": "hold", "because": "a court", "until": "2099-12-31" });
    let shown = preview(&home, officer, &hold, json!({ "requests": [one] })).await;
    let good = call(&hold, &shown);
    let version =
        preview(&home, officer, &hold, json!({ "requests": [other] })).await["items"][0]["version"].clone();
    let mut more = good.clone();
    more["requests"].as_array_mut().unwrap().push(json!({ "request": other, "version": version }));
    let mut elsewhere = good.clone();
    elsewhere["do"]["because"] = json!("another court");
    let mut forever = good.clone();
    forever["do"].as_object_mut().unwrap().remove("until");
    let mut later = good.clone();
    later["previewed_at"] = json!("2099-01-01T00:00:00Z");
    for (key, sent) in [
        (officer, &more),
        (officer, &elsewhere),
        (officer, &forever),
        (officer, &later),
        (second.as_str(), &good),
    ] {
        let answer = commit(&home, key, sent).await;
        assert_eq!((answer.status, answer.word("code").as_str()), (StatusCode::CONFLICT, "E0946"), "{sent}");
    }
    assert_eq!(state(&home, &one).await["held"], false);
    home.world.skip_seconds(12 * 3_600);
    assert_eq!(commit(&home, officer, &good).await.word("code"), "E0946", "too long ago");
    let again = call(&hold, &preview(&home, officer, &hold, json!({ "requests": [one] })).await);
    assert_eq!(verdicts(&commit(&home, officer, &again).await.json()), all("done", 1));
    assert_eq!(state(&home, &one).await["held"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_approved_whole_or_not_at_all_and_never_by_whoever_entered_its_requests() {
    let home = Home::new().await;
    let officer = home.acme.key(Role::Officer);
    let first = taken_in(&home, "erasure", "1").await;
    let second = taken_in(&home, "erasure", "2").await;
    let alone = taken_in(&home, "erasure", "3").await;
    let bare = taken_in(&home, "erasure", "4").await;
    let plan = planned(&home, &[&first, &second]).await;
    planned(&home, &[&alone]).await;
    let approve = json!({ "act": "approve" });
    let part = preview(&home, officer, &approve, json!({ "requests": [first, alone, bare] })).await;
    let refused = |code: &str| (String::from("refused"), String::from(code));
    assert_eq!(verdicts(&part), [refused("E0945"), all("allowed", 1)[0].clone(), refused("E0310")]);
    let whole =
        preview(&home, officer, &approve, json!({ "filter": { "state": "awaiting_approval" } })).await;
    assert_eq!(verdicts(&whole), all("allowed", 3));
    assert!(whole["items"].as_array().unwrap().iter().any(|item| item["plan"] == json!(plan)));
    // somebody makes another plan for one of them meanwhile: what was seen is not what would be approved
    planned(&home, &[&alone]).await;
    let came = commit(&home, officer, &call(&approve, &whole)).await.json();
    for item in came["items"].as_array().unwrap() {
        let wanted = if item["request"] == json!(alone) { "changed" } else { "done" };
        assert_eq!(item["verdict"], wanted, "{came}");
    }
    assert_eq!(state(&home, &first).await["state"], "approved");
    assert_eq!(state(&home, &second).await["state"], "approved");
    assert_eq!(state(&home, &alone).await["state"], "awaiting_approval");
    // entered by the officer
    let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "4" }] });
    let own = home.send(officer, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    planned(&home, &[&own]).await;
    let shown = preview(&home, officer, &approve, json!({ "requests": [own] })).await;
    assert_eq!(verdicts(&shown), [refused("E0903")]);
    // jobs are cancelled as plans are approved
    let started = home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": plan }))).await;
    let cancel = json!({ "act": "cancel" });
    let shown = preview(&home, officer, &cancel, json!({ "requests": [first, second, alone] })).await;
    assert_eq!(verdicts(&shown)[..2], all("allowed", 2)[..]);
    assert_eq!(verdicts(&shown)[2], refused("E0310"));
    assert_eq!(verdicts(&commit(&home, officer, &call(&cancel, &shown)).await.json()), all("done", 2));
    let job = home.send(officer, "GET", &format!("/api/v1/jobs/{}", started.word("job")), None).await.json();
    assert_eq!(job["cancel_asked"], true, "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_are_two_people_for_many_requests_too() {
    let home = Home::new().await;
    let (officer, second) = (home.acme.key(Role::Officer), home.second().await);
    let second = second.as_str();
    let mut held = Vec::new();
    for customer in ["1", "2"] {
        held.push(taken_in(&home, "erasure", customer).await);
    }
    let hold = json!({ "act": "hold", "because": "a court" });
    let shown = preview(&home, officer, &hold, json!({ "requests": held })).await;
    commit(&home, officer, &call(&hold, &shown)).await;
    let release = json!({ "act": "release" });
    let chosen = json!({ "requests": held });
    let shown = preview(&home, officer, &release, chosen.clone()).await;
    assert_eq!(verdicts(&shown), all("two_people", 2));
    let proposals = async || {
        let listed = home.send(officer, "GET", "/api/v1/proposals", None).await.json();
        listed["items"].as_array().unwrap().len()
    };
    assert_eq!(proposals().await, 0, "looking proposes nothing");
    let first_call = call(&release, &shown);
    let proposed = commit(&home, officer, &first_call).await.json();
    assert_eq!(verdicts(&proposed), all("proposed", 2));
    assert_eq!(verdicts(&commit(&home, officer, &first_call).await.json()), all("proposed", 2));
    assert_eq!(proposals().await, 2, "once each");
    let same_person = preview(&home, officer, &release, chosen.clone()).await;
    assert!(verdicts(&same_person).iter().all(|(_, code)| code == "E0975"), "{same_person}");
    assert_eq!(state(&home, &held[0]).await["held"], true);
    // another person sees that it would be done, and does it
    let shown = preview(&home, second, &release, chosen).await;
    assert_eq!(verdicts(&shown), all("allowed", 2));
    let done = call(&release, &shown);
    assert_eq!(verdicts(&commit(&home, second, &done).await.json()), all("done", 2));
    assert_eq!(state(&home, &held[0]).await["held"], false);
    // held again for the same reason: what was done once is not done by repeating the call
    let shown = preview(&home, officer, &hold, json!({ "requests": held })).await;
    commit(&home, officer, &call(&hold, &shown)).await;
    assert_eq!(verdicts(&commit(&home, second, &done).await.json()), all("done", 2));
    assert_eq!(state(&home, &held[0]).await["held"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_of_many_requests_stop_run_on_and_are_extended() {
    let home = Home::new().await;
    let officer = home.acme.key(Role::Officer);
    let requests = [taken_in(&home, "access", "1").await, taken_in(&home, "access", "2").await];
    let chosen = json!({ "requests": requests });
    for what in [
        json!({ "act": "acknowledge" }),
        json!({ "act": "pause", "ground": "identity", "because": "who are they" }),
        json!({ "act": "resume" }),
        json!({ "act": "extend", "kind": "number", "because": "so many at once" }),
        json!({ "act": "withdraw", "because": "by phone" }),
    ] {
        let shown = preview(&home, officer, &what, chosen.clone()).await;
        assert_eq!(verdicts(&shown), all("allowed", 2), "{what}: {shown}");
        assert_eq!(verdicts(&commit(&home, officer, &call(&what, &shown)).await.json()), all("done", 2));
        let twice = preview(&home, officer, &what, chosen.clone()).await;
        assert!(verdicts(&twice).iter().all(|(verdict, _)| verdict == "refused"), "{what}: {twice}");
    }
    assert!(state(&home, &requests[1]).await["deadline"]["extended_on"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organizations_requests_are_not_there() {
    let home = Home::new().await;
    let theirs = taken_in(&home, "erasure", "1").await;
    let hold = json!({ "act": "hold", "because": "a court" });
    let stranger = home.globex.key(Role::Officer);
    let shown = preview(&home, stranger, &hold, json!({ "requests": [theirs] })).await;
    assert_eq!(verdicts(&shown), [(String::from("refused"), String::from("E0808"))]);
    assert!(shown["items"][0]["version"].is_null(), "{shown}");
    let nobodys = "req_01m81cf077eb8npjdnn33sww60";
    let nothing = preview(&home, stranger, &hold, json!({ "requests": [nobodys] })).await;
    let told = |shown: &Value| shown["items"][0]["why"].as_str().unwrap().to_owned();
    assert_eq!(told(&shown).replace(&theirs, ""), told(&nothing).replace(nobodys, ""), "in the same words");
    let empty = json!({ "do": hold, "filter": {} });
    let answer = home.send(stranger, "POST", "/api/v1/bulk/preview", Some(empty)).await;
    assert_eq!((answer.status.as_u16(), answer.word("code").as_str()), (422, "E0945"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_on_many_needs_what_it_needs_for_one() {
    let home = Home::new().await;
    let request = taken_in(&home, "erasure", "1").await;
    for (act, permission) in [
        (json!({ "act": "acknowledge" }), Permission::DecideRequests),
        (json!({ "act": "approve" }), Permission::ApprovePlans),
        (json!({ "act": "cancel" }), Permission::RunJobs),
        (json!({ "act": "hold", "because": "x" }), Permission::HoldRequests),
        (json!({ "act": "release" }), Permission::HoldRequests),
        (json!({ "act": "refuse", "grounds": ["unfounded"], "because": "x" }), Permission::DecideRequests),
    ] {
        for role in Role::ALL {
            let sent = json!({ "do": act, "requests": [request] });
            let answer = home.send(home.acme.key(role), "POST", "/api/v1/bulk/preview", Some(sent)).await;
            let may = exeunt_app::access::Powers::of(role).has(permission);
            assert_eq!(answer.status == StatusCode::OK, may, "{act} as {}: {}", role.as_str(), answer.text());
        }
    }
    for (wrong, place) in [
        (json!({ "act": "approve", "because": "x" }), "/do/because"),
        (json!({ "act": "refuse", "because": "x" }), "/do/grounds"),
        (json!({ "act": "refuse", "grounds": [], "because": "x" }), "/do/grounds"),
        (json!({ "act": "hold", "because": "" }), "/do/because"),
        (json!({ "act": "hold", "because": "x", "until": "soon" }), "/do/until"),
        (json!({ "act": "dance" }), "/do/act"),
    ] {
        let sent = json!({ "do": wrong, "requests": [request] });
        let answer =
            home.send(home.acme.key(Role::Officer), "POST", "/api/v1/bulk/preview", Some(sent)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json()["errors"][0]["pointer"], place, "{}", answer.text());
    }
    let many: Vec<String> = (0..401).map(|_| request.clone()).collect();
    let sent = json!({ "do": { "act": "approve" }, "requests": many });
    let answer = home.send(home.acme.key(Role::Officer), "POST", "/api/v1/bulk/preview", Some(sent)).await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/requests", "{}", answer.text());
}
