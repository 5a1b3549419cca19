//! Carrying a plan out on SQLite: a census first, then the steps in batches of two rows, each its own transaction.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::{Cell, Name};
use exeunt_plan::document::{Action, AnchorFrom, Assign, Document, RowSet, Step, Value};
use exeunt_source::selection::{Branch, Filter, Test};
use exeunt_source::strike::Referrer;
use rusqlite::Connection;

/// How it went.
pub(crate) enum Outcome {
    Done,
    Stopped,
    Failed(String),
}

type Rows = BTreeSet<i64>;

pub(crate) fn out(db: &Connection, document: &Document, yielding: bool) -> Outcome {
    let mut found = census(db, document);
    if yielding {
        let all = found.clone();
        for set in &document.sets {
            for other in &set.yields_to {
                let gone: Vec<i64> = all[other].iter().copied().collect();
                let rows = found.get_mut(&set.number).unwrap();
                gone.iter().for_each(|row| {
                    rows.remove(row);
                });
            }
        }
    }
    let ghosts: Vec<i64> = document
        .ghosts
        .iter()
        .map(|ghost| {
            let table = ghost.table.name.as_str();
            db.execute_batch(&format!("insert into {table}(id, note) values (1000, 'ghost')"))
                .map(|()| 1000)
                .expect("a ghost the planner let pass fits its table")
        })
        .collect();
    let mut at = 0;
    while at < document.steps.len() {
        let together = document.steps[at..].iter().take_while(|step| step.together).count().max(1);
        let steps = &document.steps[at..at + together];
        at += together;
        let batch = if steps[0].together { usize::MAX } else { 2 };
        let rows: Vec<i64> = found[&steps[0].set].iter().copied().collect();
        if steps[0].together {
            db.execute_batch("begin").unwrap();
            for step in steps {
                let rows: Vec<i64> = found[&step.set].iter().copied().collect();
                match strike(db, document, step, &rows, &ghosts) {
                    Ok(true) => {}
                    Ok(false) => return Outcome::Stopped,
                    // the database itself stops what could not be cut, as the plan warned
                    Err(_) if document.notes.iter().any(|note| note.code == "ring_not_cut") => {
                        return Outcome::Stopped;
                    }
                    Err(why) => return Outcome::Failed(format!("step {}: {why}", step.number)),
                }
            }
            match db.execute_batch("commit") {
                Ok(()) => {}
                Err(_) if document.notes.iter().any(|note| note.code == "ring_not_cut") => {
                    return Outcome::Stopped;
                }
                Err(why) => return Outcome::Failed(format!("commit: {why}")),
            }
            continue;
        }
        for rows in rows.chunks(batch) {
            match strike(db, document, &steps[0], rows, &ghosts) {
                Ok(true) => {}
                Ok(false) => return Outcome::Stopped,
                Err(why) => return Outcome::Failed(format!("step {}: {why}", steps[0].number)),
            }
        }
    }
    Outcome::Done
}

fn strike(
    db: &Connection,
    document: &Document,
    step: &Step,
    rows: &[i64],
    ghosts: &[i64],
) -> rusqlite::Result<bool> {
    if rows.is_empty() {
        return Ok(true);
    }
    let table = document.sets[step.set].table().name.as_str();
    let list = rows.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    match &step.action {
        Action::Delete { guards } => {
            for guard in guards {
                if referred(db, table, &list, guard)? {
                    return Ok(false);
                }
            }
            db.execute_batch(&format!("delete from {table} where rowid in ({list})"))?;
        }
        Action::Update { assign, .. } => {
            let set: Vec<String> = assign.iter().map(|one| assigned(one, ghosts)).collect();
            db.execute_batch(&format!("update {table} set {} where rowid in ({list})", set.join(", ")))?;
        }
    }
    Ok(true)
}

fn referred(db: &Connection, table: &str, list: &str, guard: &Referrer) -> rusqlite::Result<bool> {
    let on: Vec<String> = guard.on.iter().map(|(theirs, ours)| format!("g.{theirs} = t.{ours}")).collect();
    let sql = format!(
        "select exists(select 1 from {table} t, {} g where t.rowid in ({list}) and {})",
        guard.table.name,
        on.join(" and ")
    );
    db.query_row(&sql, [], |row| row.get(0))
}

fn assigned(one: &Assign, ghosts: &[i64]) -> String {
    match &one.to {
        Value::Mask(exeunt_mask::Method::Null) => format!("{} = null", one.column),
        Value::Mask(_) => format!("{} = 'masked'", one.column),
        Value::Ghost { ghost, .. } => format!("{} = {}", one.column, ghosts[*ghost]),
    }
}

