//! Columns, their kinds, and the sets of them that are unique.

use std::collections::HashMap;

use exeunt_base::{Fault, Kind, Name};
use exeunt_source::catalog::{Column, Generated, Table, Unique};
use tokio_postgres::{Client, Row};

use crate::describe::{ByOid, OURS, ask, name};
use crate::schema::{Schema, Shape, Travel, UniqueShape};

/// Domains are followed down to what they are made of.
const COLUMNS: &str = "WITH RECURSIVE chain(top, here, typmod, strict) AS ( \
     SELECT t.oid, t.typbasetype, t.typtypmod, t.typnotnull FROM pg_type t WHERE t.typtype = 'd' \
     UNION ALL \
     SELECT c.top, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE c.typmod END, \
       c.strict OR t.typnotnull FROM chain c JOIN pg_type t ON t.oid = c.here AND t.typtype = 'd'), \
   domains AS (SELECT c.* FROM chain c JOIN pg_type t ON t.oid = c.here AND t.typtype <> 'd') \
   SELECT a.attrelid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod), \
     a.attnotnull OR coalesce(d.strict, false), pg_get_expr(ad.adbin, ad.adrelid), \
     a.attidentity::text, a.attgenerated::text, COALESCE(d.typmod, a.atttypmod), \
     b.typname::text, bn.nspname = 'pg_catalog', b.typcategory::text, format_type(b.oid, -1), \
     b.typtype::text, b.oid::int8, e.typname::text, en.nspname = 'pg_catalog', e.typtype::text, e.oid::int8 \
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
   LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum \
   LEFT JOIN domains d ON d.top = a.atttypid \
   JOIN pg_type b ON b.oid = COALESCE(d.here, a.atttypid) JOIN pg_namespace bn ON bn.oid = b.typnamespace \
   LEFT JOIN domains de ON b.typcategory = 'A' AND de.top = b.typelem \
   LEFT JOIN pg_type e ON b.typcategory = 'A' AND e.oid = COALESCE(de.here, b.typelem) \
   LEFT JOIN pg_namespace en ON en.oid = e.typnamespace \
   WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f') AND ";

/// `indkey` holds 0 for an expression; columns that are only carried along do not count.
const UNIQUES: &str = "SELECT i.indrelid::int8, ic.relname::text, i.indisprimary, \
     ARRAY(SELECT a.attname::text FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k(n, place) \
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n ORDER BY k.place), \
     i.indpred IS NULL AND i.indexprs IS NULL AND i.indisvalid, i.indimmediate, i.indexprs IS NOT NULL \
   FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid \
   JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
   WHERE i.indisunique AND ";

/// Fills columns, keys and uniques in, and says what statements are rendered by.
pub(super) async fn fill(
    client: &Client,
    schemas: &[String],
    by_oid: &ByOid,
    tables: &mut HashMap<i64, Table>,
) -> Result<Schema, Fault> {
    let enums = enums(client).await?;
    let mut shapes: HashMap<i64, Shape> = by_oid.keys().map(|oid| (*oid, Shape::default())).collect();
    let question = format!("{COLUMNS}{OURS} ORDER BY a.attrelid, a.attnum");
    for row in ask(client, &question, Some(schemas)).await? {
        let oid: i64 = row.get(0);
        let (Some(table), Some(shape)) = (tables.get_mut(&oid), shapes.get_mut(&oid)) else { continue };
        let column = column(&row, &enums)?;
        let system_name = row.get::<_, bool>(9).then(|| row.get(8));
        shape.columns.insert(column.name.clone(), Travel::of(system_name, row.get(10), row.get(11)));
        table.columns.push(column);
    }
    let question =
        format!("{UNIQUES}{OURS} ORDER BY i.indrelid, i.indisprimary DESC, ic.relname::text COLLATE \"C\"");
    for row in ask(client, &question, Some(schemas)).await? {
        let oid: i64 = row.get(0);
        let (Some(table), Some(shape)) = (tables.get_mut(&oid), shapes.get_mut(&oid)) else { continue };
        let names = row.get::<_, Vec<&str>>(3).into_iter().map(name).collect::<Result<Vec<Name>, Fault>>()?;
        let whole: bool = row.get(4);
        if whole {
            shape.uniques.push(UniqueShape { columns: names.clone(), at_once: row.get(5) });
        }
        if row.get(2) {
            table.primary_key = names;
        } else {
            let columns = if row.get(6) { Vec::new() } else { names };
            table.uniques.push(Unique { name: row.get(1), columns, whole });
        }
    }
    let icu = "SELECT EXISTS (SELECT 1 FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace \
         WHERE n.nspname = 'pg_catalog' AND c.collname = 'und-x-icu') \
         AND EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database() AND d.datctype IN ('C', 'POSIX'))";
    let folds_by_icu = ask(client, icu, None).await?.first().is_some_and(|row| row.get(0));
    let tables =
        shapes.into_iter().filter_map(|(oid, shape)| Some((by_oid.get(&oid)?.clone(), shape))).collect();
    Ok(Schema { tables, folds_by_icu })
}

