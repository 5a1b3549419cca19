//! The same commands asked of a running service: what they show, what they do, how they end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::deltas::with_deltas;
use crate::desk::{Answer, Desk};
use crate::people;

/// A service of a desk's home, ended with it.
struct Served {
    process: Child,
    url: String,
}

impl Served {
    fn start(desk: &Desk) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_exeunt"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(desk.path())
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        Self { url: url.trim_end_matches([':', ',', '/']).to_owned(), process }
    }

    fn call(&self, desk: &Desk, key: &str, arguments: &[&str]) -> Answer {
        let way = ["--server", self.url.as_str(), "--server-key-file", key];
        desk.call(&[&way, arguments].concat(), "")
    }

    #[track_caller]
    fn ends(&self, desk: &Desk, key: &str, arguments: &[&str], code: i32) -> Answer {
        let answer = self.call(desk, key, arguments);
        assert_eq!(answer.code, code, "{arguments:?}\n{}\n{}", answer.out, answer.err);
        answer
    }

    #[track_caller]
    fn done(&self, desk: &Desk, key: &str, arguments: &[&str]) -> String {
        self.ends(desk, key, arguments, 0).out
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A desk with a small shop, its home, and the keys of an agent, two officers and an administrator in files of their names.
async fn desk() -> Desk {
    let desk = Desk::small();
    desk.done(&["init", "--source", "shop=sqlite:shop.db"]);
    for (who, role, scopes) in [
        ("agent", "agent", "requests:read requests:submit requests:identify"),
        ("officer", "officer", OFFICER),
        ("second", "officer", OFFICER),
        ("admin", "admin", "users:manage keys:manage providers:manage webhooks:manage jobs:read"),
    ] {
        std::fs::write(desk.file("person.txt"), format!("name={who}\nemail={who}@acme.test\n")).unwrap();
        let invite = ["user", "invite", "--person-file", "person.txt", "--role", role, "--json"];
        let invited = desk.done(&invite);
        people::answer(&desk, &people::field(&invited, "token")).await;
        let user = people::field(&invited, "user");
        let mut make = vec!["key", "make", "--user", &user, "--name", who, "--days", "9"];
        for scope in scopes.split(' ') {
            make.extend(["--scope", scope]);
        }
        std::fs::write(desk.file(who), desk.done(&make)).unwrap();
    }
    desk
}

const OFFICER: &str = "requests:read requests:submit requests:decide requests:hold requests:identify \
                       requests:read_statement plans:read plans:make plans:approve jobs:read jobs:run packages:read \
                       requests:restore requests:purge packages:make audit:read letters:read letters:send work:pause work:stop work:lift \
                       deltas:push subprocessors:read subprocessors:manage suppression:read suppression:check";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_service_has_is_shown_as_it_is_here() {
    let desk = desk().await;
    let request = desk.request("erasure", "customer_id=1");
    desk.erase(&request);
    let access = desk.request("access", "customer_id=2");
    desk.done(&["package", "make", &access]);
    let held = desk.request("erasure", "customer_id=3");
    desk.done(&["request", "hold", &held, "--because", "a court", "--until", "2099-12-31"]);
    desk.done(&["plan", "make", &held, "--no-counts"]);
    desk.done(&["hold", "place", "--model", "shop.notes", "--key", "3", "--because", "a court"]);
    desk.done(&["work", "pause", "shop", "--because", "a new disk"]);
    let who = ["--identify", "email=fan@mail.test"];
    desk.done(&[&["suppression", "add", "--for", "marketing", "--because", "by phone"], &who[..]].concat());
    std::fs::write(desk.file("note.txt"), "We are sorry.").unwrap();
    desk.done(&["letter", "places", &held, "--letter", "refused", "--note-file", "note.txt"]);
    let served = Served::start(&desk);
    let shown: Vec<Vec<&str>> = vec![
        vec!["request", "list"],
        vec!["request", "list", "--limit", "2"],
        vec!["request", "show", &request],
        vec!["request", "show", &held],
        vec!["request", "show", &access],
        vec!["plan", "show", &request, "--no-counts"],
        vec!["plan", "show", &held, "--no-counts", "--explain"],
        vec!["plan", "show", &request],
        vec!["plan", "show", &held],
        vec!["plan", "show", &access, "--explain"],
        vec!["suppression", "status"],
        vec!["suppression", "check", "--identify", "customer_id=1", "--identify", "phone=+49 30 123456"],
        vec!["regime", "list"],
        vec!["regime", "show", "eu-gdpr"],
        vec!["delta", "status"],
        vec!["subprocessor", "list"],
        vec!["subprocessor", "subscribers"],
        vec!["plan", "show", &held, "--document"],
        vec!["job", "status"],
        vec!["job", "status", &request],
        vec!["letter", "list"],
        vec!["letter", "places", &held],
        vec!["letter", "places", &held, "--letter", "refused"],
        vec!["proposal", "list"],
        vec!["work", "status"],
        vec!["hold", "list"],
    ];
    for mut command in shown {
        for _ in 0..2 {
            assert_eq!(served.done(&desk, "officer", &command), desk.done(&command), "{command:?}");
            command.push("--json");
        }
    }
    for mut command in [
        vec!["report", "metrics", "--from", "2020-01-01", "--to", "2099-12-31"],
        vec!["report", "metrics", "--from", "2020-01-01", "--to", "2099-12-31", "--html"],
        vec!["report", "retention"],
    ] {
        for _ in 0..2 {
            assert_eq!(served.done(&desk, "officer", &command), desk.done(&command), "{command:?}");
            command.push("--json");
        }
    }
    assert_eq!(served.done(&desk, "officer", &["package", "list"]), desk.done(&["package", "list"]));
    for command in [["user", "list"], ["key", "list"]] {
        let (there, here) = (served.done(&desk, "admin", &command), desk.done(&command));
        // when a key was last used goes on meanwhile
        let cut = |text: &str| {
            text.lines().map(|line| line.split("until").next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(cut(&there), cut(&here), "{command:?}");
    }
    // what went wrong ends the same way
    for command in [
        vec!["request", "show", "req_01m81cf077eb8npjdnn33sww60"],
        vec!["request", "hold", &held, "--because", "another court"],
        vec!["request", "refuse", &request, "--ground", "unfounded", "--because", "x"],
        vec!["request", "pause", &access, "--ground", "fee", "--because", "x"],
        vec!["job", "cancel", &request],
        vec!["plan", "approve", &held, "--digest", "000000000000"],
    ] {
        let (there, here) = (served.call(&desk, "officer", &command), desk.call(&command, ""));
        assert_eq!((there.code, &there.out), (here.code, &here.out), "{command:?}: {}", there.err);
        assert!(here.code != 0 && there.err.starts_with("error[E0"), "{command:?}: {}", there.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_carried_out_from_elsewhere() {
    let desk = desk().await;
    let served = Served::start(&desk);
    let submit = ["request", "submit", "--right", "erasure", "--identify", "customer_id=1", "--ground", "a"];
    let request = served.done(&desk, "agent", &submit).trim().to_owned();
    let shown = served.done(&desk, "agent", &["request", "show", &request, "--json"]);
    assert!(shown.contains("\"channel\": \"cli\"") && shown.contains("\"ground\": \"a\""), "{shown}");
    served.done(&desk, "officer", &["request", "identify", &request, "2=compared"]);
    served.done(&desk, "officer", &["request", "acknowledge", &request]);
    let due = served.done(
        &desk,
        "officer",
        &["request", "extend", &request, "--kind", "number", "--because", "many"],
    );
    assert!(due.contains(" is due 20"), "{due}");
    let made = served.done(&desk, "officer", &["plan", "make", &request]);
    let digest = made.lines().find_map(|line| line.strip_prefix("digest  ")).unwrap().to_owned();
    assert!(served.ends(&desk, "agent", &["plan", "show", &request], 3).err.contains("E0901"));
    served.done(&desk, "officer", &["plan", "approve", &request, "--digest", &digest]);
    let ran = served.done(&desk, "officer", &["job", "run", &request]);
    assert_eq!(ran, desk.done(&["job", "status", &request]), "it is waited for");
    served.done(&desk, "officer", &["request", "hold", &request, "--because", "a court"]);
    let release = ["request", "release", &request];
    assert!(served.ends(&desk, "officer", &release, 3).err.contains("E0976"));
    served.done(&desk, "second", &release);
    let back = served.done(&desk, "officer", &["restore", &request]);
    assert!(back.contains("The request is restored whole."), "{back}");
    assert!(served.ends(&desk, "officer", &["restore", &request], 6).err.contains("E0501"));
    let again = desk.request("erasure", "customer_id=4");
    desk.erase(&again);
    assert!(served.ends(&desk, "officer", &["purge", &again], 3).err.contains("E0503"));
    let early = ["purge", &again, "--now", "the person insists"];
    assert!(served.ends(&desk, "officer", &early, 3).err.contains("E0976"));
    let gone = served.done(&desk, "second", &early);
    assert!(gone.starts_with(&format!("{again} is completed, receipt rcp_")), "{gone}");

    std::fs::write(desk.file("many.csv"), "right,customer_id\nerasure,2\naccess,3\n").unwrap();
    std::fs::write(desk.file("bad.csv"), "right,customer_id\nerasure,\ndance,3\n").unwrap();
    let flaws = served.ends(&desk, "agent", &["request", "import", "bad.csv"], 4).out;
    assert_eq!(flaws, desk.ends(&["request", "import", "bad.csv"], 4).out);
    assert!(
        served
            .done(&desk, "agent", &["request", "import", "many.csv", "--check"])
            .contains("2 requests can be")
    );
    let taken = served.done(&desk, "agent", &["request", "import", "many.csv"]);
    assert_eq!(taken.lines().count(), 2);
    assert!(served.done(&desk, "agent", &["request", "import", "many.csv"]).contains("taken in before"));

    let access = desk.request("access", "customer_id=2");
    let made = served.done(&desk, "officer", &["package", "make", &access, "--formats", "json", "--json"]);
    let package = people::field(&made, "package");
    assert!(desk.done(&["package", "list"]).contains(&package));
    served.done(&desk, "officer", &["package", "remove", &package]);
    assert!(desk.done(&["package", "list"]).contains("removed"));

    served.done(&desk, "officer", &["work", "pause", "shop", "--because", "a new disk"]);
    served.done(&desk, "officer", &["work", "resume", "shop"]);
    std::fs::write(desk.file("person.txt"), "name=Grace\nemail=grace@acme.test\n").unwrap();
    let invite = ["user", "invite", "--person-file", "person.txt", "--role", "viewer", "--json"];
    let user = people::field(&served.done(&desk, "admin", &invite), "user");
    served.done(&desk, "admin", &["user", "role", &user, "auditor"]);
    served.done(&desk, "admin", &["user", "disable", &user]);
    assert!(desk.done(&["user", "list"]).contains("disabled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_are_looked_at_and_then_acted_on_here_and_elsewhere() {
    let desk = desk().await;
    let requests: Vec<String> =
        (1..=4).map(|customer| desk.request("access", &format!("customer_id={customer}"))).collect();
    let served = Served::start(&desk);
    let refuse = ["--ground", "unfounded", "--because", "the fifth time", "--to", "preview.json"];
    let preview = [&["request", "bulk", "preview", "refuse", "--state", "received"][..], &refuse].concat();
    let here = desk.done(&preview);
    assert_eq!(here.matches("would be done").count(), 4, "{here}");
    assert_eq!(served.done(&desk, "officer", &preview), here);
    desk.done(&["request", "withdraw", &requests[0], "--because", "by phone"]);
    let came = served.ends(&desk, "officer", &["request", "bulk", "commit", "preview.json"], 9).out;
    assert_eq!((came.matches("done").count(), came.matches("changed  E0989").count()), (3, 1), "{came}");
    assert!(
        served.ends(&desk, "second", &["request", "bulk", "commit", "preview.json"], 3).err.contains("E0946")
    );
    assert_eq!(served.ends(&desk, "officer", &["request", "bulk", "commit", "preview.json"], 9).out, came);

    // named in a file, in a pipe, without a service
    std::fs::write(desk.file("ids"), requests.join("\n")).unwrap();
    let hold =
        ["request", "bulk", "preview", "hold", "--requests-file", "ids", "--because", "a court", "--json"];
    let shown = desk.done(&hold);
    let done = desk.call(&["request", "bulk", "commit", "-"], &shown);
    assert_eq!((done.code, done.out.matches("done").count()), (0, 4), "{}{}", done.out, done.err);
    for wrong in [
        vec!["request", "bulk", "preview", "hold", "--state", "received"],
        vec!["request", "bulk", "preview", "release"],
        vec!["request", "bulk", "preview", "release", "--state", "purging"],
        vec!["request", "bulk", "preview", "release", "--because", "x", &requests[0]],
        vec!["request", "bulk", "commit", "ids"],
    ] {
        let told = desk.ends(&wrong, 2);
        assert!(told.err.contains("error[E0801]") || told.err.contains("error[E0945]"), "{}", told.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_counted_and_rehearsed_by_a_worker_of_the_service() {
    let desk = desk().await;
    let request = desk.request("erasure", "customer_id=2");
    let served = Served::start(&desk);
    let made = served.done(&desk, "officer", &["plan", "make", &request, "--dry-run"]);
    assert!(made.contains("Dry run: every statement was executed and rolled back."), "{made}");
    for mut command in
        [vec!["plan", "show", &request], vec!["plan", "show", &request, "--dry-run", "--explain"]]
    {
        for _ in 0..2 {
            assert_eq!(served.done(&desk, "officer", &command), desk.done(&command), "{command:?}");
            command.push("--json");
        }
    }
    let shown = served.done(&desk, "officer", &["plan", "show", &request, "--json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        (&shown["counted"], &shown["models"][0]["delete"]),
        (&Value::from(true), &Value::from(1)),
        "{shown}"
    );
    let other = desk.request("erasure", "customer_id=3");
    let plan = |request: &str| {
        let made = served.done(&desk, "officer", &["plan", "make", request, "--no-counts", "--json"]);
        people::field(&made, "plan")
    };
    let diff = ["plan", "diff", &plan(&request), &plan(&other)];
    assert_eq!(served.done(&desk, "officer", &diff), desk.done(&diff));
    // what stands in the way is told, and not waited for
    desk.done(&["work", "pause", "shop", "--because", "a new disk"]);
    let paused = ["plan", "show", &request, "--dry-run"];
    let (there, here) = (served.ends(&desk, "officer", &paused, 3), desk.ends(&paused, 3));
    assert!(there.err.contains("E0953") && here.err.contains("E0953"), "{}{}", there.err, here.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_in_review_are_decided_on_from_elsewhere() {
    let desk = desk().await;
    let shop = rusqlite::Connection::open(desk.file("shop.db")).unwrap();
    for note in [2, 3] {
        shop.execute_batch(&format!(
            "CREATE TRIGGER stuck_{note} BEFORE DELETE ON notes WHEN OLD.id = {note}
             BEGIN SELECT RAISE(ABORT, 'this note is stuck'); END;"
        ))
        .unwrap();
    }
    let request = desk.request("erasure", "customer_id=2");
    desk.done(&["plan", "make", &request]);
    desk.approve(&request);
    desk.ends(&["job", "run", &request], 9);
    let served = Served::start(&desk);
    let mut review = vec!["job", "review", &request];
    for _ in 0..2 {
        let (there, here) = (served.ends(&desk, "officer", &review, 9), desk.ends(&review, 9));
        assert_eq!((&there.out, &there.err), (&here.out, &here.err), "{review:?}");
        review.push("--json");
    }
    let retry = ["job", "review", &request, "--retry"];
    let open = || served.ends(&desk, "officer", &retry, 9).out.matches("  open").count();
    assert_eq!(open(), 3, "two notes, and the customer they are of");
    shop.execute_batch("DROP TRIGGER stuck_2").unwrap();
    assert_eq!(open(), 2);
    let skip = ["job", "review", &request, "--skip", "the shop keeps it"];
    assert!(served.ends(&desk, "officer", &skip, 3).err.contains("E0976"));
    let left = served.done(&desk, "second", &skip);
    assert!(left.contains("skipped") && left.contains("is settled"), "{left}");
    assert!(served.ends(&desk, "officer", &skip, 3).err.contains("E0404"));
    assert_eq!(
        served.done(&desk, "officer", &["job", "review", &request]),
        desk.done(&["job", "review", &request])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_and_its_evidence_are_fetched_and_hold_here() {
    let desk = desk().await;
    let request = desk.request("erasure", "customer_id=2");
    let served = Served::start(&desk);
    let year = ["evidence", "make", "--from", "2020-01-01", "--to", "2099-12-31", "--out"];
    let one = ["evidence", "make", "--request", &request, "--json", "--out"];
    for (name, make) in [("all.zip", &year[..]), ("one.zip", &one[..])] {
        served.done(&desk, "officer", &[make, &[name]].concat());
        desk.done(&["evidence", "verify", name, "--key", &key(&desk)]);
        // what is there stays
        let again = [make, &[name]].concat();
        let (there, here) = (served.call(&desk, "officer", &again), desk.call(&again, ""));
        assert_eq!((there.code, &there.err), (here.code, &here.err));
        assert!(here.err.contains("E0805"), "{}", here.err);
    }
    let there: Value =
        serde_json::from_str(&served.done(&desk, "officer", &[&one[..], &["2.zip"]].concat())).unwrap();
    let here: Value = serde_json::from_str(&desk.done(&[&one[..], &["3.zip"]].concat())).unwrap();
    for field in ["requests", "plans", "receipts", "witnesses"] {
        assert_eq!(there[field], here[field], "{field}");
    }
    served.done(&desk, "officer", &["audit", "export", "--to", "log.jsonl"]);
    desk.done(&["audit", "verify", "log.jsonl", "--key", &key(&desk)]);
    let table = served.ends(&desk, "officer", &["audit", "export", "--form", "csv"], 0);
    let entries = table.out.lines().count() - 1;
    assert!(table.err.contains(&format!("{entries} entries")), "{}", table.err);
    assert!(served.ends(&desk, "agent", &["audit", "export"], 3).err.contains("E0901"));
}

/// The file with the log's public key.
fn key(desk: &Desk) -> String {
    let folder = std::fs::read_dir(desk.file(".exeunt/checkpoints")).unwrap().next().unwrap().unwrap();
    folder.path().join("log.vkey").to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_and_delta_tables_are_kept_from_elsewhere() {
    let desk = desk().await;
    with_deltas(&desk, "{}");
    desk.request("erasure", "customer_id=2");
    let served = Served::start(&desk);
    let pushed = served.done(&desk, "officer", &["delta", "push"]);
    // a worker may have been there before
    assert!(pushed.starts_with("shop: pushed "), "{pushed}");
    assert!(served.done(&desk, "officer", &["delta", "push", "--json"]).contains("\"source\": \"shop\""));
    let status = served.done(&desk, "officer", &["delta", "status", "--json"]);
    assert!(status.contains("\"rows\": 1") && status.contains("\"waiting\": 0"), "{status}");

    let add = [
        "subprocessor",
        "add",
        "Post Ltd",
        "--purpose",
        "letters",
        "--category",
        "user.contact.email",
        "--region",
        "eu-de",
        "--contact",
        "privacy@post.test",
    ];
    let id = served.done(&desk, "officer", &add).trim().to_owned();
    assert!(served.ends(&desk, "officer", &add, 3).err.contains("E0987"));
    assert!(
        served.done(&desk, "officer", &["subprocessor", "announce", &id]).contains("0 subscribers are told")
    );
    std::fs::write(desk.file("words"), "Ada Canary: not them").unwrap();
    let object = ["subprocessor", "object", &id, "--words-file", "words"];
    assert_eq!(served.done(&desk, "officer", &object), format!("{id}: objection 1\n"));
    for mut command in [vec!["subprocessor", "objections", &id], vec!["subprocessor", "list"]] {
        for _ in 0..2 {
            assert_eq!(served.done(&desk, "officer", &command), desk.done(&command), "{command:?}");
            command.push("--json");
        }
    }
    assert!(served.ends(&desk, "agent", &["subprocessor", "objections", &id], 3).err.contains("E0901"));
    assert!(served.ends(&desk, "officer", &["subprocessor", "engage", &id], 3).err.contains("E0988"));
    served.done(&desk, "officer", &["subprocessor", "end", &id, "--because", "too dear"]);
    assert!(desk.done(&["subprocessor", "list"]).contains("ended"));
    // without letters nobody is asked, here as there
    std::fs::write(desk.file("email"), "ada@acme.test").unwrap();
    let subscribe = ["subprocessor", "subscribe", "--email-file", "email"];
    let (there, here) = (served.call(&desk, "officer", &subscribe), desk.call(&subscribe, ""));
    assert_eq!((there.code, there.err), (here.code, here.err));
    let unsubscribe = ["subprocessor", "unsubscribe", "sbs_01m81cf077eb8npjdnn33sww60"];
    served.ends(&desk, "officer", &unsubscribe, 6);

    assert_eq!(served.done(&desk, "admin", &["provider", "list"]), desk.done(&["provider", "list"]));
    let add =
        ["provider", "add", "--name", "x", "--issuer", "https://intranet.test", "--client-id", "exeunt"];
    let (there, here) = (served.call(&desk, "admin", &add), desk.call(&add, ""));
    assert_eq!(
        (there.code, there.err.get(..12)),
        (here.code, here.err.get(..12)),
        "{}{}",
        there.err,
        here.err
    );
    let nobody = "idp_01m81cf077eb8npjdnn33sww60";
    let user = "usr_01m81cf077eb8npjdnn33sww60";
    for command in [
        vec!["provider", "change", nobody, "--client-id", "other"],
        vec!["provider", "unbind", nobody, user],
        vec!["provider", "remove", nobody],
    ] {
        served.ends(&desk, "admin", &command, 6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_of_a_service_are_kept_from_elsewhere() {
    let desk = desk().await;
    let served = Served::start(&desk);
    let add = ["webhook", "add", "--address", "https://hooks.invalid.com/x", "--note", "the shop", "--json"];
    let added = served.done(&desk, "admin", &add);
    let (webhook, secret) = (people::field(&added, "webhook"), people::field(&added, "secret"));
    assert!(secret.starts_with("whsec_"), "{added}");
    let event = "exeunt.request.completed";
    served.done(&desk, "admin", &["webhook", "change", &webhook, "--event", event]);
    for mut command in [vec!["webhook", "list"], vec!["webhook", "show", &webhook]] {
        for _ in 0..2 {
            let there = served.done(&desk, "admin", &command);
            assert_eq!(there, desk.done(&command), "{command:?}");
            assert!(
                there.contains("the shop") && there.contains(event) && !there.contains("whsec_"),
                "{there}"
            );
            command.push("--json");
        }
    }
    let rotated = served.done(&desk, "admin", &["webhook", "rotate", &webhook]);
    assert!(rotated.starts_with("whsec_") && rotated.trim() != secret, "{rotated}");
    let tested = served.done(&desk, "admin", &["webhook", "test", &webhook]).trim().to_owned();
    assert!(served.done(&desk, "admin", &["webhook", "deliveries", &webhook]).contains(&tested));
    served.done(&desk, "admin", &["webhook", "change", &webhook, "--off", "--all-events"]);
    let told = served.done(&desk, "admin", &["webhook", "deliveries", &webhook, "--json"]);
    assert!(told.contains("\"state\": \"failed\""), "{told}");
    assert!(served.ends(&desk, "admin", &["webhook", "resend", &webhook, &tested], 3).err.contains("E0928"));
    assert!(served.ends(&desk, "officer", &["webhook", "list"], 3).err.contains("E0901"));
    served.done(&desk, "admin", &["webhook", "remove", &webhook]);
    assert!(desk.done(&["webhook", "list"]).starts_with("none"));
    served.ends(&desk, "admin", &["webhook", "show", &webhook], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_of_a_service_says_so() {
    let desk = desk().await;
    let served = Served::start(&desk);
    for command in [
        vec!["init"],
        vec!["serve"],
        vec!["backup", "make", "--to", "x"],
        vec!["source", "check"],
        vec!["ledger", "check"],
        vec!["purge"],
        vec!["regime", "show", "eu-gdpr", "--pack"],
        vec!["delta", "push", "shop"],
    ] {
        let answer = served.call(&desk, "officer", &command);
        assert_eq!(answer.code, 2, "{command:?}: {}", answer.err);
        assert!(answer.err.contains("E0947") || answer.err.contains("E0801"), "{command:?}: {}", answer.err);
    }
    assert!(served.done(&desk, "officer", &["completions", "bash"]).contains("exeunt"));
    // a key is not told, and not taken where others could read it
    std::fs::write(desk.file("wrong"), "exk_canary").unwrap();
    let unknown = served.ends(&desk, "wrong", &["request", "list"], 3);
    assert!(unknown.err.contains("E0912") && !unknown.err.contains("canary"), "{}", unknown.err);
    std::fs::write(desk.file("none"), "canary\n").unwrap();
    let none = served.ends(&desk, "none", &["request", "list"], 2);
    assert!(none.err.contains("E0948") && !none.err.contains("canary"), "{}", none.err);
    let way = ["--server-key-file", "officer", "request", "list", "--server"];
    for (url, code, told) in [
        ("http://privacy.acme.test:8420", 2, "E0948"),
        ("https://a.test/path", 2, "E0948"),
        ("http://127.0.0.1:9", 5, "E0949"),
        (served.url.replace("127.0.0.1", "localhost").as_str(), 0, ""),
        (served.url.replace("http:", "https:").as_str(), 5, "E0949"),
    ] {
        let answer = desk.call(&[&way[..], &[url]].concat(), "");
        assert_eq!(answer.code, code, "{url}: {}{}", answer.out, answer.err);
        assert!(answer.err.contains(told), "{url}: {}", answer.err);
    }
    assert_eq!(
        desk.call(&[&way[..], &[&served.url, "--home", ".exeunt"]].concat(), "").code,
        2,
        "one or the other"
    );
}

/// Answers calls in turn with these words, and hangs up where there are none; gives the calls.
fn stranger(answers: &'static [&'static str]) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let told = std::thread::spawn(move || {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert!(reader.read_line(&mut head).unwrap() > 0, "cut short: {head}");
            }
            let head = head.to_lowercase();
            let length =
                head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()).map(str::trim);
            let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            reader.read_exact(&mut body).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            heads.push(head + &String::from_utf8(body).unwrap());
        }
        heads
    });
    (url, told)
}

const REQUEST: &str = "req_01m81cf077eb8npjdnn33sww60";
const GONE: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 39\r\nconnection: close\r\n\r\n{\"detail\":\"it is gone\",\"code\":\"E0905\"} ";
const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 34\r\nretry-after: 0\r\nconnection: close\r\n\r\n{\"detail\":\"ending\",\"code\":\"E0907\"}";
const IDP: &str = "idp_01m81cf077eb8npjdnn33sww60";
const PROVIDER: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"provider\":\"idp_01m81cf077eb8npjdnn33sww60\",\
    \"name\":\"Login\",\"issuer\":\"https://login.example.com\",\"client_id\":\"exeunt\",\"second_factor\":[],\
    \"redirect\":\"https://privacy.acme.test/sign-in/back\",\"made_at\":\"2026-01-01T00:00:00Z\"}";
const PAGE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>";

#[test]
fn what_may_have_been_done_is_asked_for_again_only_under_its_own_name() {
    let desk = Desk::small();
    std::fs::write(desk.file("key"), "exk_0000").unwrap();
    let ask = |url: &str, command: &[&str]| {
        desk.call(&[&["--server", url, "--server-key-file", "key"][..], command].concat(), "")
    };
    // a hold that nobody knows of is left at that
    let (url, calls) = stranger(&[""]);
    let answer = ask(&url, &["request", "hold", REQUEST, "--because", "a court"]);
    assert!(answer.code == 5 && answer.err.contains("E0949"), "{}", answer.err);
    assert_eq!(calls.join().unwrap().len(), 1);
    // a request is made once, whatever happens on the way
    let (url, calls) = stranger(&["", BUSY, GONE]);
    let submit = ["request", "submit", "--right", "access", "--identify", "customer_id=1"];
    let answer = ask(&url, &submit);
    assert!(answer.code == 6 && answer.err.contains("it is gone"), "{}", answer.err);
    let names: Vec<String> = calls
        .join()
        .unwrap()
        .iter()
        .map(|head| head.split("idempotency-key: ").nth(1).unwrap().lines().next().unwrap().to_owned())
        .collect();
    assert!(names.len() == 3 && names.iter().all(|name| *name == names[0] && name.len() == 32), "{names:?}");
    // a secret goes into the body, and only what is said is changed
    std::fs::write(desk.file("secret"), "canary-secret\n").unwrap();
    let (url, calls) = stranger(&[PROVIDER]);
    let answer = ask(&url, &["provider", "change", IDP, "--client-secret-file", "secret"]);
    assert_eq!((answer.code, answer.out), (0, format!("{IDP} is changed\n")), "{}", answer.err);
    let call = calls.join().unwrap().remove(0);
    assert!(call.starts_with(&format!("patch /api/v1/identity-providers/{IDP} ")), "{call}");
    assert!(call.ends_with("{\"client_secret\":\"canary-secret\"}"), "{call}");
    // what is no service is not believed
    let (url, calls) = stranger(&[PAGE]);
    let answer = ask(&url, &["request", "list"]);
    assert!(answer.code == 1 && answer.err.contains("E0990"), "{}", answer.err);
    let head = calls.join().unwrap().remove(0);
    assert!(
        head.starts_with("get /api/v1/requests?limit=50 ") && head.contains("authorization: bearer exk_0000")
    );
}
