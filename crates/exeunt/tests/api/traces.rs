//! Traces of the real program: what a collector gets when one is named, and what nobody ever gets.

use std::time::{Duration, Instant};

use exeunt_testkit::collector::{Collector, Span, Taken};
use exeunt_testkit::smtp::Smtp;
use exeunt_testkit::tls::{AUTHORITY, Door};
use serde_json::{Value, json};

use crate::served::{Served, WATCH};

const TOKEN: &str = "a-token-of-the-collector";

/// A served home with these settings beside the usual ones.
fn served(settings: &str) -> Served {
    let dir = Served::home();
    std::fs::write(dir.path().join(".exeunt/headers"), format!("Authorization: Bearer {TOKEN}\n")).unwrap();
    std::fs::write(dir.path().join(".exeunt/authority.pem"), AUTHORITY).unwrap();
    let file = dir.path().join(".exeunt/exeunt.yaml");
    let written = std::fs::read_to_string(&file).unwrap().replace("window_days: 14 ", "window_days: 0 ");
    std::fs::write(&file, format!("{written}\n{settings}\n")).unwrap();
    Served::start_in(dir, "listening at http://").0
}

fn traces(port: u16, more: &str) -> String {
    format!("traces: {{ endpoint: \"http://127.0.0.1:{port}/v1/traces\"{more} }}")
}

/// Waits until what is asked for says what is wanted.
fn until(served: &Served, path: &str, token: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let told: Value = serde_json::from_str(&served.get(path, token)).unwrap();
        if wanted(&told) {
            return told;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{path}: {told}");
    }
}

/// Asks for an erasure and a package, and waits until both are done.
fn work(served: &Served) {
    let admin = served.first_admin();
    let (agent, officer) = (served.join(&admin, "agent"), served.join(&admin, "officer"));
    let contact = json!({ "email": "ada.canary@mail.test", "name": "Ada Canary" });
    let ask = |right: &str, person: &str| {
        let sent = json!({
            "right": right, "identifiers": [{ "kind": "email", "value": person }], "contact": contact,
        });
        served.call("POST", "/requests", &agent, &sent)["id"].as_str().unwrap().to_owned()
    };
    let access = ask("access", "two@mail.test");
    let made = served.call("POST", &format!("/requests/{access}/packages"), &officer, &json!({}));
    let erasure = ask("erasure", "one@mail.test");
    let plan = served.call("POST", "/plans", &officer, &json!({ "requests": [erasure] }));
    let approve = format!("/plans/{}/approve", plan["id"].as_str().unwrap());
    served.call("POST", &approve, &officer, &json!({ "digest": plan["digest"] }));
    let job = served.call("POST", "/jobs", &officer, &json!({ "plan": plan["id"] }));
    for task in [&made["task"], &job["task"]] {
        let path = format!("/api/v1/tasks/{}", task.as_str().unwrap());
        until(served, &path, &officer, |told| told["state"] == "done");
    }
    // somebody puts a person into a path and into what follows it
    served.answer("/canary/ada.canary@mail.test?email=ada.canary@mail.test");
}

fn one<'a>(taken: &'a Taken, name: &str) -> &'a Span {
    taken.of(name).first().copied().unwrap_or_else(|| panic!("no {name} in {:#?}", taken.spans))
}

