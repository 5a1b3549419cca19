//! What can go wrong while a plan is carried out. Each has a code with a page in `docs/errors/`.

use exeunt_base::{Fault, FaultKind, JobId, Name, RequestId};

/// Trouble that a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A source failed.
    #[error("source `{source_name}`: {fault}")]
    Source {
        /// Which.
        source_name: Name,
        /// How.
        #[source]
        fault: Fault,
    },
    /// The plan names a source that is not configured.
    #[error("the plan needs source `{0}`, which is not configured; add it under `sources:` in the settings")]
    NoSource(Name),
    /// The control store failed.
    #[error(transparent)]
    Store(#[from] exeunt_store::Error),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] exeunt_vault::Error),
    /// The plan was not approved.
    #[error("the plan of job `{0}` is not approved; approve its digest first")]
    NotApproved(JobId),
    /// The live schema is not the one the plan was approved for.
    #[error(
        "source `{source_name}` no longer has the schema the plan was approved for{gone}; nothing was touched. Plan again"
    )]
    Drifted {
        /// Which.
        source_name: Name,
        /// What the plan names and is there no more, in brackets; empty when something else changed.
        gone: String,
    },
    /// No identifier that the map knows was given.
    #[error("request `{request}` gives no identifier that a subject model of the map knows ({known})")]
    Unknown {
        /// Which.
        request: RequestId,
        /// Kinds the map knows.
        known: String,
    },
    /// Identifiers point to different rows.
    #[error(
        "the identifiers of request `{request}` point to different people in {model} (they disagree on {kinds}); check them, or confirm with --confirm-identity"
    )]
    Contradiction {
        /// Which.
        request: RequestId,
        /// Where.
        model: String,
        /// On which kinds of identifier.
        kinds: String,
    },
    /// Nothing is found of somebody.
    #[error(
        "nothing is found of {} in any mapped place, and nothing was touched: check the identifiers, for a mistyped one finds nobody. If nothing is held, confirm with --confirm-nobody", named(.requests)
    )]
    Nobody {
        /// Which.
        requests: Vec<RequestId>,
    },
    /// An identifier matches too many people.
    #[error(
        "the identifiers of request `{request}` match {found} rows in {model}, more than the {cap} allowed; use a narrower identifier, or confirm with --confirm-matches {found}"
    )]
    TooBroad {
        /// Which.
        request: RequestId,
        /// Where.
        model: String,
        /// How many.
        found: u64,
        /// How many are allowed.
        cap: u64,
    },
    /// A person has more rows than the cap.
    #[error(
        "request `{request}` would touch {found} rows, more than the cap of {cap} for one person; if that is right, confirm with --confirm-rows {found}"
    )]
    TooMany {
        /// Which.
        request: RequestId,
        /// How many.
        found: u64,
        /// The cap.
        cap: u64,
    },
    /// Nothing is left to open.
    #[error("request `{0}` has nothing in the vault: it was purged, restored or never struck")]
    NothingThere(RequestId),
    /// Rows that were chosen are not among the request's.
    #[error(
        "the erasure of request `{request}` took no row of `{model}`{which}; nothing was touched. Keys are written as the database has them, several columns as a JSON list"
    )]
    NoSuchRow {
        /// Which.
        request: RequestId,
        /// The model.
        model: String,
        /// Which keys, by their places; never the keys.
        which: String,
    },
    /// A hold stops it.
    #[error("request `{request}` is on hold ({because}); lift the hold first")]
    Held {
        /// Which.
        request: RequestId,
        /// Why.
        because: String,
    },
    /// The window has not ended.
    #[error(
        "the recovery window of request `{request}` ends at {ends}; purge it then, or end the window early with --now and a reason"
    )]
    WindowOpen {
        /// Which.
        request: RequestId,
        /// When it ends.
        ends: exeunt_base::Timestamp,
    },
    /// What was asked back is not back, and would be destroyed.
    #[error(
        "{what}; a purge of request `{request}` would destroy that for ever. Bring it back first, or give it up with --give-up and a reason"
    )]
    AskedBack {
        /// Which was to be purged.
        request: RequestId,
        /// What waits, whose it is, and where that stands.
        what: String,
    },
    /// Rows appeared since the census.
    #[error(
        "{rows} rows of request `{request}` appeared since they were struck ({places}); erase them too with --include-new, or leave them with --leave-new and a reason"
    )]
    Appeared {
        /// Which.
        request: RequestId,
        /// How many.
        rows: u64,
        /// Where.
        places: String,
    },
    /// Something read back is not what was written.
    #[error("{what} cannot be read back: {why}")]
    Damaged {
        /// What.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// Something the engine was asked for and cannot do: its code, and what stands in the way.
    #[error("{1}")]
    Refused(&'static str, String),
    /// A package could not be made.
    #[error("the package could not be made: {0}")]
    Package(String),
    /// A package could not be written.
    #[error("the package could not be made")]
    Packing(#[source] exeunt_package::Error),
    /// A package cannot be encrypted for the given keys.
    #[error(transparent)]
    BadKey(#[from] exeunt_package::BadKey),
    /// Not now: somebody halted it, or its hours have not come. What is done stays done.
    #[error("{why}")]
    Waits {
        /// Its code.
        code: &'static str,
        /// What it waits for.
        why: String,
        /// Until when, where that is known.
        until: Option<exeunt_base::Timestamp>,
    },
    /// Stopped between batches, because somebody asked. What is done stays done.
    #[error("stopped between two batches; go on with `exeunt job run {0}`")]
    Stopped(JobId),
}

impl Error {
    /// Wraps a fault of a source.
    pub(crate) fn at(source_name: &Name) -> impl FnOnce(Fault) -> Self {
        let source_name = source_name.clone();
        move |fault| Self::Source { source_name, fault }
    }

    /// A package that could not be written: the storage's own error where it was the storage.
    pub(crate) fn of_package(error: exeunt_package::Error) -> Self {
        use exeunt_package::Error as Cause;
        match error {
            Cause::Write(source) => Self::packing(source),
            Cause::Archive(zip) => match std::io::Error::from(zip) {
                source if is_of_storage(&source) => Self::packing(source),
                source => Self::Packing(Cause::Write(source)),
            },
            other => Self::Packing(other),
        }
    }

    /// The same from the standard library's error.
    pub(crate) fn packing(source: std::io::Error) -> Self {
        if !is_of_storage(&source) {
            return Self::Packing(exeunt_package::Error::Write(source));
        }
        match source.downcast::<exeunt_vault::Error>() {
            Ok(error) => Self::Vault(error),
            Err(source) => Self::Packing(exeunt_package::Error::Write(source)),
        }
    }

    /// Its code, with a page in `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source { fault, .. } => of_source(fault.kind),
            Self::NoSource(_) => "E0211",
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::NotApproved(_) => "E0309",
            Self::Drifted { .. } => "E0206",
            Self::Unknown { .. } => "E0302",
            Self::Nobody { .. } => "E0313",
            Self::Contradiction { .. } => "E0303",
            Self::TooBroad { .. } => "E0304",
            Self::TooMany { .. } => "E0305",
            Self::NothingThere(_) => "E0501",
            Self::NoSuchRow { .. } => "E0511",
            Self::Held { .. } => "E0502",
            Self::WindowOpen { .. } => "E0503",
            Self::Appeared { .. } => "E0504",
            Self::AskedBack { .. } => "E0510",
            Self::Damaged { .. } => "E0811",
            Self::Refused(code, _) | Self::Waits { code, .. } => code,
            Self::Package(_) => "E0607",
            Self::Packing(error) => error.code(),
            Self::BadKey(_) => "E0606",
            Self::Stopped(_) => "E0401",
        }
    }

    /// The fault kind to decide by.
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::Source { fault, .. } => fault.kind,
            Self::Store(error) => error.to_fault().kind,
            Self::Vault(error) => error.kind(),
            Self::Drifted { .. } => FaultKind::Drifted,
            Self::Damaged { .. } => FaultKind::Corrupt,
            Self::Stopped(_) => FaultKind::Cancelled,
            Self::NoSource(_) | Self::NothingThere(_) | Self::NoSuchRow { .. } => FaultKind::Missing,
            Self::Packing(error) if error.is_full() => FaultKind::Full,
            Self::Package(_) | Self::Packing(_) => FaultKind::Internal,
            Self::BadKey(_) => FaultKind::Unsupported,
            _ => FaultKind::Refused,
        }
    }
}

fn is_of_storage(error: &std::io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<exeunt_vault::Error>())
}

/// The first few of many requests.
fn named(requests: &[RequestId]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = requests.iter().take(SHOWN).map(|id| format!("`{id}`")).collect();
    match requests.len() - shown.len() {
        0 if shown.len() == 1 => format!("request {}", shown.join(", ")),
        0 => format!("requests {}", shown.join(", ")),
        more => format!("requests {} and {more} more", shown.join(", ")),
    }
}

fn of_source(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Unreachable => "E0201",
        FaultKind::Denied => "E0202",
        FaultKind::Contended => "E0203",
        FaultKind::Refused => "E0204",
        FaultKind::Missing => "E0205",
        FaultKind::Drifted => "E0206",
        FaultKind::Full => "E0207",
        FaultKind::Corrupt => "E0208",
        FaultKind::Unsupported => "E0209",
        FaultKind::Cancelled | FaultKind::Internal => "E0210",
    }
}
