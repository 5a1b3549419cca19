//! Copies: everything as of one moment, onto either database, and nothing that does not fit.

use std::sync::Arc;

use exeunt_audit::event::{Actor, Event};
use exeunt_audit::kind::Kind;
use exeunt_base::OrganizationId;
use exeunt_store::filling::Filling;
use exeunt_store::shape::{Column, Table};
use exeunt_store::snapshot::Cell;
use exeunt_store::{Error, Store, migrate};

use crate::place::{Spot, Witness, add, now, on_both, organization, request_id};

on_both! {
    a_copy_holds_every_row_of_its_moment_on_either_database;
    what_an_older_release_remembered_is_brought_up_to_date;
    a_place_in_use_and_rows_that_do_not_fit_are_refused_and_nothing_stays;
}

/// Tables with all their rows, as they were at one moment.
type All = Vec<(Table, Vec<Vec<Cell>>)>;

async fn all(store: &Store) -> (u64, All) {
    let mut snapshot = store.snapshot().await.unwrap();
    let mut found = Vec::new();
    for table in snapshot.tables.clone() {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        loop {
            let page = snapshot.page(&table, rows.last().map(Vec::as_slice)).await.unwrap();
            if page.is_empty() {
                break;
            }
            rows.extend(page);
        }
        found.push((table, rows));
    }
    let version = snapshot.version;
    snapshot.end().await.unwrap();
    (version, found)
}

fn opened() -> [(OrganizationId, Event); 1] {
    [(organization(), Event::new(now(), Kind::BackupOpened, Actor::System, organization()))]
}

async fn fill(spot: &Spot, version: u64, tables: &All) -> Result<Filling, Error> {
    let mut filling = Filling::begin(&spot.place(), version, Arc::new(Witness)).await?;
    for (table, rows) in tables {
        for rows in rows.chunks(200) {
            filling.put(table, rows).await?;
        }
    }
    Ok(filling)
}

/// Without the log, which has one entry more in a copy.
fn but_the_log(tables: &All) -> Vec<(&str, &[Vec<Cell>])> {
    let log = |table: &Table| table.name.starts_with("audit_");
    tables
        .iter()
        .filter(|(table, _)| !log(table))
        .map(|(table, rows)| (table.name.as_str(), rows.as_slice()))
        .collect()
}

async fn a_copy_holds_every_row_of_its_moment_on_either_database(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..450, 1).await;
    let (version, taken) = all(&store).await;
    assert_eq!(version, migrate::KNOWN as u64);
    let size = store.audit_head(organization()).await.unwrap().size;
    // what comes later is in no copy of this moment
    add(&store, 500..501, 2).await;
    for target in [Spot::sqlite(), Spot::postgres()] {
        fill(&target, version, &taken).await.unwrap().finish(&opened()).await.unwrap();
        let copy = target.open().await;
        assert!(copy.request(request_id(449)).await.is_ok());
        assert!(matches!(copy.request(request_id(500)).await, Err(Error::NotFound { .. })));
        let (_, again) = all(&copy).await;
        assert!(but_the_log(&again) == but_the_log(&taken), "the rows differ");
        assert_eq!(copy.audit_head(organization()).await.unwrap().size, size + 1);
        // the log goes on from where it was
        add(&copy, 600..601, 3).await;
        let proof = copy.audit_consistency(organization(), size, size + 2).await.unwrap();
        assert!(!proof.is_empty());
    }
}

async fn what_an_older_release_remembered_is_brought_up_to_date(spot: Spot) {
    for version in 1..migrate::KNOWN {
        let new = spot.another();
        // rows as that release would have copied them
        let store = new.open().await;
        let tables = store.snapshot().await.unwrap().tables.clone();
        drop(store);
        let column = |name: &str, table: &str| -> Column {
            let table = tables.iter().find(|known| known.name == table).unwrap();
            table.columns.iter().find(|column| column.name == name).unwrap().clone()
        };
        let of = |table: &str, columns: &[&str], row: Vec<Cell>| {
            let columns = columns.iter().map(|name| column(name, table)).collect();
            (Table { name: table.to_owned(), columns }, vec![row])
        };
        let text = |text: String| Cell::Text(text);
        let rows: All = vec![
            of(
                "organizations",
                &["id", "name", "origin", "created_at"],
                vec![
                    text(organization().to_string()),
                    text("Old".into()),
                    text("a.test".into()),
                    Cell::Number(1),
                ],
            ),
            of(
                "requests",
                &["id", "organization", "kind", "state", "received_at", "entered_at"],
                vec![
                    text(request_id(7).to_string()),
                    text(organization().to_string()),
                    text("erasure".into()),
                    text("received".into()),
                    Cell::Number(1),
                    Cell::Number(2),
                ],
            ),
        ];
        let target = spot.another();
        fill(&target, version as u64, &rows).await.unwrap().finish(&opened()).await.unwrap();
        assert_eq!(target.count("SELECT max(version) FROM schema_version"), migrate::KNOWN as i64);
        let copy = target.open().await;
        assert_eq!(copy.request(request_id(7)).await.unwrap().state, "received");
        add(&copy, 8..9, 1).await;
    }
}

async fn a_place_in_use_and_rows_that_do_not_fit_are_refused_and_nothing_stays(spot: Spot) {
    let store = spot.started().await;
    add(&store, 0..3, 1).await;
    let (version, taken) = all(&store).await;
    assert!(matches!(fill(&spot, version, &taken).await, Err(Error::OtherHome { .. })));
    let target = spot.another();
    assert!(matches!(fill(&target, version + 1, &taken).await, Err(Error::TooNew { .. })));
    for break_it in [
        |all: &mut All| all[0].0.name = String::from("nobodys"),
        |all: &mut All| all[0].0.columns[0].name = String::from("nobodys"),
        |all: &mut All| drop(all[0].1[0].pop()),
    ] {
        let mut broken = taken.clone();
        break_it(&mut broken);
        let error = fill(&target, version, &broken).await.unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
    }
    fill(&target, version, &taken).await.unwrap().give_up().await.unwrap();
    // whatever was begun and not finished left an empty store behind, which can still become one
    fill(&target, version, &taken).await.unwrap().finish(&opened()).await.unwrap();
    assert_eq!(target.count("SELECT count(*) FROM requests"), 3);
}
