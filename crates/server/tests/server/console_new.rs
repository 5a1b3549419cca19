//! Taking a request in, in the console.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_base::RequestId;

use crate::home::{Answer, Home};
use crate::visitor::Visitor;

/// The name this form was made under.
fn once(page: &str) -> String {
    page.split("name=\"once\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

const FULL: [(&str, &str); 8] = [
    ("right", "erasure"),
    ("id-email", "ada@example.test"),
    ("statement", "Please delete <b>everything</b>"),
    ("regime", "eu-gdpr"),
    ("level", "1"),
    ("how", "vouched"),
    ("channel", "staff"),
    ("language", "de"),
];

/// Sends the form with some fields in place of the usual ones.
async fn send(who: &Visitor<'_>, once: &str, other: &[(&str, &str)]) -> Answer {
    let mut fields: Vec<(&str, &str)> = vec![("once", once), ("asked", "2026-01-02")];
    fields.extend(FULL);
    fields.retain(|(name, _)| !other.iter().any(|(known, _)| known == name));
    fields.extend(other);
    who.post("/requests/new", &fields).await
}

#[tokio::test]
async fn a_request_is_taken_in_once_and_confirmed_with_its_day() {
    let home = Home::new().await;
    let agent = home.visitor(Role::Agent).await;
    let page = agent.get("/requests/new").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let name = once(&page.text());
    let more = [
        ("email", "ada@example.test"),
        ("name", "Ada"),
        ("explained", "yes"),
        ("explained_on", "2026-01-02"),
    ];
    let taken = send(&agent, &name, &more).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
    let place = taken.headers["location"].to_str().unwrap().to_owned();
    let twice = send(&agent, &name, &more).await;
    assert_eq!(twice.headers["location"], place.as_str(), "{}", twice.text());
    let confirmed = agent.get(&place).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text());
    let text = confirmed.text();
    assert!(text.contains("Mon 2 Feb 2026") && !text.contains("ada@") && !text.contains("<b>"), "{text}");
    let list = agent.get("/requests").await.text();
    assert!(list.contains("1 request<") && list.contains("overdue"), "{list}");
    let id: RequestId = place.rsplit('/').next().unwrap().parse().unwrap();
    let office = home.house.office(home.acme.id).unwrap();
    let by = exeunt_app::Actor {
        id: Some(agent.user.into()),
        organization: home.acme.id,
        powers: exeunt_app::access::Powers::of(Role::Agent),
    };
    let words = office.read_statement(&by, id).await.unwrap();
    assert_eq!(words.statement.as_deref(), Some("Please delete <b>everything</b>"));
    assert!(words.explained.unwrap().contains("on 2026-01-02, in `de`"));
}

#[tokio::test]
async fn every_flaw_is_told_at_its_field_and_nothing_typed_is_lost() {
    let home = Home::new().await;
    let agent = home.visitor(Role::Agent).await;
    for (field, value, words) in [
        ("right", "", "Choose what the person asks for."),
        ("id-email", "", "Give at least one thing the person is known by"),
        ("id-email", "%", "e-mail"),
        ("statement", " ", "Write what the person asked for"),
        ("regime", "", "Choose a country; it decides the deadline."),
        ("regime", "xx", "There is no regime"),
        ("asked", "2999-01-01", "The request date cannot be after today."),
        ("asked", "soon", "Give the day the person first asked"),
        ("level", "9", "Choose how surely"),
        ("level", "3", "establishes level 1 at most"),
        ("how", "guessed", "Choose how it was established"),
        ("email", "not an address", "could be sent to"),
    ] {
        let told = send(&agent, "o1", &[(field, value), ("complications", "a joint account")]).await;
        let text = told.text();
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {text}");
        assert!(
            text.contains(&format!("<a href=\"#{field}\">")) && text.contains(words),
            "{field} {value}: {text}"
        );
        assert!(text.contains("a joint account") && text.contains("There is a problem"), "{field}");
        if field != "statement" {
            assert!(text.contains("Please delete &#60;b&#62;everything"), "{field}: {text}");
        }
        if field != "right" {
            assert!(text.contains("value=\"erasure\" checked"), "{field}");
        }
        assert!(text.contains(&format!("id=\"{field}\"")), "the link leads to the field: {field}");
    }
    assert!(agent.get("/requests").await.text().contains("No requests yet"));
}

#[tokio::test]
async fn one_who_asked_already_is_told_of_and_may_be_recorded_again() {
    let home = Home::new().await;
    let agent = home.visitor(Role::Agent).await;
    assert_eq!(send(&agent, "o1", &[]).await.status, StatusCode::SEE_OTHER);
    let told = send(&agent, "o2", &[]).await;
    assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.text());
    let text = told.text();
    assert!(
        text.contains("There is an open request from") && text.contains("Add to it, or record a second"),
        "{text}"
    );
    assert_eq!(send(&agent, "o2", &[("second", "yes")]).await.status, StatusCode::SEE_OTHER);
    let other = [("right", "access")];
    assert_eq!(
        send(&agent, "o3", &other).await.status,
        StatusCode::SEE_OTHER,
        "another right is another matter"
    );
    let changed =
        send(&agent, "o3", &[("right", "access"), ("statement", "another"), ("second", "yes")]).await;
    assert_eq!(changed.status, StatusCode::CONFLICT, "one name, one request: {}", changed.text());
    assert!(agent.get("/requests").await.text().contains("3 requests"));
}

#[tokio::test]
async fn a_pasted_mail_proposes_and_overwrites_nothing() {
    let home = Home::new().await;
    let agent = home.visitor(Role::Agent).await;
    let mail = "From: Ada <ada@example.test>\nDate: Fri, 2 Jan 2026 09:14:00 +0100\n\nBitte löschen Sie meine Daten, ich bitte darum.";
    let filled = agent.post("/requests/new", &[("pasted", mail), ("read", "yes"), ("once", "o1")]).await;
    assert_eq!(filled.status, StatusCode::OK, "{}", filled.text());
    let text = filled.text();
    assert!(text.contains("value=\"erasure\" checked") && text.contains("value=\"2026-01-02\""), "{text}");
    assert!(text.contains("<option value=\"de\" selected>"), "{text}");
    assert!(text.contains(">\nada@example.test</textarea>"), "{text}");
    let own = [("pasted", mail), ("read", "yes"), ("right", "access"), ("statement", "mine"), ("once", "o1")];
    let text = agent.post("/requests/new", &own).await.text();
    assert!(text.contains("value=\"access\" checked") && text.contains(">\nmine</textarea>"), "{text}");
}

#[tokio::test]
async fn only_those_who_take_requests_in_see_the_form_and_a_strangers_request_is_not_found() {
    let home = Home::new().await;
    for role in [Role::Viewer, Role::Auditor, Role::Engineer, Role::Admin] {
        let visitor = home.visitor(role).await;
        assert_eq!(visitor.get("/requests/new").await.status, StatusCode::FORBIDDEN, "{role:?}");
        assert_eq!(send(&visitor, "o1", &[]).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let theirs = crate::console_requests::asked(&home, &home.globex, "erasure", "eve@example.test").await;
    let officer = home.visitor(Role::Officer).await;
    assert_eq!(officer.get(&format!("/requests/taken/{theirs}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(officer.get("/requests/taken/nonsense").await.status, StatusCode::NOT_FOUND);
}
