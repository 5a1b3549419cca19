//! Bringing the schema up to date, forward only, each step in its own transaction.

use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use crate::error::Error;

/// Every migration, oldest first; its place counted from 1 is the schema version it leads to.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_base.sql"),
    include_str!("../migrations/0002_returns.sql"),
    include_str!("../migrations/0003_requests_by_plan.sql"),
    include_str!("../migrations/0004_missing_values.sql"),
    include_str!("../migrations/0005_waits.sql"),
];

/// Applies what is missing. Running it twice changes nothing.
pub(crate) async fn run(connection: &mut SqliteConnection) -> Result<(), Error> {
    let doing = "bring its schema up to date";
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
        .execute(&mut *connection)
        .await
        .map_err(Error::while_doing(doing))?;
    let known = MIGRATIONS.len() as i64;
    // nobody who only looks has to wait for whoever writes
    if version(connection).await? == known {
        return Ok(());
    }
    loop {
        sqlx::raw_sql("BEGIN IMMEDIATE")
            .execute(&mut *connection)
            .await
            .map_err(Error::while_doing(doing))?;
        let found = version(connection).await?;
        let next = usize::try_from(found).ok().and_then(|version| MIGRATIONS.get(version));
        let Some(next) = next else {
            sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.map_err(Error::while_doing(doing))?;
            return if found > known { Err(Error::TooNew { found, known }) } else { Ok(()) };
        };
        let applied = async {
            sqlx::raw_sql(*next).execute(&mut *connection).await?;
            sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
                .bind(found + 1)
                .execute(&mut *connection)
                .await?;
            sqlx::raw_sql("COMMIT").execute(&mut *connection).await
        }
        .await;
        if let Err(source) = applied {
            let _ = sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await;
            return Err(Error::Database { doing, source });
        }
    }
}

async fn version(connection: &mut SqliteConnection) -> Result<i64, Error> {
    sqlx::query("SELECT coalesce(max(version), 0) FROM schema_version")
        .fetch_one(&mut *connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(Error::while_doing("read its version"))
}
