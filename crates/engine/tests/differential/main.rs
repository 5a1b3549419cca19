//! The whole chain against a naive reading of the documentation: random schemas, maps, rows and people; the map is
//! planned, counted, carried out and undone by the real engine on real databases, and every row must be as
//! `docs/data-map.md` says, read row by row by an oracle that shares nothing with planner and engine.
//!
//! `EXEUNT_DIFFERENTIAL_CASES` (SQLite) and `EXEUNT_DIFFERENTIAL_POSTGRES` for more cases, `EXEUNT_DIFFERENTIAL_FROM` for
//! others, `EXEUNT_DIFFERENTIAL_SEED` for one of them; a failure prints its seed, map, rows and plan.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a failing case is told with all there is to it"
)]
#![expect(clippy::disallowed_methods, reason = "tests read the real clock")]

mod chain;
mod check;
mod database;
mod generate;
#[path = "../engine/house.rs"]
#[expect(dead_code, reason = "shared with the other engine tests, which use more of it")]
mod house;
mod oracle;
mod render;
mod show;
mod world;

use crate::chain::Verdict;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Runs cases on all cores, and tells how they ended.
fn cases(count: u64, run: fn(u64) -> Verdict) -> std::collections::BTreeMap<String, u64> {
    let start = number("EXEUNT_DIFFERENTIAL_SEED");
    let from = start.or_else(|| number("EXEUNT_DIFFERENTIAL_FROM")).unwrap_or(1);
    let (first, count) = (from, if start.is_some() { 1 } else { count });
    let next = std::sync::atomic::AtomicU64::new(first);
    let tally = std::sync::Mutex::new(std::collections::BTreeMap::<String, u64>::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if seed >= first + count {
                        break;
                    }
                    let word = match std::panic::catch_unwind(|| run(seed)) {
                        Ok(verdict) => verdict.to_string(),
                        Err(_) => format!("failed: seed {seed}"),
                    };
                    *tally.lock().unwrap().entry(word).or_default() += 1;
                }
            });
        }
    });
    tally.into_inner().unwrap()
}

fn judge(tally: &std::collections::BTreeMap<String, u64>) {
    println!("{tally:#?}");
    let failed: Vec<&String> = tally.keys().filter(|word| word.starts_with("failed")).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let count = |start: &str| -> u64 {
        tally.iter().filter(|(word, _)| word.starts_with(start)).map(|(_, count)| count).sum()
    };
    let all: u64 = tally.values().sum();
    let refused = count("refused") + count("no map");
    assert!(
        all < 200 || refused * 10 <= all * 3,
        "{refused} of {all} cases were refused: the chance is too wild"
    );
}

#[test]
fn random_maps_do_exactly_what_they_say_on_sqlite() {
    judge(&cases(number("EXEUNT_DIFFERENTIAL_CASES").unwrap_or(50), chain::on_sqlite));
}

#[test]
fn random_maps_do_exactly_what_they_say_on_postgres() {
    let count = number("EXEUNT_DIFFERENTIAL_POSTGRES").unwrap_or(8);
    judge(&cases(count, chain::on_postgres));
}
