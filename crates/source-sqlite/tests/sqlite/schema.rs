//! Schemas as applications leave them.

use exeunt_base::Kind;
use exeunt_source::Source;
use exeunt_source::catalog::{Generated, Rule, TableSort};

use crate::{File, name, names, table};

#[tokio::test]
async fn sqlites_own_oddities_are_told() {
    let file = File::new(
        "CREATE TABLE plain (a, b VARCHAR(40) NOT NULL, c DATETIME, d BOOLEAN, e DECIMAL(8, 2), f JSON);
         CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT COLLATE NOCASE UNIQUE, b TEXT COLLATE NOCASE);
         CREATE UNIQUE INDEX counted_b ON counted (b COLLATE BINARY);
         CREATE TABLE texts (id TEXT PRIMARY KEY, up TEXT REFERENCES texts ON DELETE SET NULL
            DEFERRABLE INITIALLY DEFERRED, other INTEGER CONSTRAINT to_counted REFERENCES Counted (ID)) STRICT;
         CREATE TABLE pairs (a INT, b INT, v INT GENERATED ALWAYS AS (a + b), PRIMARY KEY (b, a)) WITHOUT ROWID;
         CREATE TABLE nocase (a TEXT COLLATE NOCASE, PRIMARY KEY (a COLLATE BINARY));
         CREATE VIRTUAL TABLE words USING fts5(body);
         CREATE VIEW both AS SELECT p.a FROM plain AS p JOIN \"pairs\" USING (a);
         CREATE TRIGGER on_view INSTEAD OF INSERT ON both BEGIN DELETE FROM plain; END;
         CREATE TABLE dangling (a INTEGER REFERENCES nowhere (id));
         INSERT INTO counted (a) VALUES ('x'), ('y');",
    );
    let catalog = file.source().describe().await.unwrap();
    let of = |text: &str| catalog.table(&table(text)).unwrap();
    let kinds: Vec<Kind> = of("plain").columns.iter().map(|column| column.kind.clone()).collect();
    assert_eq!(
        kinds,
        [
            Kind::Any,
            Kind::Text { max: None },
            Kind::Timestamp { zoned: false },
            Kind::Integer { min: 0, max: 1 },
            Kind::Decimal { precision: Some(8), scale: Some(2) },
            Kind::Json
        ]
    );
    let counted = of("counted");
    assert_eq!(counted.columns[0].generated, Generated::IdentityByDefault);
    assert!(counted.is_unique(&names("a")), "as its column compares, so its index");
    assert!(!counted.is_unique(&names("b")), "the column finds equal what the index tells apart");
    assert_eq!(counted.estimated_rows, Some(2));
    let texts = of("texts");
    assert_eq!(texts.primary_key, names("id"));
    assert!(!texts.columns[0].not_null || texts.columns[0].generated == Generated::No);
    let [up, other] = texts.foreign_keys.as_slice() else { panic!("{:?}", texts.foreign_keys) };
    assert_eq!((&up.to_columns, up.on_delete, up.deferrable), (&names("id"), Rule::SetNull, true));
    assert_eq!((other.name.as_str(), &other.to, other.deferrable), ("to_counted", &table("counted"), false));
    let pairs = of("pairs");
    assert_eq!(pairs.primary_key, names("b a"));
    assert_eq!(pairs.column(&name("v")).unwrap().generated, Generated::Computed);
    assert!(of("nocase").primary_key.is_empty());
    assert_eq!(of("words").sort, TableSort::Remote("fts5".into()));
    assert_eq!(of("words_data").sort, TableSort::Remote("shadow".into()));
    assert_eq!(catalog.views[0].reads, [table("pairs"), table("plain")]);
    assert_eq!(of("dangling").foreign_keys[0].to, table("nowhere"));
    assert!(of("dangling").foreign_keys[0].to_columns == names("id"));
    assert!(catalog.tables.iter().all(|one| !one.name.name.as_str().starts_with("sqlite_")));
}

#[tokio::test]
async fn a_table_of_an_unknown_module_does_not_hide_the_others() {
    let file = File::new("CREATE TABLE t (a);");
    file.open()
        .execute_batch(
            "PRAGMA writable_schema = ON;
             INSERT INTO sqlite_schema VALUES ('table', 'far', 'far', 0, 'CREATE VIRTUAL TABLE far USING faraway(a)');",
        )
        .unwrap();
    let catalog = file.source().describe().await.unwrap();
    assert!(catalog.table(&table("t")).is_some());
    assert_eq!(catalog.table(&table("far")).unwrap().sort, TableSort::Remote("faraway".into()));
}

#[tokio::test]
async fn two_looks_at_one_schema_are_equal() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shop.db");
    exeunt_testkit::shop::install_sqlite(&path, 12).unwrap();
    let source = exeunt_source_sqlite::SqliteSource::new(exeunt_source_sqlite::Settings::for_file(path));
    let catalog = source.describe().await.unwrap();
    assert_eq!(source.describe().await.unwrap(), catalog);
    assert_eq!(catalog.tables.len(), 13);
    let advice = source.advise().await.unwrap();
    assert!(advice.iter().any(|line| line.contains("WAL")), "{advice:?}");
}
