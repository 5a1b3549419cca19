//! Links in letters: a page that scanners may look at, a code for whoever reads the mail, and the package for them alone.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use exeunt_app::access::Role;
use exeunt_app::home::open::Kept;
use exeunt_base::{LinkId, PackageId, Secret, Timestamp};
use exeunt_bucket::{Bucket, Keys, Settings};
use exeunt_engine::World;
use exeunt_testkit::s3::{Keeps, S3};
use exeunt_vault::Storage;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::home::{Answer, Home};
use crate::posted::{EMAIL, NAME, Posted};

/// What the letter with the link brought, and where it leads.
struct Linked {
    posted: Posted,
    package: PackageId,
    /// `/d/exl_…`
    path: String,
}

impl Linked {
    /// Somebody whose package is made and whose link is mailed.
    async fn new(wanted: Value) -> Self {
        Self::of(Posted::new().await, wanted).await
    }

    async fn of(posted: Posted, wanted: Value) -> Self {
        // large enough that it does not go in one piece
        posted.home.acme.run("UPDATE notes SET body = hex(randomblob(400000)) WHERE customer_id = 1");
        let (stop, worker) = posted.home.work();
        let request = posted.submit("access", "1", "en").await;
        let path = format!("/api/v1/requests/{request}/packages");
        let asked = posted.home.send(posted.officer(), "POST", &path, Some(wanted)).await;
        assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
        let ended = posted.home.ended(posted.officer(), &asked.word("task")).await;
        assert_eq!(ended.word("state"), "done", "{}", ended.text());
        let package = ended.json()["outcome"]["package"].as_str().unwrap().parse().unwrap();
        let text = posted.told("The data you asked for is ready").await.text();
        posted.letter("ready", "sent").await;
        stop.now();
        worker.await.unwrap();
        Self { path: path_in(&text), posted, package }
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        call(&self.posted.home, method, path, body).await
    }

    async fn get(&self) -> Answer {
        self.call("GET", &self.path, "").await
    }

    /// Asks for a code, and gives what the page holds and what the mail says.
    async fn code(&self) -> (String, String) {
        let (stop, worker) = self.posted.home.work();
        let before = self.posted.count_saying("Your code is ");
        let page = self.call("POST", &format!("{}/code", self.path), "").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        self.posted.came_saying("Your code is ", before + 1).await;
        stop.now();
        worker.await.unwrap();
        let text = self.posted.told("Your code is ").await.text();
        (field(&page.text(), "form"), text.split("Your code is ").nth(1).unwrap()[..6].to_owned())
    }

    async fn fetch(&self, (form, code): &(String, String)) -> Answer {
        self.call("POST", &self.path, &format!("form={form}&code={code}")).await
    }

    async fn links(&self) -> Vec<exeunt_store::links::Link> {
        self.posted.home.house.store.links_of(self.package).await.unwrap()
    }

    /// The head of the log: it moves with whatever is done.
    async fn log(&self) -> String {
        let auditor = self.posted.home.acme.key(Role::Auditor);
        self.posted.home.send(auditor, "GET", "/api/v1/audit/checkpoint", None).await.text()
    }

    async fn left(&self) -> u64 {
        self.links().await[0].downloads_left
    }
}

