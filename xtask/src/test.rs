//! Everything that must pass. What passing means is decided here and nowhere else.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{layers, licenses, prepare, run};

/// One thing that must pass.
type Stage = fn() -> Result<()>;

/// Runs all stages, also after one has failed, so that one run tells everything; then says how long each took.
pub(crate) fn run() -> Result<()> {
    let stages: [(&str, Stage); 7] = [
        ("prepare", prepare::prepare),
        ("format", || cargo(&["fmt", "--all", "--check"], &[])),
        ("layers", layers::check),
        ("licenses", licenses::check),
        ("lint", || {
            let lint =
                ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
            cargo(&lint, &[])
        }),
        ("documentation", || {
            let document = ["doc", "--workspace", "--no-deps", "--locked", "--quiet"];
            cargo(&document, &[("RUSTDOCFLAGS", "-D warnings")])
        }),
        // one seed for every machine, so that a red run is about the change; EXEUNT_TEST_SEED asks for another
        ("tests", || {
            // also after one has failed
            let tests = ["test", "--workspace", "--locked", "--no-fail-fast"];
            cargo(&tests, &[("EXEUNT_TEST_SEED", &seed())])
        }),
    ];
    let begun = Instant::now();
    let mut table = Vec::new();
    let mut errors = Vec::new();
    for (name, stage) in stages {
        println!("\n== {name}");
        let stage_begun = Instant::now();
        let result = stage();
        let took = stage_begun.elapsed();
        if let Err(error) = &result {
            errors.push(format!("{name}: {error:#}"));
        }
        table.push((name, took, result.is_ok()));
        // Without its servers every test would fail, for the same reason.
        if name == "prepare" && result.is_err() {
            break;
        }
    }
    println!("\n{}", summary(&table, begun.elapsed()));
    let failed: Vec<&str> = table.iter().filter(|(_, _, passed)| !passed).map(|(name, ..)| *name).collect();
    if !failed.is_empty() {
        // last, for whoever sees the end of the output alone
        bail!("failed: {}\n{}", failed.join(", "), errors.join("\n"));
    }
    Ok(())
}

/// The seed of random tests: the one asked for, or the usual one.
fn seed() -> String {
    std::env::var("EXEUNT_TEST_SEED").unwrap_or_else(|_| String::from("20261121"))
}

fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let mut command = run::cargo(arguments);
    // Everything is built once: incremental state would only cost disk.
    command.env("CARGO_INCREMENTAL", "0").env("RUST_BACKTRACE", "1").envs(environment.iter().copied());
    run::run_picking(&mut command, tells_why)
}

/// Whether a line of cargo's or of a test's says what failed: told again at the end.
fn tells_why(line: &str) -> bool {
    line.starts_with("error")
        || line.starts_with("Diff in ")
        || (line.starts_with("test ") && line.ends_with("FAILED"))
}

fn summary(table: &[(&str, Duration, bool)], total: Duration) -> String {
    let mut lines = vec![format!("{:<14} {:>9}", "stage", "seconds")];
    for (name, took, passed) in table {
        let mark = if *passed { "" } else { "  FAILED" };
        lines.push(format!("{name:<14} {:>9.1}{mark}", took.as_secs_f64()));
    }
    lines.push(format!("{:<14} {:>9.1}", "total", total.as_secs_f64()));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn what_failed_is_told_again() {
        let told = [
            "test a ... FAILED",
            "error: used `unwrap()` on an `Option` value",
            "error[E0308]: mismatched types",
        ];
        assert!(told.into_iter().all(super::tells_why));
        let passed = [
            "test a ... ok",
            "test result: ok. 1 passed",
            "warning: errors are rare",
            "   Compiling error v1",
        ];
        assert!(!passed.into_iter().any(super::tells_why));
    }

    #[test]
    fn the_summary_points_at_what_failed() {
        let table =
            [("format", Duration::from_millis(1_240), true), ("tests", Duration::from_secs(90), false)];
        let told = super::summary(&table, Duration::from_secs(92));
        let expected = "stage            seconds\nformat               1.2\ntests               90.0  FAILED\n\
                        total               92.0";
        assert_eq!(told, expected);
    }
}
