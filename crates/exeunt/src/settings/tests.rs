//! What settings take and refuse.

use std::path::Path;

use super::{Fill, Kept, Settings, template};

#[track_caller]
fn error(text: &str) -> String {
    Settings::parse(text, Path::new("home/exeunt.yaml")).expect_err("refused").to_string()
}

#[test]
fn mistakes_are_told_with_their_line_and_what_was_meant() {
    assert_eq!(
        error("organization: Ltd\nwidow_days: 3\n"),
        "home/exeunt.yaml:2: unknown field `widow_days`; did you mean `window_days`?"
    );
    for wrong in ["-1", "many", "99999999999999999999"] {
        assert_eq!(
            error(&format!("organization: Ltd\nwindow_days: {wrong}\n")),
            "home/exeunt.yaml:2: `window_days` is a whole number, from 0 on"
        );
    }
    for (text, part) in [
        ("", ":1:"),
        ("region: eu\n", "organization"),
        ("organization: Ltd\nwindow_days: 91\n", ":2: `window_days` is 0 to 90"),
        ("organization: Ltd\nwindow_days: soon\n", ":2:"),
        ("organization: Ltd\nwindow_days: -1\n", ":2:"),
        ("organization: Ltd\nregion: Germany\n", ":2: `region`: `Germany` is no region"),
        ("organization: Ltd\nregion: [eu, de]\n", ":2: `region`: `de` is no region; members"),
        ("organization: Ltd\nregion: no\n", ":2: `region`: without quotes"),
        ("organization: Ltd\nregion: []\n", ":2: `region` names at least one"),
        ("organization: Ltd\nresidency:\n  storage: eu-central-1\n", ":3: `storage`: `eu-central-1`"),
        ("organization: Ltd\nresidency:\n  workers: [eu-de, xx]\n", ":3: `workers`: `xx`"),
        ("organization: Ltd\nresidency: { storge: eu }\n", "`storage`"),
        ("organization: Ltd\nrow_cap: 0\n", ":2: `row_cap`"),
        ("organization: Ltd\nunseal: { key_file: a, passphrase_prompt: true }\n", ":2: `unseal`"),
        ("organization: Ltd\nstore: { kind: postgres }\n", ":2: `store` needs `url`"),
        ("organization: Ltd\nstore: { kind: postgres, host: a, connections: 0 }\n", ":2: `connections`"),
        ("organization: Ltd\nstore: { kind: postgres, host: a, shema: b }\n", "`schema`"),
        ("organization: Ltd\nstore: { kind: mysql, host: a }\n", "mysql"),
        ("organization: Ltd\nmail: { host: mail.test }\n", "from"),
        ("organization: Ltd\nmail: { host: mail.test, from: nobody }\n", ":2: `from` and `name` of `mail`"),
        (
            "organization: Ltd\nmail: { host: mail.test, from: a@b.test, tls: none }\n",
            ":2: `mail`: without TLS",
        ),
        ("organization: Ltd\nmail: { host: mail.test, from: a@b.test, user: u }\n", "`password_env`"),
        ("organization: Ltd\nmail: { host: m.test, from: a@b.test, password_env: P }\n", "needs a `user`"),
        ("organization: Ltd\nmail: { host: m.test, from: a@b.test, langage: de }\n", "`language`"),
        ("organization: Ltd\nserve:\n  public_url: privacy.test\n", ":3: `public_url`"),
        ("organization: Ltd\nserve:\n  trusted_proxies: [proxy]\n", ":3: `trusted_proxies`"),
        ("organization: Ltd\nserve:\n  trusted_proxies: [10.0.0.1/24]\n", ":3: one of `trusted_proxies`"),
        ("organization: Ltd\nserve:\n  trusted_proxies: [\"::/0\"]\n", ":3: one of `trusted_proxies`"),
        ("organization: Ltd\nsources:\n  shop: { kind: mysql }\n", "mysql"),
        ("organization: Ltd\nsources:\n  shop: { kind: sqlite }\n", "`path`"),
        ("organization: Ltd\nsources:\n  shop: { kind: sqlite, path: a, host: b }\n", "`host`"),
        ("organization: Ltd\nsources:\n  shop: { kind: postgres }\n", "`url`"),
        ("organization: Ltd\norganization: Inc\n", "organization"),
        ("organization: Ltd\nserve:\n  tasks_at_a_time: 65\n", ":3: `tasks_at_a_time`"),
        ("organization: Ltd\nserve:\n  metrics: on\n", ":3: `metrics: on` needs"),
        ("organization: Ltd\nserve:\n  metrics_token_file: a\n  metrics_token_env: b\n", ":4: the token"),
        ("organization: Ltd\nserve: { metrics: maybe }\n", "maybe"),
        ("organization: Ltd\nserve: { lisen: a }\n", "`listen`"),
        ("organization: Ltd\naudit: { public: maybe }\n", "maybe"),
        ("organization: Ltd\naudit: { quorum: 1 }\n", ":2: `quorum` is 0 to the number"),
        (
            "organization: Ltd\naudit: { witnesses: [{ key: a, url: https://a.test }] }\n",
            ":2: `key` of a witness",
        ),
        ("organization: [\n", ":"),
    ] {
        let error = error(text);
        assert!(error.contains(part), "{text:?}: {error}");
    }
}

