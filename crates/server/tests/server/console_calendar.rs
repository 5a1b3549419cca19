//! The calendar of answers, and the week on Today: what is due when, the worst of it, and where it leads.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use exeunt_app::access::Role;
use exeunt_app::law::{Law, USUAL};
use exeunt_rights::{Calendar, Zone};
use serde_json::json;

use crate::console_requests::asked;
use crate::home::Home;
use crate::visitor::Visitor;

/// The day the answer of a request is due.
async fn due(home: &Home, id: &str) -> String {
    let shown = home.send(home.acme.key(Role::Officer), "GET", &format!("/api/v1/requests/{id}"), None).await;
    shown.json()["deadline"]["answer_by"].as_str().unwrap().to_owned()
}

/// The cell of a day.
fn cell(page: &str, day: &str) -> String {
    let place =
        page.find(&format!("<time datetime=\"{day}\">")).unwrap_or_else(|| panic!("no {day}: {page}"));
    page[place..].split("</td>").next().unwrap().split("</li>").next().unwrap().to_owned()
}

/// Where the number of a day leads.
async fn led(visitor: &Visitor<'_>, cell: &str) -> String {
    let place = cell.split("href=\"").nth(1).unwrap_or_else(|| panic!("no link: {cell}"));
    visitor.get(place.split('"').next().unwrap()).await.text()
}

#[tokio::test]
async fn a_day_shows_how_many_answers_are_due_and_leads_to_them() {
    let home = Home::new().await;
    let id = asked(&home, &home.acme, "erasure", "p0@example.test").await;
    asked(&home, &home.acme, "access", "p1@example.test").await;
    asked(&home, &home.globex, "access", "p2@example.test").await;
    let day = due(&home, &id).await;
    let place = format!("/requests/calendar?month={}", &day[..7]);
    for role in [Role::Officer, Role::Viewer, Role::Agent] {
        let visitor = home.visitor(role).await;
        let page = visitor.get(&place).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let text = page.text();
        let cell = cell(&text, &day);
        assert!(cell.contains("2 due") && cell.contains("○ time left"), "{cell}");
        assert!(text.contains("2 answers are due in") && text.contains("rel=\"next\""), "{text}");
        assert!(led(&visitor, &cell).await.contains("2 requests<"));
    }
    let paused = json!({ "ground": "identity", "because": "asked for a document" });
    let pause = format!("/api/v1/requests/{id}/pause");
    let key = home.acme.key(Role::Officer);
    let answer = home.send(key, "POST", &pause, Some(paused)).await;
    home.world.skip_days(26);
    let officer = home.visitor(Role::Officer).await;
    let soon = cell(&officer.get(&place).await.text(), &day);
    assert!(soon.contains("▲ due soon"), "{soon}");
    home.world.skip_days(10);
    let officer = home.visitor(Role::Officer).await;
    let late = officer.get(&place).await.text();
    let many = if answer.status.is_success() { 1 } else { 2 };
    assert!(cell(&late, &day).contains(&format!("! {many} overdue")), "{late}");
}

#[tokio::test]
async fn today_begins_with_the_week() {
    let home = Home::new().await;
    let id = asked(&home, &home.acme, "erasure", "p0@example.test").await;
    let day = due(&home, &id).await;
    let officer = home.visitor(Role::Officer).await;
    let text = officer.get("/").await.text();
    let week = text.split("class=\"week\"").nth(1).unwrap().split("</ol>").next().unwrap();
    assert!(week.matches("<li").count() == 7 && !week.contains(" due"), "{week}");
    assert_eq!(week.matches("aria-current=\"date\"").count(), 1, "{week}");
    home.world.skip_days(28);
    let officer = home.visitor(Role::Officer).await;
    let text = officer.get("/").await.text();
    let cell = cell(&text, &day);
    assert!(cell.contains("1 due") && cell.contains("▲ due soon"), "{cell}");
    assert!(led(&officer, &cell).await.contains("1 request<"));
    assert!(text.contains("href=\"/requests/calendar\""), "{text}");
    let engineer = home.visitor(Role::Engineer).await;
    assert!(!engineer.get("/").await.text().contains("class=\"week\""));
}

#[tokio::test]
async fn a_month_begins_its_weeks_as_the_reader_does_and_marks_the_organizations_holidays() {
    let home = Home::furnished(|room| {
        let calendar = Calendar::with_holidays(["2027-01-06".parse().unwrap()]);
        room.policy.law = Arc::new(Law::new(USUAL, Zone::default(), calendar, Vec::new()).unwrap());
    })
    .await;
    let officer = home.visitor(Role::Officer).await;
    for (language, head, first) in
        [("de-DE", "abbr=\"Monday\">Mon", "2026-12-28"), ("en-US", "abbr=\"Sunday\">Sun", "2026-12-27")]
    {
        let asked = Request::get("/requests/calendar?month=2027-01").header(header::ACCEPT, "text/html");
        let page =
            officer.send(asked.header(header::ACCEPT_LANGUAGE, language).body(Body::empty()).unwrap()).await;
        let text = page.text();
        let heads = text.split("<thead><tr>").nth(1).unwrap();
        assert!(heads.trim_start().starts_with(&format!("<th scope=\"col\" {head}")), "{language}: {heads}");
        let body = text.split("<tbody>").nth(1).unwrap();
        assert!(body.split("datetime=\"").nth(1).unwrap().starts_with(first), "{language}: {body}");
        assert!(cell(&text, "2027-01-06").contains("holiday"), "{text}");
        assert!(!cell(&text, "2027-01-07").contains("holiday"));
        assert!(
            text.contains("No answer is due in January 2027.") && text.contains("month=2026-12"),
            "{text}"
        );
    }
    for bad in ["2026-13", "x", "1900-01", "%3Cb%3E"] {
        let page = officer.get(&format!("/requests/calendar?month={bad}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(page.text().contains("This is no month such as 2026-12"), "{}", page.text());
    }
    let engineer = home.visitor(Role::Engineer).await;
    assert_eq!(engineer.get("/requests/calendar").await.status, StatusCode::FORBIDDEN);
}