#[test]
fn a_collector_gets_what_was_done_and_nothing_about_anybody() {
    let (collector, smtp) = (Collector::start().unwrap(), Smtp::start().unwrap());
    let mail =
        format!("mail: {{ host: 127.0.0.1, port: {}, tls: none, from: privacy@small.test }}", smtp.port());
    let door = Door::before(collector.port()).unwrap();
    let traces = format!(
        "traces: {{ endpoint: \"https://localhost:{}/v1/traces\", ca_file: authority.pem, headers_file: headers, \
         service: shop-exeunt }}",
        door.port()
    );
    let served = served(&format!("{traces}\n{mail}"));
    work(&served);
    smtp.wait_for(1).unwrap();
    // the window ends at once, and workers find that by themselves
    collector.wait_for(|taken| !taken.of("purge").is_empty()).unwrap();
    let log = served.end();
    // what was not sent while it worked was sent at its end
    let taken = collector.taken();
    assert_eq!(taken.unread, Vec::<String>::new());
    assert_eq!(taken.authorization.as_deref(), Some(format!("Bearer {TOKEN}").as_str()));
    assert!(taken.paths.iter().all(|path| path == "/v1/traces"), "{:?}", taken.paths);
    assert_eq!(taken.resource["service.name"], "shop-exeunt");

    let call = one(&taken, "POST /api/v1/requests/{request}/packages");
    assert_eq!((call.kind, call.parent.as_str(), call.failed), (2, "", false));
    assert_eq!(call.attributes["http.response.status_code"], "202");
    assert_eq!(call.attributes["http.route"], "/api/v1/requests/{request}/packages");
    assert!(call.ended > call.begun && call.begun > 1_700_000_000_000_000_000);
    assert_eq!(one(&taken, "GET none").attributes["http.response.status_code"], "404");
    let above = |span: &Span| taken.spans.iter().find(|above| above.id == span.parent).unwrap().name.clone();
    for (name, wanted) in [
        ("batch", "job"),
        ("job", "task run_job"),
        ("purge", "task purge_due"),
        ("export", "task make_package"),
    ] {
        let span = one(&taken, name);
        assert_eq!(above(span), wanted);
        let whole = taken.spans.iter().find(|above| above.id == span.parent).unwrap();
        assert!(span.trace == whole.trace && span.begun >= whole.begun && span.ended <= whole.ended);
    }
    assert_eq!(one(&taken, "job").attributes["exeunt.job.state"], "settled");
    assert_eq!(one(&taken, "batch").attributes["exeunt.source"], "shop");
    assert_eq!(one(&taken, "task run_job").attributes["exeunt.task.left"], "done");
    assert_eq!(one(&taken, "letter").kind, 3);

    let bytes = String::from_utf8_lossy(&taken.bytes).to_lowercase();
    for secret in ["canary", "mail.test", "small.test", "first person", "likes tea", "first admin"] {
        assert!(!bytes.contains(secret), "{secret} is in a trace");
    }
    for span in &taken.spans {
        // an id of eight bytes may hold any byte, a text does not
        let texts = span.attributes.values().chain([&span.name]);
        assert!(texts.into_iter().all(|text| !text.contains(['@', '?', '%'])), "{span:?}");
    }
    assert!(!log.contains(TOKEN) && !log.contains("canary"), "{log}");
}

const PARENT: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[test]
fn a_callers_trace_is_gone_on_with_only_where_the_settings_say_so() {
    for (callers, follows) in [("", false), (", callers: on", true)] {
        let collector = Collector::start().unwrap();
        let served = served(&traces(collector.port(), callers));
        served.answer_with("/healthz", &format!("traceparent: 00-{PARENT}-00f067aa0ba902b7-01"));
        // of a caller who does not have theirs sent, and of one who says nothing that can be read
        served.answer_with("/readyz", &format!("traceparent: 00-{PARENT}-00f067aa0ba902b7-00"));
        served.answer_with("/api/v1/openapi.json", "traceparent: 00-ada.canary@mail.test-01");
        let log = served.end();
        let taken = collector.taken();
        let first = one(&taken, "GET /healthz");
        assert_eq!(first.trace == PARENT, follows, "{first:?}");
        assert_eq!(first.parent, if follows { "00f067aa0ba902b7" } else { "" });
        assert_eq!(taken.of("GET /readyz").len(), usize::from(!follows));
        assert_eq!(one(&taken, "GET /api/v1/openapi.json").parent, "");
        assert!(!log.contains("canary"), "{log}");
    }
}

#[test]
fn a_collector_that_is_away_costs_nobody_anything_and_what_it_missed_is_counted() {
    let collector = Collector::start().unwrap();
    collector.answer(Some(500));
    let served = served(&traces(collector.port(), ""));
    let counted = |name: &str| -> f64 {
        let text = served.get("/metrics", WATCH);
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} "))).unwrap();
        line.parse().unwrap()
    };
    let begun = Instant::now();
    while counted("exeunt_spans_dropped_total") == 0.0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing is dropped");
    }
    assert_eq!(counted("exeunt_spans_sent_total"), 0.0);
    collector.answer(None);
    collector.wait_for(|taken| !taken.spans.is_empty()).unwrap();
    let begun = Instant::now();
    while counted("exeunt_spans_sent_total") == 0.0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing is sent");
    }
    drop(collector);
    assert!(served.answer("/healthz").starts_with("HTTP/1.1 200"));
    let log = served.end();
    assert_eq!(log.matches("traces are not taken").count(), 2, "{log}");
    assert!(log.contains("traces are taken again"), "{log}");
}
