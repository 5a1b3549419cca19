//! The live schema, by a handful of queries over whole catalogs: a thousand tables cost no more round trips than one.

mod columns;
mod constraints;
mod fingerprint;
mod relations;
mod triggers;

use std::collections::HashMap;

use exeunt_base::{Fault, FaultKind, Name, TableRef};
use exeunt_source::Catalog;
use tokio_postgres::{Client, Row};

pub(crate) use crate::describe::fingerprint::fingerprint;
use crate::schema::Schema;
use exeunt_postgres::fault::{Blame, fault};

/// Which relations a query is about: joined as `c` and `n`. Where schemas are named, tables elsewhere that refer into
/// them are ours as well: a delete would reach them.
const OURS: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relpersistence <> 't' \
     AND (cardinality($1::text[]) = 0 OR n.nspname = ANY($1::text[]) OR EXISTS ( \
       SELECT 1 FROM pg_constraint x JOIN pg_class xc ON xc.oid = x.confrelid \
       JOIN pg_namespace xn ON xn.oid = xc.relnamespace \
       WHERE x.contype = 'f' AND x.conrelid = c.oid AND xn.nspname = ANY($1::text[])))";

/// Tables by their number in the server's catalog.
type ByOid = HashMap<i64, TableRef>;

/// The whole catalog, and what statements are rendered by. One consistent state, under an empty search path so that
/// the server spells every name in full.
pub(crate) async fn catalog(
    client: &Client,
    schemas: &[String],
    product: &str,
) -> Result<(Catalog, Schema), Fault> {
    let default_schema = ask(client, "SELECT current_schema()::text", None).await?;
    let default_schema =
        default_schema.first().and_then(|row| row.get::<_, Option<&str>>(0)).map(name).transpose()?;
    let path = ask(client, "SELECT unnest(current_schemas(false))::text", None).await?;
    let path = path.iter().map(|row| name(row.get(0))).collect::<Result<Vec<Name>, Fault>>()?;
    begin(client).await?;
    let (mut tables, by_oid) = relations::tables(client, schemas).await?;
    let schema = columns::fill(client, schemas, &by_oid, &mut tables).await?;
    constraints::fill(client, &mut tables).await?;
    triggers::fill(client, &by_oid, &path, &mut tables).await?;
    let views = relations::views(client, schemas, &by_oid).await?;
    end(client).await?;
    let mut tables: Vec<_> = tables.into_values().collect();
    tables.sort_by(|left, right| left.name.cmp(&right.name));
    Ok((Catalog { product: product.to_owned(), default_schema, tables, views }, schema))
}

/// What statements are rendered by, alone.
pub(crate) async fn shape(client: &Client, schemas: &[String]) -> Result<Schema, Fault> {
    begin(client).await?;
    let (mut tables, by_oid) = relations::tables(client, schemas).await?;
    let schema = columns::fill(client, schemas, &by_oid, &mut tables).await?;
    end(client).await?;
    Ok(schema)
}

async fn begin(client: &Client) -> Result<(), Fault> {
    let words = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog";
    client.batch_execute(words).await.map_err(|error| fault("reading the catalog", Blame::Shape, &error))
}

async fn end(client: &Client) -> Result<(), Fault> {
    client.batch_execute("COMMIT").await.map_err(|error| fault("reading the catalog", Blame::Shape, &error))
}

async fn ask(client: &Client, question: &str, schemas: Option<&[String]>) -> Result<Vec<Row>, Fault> {
    let answer = match &schemas {
        Some(schemas) => client.query(question, &[schemas]).await,
        None => client.query(question, &[]).await,
    };
    answer.map_err(|error| fault("reading the catalog", Blame::Shape, &error))
}

fn name(text: &str) -> Result<Name, Fault> {
    Name::new(text).map_err(|_| Fault::new(FaultKind::Corrupt, "the catalog holds an empty name"))
}

fn table_ref(schema: &str, table: &str) -> Result<TableRef, Fault> {
    Ok(TableRef { schema: name(schema)?, name: name(table)? })
}