#[test]
fn where_things_are_is_read_for_each_organization_in_the_home_of_all() {
    let read = |text: &str| Settings::parse(text, Path::new("x")).expect("settings");
    let home = read(
        "organization: A\nregion: [eu, \"no\"]\nresidency: { storage: eu-de, workers: eu-fr }\nstore: { kind: postgres, host: h }\n",
    );
    let other = read("organization: B\nregion: uk\n");
    let residency = other.residency(&home).expect("read");
    assert_eq!(residency.allowed.to_string(), "`uk`");
    assert_eq!(residency.storage.map(|region| region.to_string()).as_deref(), Some("eu-de"));
    assert_eq!(residency.store, exeunt_plan::residency::Server::Somewhere);
    assert_eq!(residency.here.map(|region| region.to_string()).as_deref(), Some("eu-fr"), "the only one");
    assert_eq!(home.residency(&home).expect("read").allowed.to_string(), "`eu`, `no`");
    let several = read("organization: A\nresidency: { workers: [eu-fr, eu-de] }\n");
    assert_eq!(several.residency(&several).expect("read").here, None, "EXEUNT_REGION says which");
}

#[test]
fn no_secret_is_quoted() {
    let text = "organization: Ltd\nsources:\n  shop:\n    kind: postgres\n    url: postgresql://u:canary@h/d\n    bogus: 1\n";
    assert!(!error(text).contains("canary"), "{}", error(text));
    let good = text.replace("    bogus: 1\n", "");
    let read = Settings::parse(&good, Path::new("x")).expect("settings");
    assert!(!format!("{read:?}").contains("canary"));
}

#[test]
fn a_token_to_watch_with_is_wanted_only_where_it_is_on_and_is_none_that_can_be_guessed() {
    let dir = tempfile::tempdir().expect("a directory");
    let of = |serve: &str| {
        let text = format!("organization: Ltd\nserve: {{ {serve} }}\n");
        let read = Settings::parse(&text, &dir.path().join("exeunt.yaml")).expect("settings");
        read.serve.expect("there").watcher(&read.base)
    };
    std::fs::write(dir.path().join("short"), "hunter2").expect("written");
    std::fs::write(dir.path().join("good"), "012345678901234567890123\n").expect("written");
    assert!(of("metrics: off, metrics_token_file: nowhere").expect("off").is_none());
    assert!(of("metrics: on, metrics_token_file: good").expect("on").is_some());
    let short = of("metrics: on, metrics_token_file: short").expect_err("refused").to_string();
    assert!(short.contains("`metrics_token_file`") && !short.contains("hunter2"), "{short}");
    assert!(of("metrics: on, metrics_token_file: nowhere").is_err());
    assert!(of("metrics: on, metrics_token_env: NO_SUCH_VARIABLE").is_err());
}

#[test]
fn the_words_of_transport_security_are_those_that_are_read() {
    let words = &super::schema()["$defs"]["SourceSettings"]["properties"]["sslmode"];
    let words: Vec<String> = words.to_string().split('"').map(str::to_owned).collect();
    for word in ["disable", "require", "verify-ca", "verify-full", "insecure"] {
        assert!(words.iter().any(|known| known == word), "{word}");
        let text = format!("organization: L\nstore: {{ kind: postgres, host: h, sslmode: {word} }}\n");
        Settings::parse(&text, Path::new("x")).expect(word);
    }
}

#[test]
fn the_template_reads_back() {
    let fill = Fill {
        organization: "Ada's \"Shop\": #1",
        region: "eu",
        passphrase: None,
        store: Some(Kept::Url("postgresql://exeunt@db.internal/exeunt".into())),
        store_schema: Some("privacy"),
        store_password_file: None,
        map: Some("../map.yaml"),
        sources: &[("shop".into(), "sqlite:../shop.db".into())],
    };
    let read =
        Settings::parse(&template(&fill).expect("a template"), Path::new("x/exeunt.yaml")).expect("settings");
    assert_eq!(read.organization, "Ada's \"Shop\": #1");
    assert_eq!(read.path(&read.map.0[0]), Path::new("map.yaml"));
    assert_eq!(read.sources.len(), 1);
    let place = read.place(Path::new("control.db")).expect("a place");
    assert_eq!(place.to_string(), "PostgreSQL at db.internal:5432, database `exeunt`, schema `privacy`");
}
