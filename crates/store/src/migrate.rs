//! Bringing the schema up to date, forward only, each step in its own transaction.

use crate::database::{Connection, Place, query, spelled};
use crate::error::Error;
use crate::organizations;
use crate::rows::Reading;

/// Every migration, oldest first; its place counted from 1 is the schema version it leads to. One spelling serves both
/// databases: types are given PostgreSQL's names when it is one.
const STEPS: &[&str] = &[
    include_str!("../migrations/0001_base.sql"),
    include_str!("../migrations/0002_returns.sql"),
    include_str!("../migrations/0003_requests_by_plan.sql"),
    include_str!("../migrations/0004_missing_values.sql"),
    include_str!("../migrations/0005_waits.sql"),
    include_str!("../migrations/0006_people.sql"),
    include_str!("../migrations/0007_tasks.sql"),
    include_str!("../migrations/0008_deadlines.sql"),
    include_str!("../migrations/0009_letters.sql"),
    include_str!("../migrations/0010_deltas.sql"),
    include_str!("../migrations/0011_halts.sql"),
    include_str!("../migrations/0012_hold_ends.sql"),
    include_str!("../migrations/0013_witnesses.sql"),
    include_str!("../migrations/0014_identities.sql"),
    include_str!("../migrations/0015_kept_rows.sql"),
    include_str!("../migrations/0016_subprocessors.sql"),
    include_str!("../migrations/0017_holds.sql"),
    include_str!("../migrations/0018_indexes.sql"),
    include_str!("../migrations/0019_audit_about.sql"),
    include_str!("../migrations/0020_views.sql"),
    include_str!("../migrations/0021_reasons.sql"),
    include_str!("../migrations/0022_maps.sql"),
    include_str!("../migrations/0023_portal.sql"),
    include_str!("../migrations/0024_added_sources.sql"),
    include_str!("../migrations/0025_contact_marks.sql"),
    include_str!("../migrations/0026_remarks.sql"),
    include_str!("../migrations/0027_suppressions.sql"),
    include_str!("../migrations/0028_link_portions.sql"),
    include_str!("../migrations/0029_webhooks.sql"),
    include_str!("../migrations/0030_signals.sql"),
];

/// Where the versions reached are written down.
const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)";

const DOING: &str = "bring its schema up to date";

/// The schema version this release knows.
pub const KNOWN: usize = STEPS.len();

/// What brings an empty place to a version, in its database's words: for administrators who let no program make tables.
/// More than [`KNOWN`] is as far as this release knows.
pub fn script(place: &Place, version: usize) -> String {
    let mut script = format!("{VERSIONS};\n");
    for (step, number) in STEPS.iter().take(version).zip(1..) {
        script.push_str(&spelled(place, step));
        script.push_str(&format!("\nINSERT INTO schema_version (version) VALUES ({number});\n"));
    }
    script
}

/// What a place holds.
enum Found {
    Nothing,
    Store { version: i64 },
    Others,
}

/// Applies what is missing. Running it twice changes nothing.
pub(crate) async fn run(connection: &mut Connection, place: &Place, create: bool) -> Result<(), Error> {
    run_to(connection, place, create, KNOWN).await
}

/// Applies what is missing up to a version.
pub(crate) async fn run_to(
    connection: &mut Connection,
    place: &Place,
    create: bool,
    version: usize,
) -> Result<(), Error> {
    let known = version as i64;
    // nobody who only looks has to wait for whoever writes
    match look(connection).await? {
        Found::Store { version } if version == known => return Ok(()),
        Found::Nothing if create => {
            connection.make_room().await.map_err(Error::while_doing(DOING))?;
        }
        Found::Nothing | Found::Store { .. } | Found::Others => {}
    }
    loop {
        connection.begin().await.map_err(Error::while_doing(DOING))?;
        let done = step(connection, place, create, known).await;
        match done {
            Ok(true) => connection.commit().await.map_err(Error::while_doing(DOING))?,
            Ok(false) => return connection.rollback().await.map_err(Error::while_doing(DOING)),
            Err(error) => {
                // the error that is told is the first one
                let _ = connection.rollback().await;
                return Err(error);
            }
        }
    }
}

/// The version a store has.
pub(crate) async fn version(connection: &mut Connection) -> Result<u64, Error> {
    match look(connection).await? {
        Found::Store { version } => Ok(version.unsigned_abs()),
        Found::Nothing | Found::Others => Ok(0),
    }
}

/// Takes one step within a transaction; false when there was none left to take.
async fn step(connection: &mut Connection, place: &Place, create: bool, known: i64) -> Result<bool, Error> {
    let version = match look(connection).await? {
        Found::Nothing if create => 0,
        Found::Nothing => {
            return Err(Error::NoStore { place: place.to_string(), why: "it is empty" });
        }
        Found::Others => return Err(others(place)),
        Found::Store { version } => version,
    };
    if version > known {
        return Err(Error::TooNew { found: version, known });
    }
    let next = usize::try_from(version).ok().filter(|_| version < known);
    let Some(next) = next.and_then(|version| STEPS.get(version)) else {
        return Ok(false);
    };
    let script = spelled(place, next);
    let applied = async {
        connection.script(VERSIONS).await?;
        connection.script(&script).await?;
        query("INSERT INTO schema_version (version) VALUES ($1)").bind(version + 1).execute(connection).await
    };
    applied.await.map_err(Error::while_doing(DOING))?;
    Ok(true)
}

/// Refuses what cannot become a new home's store.
pub(crate) async fn must_be_vacant(connection: &mut Connection, place: &Place) -> Result<(), Error> {
    match look(connection).await? {
        Found::Nothing => Ok(()),
        Found::Others => Err(others(place)),
        Found::Store { .. } => organizations::must_be_none(connection, place).await,
    }
}

fn others(place: &Place) -> Error {
    Error::NoStore { place: place.to_string(), why: "it holds tables of something else" }
}

async fn look(connection: &mut Connection) -> Result<Found, Error> {
    let doing = "read its version";
    let tables = connection.tables().await.map_err(Error::while_doing(doing))?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    if !has("audit_heads") || !has("schema_version") {
        // whoever was interrupted before its first step left one table, and nothing in it
        let nothing = tables.iter().all(|table| table == "schema_version");
        return Ok(if nothing { Found::Nothing } else { Found::Others });
    }
    let row = query("SELECT coalesce(max(version), 0) AS version FROM schema_version")
        .fetch_one(connection)
        .await
        .map_err(Error::while_doing(doing))?;
    Ok(Found::Store { version: Reading { row: &row, what: "schema version" }.get("version")? })
}
