//! The pages of one request: what they show, what they do, and what they refuse.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use exeunt_app::access::Role;
use exeunt_base::Name;
use exeunt_engine::World;
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use crate::home::{Answer, Home};
use crate::visitor::Visitor;

const CANARY: &str = "Canary words of a person";

/// A request that an agent entered.
pub(crate) async fn submitted(home: &Home, right: &str, customer: &str) -> String {
    let sent = json!({
        "right": right,
        "identifiers": [{ "kind": "customer_id", "value": customer }],
        "statement": CANARY,
        "contact": { "email": "canary@person.test", "name": "Canary Person" },
    });
    let answer = home.send(home.acme.key(Role::Agent), "POST", "/api/v1/requests", Some(sent)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.word("id")
}

/// Follows an answer that leads on, and gives the page there.
pub(crate) async fn followed(visitor: &Visitor<'_>, answer: Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let place = answer.headers["location"].to_str().unwrap().to_owned();
    let page = visitor.get(&place).await;
    assert_eq!(page.status, StatusCode::OK, "{place}: {}", page.text());
    no_canary(&page.text(), &place);
    page.text()
}

pub(crate) fn no_canary(text: &str, what: &str) {
    for canary in ["Canary", "canary@", "person.test"] {
        assert!(!text.contains(canary), "{what} holds `{canary}`");
    }
}

pub(crate) async fn shown(visitor: &Visitor<'_>, path: &str) -> String {
    let page = visitor.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
    no_canary(&page.text(), path);
    page.text()
}

/// Waits until a page says something.
pub(crate) async fn until(home: &Home, visitor: &Visitor<'_>, path: &str, words: &str) -> String {
    for _ in 0..600 {
        let page = shown(visitor, path).await;
        if page.contains(words) {
            return page;
        }
        home.world.wait(Duration::from_millis(50)).await;
    }
    panic!("{path} never says `{words}`: {}", shown(visitor, path).await);
}

/// A plan that an officer approved, of a request that an agent entered.
pub(crate) async fn approved(home: &Home, officer: &Visitor<'_>, id: &str) {
    followed(officer, officer.post(&format!("/requests/{id}/plan"), &[]).await).await;
    let page = shown(officer, &format!("/requests/{id}/approve")).await;
    let digest = digest(&page);
    let sent = [("typed", id), ("digest", digest.as_str())];
    let answer = officer.post(&format!("/requests/{id}/approve"), &sent).await;
    assert!(followed(officer, answer).await.contains("The plan is approved"), "{}", home.acme.id);
}

fn digest(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"digest\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_said_is_shown_to_whoever_may_and_says_why() {
    let home = Home::new().await;
    let id = submitted(&home, "erasure", "1").await;
    let (officer, viewer) = (home.visitor(Role::Officer).await, home.visitor(Role::Viewer).await);
    let path = format!("/requests/{id}");
    let page = shown(&officer, &path).await;
    assert!(page.contains("Reveal the person") && page.contains("Received and entered"), "{page}");
    assert!(page.contains(&format!("<title>Overview of {id}")), "{page}");
    let page = shown(&viewer, &path).await;
    assert!(!page.contains("Reveal the person") && !page.contains("What you can do"), "{page}");

    let reveal = format!("{path}/statement");
    assert_eq!(viewer.post(&reveal, &[("because", "curious")]).await.status, StatusCode::FORBIDDEN);
    let without = officer.post(&reveal, &[]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", without.text());
    no_canary(&without.text(), "the refusal");
    let revealed = officer.post(&reveal, &[("because", "to see what is meant")]).await;
    assert_eq!(revealed.status, StatusCode::OK);
    assert!(revealed.text().contains(CANARY));
    assert!(!revealed.text().split("</title>").next().unwrap().contains("Canary"));
    assert!(shown(&officer, &path).await.contains("own words were read"));
    // nobody else's organization has it
    let stranger = home.visitor_of(&home.globex, &[Role::Officer]).await;
    assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&reveal, &[("because", "x")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_are_taken_on_the_overview_and_a_refusal_loses_nothing() {
    let home = Home::new().await;
    let id = submitted(&home, "erasure", "2").await;
    let officer = home.visitor(Role::Officer).await;
    let act = |act: &str| format!("/requests/{id}/acts/{act}");
    let done = async |word: &str, fields: &[(&str, &str)], says: &str| {
        let page = followed(&officer, officer.post(&act(word), fields).await).await;
        assert!(page.contains(says), "{word}: {page}");
    };
    done("acknowledge", &[], "The person was told that it is here").await;
    done("identify", &[("level", "2"), ("how", "compared")], "known at level 2").await;
    done("hold", &[("because", "a court case")], "a court case").await;
    done("release", &[("because", "the claim is over")], "takes two people").await;
    done("received", &[("at", "2026-01-05T09:30"), ("because", "it lay around")], "corrected").await;

    // what is wrong is said at the field, and what was typed is still there
    let wrong = officer.post(&act("identify"), &[("level", "3"), ("how", "document"), ("note", "")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = wrong.text();
    assert!(page.contains("There is a problem") && page.contains("id=\"identify-note-flaw\""), "{page}");
    assert!(page.contains("value=\"3\" selected"), "{page}");
    let wrong = officer.post(&act("received"), &[("at", "soon"), ("because", "typed & kept")]).await;
    assert!(
        wrong.text().contains("typed &#38; kept") && wrong.text().contains("value=\"soon\""),
        "{}",
        wrong.text()
    );
    let wrong = officer.post(&act("refuse"), &[("because", "no")]).await;
    assert!(wrong.text().contains("Choose at least one ground"), "{}", wrong.text());
    let wrong = officer.post(&act("resume"), &[]).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT, "{}", wrong.text());
    assert_eq!(officer.post(&act("nonsense"), &[]).await.status, StatusCode::NOT_FOUND);

    for role in [Role::Viewer, Role::Auditor, Role::Agent, Role::Admin, Role::Engineer] {
        let other = home.visitor(role).await;
        let refused = other.post(&act("withdraw"), &[("because", "x")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}: {}", role.as_str(), refused.text());
    }
    // two people release it
    let second = home.visitor(Role::Officer).await;
    assert!(shown(&second, &format!("/requests/{id}")).await.contains("Confirm this proposal"));
    let page = followed(&second, second.post(&act("release"), &[("because", "it is over")]).await).await;
    assert!(page.contains("The request is released"), "{page}");
    done("withdraw", &[("because", "they wrote again")], "Taken back by the person").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_refused_or_ends_because_nobody_is_known_and_goes_on() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let id = submitted(&home, "erasure", "3").await;
    let act = |act: &str| format!("/requests/{id}/acts/{act}");
    let page =
        followed(&officer, officer.post(&act("unidentified"), &[("wanted", "a customer number")]).await)
            .await;
    assert!(page.contains("nobody could tell who asked") && page.contains("Take it up again"), "{page}");
    let page = followed(&officer, officer.post(&act("reopen"), &[("because", "it came")]).await).await;
    assert!(page.contains("The request goes on"), "{page}");
    let extended = officer.post(&act("extend"), &[("kind", "complexity"), ("because", "many systems")]).await;
    assert!(followed(&officer, extended).await.contains("Extended (complexity)"));
    let page = shown(&officer, &format!("/requests/{id}")).await;
    let (_, grounds) = page.split_once("name=\"ground\" value=\"").unwrap();
    let ground = grounds.split('"').next().unwrap().to_owned();
    let refused =
        officer.post(&act("refuse"), &[("ground", ground.as_str()), ("because", "asked ten times")]).await;
    let page = followed(&officer, refused).await;
    assert!(page.contains("It was refused. Nothing is left to do"), "{page}");
    assert!(!page.contains("act-refuse"), "nothing is offered that the office would not do");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_goes_from_the_plan_to_the_receipt() {
    let home = Home::new().await;
    let id = submitted(&home, "erasure", "1").await;
    let officer = home.visitor(Role::Officer).await;
    let at = |tab: &str| format!("/requests/{id}/{tab}");

    assert!(shown(&officer, &at("plan")).await.contains("No plan yet"));
    let wrong = officer.post(&at("plan"), &[("window", "soon")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("id=\"make-window-flaw\""), "{}", wrong.text());
    let made = officer.post(&at("plan"), &[("window", "10")]).await;
    let page = followed(&officer, made).await;
    assert!(page.contains("shop.notes") && page.contains("10 days in which"), "{page}");
    let counted = officer.post(&at("plan/count"), &[]).await;
    assert!(counted.text().contains("nothing changed that it depends on"), "{}", counted.text());
    assert!(counted.text().contains("rows are deleted or changed in all"), "{}", counted.text());
    let rehearsed = officer.post(&at("plan/rehearse"), &[]).await;
    assert!(rehearsed.text().contains("carried out and taken back"), "{}", rehearsed.text());
    assert_eq!(home.acme.ask("SELECT count(*) FROM customers WHERE id = 1"), 1);

    // the id is typed, the digest is that of the page
    let page = shown(&officer, &at("approve")).await;
    assert!(page.contains("Type the id of this request"), "{page}");
    let digest = digest(&page);
    let wrong = officer.post(&at("approve"), &[("typed", "req_1"), ("digest", digest.as_str())]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text().contains("value=\"req_1\"") && wrong.text().contains("typed-flaw"),
        "{}",
        wrong.text()
    );
    let stale = officer.post(&at("approve"), &[("typed", id.as_str()), ("digest", "000000000000")]).await;
    assert!(stale.text().contains("is not the one you read"), "{}", stale.text());
    let early = officer.post(&at("run"), &[]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text());

    // a second factor that was shown long ago is asked for again, and the session goes on
    home.world.skip_seconds(20 * 60);
    let sent = [("typed", id.as_str()), ("digest", digest.as_str())];
    let refused = officer.post(&at("approve"), &sent).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.text());
    assert!(refused.text().contains("Code from your authenticator"), "{}", refused.text());
    let code = officer.code();
    let fresh = officer.post(&at("approve"), &[sent[0], sent[1], ("code", code.as_str())]).await;
    assert!(followed(&officer, fresh).await.contains("Hide the rows now"));

    let (stop, worker) = home.work();
    let started = officer.post(&at("run"), &[]).await;
    assert!(followed(&officer, started).await.contains("A worker carries it out"));
    let page = until(&home, &officer, &at("run"), "Done:").await;
    assert!(page.contains("shop.notes") && !page.contains("Stop the rest"), "{page}");
    assert_eq!(home.acme.ask("SELECT count(*) FROM customers WHERE id = 1"), 0);
    let page = shown(&officer, &at("recovery")).await;
    assert!(page.contains("of the window left") && page.contains("Bring all"), "{page}");

    let some = officer
        .post(
            &at("recovery/restore"),
            &[("model", "shop.notes"), ("keys", ""), ("because", "asked on the phone")],
        )
        .await;
    followed(&officer, some).await;
    until(&home, &officer, &format!("/requests/{id}"), "brought back").await;
    assert_eq!(
        home.acme.ask("SELECT count(*) FROM notes WHERE customer_id = 1"),
        0,
        "its customer is not back"
    );
    // what was brought back is told a moment before the work for it has ended, and until then nothing else is taken
    let why = [("because", "the person changed their mind")];
    let mut whole = officer.post(&at("recovery/restore"), &why).await;
    for _ in 0..600 {
        if whole.status != StatusCode::CONFLICT {
            break;
        }
        exeunt_engine::World::wait(&*home.world, std::time::Duration::from_millis(50)).await;
        whole = officer.post(&at("recovery/restore"), &why).await;
    }
    followed(&officer, whole).await;
    until(&home, &officer, &format!("/requests/{id}"), "Everything was brought back").await;
    assert_eq!(home.acme.ask("SELECT count(*) FROM notes WHERE customer_id = 1"), 1);
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_early_takes_two_people_and_the_receipt_is_checked_on_the_page() {
    let home = Home::new().await;
    let id = submitted(&home, "erasure", "2").await;
    let (officer, second) = (home.visitor(Role::Officer).await, home.visitor(Role::Officer).await);
    approved(&home, &officer, &id).await;
    let (stop, worker) = home.work();
    let at = |tab: &str| format!("/requests/{id}/{tab}");
    followed(&officer, officer.post(&at("run"), &[]).await).await;
    until(&home, &officer, &at("run"), "Done:").await;
    let purge = at("recovery/purge");
    let fields = [("because", "the person insists"), ("typed", id.as_str())];
    let wrong = officer.post(&purge, &[("because", "the person insists"), ("typed", "")]).await;
    assert!(wrong.text().contains("value=\"the person insists\""), "{}", wrong.text());
    assert!(
        followed(&officer, officer.post(&purge, &fields).await).await.contains("Waits for a second person")
    );
    let again = officer.post(&purge, &fields).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "{}", again.text());
    assert!(followed(&second, second.post(&purge, &fields).await).await.contains("erases the rows for good"));
    let page = until(&home, &officer, &at("recovery"), "The window is over").await;
    assert!(!page.contains("<button>Bring all"), "{page}");
    let page = shown(&officer, &at("evidence")).await;
    assert!(page.contains("holds") && page.contains("binds exactly this receipt"), "{page}");
    let pack = officer.post(&at("evidence"), &[]).await;
    assert_eq!(pack.headers["content-type"], "application/zip");
    let (_, receipt) = page.split_once("/evidence/rcp_").unwrap();
    let receipt = receipt.split('/').next().unwrap();
    let proof = officer.get(&format!("/requests/{id}/evidence/rcp_{receipt}/proof")).await;
    assert_eq!(proof.status, StatusCode::OK);
    let agent = home.visitor(Role::Agent).await;
    assert_eq!(agent.get(&at("evidence")).await.status, StatusCode::FORBIDDEN);
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_what_they_entered_themselves() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let office = home.house.office(home.acme.id).unwrap();
    let actor = exeunt_app::Actor {
        id: Some(officer.user.into()),
        organization: home.acme.id,
        powers: exeunt_app::access::Powers::of(Role::Officer),
    };
    let submission = exeunt_app::requests::submit::Submission {
        right: exeunt_rights::Right::Erasure,
        identifiers: vec![(String::from("customer_id"), exeunt_base::Personal::new(String::from("4")))],
        received_at: None,
        details: Default::default(),
        contact: None,
    };
    let id = office.submit_request(&actor, submission, None).await.unwrap().to_string();
    followed(&officer, officer.post(&format!("/requests/{id}/plan"), &[]).await).await;
    let page = shown(&officer, &format!("/requests/{id}/approve")).await;
    assert!(
        page.contains("You entered this request yourself") && !page.contains("Approve exactly"),
        "{page}"
    );
    let plan = shown(&officer, &format!("/requests/{id}/plan")).await;
    let digest = plan.split_once("sha256:").unwrap().1.get(..64).unwrap().to_owned();
    let sent = [("typed", id.as_str()), ("digest", digest.as_str())];
    let refused = officer.post(&format!("/requests/{id}/approve"), &sent).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert!(refused.text().contains("Somebody else who may approve plans"), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_followed_live_and_the_stream_ends_with_the_session() {
    let home = Home::new().await;
    let id = submitted(&home, "erasure", "3").await;
    let officer = home.visitor(Role::Officer).await;
    approved(&home, &officer, &id).await;
    followed(&officer, officer.post(&format!("/requests/{id}/run"), &[]).await).await;
    let path = format!("/requests/{id}/progress");
    assert_eq!(home.visitor(Role::Engineer).await.get(&path).await.status, StatusCode::FORBIDDEN);

    // nobody works yet: the first event comes, and then the stream waits
    let request = Request::get(&path)
        .header("cookie", format!("__Host-exeunt={}", officer.session()))
        .body(Body::empty())
        .unwrap();
    let response = home.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let first = String::from_utf8(first.to_vec()).unwrap();
    assert!(first.contains("event: part") && first.contains("data-said=\"Queued"), "{first}");
    officer.post("/sign-out", &[]).await;
    let closed = tokio::time::timeout(Duration::from_secs(5), async {
        while let Some(frame) = body.frame().await {
            let text = String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap();
            assert!(!text.contains("event:"), "{text}");
        }
    });
    closed.await.expect("the stream ends with the session");

    let other = home.visitor(Role::Viewer).await;
    let (stop, worker) = home.work();
    let all = other.get(&path).await.text();
    assert!(all.contains("data-said=\"Done:") && all.trim_end().ends_with("data: over"), "{all}");
    let last = all.lines().filter_map(|line| line.strip_prefix("id: ")).next_back().unwrap().to_owned();
    let mut again = Request::get(&path).body(Body::empty()).unwrap();
    again.headers_mut().insert("last-event-id", last.parse().unwrap());
    let again = other.send(again).await.text();
    assert!(!again.contains("event: part"), "nothing is told twice: {again}");
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_made_fetched_and_destroyed() {
    let home = Home::new().await;
    let id = submitted(&home, "access", "1").await;
    let officer = home.visitor(Role::Officer).await;
    let at = |tab: &str| format!("/requests/{id}/{tab}");
    let page = shown(&officer, &at("package")).await;
    assert!(page.contains("No package yet") && !page.contains(&format!("{id}/recovery")), "{page}");
    assert_eq!(officer.get(&at("run")).await.status, StatusCode::NOT_FOUND);
    let none = officer.post(&at("package"), &[("handover", "here")]).await;
    assert!(none.text().contains("Choose at least one format"), "{}", none.text());
    let short = [("format", "json"), ("handover", "passphrase"), ("passphrase", "Canary12")];
    let short = officer.post(&at("package"), &short).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    no_canary(&short.text(), "the refusal");
    let (stop, worker) = home.work();
    let made =
        officer.post(&at("package"), &[("format", "json"), ("format", "html"), ("handover", "here")]).await;
    followed(&officer, made).await;
    let page = until(&home, &officer, &at("package"), "Fetch it yourself").await;
    assert!(page.contains("a key kept here"), "{page}");
    let without = officer.post(&at("package/fetch"), &[]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", without.text());
    let fetched = officer.post(&at("package/fetch"), &[("because", "the person came by")]).await;
    assert_eq!(fetched.status, StatusCode::OK);
    assert!(fetched.headers["content-disposition"].to_str().unwrap().contains(".zip.age"));
    assert!(fetched.bytes.starts_with(b"age-encryption.org"));
    assert!(shown(&officer, &at("package")).await.contains("1 time"));
    let agent = home.visitor(Role::Agent).await;
    assert!(!shown(&agent, &at("package")).await.contains("Fetch it yourself"));
    assert_eq!(agent.post(&at("package/fetch"), &[("because", "x")]).await.status, StatusCode::FORBIDDEN);
    let removed = officer.post(&at("package/remove"), &[]).await;
    assert!(followed(&officer, removed).await.contains("The package is destroyed"));
    stop.now();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_seen_without_its_words_and_a_job_is_stopped() {
    let home = Home::furnished(|room| {
        room.settings.sources.insert(Name::new("shop").unwrap());
    })
    .await;
    let id = submitted(&home, "erasure", "4").await;
    let officer = home.visitor(Role::Officer).await;
    let at = |tab: &str| format!("/requests/{id}/{tab}");
    assert!(shown(&officer, &at("letters")).await.contains("No letters are sent here"));
    approved(&home, &officer, &id).await;
    followed(&officer, officer.post(&at("run"), &[]).await).await;
    let page = shown(&officer, &at("run")).await;
    assert!(page.contains("Nothing is done yet, so nothing is to be brought back"), "{page}");
    let paused = officer.post(&at("run/sources/shop/pause"), &[("because", "maintenance")]).await;
    assert!(followed(&officer, paused).await.contains("Work at the source is paused"));
    let resumed = officer.post(&at("run/sources/shop/resume"), &[]).await;
    assert!(followed(&officer, resumed).await.contains("goes on"));
    let unknown = officer.post(&at("run/sources/nowhere/pause"), &[("because", "x")]).await;
    assert!(unknown.status.is_client_error(), "{}", unknown.text());
    let viewer = home.visitor(Role::Viewer).await;
    assert_eq!(viewer.post(&at("run/cancel"), &[]).await.status, StatusCode::FORBIDDEN);
    assert!(
        followed(&officer, officer.post(&at("run/cancel"), &[]).await).await.contains("ends after the batch")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_be_changed_are_tried_again_or_left_by_two_people() {
    let home = Home::new().await;
    home.acme.run(
        "CREATE TRIGGER stays BEFORE DELETE ON notes WHEN old.id = 2 BEGIN SELECT RAISE(ABORT, 'this note stays'); END",
    );
    let id = submitted(&home, "erasure", "2").await;
    let (officer, second) = (home.visitor(Role::Officer).await, home.visitor(Role::Officer).await);
    let at = |tab: &str| format!("/requests/{id}/{tab}");
    approved(&home, &officer, &id).await;
    let (stop, worker) = home.work();
    followed(&officer, officer.post(&at("run"), &[]).await).await;
    let page = until(&home, &officer, &at("run"), "wait for a decision").await;
    stop.now();
    worker.await.unwrap();
    assert!(page.contains("data-failed") && page.contains("Rows that could not be changed"), "{page}");
    assert!(!page.contains("likes coffee") && !page.contains("moved house"), "{page}");
    let viewer = home.visitor(Role::Viewer).await;
    assert_eq!(viewer.post(&at("run/leave"), &[("because", "x")]).await.status, StatusCode::FORBIDDEN);
    let again = followed(&officer, officer.post(&at("run/retry"), &[]).await).await;
    assert!(again.contains("The rows were tried again") && again.contains("wait for a decision"), "{again}");
    let without = officer.post(&at("run/leave"), &[]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", without.text());
    let why = [("because", "the shop needs it")];
    assert!(followed(&officer, officer.post(&at("run/leave"), &why).await).await.contains("second person"));
    let left = followed(&second, second.post(&at("run/leave"), &why).await).await;
    assert!(left.contains("left as it is: The shop needs it."), "{left}");
}
