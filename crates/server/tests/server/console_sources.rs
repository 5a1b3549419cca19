//! The sources in the console: how each stands, what its check says, and the lines that connect another one.

use axum::http::StatusCode;
use exeunt_app::access::Role;

use crate::home::Home;

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
    let wrong =
        engineer.post("/sources", &[("name", "crm"), ("kind", "postgres"), ("host", "db.internal")]).await;
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
    let right = engineer.post("/sources", &fields).await;
    assert_eq!(right.status, StatusCode::OK, "{}", right.text());
    for words in
        ["kind: postgres", "password_file: &#34;crm.password&#34;", "Start <code>exeunt serve</code> again"]
    {
        assert!(right.text().contains(words), "{words}: {}", right.text());
    }
    assert!(!right.text().contains("<b>crm"), "{}", right.text());
    let taken = engineer.post("/sources", &[("name", "shop"), ("kind", "sqlite"), ("path", "a.db")]).await;
    assert!(taken.text().contains("is connected already"), "{}", taken.text());
}
