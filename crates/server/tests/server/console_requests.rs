//! The list of requests in the console: found by words, saved by names, taken away as a file.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use serde_json::json;

use crate::home::{Home, Tenant};

/// Takes a request in and gives its id.
pub(crate) async fn asked(home: &Home, tenant: &Tenant, right: &str, email: &str) -> String {
    let body = json!({ "right": right, "identifiers": [{ "kind": "email", "value": email }] });
    let answer = home.send(tenant.key(Role::Agent), "POST", "/api/v1/requests", Some(body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.word("id")
}

#[tokio::test]
async fn the_list_shows_what_is_looked_for_and_nothing_of_others() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let empty = officer.get("/requests").await;
    assert!(empty.text().contains("No requests yet"), "{}", empty.text());
    let erasure = asked(&home, &home.acme, "erasure", "ada@example.test").await;
    let access = asked(&home, &home.acme, "access", "bob@example.test").await;
    let others = asked(&home, &home.globex, "erasure", "eve@example.test").await;
    let shows = async |q: &str| {
        let page = officer.get(&format!("/requests?q={q}")).await;
        assert_eq!(page.status, StatusCode::OK, "{q}: {}", page.text());
        let text = page.text();
        assert!(
            !text.contains(&format!("/requests/{others}")) && !text.contains("example.test"),
            "{q}: {text}"
        );
        [text.contains(&format!("/requests/{erasure}")), text.contains(&format!("/requests/{access}"))]
    };
    for (q, shown) in [
        ("", [true, true]),
        ("type:erasure", [true, false]),
        ("-type:erasure", [false, true]),
        ("type:erasure+type:access", [true, true]),
        ("state:received+is:open", [true, true]),
        ("is:closed", [false, false]),
        ("-is:open+state:hidden", [false, false]),
        ("is:waiting", [false, false]),
        ("is:waiting+state:received", [false, false]),
        ("is:mine", [false, false]),
        ("-is:mine", [true, true]),
        ("is:overdue", [false, false]),
        ("due:%3E%3Dtoday+sort:due", [true, true]),
        ("due:%3C-1d", [false, false]),
        ("received:today", [true, true]),
        ("-received:today", [false, false]),
        ("regime:eu-gdpr+sort:oldest", [true, true]),
        ("-regime:eu-gdpr", [false, false]),
        ("is:held", [false, false]),
        (&erasure, [true, false]),
        (&others, [false, false]),
    ] {
        assert_eq!(shows(q).await, shown, "{q}");
    }
    home.world.skip_days(60);
    let officer = home.visitor(Role::Officer).await;
    let late = officer.get("/requests?q=is:overdue+sort:due").await.text();
    assert!(late.contains(&erasure) && late.contains("overdue"), "{late}");
}

#[tokio::test]
async fn words_that_are_not_known_are_told_and_people_are_not_looked_for() {
    let home = Home::new().await;
    let viewer = home.visitor(Role::Viewer).await;
    let id = asked(&home, &home.acme, "erasure", "ada@example.test").await;
    let page = viewer.get("/requests?q=is:late+type:erasure").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = page.text();
    assert!(text.contains("“is:late” is not understood") && text.contains("overdue"), "{text}");
    assert!(text.contains(&id), "the rest of the page is there: {text}");
    let refused = viewer.get("/requests?q=type:erasure+ada%40example.test").await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER);
    assert_eq!(refused.headers["location"], "/requests?q=type%3Aerasure&refused=yes");
    let told = viewer.get("/requests?q=type%3Aerasure&refused=yes").await.text();
    assert!(told.contains("was not kept") && !told.contains("ada@"), "{told}");
    let script = viewer.get("/requests?q=%3Cscript%3Ealert(1)%3C/script%3E").await.text();
    assert!(!script.contains("<script>alert"), "{script}");
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_in_every_order() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let mut all = Vec::new();
    for number in 0..53 {
        all.push(asked(&home, &home.acme, "access", &format!("p{number}@example.test")).await);
    }
    for sort in ["newest", "oldest", "due"] {
        let first = officer.get(&format!("/requests?q=sort:{sort}")).await.text();
        assert!(first.contains("53 requests"), "{first}");
        let next = first.split("href=\"").find(|rest| rest.contains("rel=\"next\"")).unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        let second = officer.get(&next).await.text();
        for id in &all {
            let link = format!("\"/requests/{id}\"");
            assert!(first.contains(&link) != second.contains(&link), "{sort} {id}");
        }
        assert!(second.contains("First page") && !second.contains("rel=\"next\""), "{second}");
    }
}

#[tokio::test]
async fn the_list_is_for_those_who_may_read_requests() {
    let home = Home::new().await;
    for role in [Role::Engineer, Role::Admin] {
        let visitor = home.visitor(role).await;
        for path in ["/requests", "/requests.csv"] {
            assert_eq!(visitor.get(path).await.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
        assert!(!visitor.get("/").await.text().contains("href=\"/requests\""), "{role:?}");
    }
    let viewer = home.visitor(Role::Viewer).await;
    asked(&home, &home.acme, "access", "ada@example.test").await;
    let page = viewer.get("/requests").await.text();
    assert!(!page.contains("/requests/new") && !page.contains("type=\"checkbox\""), "{page}");
}

#[tokio::test]
async fn a_view_is_kept_for_oneself_or_for_everybody_and_taken_away() {
    let home = Home::new().await;
    let (agent, officer) = (home.visitor(Role::Agent).await, home.visitor(Role::Officer).await);
    let viewer = home.visitor(Role::Viewer).await;
    let own = agent.post("/requests/views", &[("name", "My own"), ("search", "is:mine is:open")]).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.text());
    assert_eq!(own.headers["location"], "/requests?q=is%3Amine%20is%3Aopen&done=saved");
    let shared = [("name", "Late ones"), ("search", "is:overdue"), ("shared", "yes")];
    assert_eq!(agent.post("/requests/views", &shared).await.status, StatusCode::SEE_OTHER);
    let again = agent.post("/requests/views", &shared).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("value=\"Late ones\"") && again.text().contains("of this name"));
    assert_eq!(viewer.post("/requests/views", &shared).await.status, StatusCode::FORBIDDEN);
    let bad = officer.post("/requests/views", &[("name", "ada@example.test"), ("search", "")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let list = officer.get("/requests").await.text();
    assert!(list.contains("Late ones") && !list.contains("My own"), "{list}");
    let id = list.split("/requests/views/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let path = format!("/requests/views/{id}/remove");
    assert_eq!(viewer.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(officer.post(&path, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(officer.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!agent.get("/requests").await.text().contains("Late ones"));
}

#[tokio::test]
async fn the_list_goes_out_as_a_file_and_that_is_written_down() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let id = asked(&home, &home.acme, "erasure", "ada@example.test").await;
    let size = async || home.house.store.audit_head(home.acme.id).await.unwrap().size;
    let before = size().await;
    let file = officer.get("/requests.csv?q=type:erasure").await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let text = file.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[1].starts_with(&format!("{id},erasure,received,")), "{text}");
    assert_eq!(size().await, before + 1);
    assert_eq!(officer.get("/requests.csv?q=nonsense").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
