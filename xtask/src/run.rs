//! Runs other programs.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

/// Most lines that are told again of one program.
const MOST_PICKED: usize = 100;

/// The workspace's directory.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask is a directory of the workspace").to_owned()
}

/// The cargo that runs us, about to be run in the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Runs a program whose output goes where ours does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = describe(command);
    let status = command.status().with_context(|| format!("could not run `{name}`"))?;
    if !status.success() {
        bail!("`{name}` failed ({status})");
    }
    Ok(())
}

/// Runs a program whose output goes where ours does, and keeps the lines that `picks` chooses for the error.
pub(crate) fn run_picking(command: &mut Command, picks: fn(&str) -> bool) -> Result<()> {
    let name = describe(command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not run `{name}`"))?;
    let out = child.stdout.take().map(|out| thread::spawn(move || pass_on(out, io::stdout(), picks)));
    let err = child.stderr.take().map(|err| thread::spawn(move || pass_on(err, io::stderr(), picks)));
    let picked: Vec<String> = [out, err]
        .into_iter()
        .flatten()
        .flat_map(|thread| thread.join().expect("copying lines does not panic"))
        .collect();
    let status = child.wait().with_context(|| format!("could not wait for `{name}`"))?;
    if !status.success() {
        bail!("`{name}` failed ({status})\n{}", picked.join("\n"));
    }
    Ok(())
}

/// Copies output line by line, whatever its bytes are, and gives the lines that are picked.
fn pass_on(from: impl Read, mut to: impl Write, picks: fn(&str) -> bool) -> Vec<String> {
    let mut from = BufReader::new(from);
    let mut picked = Vec::new();
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // nobody may be reading any more; the tests go on all the same
        let _ = to.write_all(&line);
        let text = String::from_utf8_lossy(&line);
        if picks(text.trim_end()) && picked.len() < MOST_PICKED {
            picked.push(format!("  {}", text.trim_end()));
        }
        line.clear();
    }
    picked
}

/// Runs a program for its standard output.
pub(crate) fn read(command: &mut Command) -> Result<Vec<u8>> {
    let name = describe(command);
    let output = command.stderr(std::process::Stdio::inherit()).output();
    let output = output.with_context(|| format!("could not run `{name}`"))?;
    if !output.status.success() {
        bail!("`{name}` failed ({})", output.status);
    }
    Ok(output.stdout)
}

fn describe(command: &Command) -> String {
    let program =
        Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    [program].into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
}
