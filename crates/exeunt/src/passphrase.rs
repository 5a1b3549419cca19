//! Passphrases: from a variable, a file, or typed without being shown. Never from the command line.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use exeunt_base::Secret;

use crate::failure::Failure;
use crate::out;
use crate::settings::Settings;

/// The passphrase that opens the home, from where the settings say; none when they say another keeper.
pub(crate) fn of(settings: &Settings) -> Result<Option<Secret<String>>, Failure> {
    let unseal = &settings.unseal;
    match (&unseal.passphrase_env, &unseal.passphrase_file, unseal.passphrase_prompt) {
        (Some(variable), _, _) => from_variable(variable).map(Some),
        (_, Some(path), _) => from_file(&settings.path(path)).map(Some),
        (_, _, true) => ask("passphrase of this home").map(Some),
        _ => Ok(None),
    }
}

/// Reads a file that holds a passphrase and nothing else; a line end after it is not part of it.
pub(crate) fn from_file(path: &Path) -> Result<Secret<String>, Failure> {
    let text = std::fs::read_to_string(path)
        .map(Secret::new)
        .map_err(|source| Failure::file("read the passphrase file", path, source))?;
    checked(text.expose().trim_end_matches(['\r', '\n']))
}

/// Reads a variable.
pub(crate) fn from_variable(name: &str) -> Result<Secret<String>, Failure> {
    match std::env::var(name).map(Secret::new) {
        Ok(text) => checked(text.expose()),
        Err(_) => Err(Failure::Passphrase(format!(
            "the passphrase should be in the variable `{name}`, which is not set"
        ))),
    }
}

/// Asks for it.
pub(crate) fn ask(question: &str) -> Result<Secret<String>, Failure> {
    if !out::is_attended() {
        return Err(Failure::Passphrase(String::from(
            "a passphrase is needed, and nobody sits here to type it; name a variable or file in the settings",
        )));
    }
    eprint!("{question}: ");
    std::io::stderr().flush()?;
    let silent = stty("-echo");
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    if silent {
        stty("echo");
        eprintln!();
    }
    let line = Secret::new(line);
    read?;
    checked(line.expose().trim_end_matches(['\r', '\n']))
}

fn checked(text: &str) -> Result<Secret<String>, Failure> {
    if text.is_empty() {
        return Err(Failure::Passphrase(String::from("the passphrase is empty")));
    }
    Ok(Secret::new(text.to_owned()))
}

/// Turns the terminal's echo off and on; false where that is not possible.
fn stty(how: &str) -> bool {
    let status = Command::new("stty").arg(how).stdin(Stdio::inherit()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
