//! What to measure.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

pub(crate) const HELP: &str = "\
usage: cargo xtask bench [options]

  --customers <n>    size of the shop, a multiple of 1000 (default 100000: 2.2 million rows)
  --runs <n>         runs of each scenario, of which the middle one counts (default 3)
  --only <database>  `postgres` or `sqlite`
  --scenario <words> only scenarios whose name holds these words
  --service          the service instead: accepting requests, carrying out jobs; to standard output alone
  --quick            a small shop, once: a look whether it works, not a measurement
  --out <file>       where to write the result (default bench/RESULTS.md for the full size, else nowhere)";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) customers: u32,
    pub(crate) runs: u32,
    pub(crate) postgres: bool,
    pub(crate) sqlite: bool,
    pub(crate) scenario: String,
    /// The service instead of the scenarios.
    pub(crate) service: bool,
    pub(crate) out: Option<PathBuf>,
}

impl Options {
    /// `None` when help was asked for.
    pub(crate) fn from_args(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>> {
        let mut options = Self {
            customers: 100_000,
            runs: 3,
            postgres: true,
            sqlite: true,
            scenario: String::new(),
            service: false,
            out: None,
        };
        while let Some(argument) = arguments.next() {
            if matches!(argument.as_str(), "--help" | "-h") {
                return Ok(None);
            }
            if argument == "--service" {
                options.service = true;
                continue;
            }
            if argument == "--quick" {
                (options.customers, options.runs) = (2_000, 1);
                continue;
            }
            let value = arguments.next().with_context(|| format!("`{argument}` needs a value"))?;
            let number = || value.parse::<u32>().with_context(|| format!("`{value}` is not a number"));
            match argument.as_str() {
                "--customers" => options.customers = number()?,
                "--runs" => options.runs = number()?,
                "--only" => {
                    options.postgres = value == "postgres";
                    options.sqlite = value == "sqlite";
                }
                "--scenario" => options.scenario = value,
                "--out" => options.out = Some(value.into()),
                _ => bail!("`{argument}` is not an option"),
            }
        }
        if options.customers == 0 || !options.customers.is_multiple_of(1000) {
            bail!("--customers must be a multiple of 1000");
        }
        if options.runs == 0 {
            bail!("--runs must be at least 1");
        }
        if !options.postgres && !options.sqlite {
            bail!("--only takes `postgres` or `sqlite`");
        }
        // Figures of a smaller or partial run, or of a debug build, must not pass for the real ones.
        let whole = options.customers == 100_000
            && options.postgres
            && options.sqlite
            && options.scenario.is_empty()
            && !cfg!(debug_assertions);
        if whole && options.out.is_none() {
            options.out = Some(concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md").into());
        }
        Ok(Some(options))
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> anyhow::Result<Option<Options>> {
        Options::from_args(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn only_a_whole_run_is_written_down_by_itself() {
        assert_eq!(parse("").unwrap().unwrap().out.is_some(), !cfg!(debug_assertions));
        assert!(parse("--customers 1000").unwrap().unwrap().out.is_none());
        assert!(parse("--quick").unwrap().unwrap().out.is_none());
        assert!(parse("--only sqlite").unwrap().unwrap().out.is_none());
        assert!(parse("--scenario wave").unwrap().unwrap().out.is_none());
        assert!(parse("--only oracle").is_err());
        assert!(parse("--customers 15").is_err());
        assert!(parse("--runs").is_err());
        assert!(parse("--help").unwrap().is_none());
    }
}
