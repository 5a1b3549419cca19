//! The customer's page: what is there is counted, what it says is shown only with a reason, and no address leads to anybody.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use serde_json::json;

use crate::console_request::{shown, until};
use crate::console_rooms::{hidden, orders_are_kept};
use crate::home::{Answer, Home};
use crate::visitor::Visitor;

fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.headers["location"].to_str().unwrap().to_owned()
}

async fn look_up(officer: &Visitor<'_>, kind: &str, value: &str) -> String {
    place(&officer.post("/customers", &[("kind", kind), ("value", value)]).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_counted_at_once_and_shown_only_with_a_reason() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let path = look_up(&officer, "email", "two@mail.test").await;
    assert!(!path.contains("two"), "{path}");
    let page = officer.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    for count in ["shop.customers", "shop.notes", "shop.orders", "4 rows in 3 models"] {
        assert!(text.contains(count), "{count}: {text}");
    }
    for hidden in ["Second Person", "two@mail.test", "moved house"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    // the model's place stands on the button
    let notes = text.split("Reveal rows<span class=\"unseen\"> of shop.notes").next().unwrap();
    let read = notes.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned();
    let reveal = format!("{path}/reveal");
    let refused = officer.post(&reveal, &[("read", &read), ("because", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    assert!(!refused.text().contains("moved house"));
    let because = "the customer asks why, canary-reason";
    let shown = officer.post(&reveal, &[("read", &read), ("because", because)]).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert!(shown.text().contains("moved house") && shown.text().contains("Rows 1 to 2 of 2"));
    assert!(!shown.text().contains("likes tea"), "somebody else's");
    let title = shown.text().split("<title>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(!title.contains("Person") && !title.contains("mail"), "{title}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_look_is_written_down_and_none_says_at_whom() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let path = look_up(&officer, "customer_id", "1").await;
    officer.get(&path).await;
    officer.post(&format!("{path}/reveal"), &[("read", "0"), ("because", "canary-reason")]).await;
    let office = home.house.office(home.acme.id).unwrap();
    let mut told = Vec::new();
    let (mut from, mut kinds) = (0, Vec::new());
    loop {
        let entries = office.engine.store.audit_entries(home.acme.id, from, 100).await.unwrap();
        if entries.is_empty() {
            break;
        }
        from += entries.len() as u64;
        for (_, entry) in entries {
            let text = String::from_utf8_lossy(&entry).into_owned();
            for kind in ["customer.found", "customer.revealed"] {
                if text.contains(kind) {
                    kinds.push(kind);
                    told.push(text.clone());
                }
            }
        }
    }
    assert_eq!(kinds, ["customer.found", "customer.revealed"]);
    for text in told {
        assert!(text.contains(&officer.user.to_string().replace("usr_", "act_")) || text.contains("actor"));
        for canary in ["one@mail.test", "First Person", "canary-reason", "likes tea"] {
            assert!(!text.contains(canary), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_is_for_one_person_alone_and_ends_by_itself() {
    let home = Home::new().await;
    let (officer, other) = (home.visitor(Role::Officer).await, home.visitor(Role::Officer).await);
    let path = look_up(&officer, "email", "one@mail.test").await;
    for (who, path) in [(&other, path.as_str()), (&officer, "/customers/AAAA"), (&officer, "/customers/%20")]
    {
        let refused = who.get(path).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
        assert!(refused.text().contains("E0325"));
    }
    home.world.skip_seconds(29 * 60);
    assert_eq!(officer.get(&path).await.status, StatusCode::OK);
    home.world.skip_seconds(2 * 60);
    assert_eq!(officer.get(&path).await.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_and_nobody_look_alike_until_somebody_looks() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let path = look_up(&officer, "email", "nobody@mail.test").await;
    let page = officer.get(&path).await.text();
    assert!(page.contains("No source has a row of anybody with this identifier"), "{page}");
    for (kind, value, status) in [
        ("email", "%", StatusCode::UNPROCESSABLE_ENTITY),
        ("email", "", StatusCode::UNPROCESSABLE_ENTITY),
        ("shoe_size", "43", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let refused = officer.post("/customers", &[("kind", kind), ("value", value)]).await;
        assert_eq!(refused.status, status, "{kind} {value}: {}", refused.text());
        assert!(refused.text().contains("There is a problem"));
    }
    let kept = officer.post("/customers", &[("kind", "email"), ("value", "canary@%")]).await;
    assert!(kept.text().contains("value=\"canary@%\""), "what was typed stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn export_and_delete_enter_requests_that_somebody_else_approves() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let path = look_up(&officer, "customer_id", "3").await;
    let ask = format!("{path}/ask");
    let wrong = officer.post(&ask, &[("right", "everything")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let request = place(&officer.post(&ask, &[("right", "erasure"), ("statement", "forget me")]).await);
    let request = request.strip_prefix("/requests/").unwrap().to_owned();
    let page = officer.get(&path).await.text();
    assert!(page.contains(&request) && page.contains("erasure"), "{page}");
    // another request by another identifier of theirs is not told
    let sent = json!({ "right": "access", "identifiers": [{ "kind": "customer_id", "value": "4" }] });
    let others = home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await;
    assert!(!officer.get(&path).await.text().contains(&others.word("id")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_still_exists_of_somebody_is_told_with_its_end() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let path = look_up(&officer, "customer_id", "2").await;
    assert!(shown(&officer, &path).await.contains("Nothing is kept of them because of a request"));
    orders_are_kept(&home);
    let (stop, worker) = home.work();
    let id = hidden(&home, &officer, "2").await;
    until(&home, &officer, "/recovery", &id).await;
    let page = shown(&officer, &path).await;
    let lines: Vec<&str> = page.lines().filter(|line| line.contains(&id) && line.contains("<th")).collect();
    let hidden = lines.iter().position(|line| line.contains("Erased rows that can come back")).unwrap();
    let kept = lines.iter().position(|line| line.contains("Rows of shop.orders that stay")).unwrap();
    assert!(hidden < kept && !lines[hidden].contains("not known yet"), "what falls away first: {lines:?}");
    assert!(page.contains("class=\"stairs\"") && page.contains("still there because of requests"), "{page}");
    // what a hold keeps has no end
    let held = officer.post(&format!("/requests/{id}/acts/hold"), &[("because", "a claim")]).await;
    assert!(held.status.is_redirection(), "{}", held.text());
    let page = shown(&officer, &path).await;
    let line = page.lines().find(|line| line.contains("Erased rows that can come back")).unwrap();
    assert!(line.contains("on hold"), "{line}");
    stop.now();
    worker.await.unwrap();
}
