//! Today in the console: what each role sees in the morning, and where its numbers lead.

use axum::http::StatusCode;
use exeunt_app::access::Role;

use crate::console_requests::asked;
use crate::home::Home;

#[tokio::test]
async fn an_empty_house_says_what_comes_first_to_each_role() {
    let home = Home::new().await;
    for (role, words) in [
        (Role::Officer, "Take in the first request"),
        (Role::Agent, "Take in the first request"),
        (Role::Viewer, "Agents and officers take requests in"),
        (Role::Auditor, "Agents and officers take requests in"),
        (Role::Engineer, "describe the databases"),
        (Role::Admin, "let the people in"),
    ] {
        let page = home.visitor(role).await.get("/").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let text = page.text();
        assert!(text.contains(words) && text.contains("exeunt demo --serve"), "{role:?}: {text}");
    }
}

#[tokio::test]
async fn every_number_leads_to_the_requests_it_counts() {
    let home = Home::new().await;
    for number in 0..3 {
        asked(&home, &home.acme, "erasure", &format!("p{number}@example.test")).await;
    }
    home.world.skip_days(28);
    let officer = home.visitor(Role::Officer).await;
    let text = officer.get("/").await.text();
    let mut figures = 0;
    for figure in text.split("<a href=\"/requests?q=").skip(1) {
        let (search, rest) = figure.split_once('"').unwrap();
        let Some(number) = rest.split("class=\"figure\">").nth(1).and_then(|rest| rest.split('<').next())
        else {
            continue;
        };
        let list = officer.get(&format!("/requests?q={search}")).await.text();
        let said = if number == "0" {
            String::from("No request is like that")
        } else {
            format!("{number} requests<")
        };
        assert!(list.contains(&said), "{search} {number}: {list}");
        figures += 1;
    }
    assert_eq!(figures, 5, "{text}");
    assert!(text.contains(">3</span> due within 7 days"), "{text}");
    home.world.skip_days(10);
    let officer = home.visitor(Role::Officer).await;
    assert!(officer.get("/").await.text().contains(">3</span> overdue"));
}

#[tokio::test]
async fn each_part_is_for_those_who_may_see_it() {
    let home = Home::new().await;
    asked(&home, &home.acme, "erasure", "ada@example.test").await;
    let proposal = home.proposal(&home.acme).await;
    for (role, seen, not) in [
        (
            Role::Officer,
            &[
                "overdue",
                "plans waiting for you",
                "make shares",
                "Witnesses",
                "Data map",
                "Letters",
                "Backups",
                "none known",
                "Keys",
            ][..],
            &[][..],
        ),
        (
            Role::Agent,
            &["overdue", "Letters", "Workers"],
            &["plans waiting for you", "Witnesses", "Data map", "Backups"],
        ),
        (Role::Engineer, &["Running", "Data map", "Workers"], &["overdue", "Witnesses", "Letters"]),
        (Role::Admin, &["Running", "make shares"], &["overdue", "Witnesses", "Letters", "Data map"]),
    ] {
        let text = home.visitor(role).await.get("/").await.text();
        let main = text.split("<main").nth(1).unwrap();
        for words in seen {
            assert!(main.contains(words), "{role:?} sees {words}: {main}");
        }
        for words in not {
            assert!(!main.contains(words), "{role:?} does not see {words}: {main}");
        }
        assert!(!main.contains("example.test") && !main.contains(&proposal), "{role:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_somebody_leads_to_where_it_is_done() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let id = crate::console_request::submitted(&home, "erasure", "1").await;
    crate::console_request::approved(&home, &officer, &id).await;
    crate::console_request::followed(&officer, officer.post(&format!("/requests/{id}/run"), &[]).await).await;
    officer.post("/holds?what=request", &[("request", id.as_str()), ("because", "a court")]).await;
    officer.post(&format!("/holds/requests/{id}/release"), &[("because", "it is over")]).await;
    let today = home.visitor(Role::Officer).await.get("/").await.text();
    assert!(today.contains(&format!("<a href=\"/requests/{id}\">release {id}")), "{today}");
    assert!(today.contains(&format!("<a href=\"/requests/{id}/run\">job_")), "{today}");
    let engineer = home.visitor(Role::Engineer).await.get("/").await.text();
    assert!(engineer.contains("job_") && !engineer.contains(&format!("/requests/{id}/run")), "{engineer}");
}
