//! The sources in the console: how each stands, what its check says, how another one is connected, and the lines that do it in
//! the settings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::http::StatusCode;
use exeunt_app::access::Role;
use exeunt_app::sources::added::Connector;
use exeunt_app::sources::reach::{Reach, in_folder};
use exeunt_server::{Service, Watch};
use exeunt_source::Source;

use crate::home::Home;

/// Connects SQLite files of a folder. A server is one whose file is called like it.
#[derive(Debug)]
struct Files(PathBuf);

impl Connector for Files {
    fn connect(&self, reach: &Reach) -> Arc<dyn Source> {
        let path = match reach {
            Reach::Sqlite { file } => in_folder(&self.0, file).unwrap(),
            Reach::Postgres(server) => self.0.join(format!("{}.db", server.database)),
        };
        let settings = exeunt_source_sqlite::Settings::for_file(path);
        Arc::new(exeunt_source_sqlite::SqliteSource::new(settings))
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.0)
    }
}

/// A home whose first organization connects sources in the console, and a folder with one to connect.
async fn connecting() -> (Home, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let tables = "CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)";
    rusqlite::Connection::open(folder.path().join("crm.db")).unwrap().execute_batch(tables).unwrap();
    let files = Arc::new(Files(folder.path().to_owned()));
    let home = Home::furnished(|room| {
        if room.name == "Acme" {
            room.maps.clear();
            room.connector = Some(Arc::clone(&files) as Arc<dyn Connector>);
        }
    })
    .await;
    (home, folder)
}

/// The same home once its process noticed that sources changed.
async fn opened_anew(mut home: Home) -> Home {
    let (house, _) = home.house.with_added_sources().await.unwrap();
    let (stop, watch) = (home.stop.clone(), Watch::default());
    home.router =
        exeunt_server::router(Service { house: house.clone(), stop, watch, proxies: Default::default() });
    home.house = house;
    home
}

const CRM: [(&str, &str); 3] = [("name", "crm"), ("kind", "sqlite"), ("path", "crm.db")];