/// Words of each enum, by the type's number.
async fn enums(client: &Client) -> Result<HashMap<i64, Vec<String>>, Fault> {
    let question =
        "SELECT enumtypid::int8, array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum GROUP BY 1";
    Ok(ask(client, question, None).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

fn column(row: &Row, enums: &HashMap<i64, Vec<String>>) -> Result<Column, Fault> {
    let default: Option<String> = row.get(4);
    let from_sequence = default.as_deref().is_some_and(|text| text.starts_with("nextval("));
    let generated = match (row.get::<_, &str>(5), row.get::<_, &str>(6)) {
        (_, computed) if !computed.is_empty() => Generated::Computed,
        ("a", _) => Generated::IdentityAlways,
        ("d", _) => Generated::IdentityByDefault,
        _ if from_sequence => Generated::IdentityByDefault,
        _ => Generated::No,
    };
    let typmod: i32 = row.get(7);
    let spelling: &str = row.get(11);
    let known = |of_system: bool, ty: &str, sort: &str, oid: i64| match (sort, enums.get(&oid)) {
        ("e", Some(words)) => Some(Kind::Enum(words.clone())),
        _ if of_system || ty == "citext" => kind(ty, typmod),
        _ => None,
    };
    let kind = match row.get::<_, Option<&str>>(14) {
        Some(element) if row.get::<_, &str>(12) == "b" => {
            let inner = known(row.get(15), element, row.get(16), row.get(17));
            Kind::Array(Box::new(inner.unwrap_or_else(|| Kind::Other(element.to_owned()))))
        }
        _ => known(row.get(9), row.get(8), row.get(12), row.get(13))
            .unwrap_or_else(|| Kind::Other(spelling.to_owned())),
    };
    Ok(Column {
        name: name(row.get(1))?,
        type_name: row.get(2),
        kind,
        not_null: row.get(3),
        default,
        generated,
    })
}

/// What a type of the server can hold.
fn kind(ty: &str, typmod: i32) -> Option<Kind> {
    // Lengths and scales are stored with 4 added.
    let modified = u32::try_from(typmod - 4).ok();
    Some(match ty {
        "int2" => Kind::Integer { min: i16::MIN.into(), max: i16::MAX.into() },
        "int4" => Kind::Integer { min: i32::MIN.into(), max: i32::MAX.into() },
        "int8" => Kind::Integer { min: i64::MIN, max: i64::MAX },
        "oid" => Kind::Integer { min: 0, max: u32::MAX.into() },
        "numeric" => Kind::Decimal {
            precision: modified.map(|bits| (bits >> 16) & 0xffff),
            // Eleven bits, of which the first is a sign: PostgreSQL 15 allows to round left of the point.
            scale: modified.map(|bits| bits & 0x7ff).filter(|scale| *scale < 1024).or(modified.map(|_| 0)),
        },
        "float4" | "float8" => Kind::Real,
        "bool" => Kind::Bool,
        "text" | "citext" => Kind::Text { max: None },
        "varchar" | "bpchar" => Kind::Text { max: modified },
        "name" => Kind::Text { max: Some(63) },
        "char" => Kind::Text { max: Some(1) },
        "date" => Kind::Date,
        "time" | "timetz" => Kind::Time,
        "timestamp" => Kind::Timestamp { zoned: false },
        "timestamptz" => Kind::Timestamp { zoned: true },
        "interval" => Kind::Interval,
        "bytea" => Kind::Bytes,
        "json" | "jsonb" => Kind::Json,
        "uuid" => Kind::Uuid,
        "inet" | "cidr" => Kind::Inet,
        _ => return None,
    })
}
