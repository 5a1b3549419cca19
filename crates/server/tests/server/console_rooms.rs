//! The rooms beside the requests: what is hidden, what was handed over, what is held, what stays by law.

use axum::http::StatusCode;
use exeunt_app::access::Role;

use crate::console_request::{approved, followed, shown, submitted, until};
use crate::home::Home;
use crate::visitor::Visitor;

/// From now on a law keeps orders.
pub(crate) fn orders_are_kept(home: &Home) {
    let map = home.dir.path().join("Acme.yaml");
    let written = std::fs::read_to_string(&map).unwrap();
    let kept = "on_erase: keep\n    keep: { for: 8y, from: request, starting: end_of_year, because: tax law, then: delete }";
    let changed = written.replacen("on_erase:\n      anonymize: { ship_name: null }", kept, 1);
    assert_ne!(written, changed);
    std::fs::write(&map, changed).unwrap();
}

/// An erasure that was carried out up to its window.
pub(crate) async fn hidden(home: &Home, officer: &Visitor<'_>, customer: &str) -> String {
    let id = submitted(home, "erasure", customer).await;
    approved(home, officer, &id).await;
    followed(officer, officer.post(&format!("/requests/{id}/run"), &[]).await).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_listed_by_its_end_and_comes_back_for_a_reason() {
    let home = Home::new().await;
    let (officer, viewer) = (home.visitor(Role::Officer).await, home.visitor(Role::Viewer).await);
    assert!(shown(&officer, "/recovery").await.contains("Nothing is hidden now"));
    let (stop, worker) = home.work();
    let first = hidden(&home, &officer, "1").await;
    until(&home, &officer, "/recovery", &first).await;
    home.world.skip_days(2);
    let officer = home.visitor(Role::Officer).await;
    let second = hidden(&home, &officer, "2").await;
    let page = until(&home, &officer, "/recovery", &second).await;
    assert!(
        page.find(&first).unwrap() < page.find(&second).unwrap(),
        "the first to end stands first: {page}"
    );
    assert!(page.contains("2 requests") && page.contains("rows back"), "{page}");
    assert!(!shown(&home.visitor(Role::Viewer).await, "/recovery").await.contains("rows back"));
    let path = format!("/recovery/{first}/restore");
    assert_eq!(viewer.post(&path, &[("because", "x")]).await.status, StatusCode::UNAUTHORIZED);
    let viewer = home.visitor(Role::Viewer).await;
    assert_eq!(viewer.post(&path, &[("because", "x")]).await.status, StatusCode::FORBIDDEN);
    let without = officer.post(&path, &[("because", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains(&format!("href=\"#because-{first}\"")), "{}", without.text());
    let two_lines = officer.post(&path, &[("because", "first\nsecond")]).await;
    assert!(
        two_lines.text().contains("a reason is one line")
            || two_lines.text().contains("A reason is one line")
    );
    let back = officer.post(&path, &[("because", "asked <b>by phone</b>")]).await;
    assert!(followed(&officer, back).await.contains("A worker brings the rows back"));
    until(&home, &officer, &format!("/requests/{first}"), "Everything was brought back").await;
    let page = shown(&officer, &format!("/requests/{first}/recovery")).await;
    assert!(
        page.contains("Why rows were asked back") && page.contains("asked &#60;b&#62;by phone"),
        "{page}"
    );
    let page = shown(&officer, "/recovery").await;
    assert!(!page.contains(&first) && page.contains(&second), "{page}");
    // another organization's request is nobody's
    let other = home.visitor_of(&home.globex, &[Role::Officer]).await;
    let nobody = other.post(&format!("/recovery/{second}/restore"), &[("because", "x")]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert!(shown(&other, "/recovery").await.contains("Nothing is hidden now"));
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_of_what_is_hidden_goes_page_by_page() {
    let home = Home::new().await;
    let office = home.house.office(home.acme.id).unwrap();
    let actor =
        exeunt_app::Actor { id: None, organization: home.acme.id, powers: exeunt_app::access::Powers::all() };
    let officer = home.visitor(Role::Officer).await;
    let (stop, worker) = home.work();
    for customer in ["1", "2", "3"] {
        let id = hidden(&home, &officer, customer).await;
        until(&home, &officer, "/recovery", &id).await;
    }
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = office.list_hidden(&actor, after, 1).await.unwrap();
        assert!(page.requests.len() <= 1);
        seen.extend(page.requests.iter().map(|one| (one.request.window_ends_at, one.request.id)));
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    assert_eq!(seen.len(), 3);
    assert!(seen.is_sorted());
    assert!(
        shown(&officer, "/recovery?after=9.9").await.contains("3 requests"),
        "what is no place is the first page"
    );
    let (ends, id) = seen[2];
    let last = format!("/recovery?after={}.{id}", ends.unwrap().as_micros());
    assert!(shown(&officer, &last).await.contains("No more requests"));
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_and_their_links_are_seen_revoked_and_destroyed() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    assert!(shown(&officer, "/exports").await.contains("Nothing was exported yet"));
    let id = submitted(&home, "access", "1").await;
    let (stop, worker) = home.work();
    let made =
        officer.post(&format!("/requests/{id}/package"), &[("format", "json"), ("handover", "here")]).await;
    followed(&officer, made).await;
    let page = until(&home, &officer, "/exports", "pkg_").await;
    assert!(
        page.contains(&id)
            && page.contains("as JSON,")
            && page.contains("ready to fetch")
            && page.contains("No link was made"),
        "{page}"
    );
    let package = format!("pkg_{}", page.split_once("pkg_").unwrap().1.get(..26).unwrap());
    let link = home.link(&home.acme, &package).await;
    let page = shown(&officer, "/exports").await;
    assert!(page.contains(&link) && page.contains("open") && page.contains("Revoke link"), "{page}");
    let viewer = home.visitor(Role::Viewer).await;
    let seen = shown(&viewer, "/exports").await;
    assert!(!seen.contains("Revoke link") && !seen.contains("Destroy package"), "{seen}");
    let revoke = format!("/exports/links/{link}/revoke");
    assert_eq!(viewer.post(&revoke, &[]).await.status, StatusCode::FORBIDDEN);
    let other = home.visitor_of(&home.globex, &[Role::Officer]).await;
    assert_eq!(other.post(&revoke, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(followed(&officer, officer.post(&revoke, &[]).await).await.contains("The link is revoked"));
    assert!(shown(&officer, "/exports").await.contains("revoked"));
    // nobody mails here: it says so, on the page
    let again = officer.post(&format!("/exports/{package}/link"), &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text());
    assert!(again.text().contains("There is a problem"), "{}", again.text());
    assert_eq!(other.post(&format!("/exports/{package}/remove"), &[]).await.status, StatusCode::NOT_FOUND);
    let removed = followed(&officer, officer.post(&format!("/exports/{package}/remove"), &[]).await).await;
    assert!(removed.contains("its key first, then its file") && removed.contains("destroyed"), "{removed}");
    assert!(!removed.contains("Destroy package"), "{removed}");
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_are_placed_by_one_and_lifted_by_two_each_for_a_reason() {
    let home = Home::new().await;
    let (officer, second) = (home.visitor(Role::Officer).await, home.visitor(Role::Officer).await);
    let page = shown(&officer, "/holds").await;
    assert!(page.contains("No request is on hold") && page.contains("Hold everything of a person"), "{page}");
    assert!(page.contains("<option value=\"shop.notes\""), "{page}");
    let id = submitted(&home, "erasure", "1").await;

    // every field that is wrong is told, and nothing typed is lost
    for (what, fields, says) in [
        ("request", vec![("request", "req_1"), ("because", "court")], "Write the id of a request"),
        ("request", vec![("request", id.as_str()), ("because", "")], "Write the reason"),
        (
            "request",
            vec![("request", id.as_str()), ("because", "court"), ("until", "soon")],
            "Write the day like",
        ),
        (
            "person",
            vec![("kind", "customer_id"), ("value", ""), ("because", "court")],
            "Write what the person is known by",
        ),
        ("rows", vec![("model", "shop.nowhere"), ("because", "court")], "shop.nowhere"),
        ("nothing", vec![("because", "court")], "Choose what is to be held"),
    ] {
        let refused = officer.post(&format!("/holds?what={what}"), &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {}", refused.text());
        assert!(refused.text().contains(says), "{what} says not `{says}`: {}", refused.text());
    }
    let kept =
        officer.post("/holds?what=request", &[("request", "req_1"), ("because", "court 7")]).await.text();
    assert!(kept.contains("value=\"court 7\"") && kept.contains("href=\"#request-request\""), "{kept}");
    let nobody = "req_00000000000000000000000000";
    let nobody = officer.post("/holds?what=request", &[("request", nobody), ("because", "court")]).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", nobody.text());

    let sent = [("request", id.as_str()), ("because", "a claim before the court")];
    assert!(
        followed(&officer, officer.post("/holds?what=request", &sent).await).await.contains("is on hold")
    );
    let person =
        [("kind", "customer_id"), ("value", "2"), ("because", "an inquiry"), ("until", "2099-12-31")];
    let page = followed(&officer, officer.post("/holds?what=person", &person).await).await;
    assert!(
        page.contains("one person, sealed") && page.contains("an inquiry") && page.contains("by you"),
        "{page}"
    );
    let rows = [("model", "shop.notes"), ("keys", "1\n2"), ("because", "evidence")];
    let page = followed(&officer, officer.post("/holds?what=rows", &rows).await).await;
    assert!(page.contains("some rows of shop.notes") && page.contains("a claim before the court"), "{page}");

    let viewer = home.visitor(Role::Viewer).await;
    let seen = shown(&viewer, "/holds").await;
    assert!(seen.contains("a claim before the court") && !seen.contains("Lift this hold"), "{seen}");
    assert!(!seen.contains("Place a hold"), "{seen}");

    let release = format!("/holds/requests/{id}/release");
    assert_eq!(viewer.post(&release, &[("because", "x")]).await.status, StatusCode::FORBIDDEN);
    let without = officer.post(&release, &[]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", without.text());
    assert!(without.text().contains(&format!("href=\"#lift-{id}\"")), "{}", without.text());
    let why = [("because", "the claim is over")];
    assert!(followed(&officer, officer.post(&release, &why).await).await.contains("takes two people"));
    assert_eq!(officer.post(&release, &why).await.status, StatusCode::FORBIDDEN, "one is not two");
    let done = followed(&second, second.post(&release, &why).await).await;
    assert!(done.contains("The request is released") && done.contains("No request is on hold"), "{done}");

    let hold = page.split_once("/holds/hld_").unwrap().1.split('/').next().unwrap().to_owned();
    let lift = format!("/holds/hld_{hold}/lift");
    let other = home.visitor_of(&home.globex, &[Role::Officer]).await;
    assert_eq!(other.post(&lift, &why).await.status, StatusCode::NOT_FOUND);
    assert!(followed(&officer, officer.post(&lift, &why).await).await.contains("takes two people"));
    let done = followed(&second, second.post(&lift, &why).await).await;
    assert!(done.contains("The hold is lifted") && done.contains("the claim is over"), "{done}");
    let again = second.post(&lift, &why).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_is_told_with_its_end_and_looked_at_when_asked() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let page = shown(&officer, "/retention").await;
    assert!(page.contains("Nothing stays by law") && page.contains("What this installation keeps"), "{page}");
    assert!(!page.contains("kept too long"), "{page}");
    let viewer = home.visitor(Role::Viewer).await;
    assert!(!shown(&viewer, "/retention").await.contains("What this installation keeps"));
    assert_eq!(viewer.post("/retention/check", &[]).await.status, StatusCode::FORBIDDEN);

    orders_are_kept(&home);
    let (stop, worker) = home.work();
    let id = hidden(&home, &officer, "2").await;
    until(&home, &officer, "/recovery", &id).await;
    let page = shown(&officer, "/retention").await;
    assert!(page.contains("1 row stays because a law says so") && page.contains("shop.orders"), "{page}");
    assert!(page.contains("Check 1 row now"), "{page}");
    stop.now();
    worker.await.unwrap();
    let asked = officer.post("/retention/check", &[]).await;
    assert!(followed(&officer, asked).await.contains("A worker looks at everything"));
}