/// The rows of every set, group by group, a group in rounds.
fn census(db: &Connection, document: &Document) -> BTreeMap<usize, Rows> {
    let mut found: BTreeMap<usize, Rows> =
        document.sets.iter().map(|set| (set.number, Rows::new())).collect();
    let mut at = 0;
    while at < document.sets.len() {
        let group = document.sets[at].group;
        let members: Vec<&RowSet> = document.sets.iter().filter(|set| set.group == group).collect();
        at += members.len();
        loop {
            let mut grew = false;
            for set in &members {
                let rows = find(db, document, set, &found);
                let known = found.get_mut(&set.number).unwrap();
                for row in rows {
                    grew |= known.insert(row);
                }
            }
            if !grew {
                break;
            }
        }
    }
    found
}

fn find(db: &Connection, document: &Document, set: &RowSet, found: &BTreeMap<usize, Rows>) -> Vec<i64> {
    let table = set.table().name.as_str();
    let branches: Vec<String> =
        set.selection.branches.iter().map(|way| branch(document, set, way, "t", found)).collect();
    if branches.is_empty() {
        return Vec::new();
    }
    let mut sql = format!("select t.rowid from {table} t where ({})", branches.join(" or "));
    for test in filters(&set.selection.filters, "t") {
        sql.push_str(&format!(" and {test}"));
    }
    for owner in &set.selection.unless {
        let mut tests: Vec<String> =
            owner.on.iter().map(|(ours, theirs)| format!("o.{theirs} = t.{ours}")).collect();
        tests.extend(filters(&owner.row_filters, "t"));
        tests.extend(filters(&owner.filters, "o"));
        tests.extend(
            owner
                .reached
                .iter()
                .map(|way| format!("not coalesce({}, 0)", branch(document, set, way, "o", found))),
        );
        sql.push_str(&format!(
            " and not exists(select 1 from {} o where {})",
            owner.table.name,
            tests.join(" and ")
        ));
    }
    let mut statement = db.prepare(&sql).unwrap_or_else(|why| panic!("{why}: {sql}"));
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn branch(
    document: &Document,
    set: &RowSet,
    branch: &Branch,
    alias: &str,
    found: &BTreeMap<usize, Rows>,
) -> String {
    let mut tests = filters(&branch.filters, alias);
    let (mut from, mut last) = (Vec::new(), alias.to_owned());
    for (place, join) in branch.joins.iter().enumerate() {
        let next = format!("j{place}");
        from.push(format!("{} {next}", join.table.name));
        tests.extend(join.on.iter().map(|(ours, theirs)| format!("{last}.{ours} = {next}.{theirs}")));
        tests.extend(filters(&join.filters, &next));
        last = next;
    }
    let columns: Vec<String> = branch.columns.iter().map(|column| format!("{last}.{column}")).collect();
    tests.push(match &set.anchors[branch.anchor] {
        AnchorFrom::Identity { .. } => format!("{} = 'p1'", columns[0]),
        AnchorFrom::Set { set: other, columns: theirs } => {
            let rows: Vec<String> = found[other].iter().map(i64::to_string).collect();
            let theirs: Vec<String> = theirs.iter().map(Name::to_string).collect();
            format!(
                "({}) in (select {} from {} where rowid in ({}))",
                columns.join(", "),
                theirs.join(", "),
                document.sets[*other].table().name,
                rows.join(", ")
            )
        }
    });
    if from.is_empty() {
        format!("({})", tests.join(" and "))
    } else {
        format!("exists(select 1 from {} where {})", from.join(", "), tests.join(" and "))
    }
}

fn filters(filters: &[Filter], alias: &str) -> Vec<String> {
    let one = |filter: &Filter| {
        let column = format!("{alias}.{}", filter.column);
        match &filter.test {
            Test::Equals(Cell::Text(text)) => format!("{column} = '{text}'"),
            Test::Equals(other) => format!("{column} = {}", other.to_plain().unwrap()),
            Test::IsNull => format!("{column} is null"),
            Test::IsNotNull => format!("{column} is not null"),
            Test::Before(day) => format!("{column} < '{day}'"),
            Test::NotBefore(day) => format!("({column} >= '{day}' or {column} is null)"),
            Test::Tokens(parts) => format!("{column} glob '{}'", parts.join(&"[0-9a-f]".repeat(16))),
            Test::NotAll(all) => format!("({}) is not true", self::filters(all, alias).join(" and ")),
        }
    };
    filters.iter().map(one).collect()
}
