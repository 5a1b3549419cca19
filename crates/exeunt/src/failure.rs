//! What went wrong, as people and scripts are told: the whole chain, a code, control characters escaped.

use std::error::Error as _;
use std::io;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use exeunt_app::Class;
use serde_json::json;

use crate::out;

/// How a command ended that did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit(pub(crate) u8);

impl Exit {
    /// Done.
    pub(crate) const DONE: Self = Self(0);
    /// It found something to mend.
    pub(crate) const FINDINGS: Self = Self(4);
    /// Rows wait for review.
    pub(crate) const REVIEW: Self = Self(9);
}

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The office said no.
    #[error(transparent)]
    App(#[from] exeunt_app::Error),
    /// Settings that cannot be used.
    #[error("{0}")]
    Settings(String),
    /// Asked wrongly.
    #[error("{0}")]
    Usage(String),
    /// A passphrase that is not there or cannot be used.
    #[error("{0}")]
    Passphrase(String),
    /// A file of the caller's.
    #[error("could not {doing} `{path}`")]
    File {
        /// What was attempted.
        doing: &'static str,
        /// On what.
        path: String,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// Standard output or input gave up.
    #[error("could not talk to the terminal or pipe")]
    Out(#[from] io::Error),
    /// The service that was asked, or the way to it.
    #[error(transparent)]
    Remote(#[from] crate::remote::Error),
    /// The demonstration did not come out as it should.
    #[error("the demonstration failed: {0}")]
    Demo(String),
}

impl From<exeunt_engine::Error> for Failure {
    fn from(error: exeunt_engine::Error) -> Self {
        Self::App(error.into())
    }
}

impl From<exeunt_vault::Error> for Failure {
    fn from(error: exeunt_vault::Error) -> Self {
        Self::App(error.into())
    }
}

impl Failure {
    /// A file that could not be used.
    pub(crate) fn file(doing: &'static str, path: &std::path::Path, source: io::Error) -> Self {
        Self::File { doing, path: path.display().to_string(), source }
    }

    /// Its code, with a page in `docs/errors/`.
    fn code(&self) -> &str {
        match self {
            Self::App(error) => error.code(),
            Self::Settings(_) => "E0802",
            Self::Usage(_) => "E0801",
            Self::Passphrase(_) => "E0509",
            Self::File { source, .. } => exeunt_app::error::code_of_file(source),
            Self::Out(_) => "E0812",
            Self::Remote(error) => error.code(),
            Self::Demo(_) => "E0813",
        }
    }

    fn class(&self) -> Class {
        match self {
            // nobody should start us again with the same PIN: a few more, and the token locks it
            Self::App(exeunt_app::Error::Vault(exeunt_vault::Error::TokenRefused { .. })) => Class::Usage,
            Self::App(error) => error.class(),
            Self::Remote(error) => error.class(),
            Self::Settings(_) | Self::Usage(_) | Self::Passphrase(_) => Class::Usage,
            Self::File { source, .. } if source.kind() == io::ErrorKind::NotFound => Class::Missing,
            Self::File { source, .. } if source.kind() == io::ErrorKind::StorageFull => Class::Full,
            _ => Class::Internal,
        }
    }
}

fn exit(class: Class) -> (u8, &'static str) {
    match class {
        Class::Internal => (1, "internal"),
        Class::Usage => (2, "usage"),
        Class::Refused => (3, "refused"),
        Class::Denied => (3, "denied"),
        Class::Unauthenticated => (3, "unauthenticated"),
        Class::Busy => (3, "busy"),
        Class::Findings => (4, "findings"),
        Class::Unreachable => (5, "unreachable"),
        Class::Missing => (6, "missing"),
        Class::Tampered => (7, "tampered"),
        Class::Stopped => (8, "stopped"),
        Class::Full => (10, "full"),
    }
}

/// Tells what went wrong and gives the exit code.
pub(crate) fn report(failure: &Failure, as_json: bool) -> ExitCode {
    // `exeunt … | head` is no failure
    if matches!(failure, Failure::Out(error) if error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    let (exit, class) = exit(failure.class());
    let message = failure.to_string();
    let mut causes = Vec::new();
    let mut last = message.clone();
    let mut cause = failure.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        // transparent wrappers say the same twice
        if !last.ends_with(&text) {
            causes.push(text.clone());
        }
        last = text;
        cause = inner.source();
    }
    if as_json {
        tell_json(failure.code(), exit, class, &message, &causes);
    } else {
        let whole = std::iter::once(message).chain(causes).collect::<Vec<_>>().join(": ");
        eprintln!("error[{}]: {}", failure.code(), out::safe(&whole));
    }
    ExitCode::from(exit)
}

fn tell_json(code: &str, exit: u8, class: &str, message: &str, causes: &[String]) {
    let error = json!({ "error": {
        "code": code, "exit": exit, "class": class, "message": message, "causes": causes,
    } });
    eprintln!("{}", out::safe(&error.to_string()));
}

fn is_word(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// What clap says. Values are not repeated: somebody may have put an identifier where none belongs.
pub(crate) fn usage(error: &clap::Error, as_json: bool) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return ExitCode::from(2);
    }
    let hidden = ContextValue::String(String::from("…"));
    let mut quiet = clap::Error::new(error.kind());
    for (kind, value) in error.context() {
        let hide = match (kind, value) {
            // a word of a closed list is worth repeating; a free value is not
            (ContextKind::InvalidValue, _) if error.kind() == ErrorKind::ValueValidation => true,
            (ContextKind::InvalidValue | ContextKind::InvalidSubcommand, ContextValue::String(text)) => {
                !is_word(text)
            }
            (ContextKind::InvalidArg, ContextValue::String(text)) => !text.starts_with(['-', '<', '[']),
            _ => false,
        };
        quiet.insert(kind, if hide { hidden.clone() } else { value.clone() });
    }
    let mut said = quiet.render().to_string();
    if let Some(reason) = error.source() {
        // clap keeps our own reason apart; ours never quote
        said = said.replacen("\n", &format!(": {reason}\n"), 1);
    }
    let said = said.strip_prefix("error: ").unwrap_or(&said).trim_end();
    if as_json {
        // the rest is how to call it, for people
        let message = said.split("\n\n").next().unwrap_or_default();
        tell_json("E0801", 2, "usage", message, &[]);
    } else {
        eprintln!("error[E0801]: {}", out::safe(said));
    }
    ExitCode::from(2)
}
