//! Builds the measuring program as shipped and runs it.

use anyhow::Result;

use crate::{prepare, run};

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    prepare::prepare()?;
    let mut command = run::cargo(&["run", "--release", "--locked", "--package", "exeunt-bench", "--"]);
    run::run(command.args(arguments))
}
