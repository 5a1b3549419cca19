//! What to measure.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

pub(crate) const HELP: &str = "\
usage: cargo xtask bench [options]

  --customers <n>    size of the shop, a multiple of 1000 (default 100000: 2.2 million rows)
  --runs <n>         runs of each scenario, of which the middle one counts (default 3)
  --only <database>  `postgres` or `sqlite`
  --scenario <words> only scenarios whose name holds these words
  --service          the service instead: accepting requests, carrying out jobs; a section of its own
  --pages            the console's pages instead, at 100000 requests and 1000 tables; a section of its own
  --workers          one worker against four on PostgreSQL instead; a section of its own
  --soak             a simulated year of a house with many organizations instead, as fast as it goes
  --requests <n>     requests of that year (default 100000)
  --organizations <n> organizations they are spread over (default 50)
  --quick            a small shop, once: a look whether it works, not a measurement
  --out <file>       where to write the result (default bench/RESULTS.md for the full size, else nowhere);
                     a soak has a section of its own there";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) customers: u32,
    pub(crate) runs: u32,
    pub(crate) postgres: bool,
    pub(crate) sqlite: bool,
    pub(crate) scenario: String,
    /// The service instead of the scenarios.
    pub(crate) service: bool,
    /// Pages of the console instead of the scenarios.
    pub(crate) pages: bool,
    /// Workers instead of the scenarios.
    pub(crate) workers: bool,
    /// A simulated year instead of the scenarios.
    pub(crate) soak: Option<Soak>,
    pub(crate) out: Option<PathBuf>,
}

/// How large a simulated year is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Soak {
    pub(crate) requests: u32,
    pub(crate) organizations: u32,
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
            workers: false,
            pages: false,
            soak: None,
            out: None,
        };
        let mut soak = Soak { requests: 100_000, organizations: 50 };
        while let Some(argument) = arguments.next() {
            if matches!(argument.as_str(), "--help" | "-h") {
                return Ok(None);
            }
            if argument == "--service" {
                options.service = true;
                continue;
            }
            if argument == "--pages" {
                options.pages = true;
                continue;
            }
            if argument == "--workers" {
                options.workers = true;
                continue;
            }
            if argument == "--soak" {
                options.soak = Some(soak);
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
                "--requests" => soak.requests = number()?,
                "--organizations" => soak.organizations = number()?,
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
        if soak.requests == 0 || soak.organizations == 0 {
            bail!("a soak has at least one request and one organization");
        }
        options.soak = options.soak.map(|_| soak);
        // Figures of a smaller or partial run, or of a debug build, must not pass for the real ones.
        let whole = match options.soak {
            Some(soak) => soak.requests >= 100_000 && soak.organizations >= 50,
            None => {
                options.customers == 100_000
                    && options.postgres
                    && options.sqlite
                    && options.scenario.is_empty()
            }
        } && !cfg!(debug_assertions);
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
