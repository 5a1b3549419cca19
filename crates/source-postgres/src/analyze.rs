//! What a trigger's function writes, as far as its text tells with certainty. Where it does not, the answer says why:
//! a guess here would be a row lost later.

mod count;
mod tokens;

use std::collections::{HashMap, HashSet};

use exeunt_base::{Name, TableRef};
use exeunt_source::catalog::{TriggerWrite, Verb, Writes};

use crate::analyze::tokens::Token;

/// A function as the catalog has it.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) schema: Name,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) source: String,
    pub(crate) volatile: bool,
    pub(crate) extension: Option<String>,
    /// Its own settings: `search_path=…`.
    pub(crate) settings: Vec<String>,
    pub(crate) builtin: bool,
    /// Its body is kept parsed, not as text.
    pub(crate) parsed: bool,
}

/// All functions, and the tables they may write.
#[derive(Debug)]
pub(crate) struct Functions {
    bodies: HashMap<i64, Body>,
    by_name: HashMap<String, Vec<i64>>,
    tables: HashSet<TableRef>,
    path: Vec<Name>,
}

/// Functions of C that serve as triggers and touch nothing but the row at hand.
const ROW_ONLY: &[&str] = &[
    "suppress_redundant_updates_trigger",
    "tsvector_update_trigger",
    "tsvector_update_trigger_column",
    "moddatetime",
    "insert_username",
    "autoinc",
];

/// Extensions whose functions compute and do not write.
const COMPUTING: &[&str] = &[
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "earthdistance",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "ltree",
    "pg_trgm",
    "pgcrypto",
    "postgis",
    "unaccent",
    "uuid-ossp",
];

impl Functions {
    pub(crate) fn new(tables: Vec<TableRef>, path: Vec<Name>) -> Self {
        Self { bodies: HashMap::new(), by_name: HashMap::new(), tables: tables.into_iter().collect(), path }
    }

    pub(crate) fn add(&mut self, number: i64, body: Body) {
        if !body.builtin {
            self.by_name.entry(body.name.clone()).or_default().push(number);
        }
        self.bodies.insert(number, body);
    }

    pub(crate) fn get(&self, number: i64) -> Option<&Body> {
        self.bodies.get(&number)
    }
}

/// What a function writes, itself or by the functions it calls.
pub(crate) fn analyze(functions: &Functions, number: i64) -> Writes {
    let mut found = Vec::new();
    match look(functions, number, &mut HashSet::new(), &mut found) {
        Err(why) => Writes::Unknown(why),
        Ok(()) => {
            found.sort_by(|left: &TriggerWrite, right| {
                (&left.table, left.verb as u8).cmp(&(&right.table, right.verb as u8))
            });
            found.dedup();
            Writes::Known(found)
        }
    }
}

fn look(
    functions: &Functions,
    number: i64,
    seen: &mut HashSet<i64>,
    found: &mut Vec<TriggerWrite>,
) -> Result<(), String> {
    let Some(body) = functions.get(number).filter(|_| seen.insert(number)) else { return Ok(()) };
    let called = format!("function `{}.{}`", body.schema, body.name);
    match body.language.as_str() {
        "plpgsql" | "sql" if body.parsed => Err(format!("{called} keeps its body parsed, not as text")),
        "plpgsql" | "sql" => {
            let tokens = tokens::read(&body.source).ok_or_else(|| format!("{called} could not be read"))?;
            scan(functions, body, &tokens, seen, found).map_err(|why| format!("{called} {why}"))
        }
        "c" | "internal" if ROW_ONLY.contains(&body.name.as_str()) => Ok(()),
        language => Err(format!("{called} is written in {language}")),
    }
}

