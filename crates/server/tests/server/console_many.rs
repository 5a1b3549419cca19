//! Acting on many requests, and taking many in, in the console.

use axum::http::StatusCode;
use exeunt_app::access::Role;

use crate::console_requests::asked;
use crate::home::Home;

/// The hidden fields of the form that sends to `action`.
fn hidden(page: &str, action: &str) -> Vec<(String, String)> {
    let form = page.split("<form ").find(|form| form.contains(&format!("action=\"{action}\""))).unwrap();
    let form = form.split("</form>").next().unwrap();
    let value = |field: &str, name: &str| {
        field.split(&format!("{name}=\"")).nth(1).map(|rest| rest.split('"').next().unwrap().to_owned())
    };
    let fields = form.split("<input type=\"hidden\" ").skip(1);
    fields.map(|field| (value(field, "name").unwrap(), value(field, "value").unwrap())).collect()
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    let own = fields.iter().filter(|(name, _)| name != "_form");
    own.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test]
async fn many_requests_are_held_exactly_as_it_was_shown() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let first = asked(&home, &home.acme, "erasure", "ada@example.test").await;
    let second = asked(&home, &home.acme, "erasure", "bob@example.test").await;
    let chosen = [("act", "hold"), ("request", first.as_str()), ("request", second.as_str())];
    let asks = officer.post("/requests/bulk", &chosen).await;
    assert_eq!(asks.status, StatusCode::OK, "{}", asks.text());
    assert!(asks.text().contains("Put 2 requests on hold") && asks.text().contains("name=\"because\""));
    let mut fields = hidden(&asks.text(), "/requests/bulk");
    fields.push((String::from("because"), String::new()));
    let again = officer.post("/requests/bulk", &borrowed(&fields)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("because-flaw"), "{}", again.text());
    fields.last_mut().unwrap().1 = String::from("case 7");
    let preview = officer.post("/requests/bulk", &borrowed(&fields)).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
    assert!(preview.text().contains("Nothing is done yet"), "{}", preview.text());
    assert!(!officer.get("/requests").await.text().contains("on hold</span>"));
    let seen = hidden(&preview.text(), "/requests/bulk/commit");
    for _ in 0..2 {
        let done = officer.post("/requests/bulk/commit", &borrowed(&seen)).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        assert!(done.text().contains("It was done to 2."), "{}", done.text());
    }
    let held = officer.get("/requests?q=is:held").await.text();
    assert!(held.contains(&first) && held.contains(&second) && held.contains("on hold</span>"), "{held}");
    let forged: Vec<(String, String)> = seen
        .iter()
        .map(|(name, value)| (name.clone(), if name == "because" { "other".into() } else { value.clone() }))
        .collect();
    assert_eq!(officer.post("/requests/bulk/commit", &borrowed(&forged)).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn all_that_match_are_acknowledged_and_what_cannot_be_is_told() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    asked(&home, &home.acme, "erasure", "ada@example.test").await;
    let access = asked(&home, &home.acme, "access", "bob@example.test").await;
    let all = [("act", "acknowledge"), ("all", "yes"), ("search", "type:access")];
    let preview = officer.post("/requests/bulk", &all).await.text();
    assert!(preview.contains("Acknowledge 1 request?") && preview.contains(&access), "{preview}");
    let seen = hidden(&preview, "/requests/bulk/commit");
    officer.post("/requests/bulk/commit", &borrowed(&seen)).await;
    let again = officer.post("/requests/bulk", &all).await.text();
    assert!(
        again.contains("There is nothing to be done") && again.contains("acknowledged already"),
        "{again}"
    );
    let none = officer.post("/requests/bulk", &[("act", "acknowledge")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    for act in ["approve", "cancel", "refuse", "withdraw", "release", "nonsense"] {
        let sent = officer.post("/requests/bulk", &[("act", act), ("request", access.as_str())]).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{act} is no harmless act");
    }
    let viewer = home.visitor(Role::Viewer).await;
    assert_eq!(viewer.post("/requests/bulk", &all).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_file_is_checked_line_by_line_and_then_taken_in_once() {
    let home = Home::new().await;
    let agent = home.visitor(Role::Agent).await;
    assert_eq!(agent.get("/requests/import").await.status, StatusCode::OK);
    let bad = "right,email\r\nerasure,ada@example.test\r\nsomething,bob@example.test\r\n";
    let told = agent.post("/requests/import", &[("file", bad)]).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = told.text();
    assert!(text.contains("<th scope=\"row\" class=\"number\">3</th>"), "{text}");
    assert!(text.contains("bob@example.test"), "what was typed is still there: {text}");
    let good = bad.replace("something", "access");
    let checked = agent.post("/requests/import", &[("file", &good)]).await.text();
    assert!(checked.contains("Take in 2 requests"), "{checked}");
    assert!(agent.get("/requests").await.text().contains("No requests yet"));
    let taken = agent.post("/requests/import", &[("file", &good), ("take", "yes")]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
    let list = agent.get(taken.headers["location"].to_str().unwrap()).await.text();
    assert!(list.contains("2 requests"), "{list}");
    let twice = agent.post("/requests/import", &[("file", &good), ("take", "yes")]).await.text();
    assert!(twice.contains("taken in before"), "{twice}");
    let viewer = home.visitor(Role::Viewer).await;
    assert_eq!(viewer.get("/requests/import").await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.post("/requests/import", &[("file", &good)]).await.status, StatusCode::FORBIDDEN);
}