#[tokio::test]
async fn a_source_is_connected_and_opened_without_a_restart() {
    let (home, _folder) = connecting().await;
    let before = home.house.store.source_changes().await.unwrap();
    let engineer = home.visitor(Role::Engineer).await;
    let page = engineer.get("/sources").await.text();
    assert!(page.contains("type=\"password\"") && page.contains("Connect it"), "{page}");
    let connected = engineer.post("/sources", &CRM).await;
    assert_eq!(connected.status, StatusCode::SEE_OTHER, "{}", connected.text());
    assert_eq!(connected.headers["location"], "/sources/crm?done=connected");
    assert_ne!(home.house.store.source_changes().await.unwrap(), before, "nobody would notice");
    let list = engineer.get("/sources").await.text();
    assert!(list.contains("href=\"/sources/crm\"") && list.contains("being opened"), "{list}");
    let home = opened_anew(home).await;
    let engineer = home.visitor(Role::Engineer).await;
    let one = engineer.get("/sources/crm?done=connected").await.text();
    for words in ["It is connected", "crm.db", "Reach it another way", "Take crm away"] {
        assert!(one.contains(words), "{words}: {one}");
    }
    let checked = engineer.post("/sources/crm/check", &[]).await.text();
    assert!(checked.contains("It answers, and 1 table is seen."), "{checked}");
    assert!(engineer.get("/map/discover?source=crm").await.text().contains("contacts"));
    let officer = home.visitor(Role::Officer).await;
    assert_eq!(officer.post("/sources", &CRM).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_password_is_sealed_and_nobody_reads_it_again() {
    let (home, folder) = connecting().await;
    let engineer = home.visitor(Role::Engineer).await;
    let mut server = vec![("name", "crm"), ("kind", "postgres"), ("host", "127.0.0.1"), ("database", "crm")];
    server.extend([("user", "exeunt"), ("password", "canary-4711"), ("security", "open")]);
    let connected = engineer.post("/sources", &server).await;
    assert_eq!(connected.status, StatusCode::SEE_OTHER, "{}", connected.text());
    let mut pages = engineer.get("/sources").await.text();
    pages.push_str(&engineer.get("/sources/crm").await.text());
    assert!(pages.contains("exeunt@127.0.0.1:5432/crm"), "{pages}");
    server[3] = ("database", "gone");
    std::fs::write(folder.path().join("gone.db"), "no database, only words".repeat(99)).unwrap();
    let gone = engineer.post("/sources/crm/reach", &server).await;
    assert_ne!(gone.status, StatusCode::SEE_OTHER);
    assert!(gone.text().contains("value=\"gone\"") && gone.text().contains("There is a problem"));
    pages.push_str(&gone.text());
    assert!(!pages.contains("canary-4711"), "{pages}");
    for file in std::fs::read_dir(home.dir.path().join("home")).unwrap().flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        assert!(!bytes.windows(11).any(|part| part == b"canary-4711"), "{:?}", file.path());
    }
    // what did not answer changed nothing
    assert!(engineer.get("/sources/crm").await.text().contains("127.0.0.1:5432/crm"));
}

#[tokio::test]
async fn what_may_not_be_reached_is_refused_and_nothing_typed_is_lost() {
    let (home, folder) = connecting().await;
    let engineer = home.visitor(Role::Engineer).await;
    std::fs::copy(home.dir.path().join("home/control.db"), folder.path().join("control.db")).unwrap();
    let server = |host: &'static str, security: &'static str| {
        vec![
            ("name", "crm"),
            ("kind", "postgres"),
            ("host", host),
            ("database", "crm"),
            ("user", "u"),
            ("password", "p"),
            ("security", security),
        ]
    };
    let file =
        |name: &'static str, path: &'static str| vec![("name", name), ("kind", "sqlite"), ("path", path)];
    let flawed = [
        (file("crm", "../home/control.db"), "named by its path below"),
        (file("crm", "/etc/passwd"), "named by its path below"),
        (file("crm", "none.db"), "no such file"),
        (file("c r m", "crm.db"), "letters, digits"),
        (file("shop", "crm.db"), "settings connect “shop” already"),
        (file("crm", "control.db"), "the store in which requests are kept"),
        (vec![("name", "crm")], "Choose which kind"),
        (server("169.254.169.254", "checked"), "where no database is"),
        (server("10.0.0.5", "open"), "on this very machine only"),
        (server("/var/run/postgresql", "checked"), "a name or an address"),
    ];
    for (fields, says) in flawed {
        let refused = engineer.post("/sources", &fields).await;
        let text = refused.text();
        assert!(refused.status.is_client_error(), "{fields:?}: {}", refused.status);
        assert!(text.contains(says) && text.contains("There is a problem"), "{says}: {text}");
        let name = format!("value=\"{}\"", fields[0].1);
        assert!(text.contains(&name), "{name}: {text}");
    }
    assert!(home.house.store.added_sources(home.acme.id).await.unwrap().is_empty());
    // where the settings alone say which sources there are
    let alone = Home::new().await;
    let engineer = alone.visitor(Role::Engineer).await;
    assert!(!engineer.get("/sources").await.text().contains("type=\"password\""));
    let refused = engineer.post("/sources", &CRM).await;
    assert!(refused.text().contains("sources_in_console"), "{}", refused.text());
}

#[tokio::test]
async fn a_source_goes_only_while_nothing_needs_it() {
    let (home, _folder) = connecting().await;
    let engineer = home.visitor(Role::Engineer).await;
    assert_eq!(engineer.post("/sources", &CRM).await.status, StatusCode::SEE_OTHER);
    let removed = engineer.post("/sources/crm/remove", &[]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text());
    assert_eq!(engineer.get("/sources/crm").await.status, StatusCode::NOT_FOUND);
    assert_eq!(engineer.post("/sources/crm/remove", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(engineer.post("/sources/shop/remove", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(engineer.post("/sources", &CRM).await.status, StatusCode::SEE_OTHER);
    let home = opened_anew(home).await;
    let engineer = home.visitor(Role::Engineer).await;
    let revision = |page: String| page.split("name=\"revision\" value=\"").nth(1).unwrap()[..1].to_owned();
    let first = revision(engineer.get("/map/changes").await.text());
    let map = "source: crm\nmodels:\n  contacts:\n    table: contacts\n    key: [id]\n    subject: { email: email }\n    fields: { id: {}, email: user.contact.email }\n    on_erase: delete\n";
    let saved = engineer.post("/map/changes", &[("text", map), ("revision", &first)]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let second = revision(engineer.get("/map/changes").await.text());
    let published = engineer.post("/map/changes/publish", &[("revision", &second)]).await;
    assert_eq!(published.status, StatusCode::SEE_OTHER, "{}", published.text());
    let refused = engineer.post("/sources/crm/remove", &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("data map speaks of"), "{}", refused.text());
}

#[tokio::test]
async fn a_source_is_listed_checked_and_shown_with_its_limits() {
    let home = Home::new().await;
    let engineer = home.visitor(Role::Engineer).await;
    let list = engineer.get("/sources").await.text();
    for words in ["href=\"/sources/shop\"", "SQLite", "may work", "none yet"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    let one = engineer.get("/sources/shop").await;
    assert_eq!(one.status, StatusCode::OK);
    for words in ["as fast as the database takes it", "Any time", "3 tables"] {
        assert!(one.text().contains(words), "{words}: {}", one.text());
    }
    let checked = engineer.post("/sources/shop/check", &[]).await;
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text());
    assert!(checked.text().contains("It answers, and 3 tables are seen."), "{}", checked.text());
    assert_eq!(engineer.get("/sources/nowhere").await.status, StatusCode::NOT_FOUND);
    assert_eq!(home.visitor(Role::Agent).await.get("/sources").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_database_that_is_gone_is_told_with_what_to_do() {
    let home = Home::new().await;
    let engineer = home.visitor(Role::Engineer).await;
    std::fs::rename(home.dir.path().join("Acme.db"), home.dir.path().join("elsewhere.db")).unwrap();
    std::fs::write(home.dir.path().join("Acme.db"), "this is no database at all, only some text".repeat(50))
        .unwrap();
    let checked = engineer.post("/sources/shop/check", &[]).await;
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text());
    for words in ["banner bad", "What to do", "the database file"] {
        assert!(checked.text().contains(words), "{words}: {}", checked.text());
    }
}

#[tokio::test]
async fn the_lines_for_another_database_are_written_and_nothing_typed_is_lost() {
    let home = Home::new().await;
    let engineer = home.visitor(Role::Engineer).await;
    let wrong = engineer
        .post("/sources/lines", &[("name", "crm"), ("kind", "postgres"), ("host", "db.internal")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["needs its host, its database and the role", "value=\"db.internal\"", "value=\"crm\""] {
        assert!(wrong.text().contains(words), "{words}: {}", wrong.text());
    }
    let fields = [
        ("name", "crm"),
        ("kind", "postgres"),
        ("host", "db.internal"),
        ("database", "<b>crm</b>"),
        ("user", "exeunt"),
        ("password_file", "crm.password"),
    ];
    let right = engineer.post("/sources/lines", &fields).await;
    assert_eq!(right.status, StatusCode::OK, "{}", right.text());
    for words in
        ["kind: postgres", "password_file: &#34;crm.password&#34;", "Start <code>exeunt serve</code> again"]
    {
        assert!(right.text().contains(words), "{words}: {}", right.text());
    }
    assert!(!right.text().contains("<b>crm"), "{}", right.text());
    let taken =
        engineer.post("/sources/lines", &[("name", "shop"), ("kind", "sqlite"), ("path", "a.db")]).await;
    assert!(taken.text().contains("is connected already"), "{}", taken.text());
}