fn scan(
    functions: &Functions,
    body: &Body,
    tokens: &[Token],
    seen: &mut HashSet<i64>,
    found: &mut Vec<TriggerWrite>,
) -> Result<(), String> {
    let word = |place: usize| tokens.get(place).and_then(Token::word);
    let mut inserted: Option<TableRef> = None;
    let mut place = 0;
    while place < tokens.len() {
        let here = place;
        place += 1;
        let Some(verb) = word(here) else {
            // A quoted name may be a function as well.
            call(functions, tokens, here, seen, found)?;
            continue;
        };
        let before = here.checked_sub(1).and_then(|before| tokens.get(before));
        if before.is_some_and(|before| before.is('.'))
            && !tokens.get(here + 1).is_some_and(|next| next.is('('))
        {
            continue;
        }
        let word_before = before.and_then(Token::word).unwrap_or_default();
        let begins = before.is_none_or(|before| before.is(';'))
            || matches!(word_before, "begin" | "then" | "else" | "loop");
        let mut write = |table: TableRef, verb: Verb| found.push(TriggerWrite { table, verb });
        match verb {
            "execute" => return Err("builds statements while it runs".into()),
            "insert" if word(here + 1) == Some("into") => {
                let (table, after) = target(functions, body, tokens, here + 2)?;
                write(table.clone(), Verb::Insert);
                inserted = Some(table);
                place = after;
            }
            "update" if word_before == "do" => match &inserted {
                Some(table) => write(table.clone(), Verb::Update),
                None => return Err("updates what it did not insert".into()),
            },
            "update" if !matches!(word_before, "for" | "key") => {
                let (table, after) = target(functions, body, tokens, here + 1)?;
                let counts = count::only_counts(&tokens[after..]);
                write(table, if counts { Verb::Count } else { Verb::Update });
                place = after;
            }
            "delete" if word(here + 1) == Some("from") => {
                let (table, after) = target(functions, body, tokens, here + 2)?;
                write(table, Verb::Delete);
                place = after;
            }
            "merge" if word(here + 1) == Some("into") => {
                let (table, after) = target(functions, body, tokens, here + 2)?;
                for verb in [Verb::Insert, Verb::Update, Verb::Delete] {
                    write(table.clone(), verb);
                }
                place = after;
            }
            "truncate" if begins => {
                let first = here + 1 + usize::from(word(here + 1) == Some("table"));
                let (table, after) = target(functions, body, tokens, first)?;
                write(table, Verb::Delete);
                place = after;
            }
            "create" | "alter" | "drop" | "copy" | "refresh" | "call" | "import" if begins => {
                return Err(format!("runs {}", verb.to_uppercase()));
            }
            _ => call(functions, tokens, here, seen, found)?,
        }
    }
    Ok(())
}

/// A call of a function that is not the server's own is looked into.
fn call(
    functions: &Functions,
    tokens: &[Token],
    place: usize,
    seen: &mut HashSet<i64>,
    found: &mut Vec<TriggerWrite>,
) -> Result<(), String> {
    let called = tokens.get(place).and_then(Token::name);
    let Some(name) = called.filter(|_| tokens.get(place + 1).is_some_and(|next| next.is('('))) else {
        return Ok(());
    };
    for number in functions.by_name.get(name).into_iter().flatten() {
        let Some(body) = functions.get(*number) else { continue };
        // The server itself keeps stable and immutable functions from writing.
        let computes = !body.volatile
            || body.extension.as_deref().is_some_and(|extension| COMPUTING.contains(&extension));
        if !computes {
            look(functions, *number, seen, found)?;
        }
    }
    Ok(())
}

/// The table a statement names, and the place after it.
fn target(
    functions: &Functions,
    body: &Body,
    tokens: &[Token],
    mut place: usize,
) -> Result<(TableRef, usize), String> {
    if tokens.get(place).and_then(Token::word) == Some("only") {
        place += 1;
    }
    let mut parts = Vec::new();
    loop {
        let part = tokens.get(place).and_then(Token::name).and_then(|part| Name::new(part).ok());
        parts.push(part.ok_or("writes something that is not named plainly")?);
        place += 1;
        if !tokens.get(place).is_some_and(|next| next.is('.')) {
            break;
        }
        place += 1;
    }
    let table = match parts.as_slice() {
        [name] => {
            let own = own_path(body);
            let path = own.as_deref().unwrap_or(&functions.path);
            path.iter()
                .map(|schema| TableRef { schema: schema.clone(), name: name.clone() })
                .find(|table| functions.tables.contains(table))
                .ok_or_else(|| format!("writes `{name}`, which is no table of the catalog"))?
        }
        [.., schema, name] => TableRef { schema: schema.clone(), name: name.clone() },
        [] => return Err("writes something that is not named plainly".into()),
    };
    if functions.tables.contains(&table) {
        Ok((table, place))
    } else {
        Err(format!("writes `{table}`, which is no table of the catalog"))
    }
}

