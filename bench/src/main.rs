//! Measures Exeunt against the databases' own statements: same machine, same run, same data, ratios beside seconds.
//!
//! A contender does a scenario in a place. The baselines do it with the database's own bulk statements; Exeunt stands
//! beside them (see [`contenders`]).
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring program talks to whoever runs it"
)]
#![expect(clippy::disallowed_methods, reason = "measuring reads the clock")]

mod baseline;
mod machine;
mod measure;
mod options;
mod ours;
mod pages;
mod report;
mod scenario;
mod service;
mod shop;
mod soak;
mod workers;

use std::process::ExitCode;

use anyhow::{Context, Result};
use exeunt_testkit::Postgres;
use exeunt_testkit::postgres::Settings;

use crate::options::Options;
use crate::report::Line;
use crate::scenario::{Contender, Place, Scenario};

/// What the program itself runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = match Options::from_args(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error:#}\n\n{}", options::HELP);
            return ExitCode::from(2);
        }
    };
    match measure_all(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whoever is compared. The first is the measure of the others.
fn contenders() -> Vec<Box<dyn Contender>> {
    vec![Box::new(baseline::Baseline::default()), Box::new(ours::Ours::default())]
}

fn measure_all(options: &Options) -> Result<()> {
    let told = if options.workers {
        Some((report::WORKERS, workers::measure()?))
    } else if options.pages {
        Some((report::PAGES, pages::measure()?))
    } else if options.service {
        Some((report::SERVICE, service::measure()?))
    } else if let Some(soak) = options.soak {
        Some((report::SOAK, soak::measure(soak)?))
    } else {
        None
    };
    if let Some((section, text)) = told {
        println!("{text}");
        return options.out.as_ref().map_or(Ok(()), |path| report::put_section(path, section, &text));
    }
    let mut lines = Vec::new();
    if options.postgres {
        // A real server's settings where they matter, and no autovacuum in the middle of a measurement.
        let extra = [
            ("max_wal_size", "8GB"),
            ("checkpoint_timeout", "30min"),
            ("autovacuum", "off"),
            ("work_mem", "64MB"),
            ("random_page_cost", "1.1"),
        ];
        let extra = extra.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let settings = Settings { fsync: true, shared_buffers: "1GB".into(), extra };
        let server = Postgres::start_with(&settings)?;
        let original = server.create_database()?;
        let rows = shop::make_postgres(&original, options.customers)?;
        eprintln!("postgresql: {rows} rows made");
        each_scenario(options, &mut lines, |contender, scenario| {
            let copy = server.clone_database(&original)?;
            shop::prepare_postgres(&copy, scenario, options.customers)?;
            let dir = tempfile::tempdir().context("could not make a directory")?;
            let place = Place::Postgres {
                url: copy.url().to_owned(),
                server: server.pid()?,
                dir: dir.path().to_owned(),
            };
            run_one(contender, scenario, &place)
        })?;
    }
    if options.sqlite {
        let dir = tempfile::tempdir().context("could not make a directory")?;
        let original = dir.path().join("original.db");
        let rows = shop::make_sqlite(&original, options.customers)?;
        eprintln!("sqlite: {rows} rows made");
        each_scenario(options, &mut lines, |contender, scenario| {
            let dir = tempfile::tempdir().context("could not make a directory")?;
            let file = dir.path().join("shop.db");
            std::fs::copy(&original, &file).context("could not copy the shop")?;
            shop::prepare_sqlite(&file, scenario, options.customers)?;
            run_one(contender, scenario, &Place::Sqlite { file, dir: dir.path().to_owned() })
        })?;
    }
    let text = report::render(options, &lines)?;
    println!("{text}");
    if let Some(path) = &options.out {
        report::put_page(path, &text)?;
    }
    Ok(())
}

fn each_scenario(
    options: &Options,
    lines: &mut Vec<Line>,
    mut measure: impl FnMut(&mut dyn Contender, &Scenario) -> Result<Line>,
) -> Result<()> {
    for scenario in scenario::all(options.customers) {
        if !scenario.to_string().contains(&options.scenario) {
            continue;
        }
        for contender in contenders().iter_mut().filter(|contender| contender.takes_part(&scenario)) {
            let mut runs = Vec::new();
            for _ in 0..options.runs {
                runs.push(measure(contender.as_mut(), &scenario)?);
            }
            let line = report::middle(runs).context("at least one run was asked for")?;
            eprintln!("{line}");
            lines.push(line);
        }
    }
    Ok(())
}

/// One scenario, done by one contender, on a fresh copy. A scenario of many small tasks is timed task by task.
fn run_one(contender: &mut dyn Contender, scenario: &Scenario, place: &Place) -> Result<Line> {
    let name = contender.name();
    let mut parts = Vec::new();
    for task in scenario.tasks() {
        contender.prepare(place, &task).with_context(|| format!("{name} could not prepare `{scenario}`"))?;
        let meter = measure::Meter::start(place.server())?;
        let work = contender.run(place, &task).with_context(|| format!("{name} failed at `{scenario}`"))?;
        parts.push((work, meter.stop()?));
    }
    Line::new(place.kind(), scenario, name, parts)
}
