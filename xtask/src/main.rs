//! Chores, in Rust so that they run the same everywhere: `cargo xtask test | layers | licenses | sbom | pictures | bench`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to whoever runs it")]
#![expect(clippy::disallowed_methods, reason = "a chore reads the clock and the environment")]

mod bench;
mod layers;
mod licenses;
mod metadata;
mod pictures;
mod prepare;
mod run;
mod sbom;
mod spdx;
mod test;

use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask <chore>

  test       everything that must pass, from a bare machine on; what CI runs
  prepare    install what the tests need: PostgreSQL, schemathesis, aiosmtpd, moto, oidc-provider-mock,
             chromium and playwright-core
  layers     crates may use only what lies on lower floors (layers.toml)
  licenses   licenses and banned crates (deny.toml), without a network
  sbom       what the program is made of, as CycloneDX 1.5, into target/exeunt.cdx.json or the file named
  pictures   copy the screenshots of the journeys into docs/guide
  bench      measure against the databases' own statements, into bench/RESULTS.md
             (further arguments go to the measuring program: cargo xtask bench -- --help)";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let chore = arguments.next();
    let rest: Vec<String> = arguments.filter(|argument| argument != "--").collect();
    let done = match (chore.as_deref(), rest.as_slice()) {
        (Some("test"), []) => test::run(),
        (Some("prepare"), []) => prepare::prepare(),
        (Some("layers"), []) => layers::check(),
        (Some("licenses"), []) => licenses::check(),
        (Some("sbom"), []) => sbom::write(None),
        (Some("sbom"), [to]) => sbom::write(Some(to)),
        (Some("pictures"), []) => pictures::renew(),
        (Some("bench"), rest) => bench::run(rest),
        (Some("help" | "--help" | "-h"), _) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