/// Where a function looks for tables by its own setting.
fn own_path(body: &Body) -> Option<Vec<Name>> {
    let setting = body.settings.iter().find_map(|setting| setting.strip_prefix("search_path="))?;
    Some(setting.split(',').filter_map(|part| Name::new(part.trim().trim_matches('"')).ok()).collect())
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Name, TableRef};
    use exeunt_source::catalog::{Verb, Writes};

    use super::{Body, Functions, analyze};

    fn body(name: &str, language: &str, source: &str) -> Body {
        Body {
            schema: Name::new("public").unwrap(),
            name: name.into(),
            language: language.into(),
            source: source.into(),
            volatile: true,
            extension: None,
            settings: Vec::new(),
            builtin: false,
            parsed: false,
        }
    }

    fn check(source: &str, expected: &str) {
        let table =
            |name: &str| TableRef { schema: Name::new("public").unwrap(), name: Name::new(name).unwrap() };
        let tables = ["posts", "counters", "audit_log", "Odd \"Name\""].map(table).to_vec();
        let mut functions = Functions::new(tables, vec![Name::new("public").unwrap()]);
        functions.add(1, body("on_change", "plpgsql", source));
        functions.add(2, body("note", "sql", "INSERT INTO audit_log(line) VALUES ($1)"));
        functions.add(3, body("native", "c", "native"));
        functions.add(4, Body { extension: Some("pgcrypto".into()), ..body("digest", "c", "pg_digest") });
        let text = match analyze(&functions, 1) {
            Writes::Unknown(why) => format!("unknown: {}", why.replace("function `public.on_change` ", "")),
            Writes::Known(writes) => writes
                .iter()
                .map(|write| {
                    let verb = match write.verb {
                        Verb::Insert => "insert",
                        Verb::Update => "update",
                        Verb::Count => "count",
                        Verb::Delete => "delete",
                    };
                    format!("{verb} {}", write.table.name)
                })
                .collect::<Vec<_>>()
                .join(", "),
        };
        assert_eq!(text, expected, "{source}");
    }

    #[test]
    fn a_trigger_that_only_touches_its_row_writes_nothing() {
        check("BEGIN NEW.updated_at := now(); RETURN NEW; END", "");
        check("BEGIN RAISE EXCEPTION 'do not delete from posts'; END", "");
        check("BEGIN -- update posts set x = 1\n /* delete from /* nested */ posts */ RETURN NULL; END", "");
        check("BEGIN PERFORM 1 FROM posts WHERE id = OLD.id FOR UPDATE; RETURN OLD; END", "");
        check("BEGIN NEW.token := encode(digest(NEW.email, 'sha256'), 'hex'); RETURN NEW; END", "");
    }

    #[test]
    fn counters_are_told_from_other_updates() {
        check(
            "BEGIN UPDATE counters SET posts = posts - 1 WHERE id = OLD.u; RETURN OLD; END",
            "count counters",
        );
        check(
            "BEGIN UPDATE public.counters AS c SET posts = c.posts + 1, seen = coalesce(seen, 0) + NEW.n; END",
            "count counters",
        );
        check("BEGIN UPDATE counters SET posts = posts - 1, touched = now(); END", "update counters");
        check("BEGIN UPDATE counters SET posts = (SELECT count(*) FROM posts); END", "update counters");
        check("BEGIN UPDATE counters SET a = b + 1; END", "update counters");
    }

    #[test]
    fn what_is_written_is_named() {
        check("BEGIN INSERT INTO audit_log SELECT OLD.*; RETURN OLD; END", "insert audit_log");
        check("BEGIN DELETE FROM ONLY posts WHERE id = 1; END", "delete posts");
        check(
            "BEGIN INSERT INTO counters VALUES (1) ON CONFLICT (id) DO UPDATE SET n = 2; END",
            "insert counters, update counters",
        );
        check("BEGIN UPDATE \"Odd \"\"Name\"\"\" SET x = 1; END", "update Odd \"Name\"");
        check("BEGIN PERFORM note('x'); RETURN NEW; END", "insert audit_log");
        check("BEGIN TRUNCATE posts; END", "delete posts");
    }

    #[test]
    fn what_cannot_be_told_says_why() {
        check("BEGIN EXECUTE 'DELETE FROM posts'; END", "unknown: builds statements while it runs");
        check(
            "BEGIN EXECUTE format('UPDATE %I SET x = 1', t); END",
            "unknown: builds statements while it runs",
        );
        check(
            "BEGIN INSERT INTO nowhere VALUES (1); END",
            "unknown: writes `nowhere`, which is no table of the catalog",
        );
        check("BEGIN PERFORM native(1); END", "unknown: function `public.native` is written in c");
        check("BEGIN DROP TABLE posts; END", "unknown: runs DROP");
        check("BEGIN x := 'not closed; END", "unknown: could not be read");
    }
}