async fn call(home: &Home, method: &str, path: &str, body: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header("user-agent", "canary browser");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    home.call(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn path_in(text: &str) -> String {
    let (_, rest) = text.split_once("https://privacy.acme.test").unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

fn field(html: &str, name: &str) -> String {
    let (_, rest) =
        html.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {html}"));
    rest.split('"').next().unwrap().to_owned()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn scanners_look_and_post_as_they_like_and_the_person_gets_their_data() {
    let linked = Linked::new(json!({ "deliver": true })).await;
    let before = linked.log().await;
    for _ in 0..5 {
        let page = linked.get().await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("You can get it 3 more times."), "{}", page.text());
        assert_eq!(linked.call("HEAD", &linked.path, "").await.status, StatusCode::OK);
        for body in ["", "form=&code=", "form=x&code=000000", "code=123456", "=&&%00%ff"] {
            let refused = linked.call("POST", &linked.path, body).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        }
    }
    assert_eq!(before, linked.log().await, "looking changes nothing");
    assert_eq!(linked.left().await, 3);

    let typed = linked.code().await;
    let got = linked.fetch(&typed).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text());
    assert!(got.bytes.starts_with(b"PK") && got.bytes.len() > 400_000, "an archive that anything opens");
    assert_eq!(header(&got.headers, "content-length"), got.bytes.len().to_string());
    assert_eq!(header(&got.headers, "content-type"), "application/zip");
    let file = format!("attachment; filename=\"{}.zip\"", linked.package);
    assert_eq!(header(&got.headers, "content-disposition"), file);
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "none"),
    ] {
        assert_eq!(header(&got.headers, name), value);
    }
    assert_eq!(linked.left().await, 2);
    // the same code, and the same with a range, is over
    assert_eq!(linked.fetch(&typed).await.status, StatusCode::FORBIDDEN);
    let replayed = Request::builder().method("POST").uri(&linked.path).header("range", "bytes=0-9");
    let replayed = replayed.header("content-type", "application/x-www-form-urlencoded");
    let body = Body::from(format!("form={}&code={}", typed.0, typed.1));
    let replayed = linked.posted.home.call(replayed.body(body).unwrap()).await;
    assert_eq!(replayed.status, StatusCode::FORBIDDEN);

    // who fetched it is in the log by commitment, and sealed beside it
    let link = &linked.links().await[0];
    let downloads = linked.posted.home.house.store.downloads_of(link.id).await.unwrap();
    assert_eq!(downloads.len(), 1);
    assert!(!downloads[0].1.windows(6).any(|window| window == b"canary"));
    // the token is nowhere in the store
    let token = linked.path.trim_start_matches("/d/");
    linked.posted.home.house.store.flush_destroyed().await.unwrap();
    for name in ["control.db", "control.db-wal"] {
        let file = linked.posted.home.dir.path().join("home").join(name);
        let bytes = std::fs::read(file).unwrap_or_default();
        assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "{name}");
    }
    linked.posted.find_nobody();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_breaks_off_uses_none_up_and_the_fourth_is_refused() {
    let linked = Linked::new(json!({ "deliver": true })).await;
    let (form, code) = linked.code().await;
    let request = Request::builder()
        .method("POST")
        .uri(&linked.path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("form={form}&code={code}")))
        .unwrap();
    let response = linked.posted.home.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut body = response.into_body();
    for _ in 0..2 {
        assert!(body.frame().await.unwrap().is_ok());
    }
    drop(body);
    assert_eq!(linked.left().await, 3);
    for left in [2, 1, 0] {
        let got = linked.fetch(&linked.code().await).await;
        assert_eq!((got.status, linked.left().await), (StatusCode::OK, left));
        // five codes at once, then one a minute
        linked.posted.home.world.skip_seconds(61);
    }
    for method in ["GET", "POST"] {
        let over = linked.call(method, &linked.path, "").await;
        assert_eq!(over.status, StatusCode::GONE);
        assert!(over.text().contains("You have used all downloads"), "{}", over.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_portion_is_taken_alone_and_takes_nothing_from_the_others() {
    let linked = Linked::new(json!({ "deliver": true })).await;
    // a wrong code shows the page again, and mails nothing
    let shown = async |form: &str, code: &str| {
        let wrong = if code == "000000" { "000001" } else { "000000" };
        linked.call("POST", &linked.path, &format!("form={form}&code={wrong}")).await.text()
    };
    let (form, code) = linked.code().await;
    let page = shown(&form, &code).await;
    let everything = page.find("Everything, in one file").unwrap();
    let summary = page.find("Summary: our answer").unwrap();
    assert!(everything < summary && page.contains("Everyday data"), "{page}");
    assert!(!page.contains("Technical logs"), "there are none: {page}");
    assert!(page.contains("value=\"\" checked") && page.contains("On a phone:"), "{page}");
    linked.posted.home.world.skip_seconds(61);
    let take = async |portion: &str| {
        let (form, code) = linked.code().await;
        let got =
            linked.call("POST", &linked.path, &format!("form={form}&code={code}&portion={portion}")).await;
        linked.posted.home.world.skip_seconds(61);
        got
    };
    for _ in 0..3 {
        let got = take("summary").await;
        assert_eq!(got.status, StatusCode::OK);
        assert!(got.bytes.starts_with(b"PK") && got.bytes.len() < 100_000, "{}", got.bytes.len());
        assert!(header(&got.headers, "content-disposition").ends_with("-summary.zip\""));
    }
    assert_eq!(linked.left().await, 3, "the whole is not touched");
    let (form, code) = linked.code().await;
    let page = shown(&form, &code).await;
    assert!(!page.contains("Summary: our answer") && page.contains("Everyday data"), "{page}");
    linked.posted.home.world.skip_seconds(61);
    let everyday = take("everyday").await;
    assert!(everyday.bytes.len() > 300_000, "{}", everyday.bytes.len());
    let whole = take("").await;
    assert_eq!((whole.status, linked.left().await), (StatusCode::OK, 2));
    let used = linked.posted.home.house.store.portions_used(linked.links().await[0].id).await.unwrap();
    assert_eq!(used, [(String::from("everyday"), 1), (String::from("summary"), 3)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_its_own_page_five_tries_and_ten_minutes() {
    let linked = Linked::new(json!({ "deliver": true })).await;
    let (form, code) = linked.code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for told in ["You have 4 tries left", "3 tries left", "2 tries left", "one try left", "stopped this code"]
    {
        let refused = linked.fetch(&(form.clone(), wrong.to_owned())).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text().contains(told), "{told}: {}", refused.text());
    }
    let late = linked.fetch(&(form, code.clone())).await;
    assert!(late.text().contains("stopped this code"), "{}", late.text());
    // another page's code, and a code that came ten minutes ago
    let (second, _) = linked.code().await;
    let third = linked.code().await;
    assert_eq!(linked.fetch(&(second, third.1.clone())).await.status, StatusCode::FORBIDDEN);
    linked.posted.home.world.skip_seconds(601);
    let late = linked.fetch(&third).await;
    assert!(late.text().contains("stopped this code"), "{}", late.text());
    let (form, code) = linked.code().await;
    let spaced = format!("{}+{}", &code[..3], &code[3..]);
    assert_eq!(linked.fetch(&(form, spaced)).await.status, StatusCode::OK, "as some read it aloud");
    // whoever asks again and again waits
    let mut asked = StatusCode::OK;
    for _ in 0..6 {
        asked = linked.call("POST", &format!("{}/code", linked.path), "").await.status;
    }
    assert_eq!(asked, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_revoked_made_anew_and_ends_with_its_package() {
    let linked = Linked::new(json!({ "deliver": true })).await;
    let home = &linked.posted.home;
    let typed = linked.code().await;
    let again = format!("/api/v1/packages/{}/links", linked.package);
    let (stop, worker) = home.work();
    let before = linked.posted.count();
    let once = async || {
        let officer = format!("Bearer {}", linked.posted.officer());
        let request = Request::builder().method("POST").uri(&again).header("authorization", officer);
        home.call(request.header("idempotency-key", "once").body(Body::empty()).unwrap()).await
    };
    let made = once().await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(once().await.text(), made.text(), "a repeated call mails nothing");
    assert!(!made.text().contains("exl_"), "the token is in the letter alone: {}", made.text());
    linked.posted.came(before + 1).await;
    assert_eq!(linked.links().await.len(), 2);
    let second = path_in(&linked.posted.told("The data you asked for is ready").await.text());
    assert_ne!(linked.path, second);
    // with the old one the code is over, too
    for answer in [linked.get().await, linked.fetch(&typed).await] {
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.text().contains("This link no longer works."), "{}", answer.text());
    }
    assert_eq!(call(home, "GET", &second, "").await.status, StatusCode::OK);

    // nobody used it: they are told once before it ends
    home.world.skip_seconds(5 * 86_400 + 3_600);
    let told = linked.posted.told("Your data is still waiting for you").await;
    assert!(!told.text().contains("/d/exl_"), "{}", told.text());
    home.world.skip_days(2);
    let package = format!("/api/v1/packages/{}", linked.package);
    for _ in 0..600 {
        let shown = home.send(linked.posted.officer(), "GET", &package, None).await;
        if shown.json()["removed_at"].is_string() {
            break;
        }
        home.world.wait(std::time::Duration::from_millis(50)).await;
    }
    stop.now();
    worker.await.unwrap();
    let ended = call(home, "GET", &second, "").await;
    assert_eq!(ended.status, StatusCode::GONE);
    assert!(ended.text().contains("This link ended on "), "{}", ended.text());
    let stored = home.house.store.package(linked.package).await.unwrap();
    assert_eq!(stored.key, None, "its key is destroyed");
    assert!(!home.dir.path().join("home/packages").join(&stored.file).exists(), "and its file");
    for link in linked.links().await {
        assert_eq!(link.person, None, "nobody is known by a link that is over");
    }
    let late = home.send(linked.posted.officer(), "POST", &again, None).await;
    assert_eq!((late.status, late.word("code").as_str()), (StatusCode::CONFLICT, "E0605"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_passphrase_opens_is_given_as_it_lies_there() {
    let phrase = "nine purple canaries";
    let linked = Linked::new(json!({ "deliver": true, "passphrase": phrase })).await;
    for letter in linked.posted.smtp.taken().unwrap() {
        assert!(!letter.data.contains("canaries") && !letter.text().contains("canaries"));
    }
    let told = linked.posted.told("The data you asked for is ready").await.text();
    assert!(told.contains("You need a password") && told.contains("does not come by e-mail"), "{told}");
    let got = linked.fetch(&linked.code().await).await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(got.bytes.starts_with(b"age-encryption.org/"));
    assert!(header(&got.headers, "content-disposition").ends_with(".zip.age\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_tell_strangers_nothing_and_load_nothing() {
    let home = Home::new().await;
    for (method, path) in exeunt_server::pages::ROUTES {
        let nobodys = format!("exl_{}", "A".repeat(43));
        for token in [
            "x",
            nobodys.as_str(),
            "..%2f..%2fetc%2fpasswd",
            "exs_canary",
            "%3Cscript%3E",
            &"x".repeat(5_000),
        ] {
            let answer = call(&home, method, &path.replace("{token}", token), "form=a&code=1").await;
            let wanted = if path.ends_with(".css") { StatusCode::OK } else { StatusCode::NOT_FOUND };
            assert_eq!(answer.status, wanted, "{method} {path}: {}", answer.text());
            assert!(
                !answer.text().contains("canary") && !answer.text().contains("<script"),
                "{}",
                answer.text()
            );
            if path.ends_with(".css") {
                continue;
            }
            assert!(header(&answer.headers, "content-type").starts_with("text/html"));
            let policy = header(&answer.headers, "content-security-policy");
            assert!(
                policy.starts_with("default-src 'none'") && policy.contains("form-action 'self'"),
                "{policy}"
            );
            for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "no-referrer")] {
                assert_eq!(header(&answer.headers, name), value);
            }
            assert!(answer.headers.get("set-cookie").is_none());
        }
    }
    // nobody is told whether a token was ever one, and guessing is slowed
    let guess = || call(&home, "GET", "/d/exl_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", "");
    let mut last = guess().await.status;
    for _ in 0..60 {
        last = guess().await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_needs_somebody_to_mail_it_to_and_somebody_who_mails() {
    let home = Home::new().await;
    let (agent, officer) = (home.acme.key(Role::Agent), home.acme.key(Role::Officer));
    let sent = json!({
        "right": "access", "identifiers": [{ "kind": "customer_id", "value": "1" }], "contact": { "email": EMAIL },
    });
    let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let path = format!("/api/v1/requests/{request}/packages");
    let refused = home.send(officer, "POST", &path, Some(json!({ "deliver": true }))).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::CONFLICT, "E0940"));

    let posted = Posted::new().await;
    let sent = json!({ "right": "access", "identifiers": [{ "kind": "customer_id", "value": "1" }] });
    let request = posted.home.send(posted.agent(), "POST", "/api/v1/requests", Some(sent)).await.word("id");
    let path = format!("/api/v1/requests/{request}/packages");
    let (stop, worker) = posted.home.work();
    let asked = posted.home.send(posted.officer(), "POST", &path, Some(json!({}))).await.word("task");
    let ended = posted.home.ended(posted.officer(), &asked).await.json();
    stop.now();
    worker.await.unwrap();
    let package = ended["outcome"]["package"].as_str().unwrap();
    let links = format!("/api/v1/packages/{package}/links");
    let refused = posted.home.send(posted.officer(), "POST", &links, None).await;
    assert_eq!((refused.status, refused.word("code").as_str()), (StatusCode::CONFLICT, "E0943"));
    let listed = posted.home.send(posted.officer(), "GET", &links, None).await.json();
    assert_eq!(listed["items"], json!([]));
    // by hand, as somebody who has one would: revoked once, and again
    let link: LinkId = posted.home.link(&posted.home.acme, package).await.parse().unwrap();
    for _ in 0..2 {
        let path = format!("/api/v1/links/{link}");
        let revoked = posted.home.send(posted.officer(), "DELETE", &path, None).await;
        assert_eq!(revoked.status, StatusCode::NO_CONTENT, "{}", revoked.text());
    }
    let listed = posted.home.send(posted.officer(), "GET", &links, None).await.json();
    assert!(listed["items"][0]["revoked_at"].is_string(), "{listed}");
}

struct Clock;

impl exeunt_bucket::Pace for Clock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap())
    }

    fn pause(&self, _: Duration) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_in_a_bucket_is_fetched_by_its_link_and_leaves_nothing_there() {
    let server = S3::with_bucket("vaults", Keeps::Nothing).unwrap();
    let keys = || Keys { id: S3::KEY.into(), secret: Secret::new(S3::SECRET.into()), token: None };
    let bucket = Bucket::new(Settings {
        endpoint: Some(server.endpoint()),
        region: S3::REGION.into(),
        bucket: "vaults".into(),
        prefix: String::new(),
        path_style: None,
        plain: false,
        trust: None,
        keys: Arc::new(move || Ok(keys())),
        pace: Arc::new(Clock),
        tries: 3,
        patience: Settings::PATIENCE,
    })
    .unwrap();
    let kept = Kept { vault: Arc::new(bucket.part("vault")), packages: Arc::new(bucket.part("packages")) };
    let linked = Linked::of(Posted::keeping(Some(kept)).await, json!({ "deliver": true })).await;
    let held = server.everything().unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].name, format!("vaults/packages/{}.age", linked.package));
    for text in [EMAIL, NAME, "canary"] {
        assert!(!held[0].bytes.windows(text.len()).any(|part| part == text.as_bytes()), "{text}");
    }
    let typed = linked.code().await;
    server.answer("get:503 get:drop").unwrap();
    let got = linked.fetch(&typed).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text());
    assert!(got.bytes.starts_with(b"PK") && got.bytes.len() > 400_000);
    // the day it was to be destroyed on, the storage was away; the sweeper comes back for it
    linked.posted.home.world.skip_days(8);
    server.be_down(true).unwrap();
    let office = linked.posted.home.house.own().clone();
    let service = exeunt_app::Actor::service(office.organization.id);
    let away = office.remove_expired_packages(&service).await.unwrap_err();
    assert_eq!(away.code(), "E0966");
    server.be_down(false).unwrap();
    assert_eq!(server.everything().unwrap().len(), 1);
    let swept = linked.posted.home.house.sweep_storage().await.unwrap();
    assert_eq!((swept.packages, swept.blobs, swept.unfinished), (1, 0, 0));
    assert_eq!(server.everything().unwrap(), []);

    // what nobody finished goes after a day; a blob that this store does not know is left for long
    let mut left = bucket.part("packages").begin("pkg_left.age", "01").unwrap();
    left.write(&vec![7; 9 << 20]).unwrap();
    std::mem::forget(left);
    let blob = exeunt_base::BlobId::new(linked.posted.home.world.now(), [3; 10]);
    let mut unknown = bucket.part("vault").begin(&exeunt_vault::Shelf::name(blob), "02").unwrap();
    unknown.write(b"of a store that was taken back").unwrap();
    unknown.finish().unwrap();
    for (days, wanted) in [(0, (0, 1)), (80, (0, 0)), (41, (1, 0))] {
        linked.posted.home.world.skip_days(days);
        let swept = linked.posted.home.house.sweep_storage().await.unwrap();
        assert_eq!((swept.blobs, swept.unfinished), wanted, "{days} days later");
    }
    assert_eq!(server.everything().unwrap(), []);
}
