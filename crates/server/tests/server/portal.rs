//! The portal: somebody without an account asks, confirms, follows, stops, complains. Nobody learns whether anybody is known.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use exeunt_app::access::Role;
use exeunt_app::portal::settings::Flaw;
use exeunt_app::{Actor, access::Powers};
use exeunt_base::RequestId;
use exeunt_store::portals::Portal;
use serde_json::json;

use crate::home::{Answer, Home};
use crate::posted::{EMAIL, NAME, Posted};

/// A home with an open portal, and somebody who comes to it.
pub(crate) struct Opened {
    pub(crate) posted: Posted,
}

/// Opens the portal of an organization.
pub(crate) async fn open(home: &Home, tenant: &crate::home::Tenant, word: &str) {
    let operator = Actor { id: None, organization: tenant.id, powers: Powers::all() };
    let office = home.house.office(tenant.id).unwrap();
    let before = office.portal(&operator).await.unwrap();
    assert!(!before.opened, "a portal is shut until somebody opens it");
    let wanted = Portal {
        word: word.to_owned(),
        opened: true,
        email: String::from("privacy@acme.test"),
        phone: String::from("+49 30 1234"),
        post: String::from("Acme\n1 Main Street"),
        notice: String::from("https://acme.test/privacy"),
        ..before
    };
    assert_eq!(office.set_portal(&operator, wanted).await.unwrap(), Ok(()));
}

impl Opened {
    pub(crate) async fn new() -> Self {
        let posted = Posted::new().await;
        open(&posted.home, &posted.home.acme, "acme").await;
        Self { posted }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.look(path, "").await
    }

    /// Looks with a cookie.
    pub(crate) async fn look(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookie).header(header::ACCEPT_LANGUAGE, "en");
        self.posted.home.call(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(path, fields, "").await
    }

    pub(crate) async fn send(&self, path: &str, fields: &[(&str, &str)], cookie: &str) -> Answer {
        let mut request = crate::visitor::form(path, fields);
        request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        request.headers_mut().insert(header::ACCEPT_LANGUAGE, "en".parse().unwrap());
        self.posted.home.call(request).await
    }

    /// Types something in, and gives what the page holds and the code that was mailed.
    pub(crate) async fn ask(&self, right: &str, more: &[(&str, &str)]) -> (String, String) {
        let before = self.posted.count_saying("Your code is ");
        let (stop, worker) = self.posted.home.work();
        let mut fields = vec![("right", right), ("email", EMAIL), ("name", NAME)];
        fields.extend(more);
        let page = self.post("/portal/acme", &fields).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        self.posted.came_saying("Your code is ", before + 1).await;
        stop.now();
        worker.await.unwrap();
        (field(&page.text(), "form"), self.code().await)
    }

    /// The code that was mailed last.
    pub(crate) async fn code(&self) -> String {
        let text = self.posted.told("Your code is ").await.text();
        text.split("Your code is ").nth(1).unwrap()[..6].to_owned()
    }

    /// Asks and confirms: the request, its page, and the cookie.
    pub(crate) async fn made(&self, right: &str, more: &[(&str, &str)]) -> Made {
        let (form, code) = self.ask(right, more).await;
        let answer = self.post("/portal/acme/confirm", &[("form", &form), ("code", &code)]).await;
        Made::of(&answer)
    }

    /// The head of the log: it moves with whatever is done.
    pub(crate) async fn log(&self) -> String {
        let auditor = self.posted.home.acme.key(Role::Auditor);
        self.posted.home.send(auditor, "GET", "/api/v1/audit/checkpoint", None).await.text()
    }

    pub(crate) async fn shown(&self, request: &str) -> serde_json::Value {
        let path = format!("/api/v1/requests/{request}");
        self.posted.home.send(self.posted.officer(), "GET", &path, None).await.json()
    }

    pub(crate) async fn requests(&self) -> usize {
        let listed = self.posted.home.send(self.posted.officer(), "GET", "/api/v1/requests", None).await;
        listed.json()["items"].as_array().unwrap().len()
    }

