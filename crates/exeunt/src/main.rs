//! Exeunt: privacy rights that are really carried out.
//!
//! The one place that reads the clock, the environment and the system's randomness, names the connectors, and talks to
//! whoever started it. Commands are files under `commands/`, named for the noun and verb they are called by.
#![expect(clippy::disallowed_methods, reason = "the binary is where clock, chance and environment come in")]
#![expect(clippy::print_stderr, reason = "whoever runs a command is talked to on standard error")]

mod cli;
mod commands;
mod door;
mod elsewhere;
mod failure;
mod ids;
mod log;
mod out;
mod passphrase;
mod process;
mod progress;
mod remote;
mod settings;
mod sources;
mod stop;
mod table;
mod traces;
mod world;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;

/// Rows are made on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // what was written could not be read as a whole, so the option is looked for by itself
            let as_json = std::env::args_os().any(|word| word == "--json");
            return failure::usage(&error, as_json);
        }
    };
    let traces = match traces::of(&cli) {
        Ok(traces) => traces,
        Err(failure) => return failure::report(&failure, cli.json),
    };
    let (layer, sender) = traces.unzip();
    if let Err(failure) = log::start(layer) {
        return failure::report(&failure, cli.json);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let done = match runtime {
        Ok(runtime) => {
            let done = runtime.block_on(async {
                let sending = sender.map(traces::Sender::start);
                let done = commands::run(&cli).await;
                if let Some(sending) = sending {
                    sending.finish().await;
                }
                done
            });
            // a blocking read of a prompt must not keep the process alive
            runtime.shutdown_timeout(std::time::Duration::from_secs(5));
            done
        }
        Err(error) => Err(failure::Failure::Out(error)),
    };
    match done {
        Ok(exit) => ExitCode::from(exit.0),
        Err(failure) => failure::report(&failure, cli.json),
    }
}