    /// Lets letters be sent until the person has one more that says this, and gives it.
    pub(crate) async fn mailed(&self, part: &str) -> String {
        let (stop, worker) = self.posted.home.work();
        let text = self.posted.told(part).await.text();
        stop.now();
        worker.await.unwrap();
        text
    }
}

/// A request that was made on the portal.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) id: String,
    /// `/portal/acme/requests/req_….…`
    pub(crate) path: String,
    pub(crate) cookie: String,
}

impl Made {
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let place = answer.headers[header::LOCATION].to_str().unwrap();
        let path = place.split('?').next().unwrap().to_owned();
        let id = path.rsplit('/').next().unwrap().split('.').next().unwrap().to_owned();
        assert!(id.parse::<RequestId>().is_ok());
        Self { id, path, cookie: cookie(answer) }
    }
}

pub(crate) fn cookie(answer: &Answer) -> String {
    let set = answer.headers.get(header::SET_COOKIE).expect("a cookie").to_str().unwrap();
    for part in ["__Host-exeunt-look=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    set.split(';').next().unwrap().to_owned()
}

pub(crate) fn field(html: &str, name: &str) -> String {
    let (_, rest) =
        html.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {html}"));
    rest.split('"').next().unwrap().to_owned()
}

/// The path of a link in a letter.
pub(crate) fn path_in(text: &str, place: &str) -> String {
    let from = text.find(&format!("https://privacy.acme.test/portal/acme/{place}")).expect("a link");
    let rest = &text[from + "https://privacy.acme.test".len()..];
    rest.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_asks_confirms_and_sees_how_it_stands() {
    let opened = Opened::new().await;
    let page = opened.get("/portal/acme").await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        "See my data",
        "Delete my data",
        "Remove what shows it was me",
        "privacy@acme.test",
        "1 Main Street",
        "Safety period",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let before = opened.log().await;
    let (form, code) = opened.ask("erasure", &[("words", "Bitte löschen. 日本語 <b>")]).await;
    assert_eq!(opened.requests().await, 0, "there is no request before the code came back");
    // a letter was sent, and the log tells that alone
    assert_ne!(before, opened.log().await);
    let answer = opened.post("/portal/acme/confirm", &[("form", &form), ("code", &code)]).await;
    let made = Made::of(&answer);
    assert_eq!(opened.requests().await, 1);
    let shown = opened.shown(&made.id).await;
    assert_eq!(
        (shown["right"].as_str(), shown["channel"].as_str()),
        (Some("erasure"), Some("form")),
        "{shown}"
    );
    assert_eq!(shown["identity_level"], 1, "{shown}");
    assert_eq!(shown["identity_how"], "address", "{shown}");

    let page = opened.look(&format!("{}?lang=en&made", made.path), &made.cookie).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in [
        "We have your request.",
        &made.id,
        "We will answer by",
        "How far we are",
        "Stop this request",
        "Complain to us",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let text = opened.mailed("Your reference is").await;
    assert_eq!(path_in(&text, "requests/"), format!("{}?lang=en", made.path));
    // the same page again makes nothing again, and lets nobody look without a code
    let again = opened.post("/portal/acme/confirm", &[("form", &form), ("code", &code)]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert!(again.headers.get(header::SET_COOKIE).is_none());
    assert_eq!(opened.requests().await, 1);
    opened.posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_counts_for_its_page_five_tries_and_ten_minutes() {
    let opened = Opened::new().await;
    let (form, code) = opened.ask("access", &[]).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for told in
        ["You have 4 tries left", "3 tries left", "2 tries left", "one try left", "We stopped this code"]
    {
        let refused = opened.post("/portal/acme/confirm", &[("form", &form), ("code", wrong)]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text().contains(told), "{told}: {}", refused.text());
    }
    let late = opened.post("/portal/acme/confirm", &[("form", &form), ("code", &code)]).await;
    assert!(late.text().contains("Nothing has begun"), "{}", late.text());
    // another page's code, and one that came too long ago
    let (first, _) = opened.ask("access", &[]).await;
    let (second, code) = opened.ask("access", &[]).await;
    let other = opened.post("/portal/acme/confirm", &[("form", &first), ("code", &code)]).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    opened.posted.home.world.skip_seconds(601);
    let late = opened.post("/portal/acme/confirm", &[("form", &second), ("code", &code)]).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    for junk in [&[][..], &[("form", ""), ("code", "")], &[("form", "x"), ("code", "%00")]] {
        assert_eq!(opened.post("/portal/acme/confirm", junk).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(opened.requests().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_gives_a_number_besides_is_looked_at_first() {
    let opened = Opened::new().await;
    let made = opened.made("access", &[("id-customer_id", "1")]).await;
    let shown = opened.shown(&made.id).await;
    assert_eq!(shown["identity_level"], 0, "anybody may name a number: {shown}");
    let page = opened.look(&made.path, &made.cookie).await;
    assert!(page.text().contains("A person first makes sure that it is you"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_comes_back_with_all_that_was_typed_and_answers_tell_of_nobody() {
    let opened = Opened::new().await;
    let bad = opened
        .post(
            "/portal/acme",
            &[
                ("right", "everything"),
                ("email", "\"><script>alert(1)</script>"),
                ("name", "Zoë\u{1F600} 山田"),
                ("id-customer_id", "%"),
                ("regime", "xx-none"),
                ("words", &"x".repeat(5_001)),
            ],
        )
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = bad.text();
    for part in [
        "There is a problem",
        "Choose what you want.",
        "Write an e-mail address",
        "We cannot find anybody by this.",
        "Choose where you live.",
        "This is too long.",
        "Zoë\u{1F600} 山田",
        "href=\"#id-customer_id\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("<script>alert"), "{text}");
    // somebody who is known, and somebody who is not
    let page = async |email: &str| {
        let sent = opened.post("/portal/acme", &[("right", "access"), ("email", email)]).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text());
        let form = field(&sent.text(), "form");
        sent.text().replace(&form, "FORM").replace(email, "EMAIL")
    };
    assert_eq!(page("ada@example.test").await, page("nobody-at-all@example.test").await);
    // a program that fills in what nobody sees is told the same, and nothing is mailed
    let before = opened.posted.smtp.taken().unwrap().len();
    let trap = opened
        .post("/portal/acme", &[("right", "access"), ("email", EMAIL), ("website", "https://spam.test")])
        .await;
    assert_eq!(trap.status, StatusCode::OK);
    assert!(trap.text().contains("Type in the code"));
    let listed = opened.posted.letters().await;
    assert_eq!(listed.iter().filter(|one| one["letter"] == "confirm").count(), 2);
    assert_eq!(opened.posted.smtp.taken().unwrap().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_was_somebody_else_and_what_was_typed_in_is_forgotten() {
    let opened = Opened::new().await;
    let (form, code) = opened.ask("erasure", &[]).await;
    let text = opened.posted.told("Your code is ").await.text();
    let denial = path_in(&text, "not-me/");
    for _ in 0..3 {
        let page = opened.get(&denial).await;
        assert!(page.text().contains("Nothing has begun"), "{}", page.text());
    }
    let done = opened.post(&denial, &[]).await;
    assert!(done.text().contains("We deleted what was typed in."), "{}", done.text());
    assert!(opened.get(&denial).await.text().contains("Nothing waits under this link any more."));
    let late = opened.post("/portal/acme/confirm", &[("form", &form), ("code", &code)]).await;
    assert_eq!((late.status, opened.requests().await), (StatusCode::FORBIDDEN, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_twice_is_told_and_may_all_the_same() {
    let opened = Opened::new().await;
    let first = opened.made("erasure", &[]).await;
    let (form, code) = opened.ask("erasure", &[]).await;
    let twice = opened.post("/portal/acme/confirm", &[("form", &form), ("code", &code)]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    for part in
        ["There is an open request from", &first.id, "Ask a second time all the same", "Our letter about it"]
    {
        assert!(twice.text().contains(part), "{part}: {}", twice.text());
    }
    assert_eq!(opened.requests().await, 1);
    let again = opened.post("/portal/acme/confirm", &[("form", &form), ("again", "yes")]).await;
    assert_ne!(Made::of(&again).id, first.id);
    assert_eq!(opened.requests().await, 2);
    // another right is no duplicate
    opened.posted.home.world.skip_seconds(120);
    opened.made("access", &[]).await;
    assert_eq!(opened.requests().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_the_link_alone_sees_nothing_and_codes_are_guessed_in_vain() {
    let opened = Opened::new().await;
    let made = opened.made("erasure", &[]).await;
    let before = opened.log().await;
    for cookie in ["", "__Host-exeunt-look=x", "__Host-exeunt-look=9999999999999999.00"] {
        let page = opened.look(&made.path, cookie).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.text().contains("First we send a code") && !page.text().contains("How far we are"),
            "{}",
            page.text()
        );
    }
    assert_eq!(before, opened.log().await, "looking changes nothing");
    let asked = opened.post(&format!("{}/code", made.path), &[]).await;
    let form = field(&asked.text(), "form");
    let text = opened.mailed("It lets you see how your request stands").await;
    let code = text.split("Your code is ").nth(1).unwrap()[..6].to_owned();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = opened.post(&made.path, &[("form", &form), ("code", wrong)]).await;
    assert!(refused.text().contains("You have 4 tries left"), "{}", refused.text());
    let right = opened.post(&made.path, &[("form", &form), ("code", &code)]).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER, "{}", right.text());
    let held = cookie(&right);
    assert!(opened.look(&made.path, &held).await.text().contains("How far we are"));
    // used up, for this request alone, and for an hour
    assert_eq!(
        opened.post(&made.path, &[("form", &form), ("code", &code)]).await.status,
        StatusCode::FORBIDDEN
    );
    opened.posted.home.world.skip_seconds(120);
    let other = opened.made("access", &[]).await;
    assert!(!opened.look(&other.path, &held).await.text().contains("How far we are"));
    opened.posted.home.world.skip_seconds(3_601);
    assert!(!opened.look(&made.path, &held).await.text().contains("How far we are"));
    // links of nobody, of somebody else's portal, and half ones
    let home = &opened.posted.home;
    let operator = Actor { id: None, organization: home.globex.id, powers: Powers::all() };
    let globex = home.house.office(home.globex.id).unwrap();
    let theirs = Portal { word: String::from("globex"), ..globex.portal(&operator).await.unwrap() };
    assert_eq!(globex.set_portal(&operator, theirs).await.unwrap(), Ok(()));
    let token = made.path.rsplit('/').next().unwrap().to_owned();
    for path in [
        format!("/portal/globex/requests/{token}"),
        format!("/portal/acme/stop/{token}"),
        format!("/portal/acme/requests/{}", made.id),
        format!("/portal/acme/requests/{}.{}", made.id, "0".repeat(64)),
        String::from("/portal/acme/requests/%00"),
        String::from("/portal/nobody/requests/x"),
    ] {
        assert_eq!(opened.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    opened.posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_link_does_nothing_by_being_looked_at_and_pauses_everything_once() {
    let opened = Opened::new().await;
    let home = &opened.posted.home;
    let officer = opened.posted.officer();
    let made = opened.made("erasure", &[]).await;
    let text = opened.mailed("Your reference is").await;
    let stop = path_in(&text, "stop/");
    let before = opened.log().await;
    for _ in 0..3 {
        let page = opened.get(&stop).await;
        assert!(page.text().contains("Stop this request now"), "{}", page.text());
        for junk in [&[][..], &[("act", "x")]] {
            assert_eq!(opened.post(&stop, junk).await.status, StatusCode::OK);
        }
    }
    assert_eq!(before, opened.log().await);
    assert_eq!(opened.post(&stop, &[("act", "stop")]).await.status, StatusCode::SEE_OTHER);
    let page = opened.get(&stop).await;
    assert!(
        page.text().contains("We have paused everything. A person will contact you by"),
        "{}",
        page.text()
    );
    let after = opened.log().await;
    assert_eq!(opened.post(&stop, &[("act", "stop")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(after, opened.log().await, "once");
    opened.mailed("We have paused everything").await;
    assert!(opened.look(&made.path, &made.cookie).await.text().contains("This request is paused"));

    // nothing goes on, the officer sees it, and two people let it go on
    let planned = home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [made.id] }))).await;
    let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
    let digest = json!({ "digest": planned.word("digest") });
    let refused = home.send(officer, "POST", &approve, Some(digest.clone())).await;
    assert_eq!(
        (refused.status, refused.word("code")),
        (StatusCode::CONFLICT, String::from("E0979")),
        "{}",
        refused.text()
    );
    let visitor = home.visitor(Role::Officer).await;
    let today = visitor.get("/").await.text();
    assert!(today.contains("stopped by a link") && today.contains(&made.id), "{today}");
    let shown = visitor.get(&format!("/requests/{}", made.id)).await.text();
    assert!(shown.contains("Stopped by the link in a letter"), "{shown}");
    let release = format!("/api/v1/requests/{}/release", made.id);
    let first = home.send(officer, "POST", &release, None).await;
    assert_eq!(first.word("code"), "E0976", "{}", first.text());
    let second = home.second().await;
    let released = home.send(&second, "POST", &release, None).await;
    assert!(released.status.is_success(), "{}", released.text());
    let approved = home.send(officer, "POST", &approve, Some(digest)).await;
    assert!(approved.status.is_success(), "{}", approved.text());
    let looked = opened.get(&stop).await;
    assert_eq!(looked.status, StatusCode::GONE);
    assert!(looked.text().contains("A person looked at this on"), "{}", looked.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_is_followed_to_its_record() {
    let opened = Opened::new().await;
    let made = opened.made("erasure", &[]).await;
    let email = EMAIL;
    opened.posted.home.acme.run(&format!("UPDATE customers SET email = '{email}' WHERE id = 1"));
    let (stop, worker) = opened.posted.home.work();
    opened.posted.erase(&made.id).await;
    opened.posted.told("Your data is now hidden from everyone").await;
    let hidden = opened.look(&made.path, &made.cookie).await.text();
    for part in ["Your data is now hidden from everyone. Until", "Was it a mistake?", "Stop this request"] {
        assert!(hidden.contains(part), "{part}: {hidden}");
    }
    opened.posted.home.world.skip_days(20);
    let text = opened.posted.told("is finished. We looked again after that.").await.text();
    stop.now();
    worker.await.unwrap();
    assert_eq!(path_in(&text, "requests/"), format!("{}?lang=en", made.path));
    // the address is destroyed: the link alone opens the record, which names nobody
    let record = opened.get(&made.path).await.text();
    for part in [
        "Your request is finished",
        "Deleted for good",
        "Kept, with what names you taken out",
        "Kept",
        "Who else was told",
        "Backups",
        "Get the receipt file",
        "Complain to us",
    ] {
        assert!(record.contains(part), "{part}: {record}");
    }
    assert!(!record.to_lowercase().contains("canary"), "{record}");
    let receipt = opened.get(&format!("{}/receipt", made.path)).await;
    assert_eq!(receipt.status, StatusCode::OK);
    assert!(receipt.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("attachment"));
    assert_eq!(receipt.json()["request"], made.id.as_str());
    let over = opened.get(&made.path.replace("requests/", "stop/")).await;
    assert_eq!(over.status, StatusCode::NOT_FOUND);
    opened.posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_kept_sealed_acknowledged_and_answered() {
    let opened = Opened::new().await;
    let home = &opened.posted.home;
    let made = opened.made("access", &[]).await;
    let path = format!("{}/complaint", made.path);
    assert!(opened.get(&path).await.text().contains("First we send a code"));
    assert!(opened.look(&path, &made.cookie).await.text().contains("What went wrong?"));
    let empty = opened.send(&path, &[("words", "  ")], &made.cookie).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = opened.send(&path, &[("words", "Ada Canary waits\r\nfor <b>weeks</b>")], &made.cookie).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    assert!(opened.look(&made.path, &made.cookie).await.text().contains("We have your complaint of"));
    opened.mailed("We have your complaint").await;

    let visitor = home.visitor(Role::Officer).await;
    assert!(visitor.get("/").await.text().contains("complaint"));
    let request = format!("/requests/{}", made.id);
    let shown = visitor.get(&request).await.text();
    assert!(shown.contains("Complaint 1 came in") && !shown.contains("weeks"), "{shown}");
    let read = visitor.post(&format!("{request}/complaints/1"), &[("because", "to answer it")]).await.text();
    assert!(read.contains("Ada Canary waits\nfor &#60;b&#62;weeks"), "{read}");
    let viewer = home.visitor(Role::Viewer).await;
    let refused = viewer.post(&format!("{request}/complaints/1"), &[("because", "to see it")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = visitor
        .post(&format!("{request}/acts/complaint"), &[("number", "1"), ("because", "told them the day")])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(opened.look(&made.path, &made.cookie).await.text().contains("We answered your complaint of"));
    for _ in 0..4 {
        opened.send(&path, &[("words", "again")], &made.cookie).await;
    }
    let most = opened.send(&path, &[("words", "again")], &made.cookie).await;
    assert_eq!(most.status, StatusCode::CONFLICT);
    opened.posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_types_in_again_and_again_waits_and_keeps_nobody_else_from_asking() {
    let opened = Opened::new().await;
    let send =
        async |email: &str| opened.post("/portal/acme", &[("right", "access"), ("email", email)]).await;
    for _ in 0..5 {
        assert_eq!(send(EMAIL).await.status, StatusCode::OK);
    }
    let slow = send(EMAIL).await;
    assert_eq!(slow.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slow.headers.contains_key(header::RETRY_AFTER));
    assert!(slow.text().contains("There were too many tries."), "{}", slow.text());
    assert_eq!(send("bob@mail.test").await.status, StatusCode::OK, "another address is another matter");
    let mut last = StatusCode::OK;
    for number in 0..80 {
        last = send(&format!("x{number}@mail.test")).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "everything from one place");
    opened.posted.home.world.skip_seconds(120);
    assert_eq!(send(EMAIL).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_language_loses_nothing_that_was_typed_in() {
    let opened = Opened::new().await;
    let typed = [("right", "access"), ("email", "no address"), ("name", "Ada <b>"), ("words", "two\nlines")];
    let flawed = opened.post("/portal/acme", &typed).await;
    assert_eq!(flawed.status, StatusCode::UNPROCESSABLE_ENTITY);
    let switch = |html: &str, lang: &str| {
        assert!(html.contains(&format!("?lang={lang}\"><input type=\"hidden\"")), "{lang}: {html}");
    };
    switch(&flawed.text(), "de");
    let again: Vec<(&str, &str)> = typed.iter().copied().chain([("show", "yes")]).collect();
    let german = opened.post("/portal/acme?lang=de", &again).await;
    assert_eq!(german.status, StatusCode::OK);
    let text = german.text();
    for part in ["<html lang=\"de\">", "value=\"no address\"", "Ada &#60;b&#62;", "two\nlines</textarea>"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(opened.posted.count(), 0, "showing mails nothing");

    // the page for the code, in another language, takes the same code, and no try is used up
    let (form, code) = opened.ask("access", &[]).await;
    for lang in ["fr", "es", "de", "fr", "es", "de"] {
        let along = [("form", form.as_str()), ("right", "access"), ("email", EMAIL), ("show", "yes")];
        let page = opened.post(&format!("/portal/acme/confirm?lang={lang}"), &along).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(field(&page.text(), "form"), form);
        assert!(page.text().contains(&format!("<html lang=\"{lang}\">")));
        switch(&page.text(), "en");
    }
    let confirm = opened.post("/portal/acme/confirm?lang=de", &[("form", &form), ("code", &code)]).await;
    let made = Made::of(&confirm);
    let complaint = format!("{}/complaint", made.path);
    let long = "x".repeat(5_001);
    let flawed = opened.send(&complaint, &[("words", &long)], &made.cookie).await;
    switch(&flawed.text(), "es");
    let shown = opened.send(&complaint, &[("words", "It is late"), ("show", "yes")], &made.cookie).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text().contains("It is late</textarea>"), "{}", shown.text());
    assert!(!opened.look(&made.path, &made.cookie).await.text().contains("We have your complaint"));
    // the page that shows how it stands
    let asked = opened.post(&format!("{}/code", made.path), &[]).await;
    let held = field(&asked.text(), "form");
    switch(&asked.text(), "fr");
    let path = format!("{}?lang=fr", made.path);
    let page = opened.post(&path, &[("form", &held), ("show", "yes")]).await;
    assert_eq!((page.status, field(&page.text(), "form")), (StatusCode::OK, held));
    assert!(page.text().contains("<html lang=\"fr\">"));
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_that_is_known_each_caller_has_a_rate_of_their_own() {
    let mut opened = Opened::new().await;
    let peer = |text: &str| ConnectInfo(SocketAddr::new(text.parse().unwrap(), 4711));
    let ask = async |opened: &Opened, number: usize, from: &str, passed_on: &str| {
        let email = format!("x{number}@mail.test");
        let mut form = crate::visitor::form("/portal/acme", &[("right", "access"), ("email", &email)]);
        form.extensions_mut().insert(peer(from));
        form.headers_mut().insert("x-forwarded-for", passed_on.parse().unwrap());
        opened.posted.home.call(form).await.status
    };
    // nobody is believed unless the settings say so
    let mut last = StatusCode::OK;
    for number in 0..80 {
        last = ask(&opened, number, "10.0.0.2", &format!("192.0.2.{number}")).await;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "forged headers help nobody");
    opened.posted.home.behind(&["10.0.0.0/24", "2001:db8:aa::/48"]);
    assert_eq!(ask(&opened, 100, "10.0.0.2", "192.0.2.7").await, StatusCode::OK, "each caller counts alone");
    assert_eq!(ask(&opened, 101, "10.0.1.2", "10.0.0.2").await, StatusCode::OK);
    for number in 200..280 {
        // what a caller says of themselves changes with every call, and what the proxy adds does not
        let forged = format!("198.51.100.{}, 192.0.2.8", number - 200);
        last = ask(&opened, number, "2001:db8:aa::1", &forged).await;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "a caller behind the proxy is one caller");
    assert_eq!(ask(&opened, 300, "10.0.0.2", "192.0.2.9").await, StatusCode::OK, "and nobody else is slowed");
    assert_eq!(ask(&opened, 301, "10.0.0.2", "192.0.2.8").await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_confirms_is_gone_within_a_day() {
    let opened = Opened::new().await;
    opened.ask("erasure", &[]).await;
    let asked = || {
        let file = opened.posted.home.dir.path().join("home/control.db");
        let store = rusqlite::Connection::open(file).unwrap();
        store.query_row("SELECT count(*) FROM askings", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(asked(), 1);
    opened.posted.home.world.skip_seconds(23 * 3_600);
    let (stop, worker) = opened.posted.home.work();
    for _ in 0..600 {
        if asked() == 0 {
            break;
        }
        exeunt_engine::World::wait(&*opened.posted.home.world, std::time::Duration::from_millis(50)).await;
    }
    stop.now();
    worker.await.unwrap();
    assert_eq!(asked(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_in_four_languages_and_keeps_to_itself() {
    let opened = Opened::new().await;
    let made = opened.made("erasure", &[]).await;
    let stop = path_in(&opened.mailed("Your reference is").await, "stop/");
    let stop = stop.split('?').next().unwrap().to_owned();
    for lang in ["en", "de", "fr", "es"] {
        for (path, cookie) in [
            ("/portal/acme", ""),
            ("/portal/acme/not-me/x", ""),
            (made.path.as_str(), ""),
            (made.path.as_str(), made.cookie.as_str()),
            (&format!("{}/complaint", made.path), made.cookie.as_str()),
            (stop.as_str(), ""),
            ("/portal/acme/requests/x", ""),
        ] {
            let page = opened.look(&format!("{path}?lang={lang}"), cookie).await;
            let text = page.text();
            assert!(text.contains(&format!("<html lang=\"{lang}\">")), "{path}: {text}");
            assert!(!text.contains("{") && !text.contains("p_"), "{path}: a place was not filled: {text}");
            assert_eq!(text.matches("<h1").count(), 1, "{path}");
            assert!(text.contains("class=\"help\""), "help is on every page");
            let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap());
            assert_eq!(header("cache-control"), "no-store");
            assert_eq!(header("referrer-policy"), "no-referrer");
            let policy = header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && !policy.contains("script"), "{policy}");
            assert!(!text.contains("<script") && !text.contains(" style="), "{text}");
        }
    }
    let style = opened.get("/portal/acme/color.css").await;
    assert!(style.text().contains("--accent: #0b5c5e"), "{}", style.text());
    // other sites' pages send no forms
    let mut foreign = crate::visitor::form("/portal/acme", &[("right", "access"), ("email", EMAIL)]);
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(opened.posted.home.call(foreign).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_is_shut_until_somebody_who_may_opens_it() {
    let posted = Posted::new().await;
    let home = &posted.home;
    let admin = home.visitor(Role::Admin).await;
    let agent = home.visitor(Role::Agent).await;
    let shut = async |path: &str| home.call(Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(shut("/portal/acme").await.status, StatusCode::NOT_FOUND);
    assert_eq!(agent.get("/settings/portal").await.status, StatusCode::FORBIDDEN);
    let page = admin.get("/settings/portal").await.text();
    assert!(page.contains("value=\"acme\"") && page.contains("value=\"no\" checked"), "{page}");
    let mut fields = vec![
        ("opened", "yes"),
        ("word", "acme"),
        ("name", "Acme <b>"),
        ("color", "#FFEE00"),
        ("languages", "de"),
        ("languages", "en"),
        ("usual", "de"),
    ];
    let saved = admin.post("/settings/portal", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let page = admin.get("/settings/portal?done=saved").await.text();
    assert!(page.contains("too faint") && page.contains("The portal is open."), "{page}");
    let page = shut("/portal/acme").await.text();
    assert!(
        page.contains("<html lang=\"de\">")
            && page.contains("Acme &#60;b&#62;")
            && !page.contains("Français"),
        "{page}"
    );
    for (field, value, told) in [
        ("word", "../etc", "2 to 40 lower-case letters"),
        ("color", "red;}", "six digits"),
        ("email", "a@b@c", "not an e-mail address"),
        ("phone", "<script>", "digits, spaces"),
        ("notice", "javascript:alert(1)", "begins with https://"),
        ("name", "", "1 to 100 characters"),
    ] {
        let mut wrong: Vec<(&str, &str)> =
            fields.iter().copied().filter(|(name, _)| *name != field).collect();
        wrong.push((field, value));
        let back = admin.post("/settings/portal", &wrong).await;
        assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(back.text().contains(told), "{field}: {}", back.text());
    }
    // another organization's word, and an organization without mail
    let operator = Actor { id: None, organization: home.globex.id, powers: Powers::all() };
    let globex = home.house.office(home.globex.id).unwrap();
    let theirs = Portal { word: String::from("acme"), ..globex.portal(&operator).await.unwrap() };
    assert!(matches!(
        globex.set_portal(&operator, theirs.clone()).await.unwrap(),
        Err(Flaw { field: "word", .. })
    ));
    fields[0] = ("opened", "no");
    assert_eq!(admin.post("/settings/portal", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(shut("/portal/acme").await.status, StatusCode::NOT_FOUND);
}
