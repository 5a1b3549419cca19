//! What can go wrong with our own memory.

use exeunt_base::{Fault, FaultKind};

use crate::database::Trouble;

/// Trouble with the control store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database answered with an error.
    #[error("the control store could not {doing}")]
    Database {
        /// What was attempted.
        doing: &'static str,
        /// What came back. Our own statements carry no personal data in the clear, so its text is safe to show.
        #[source]
        source: Trouble,
    },
    /// The server that keeps it does not answer, or does not let us in. A change that was open did not happen, unless the
    /// source says that nobody knows.
    #[error("the control store cannot be reached to {doing}")]
    Unreachable {
        /// What was attempted.
        doing: &'static str,
        /// What came back.
        #[source]
        source: Fault,
    },
    /// The place named for it holds something else, or nothing.
    #[error("there is no control store in {place}: {why}; see `store` in the settings")]
    NoStore {
        /// Where.
        place: String,
        /// What is there.
        why: &'static str,
    },
    /// The store belongs to another home, whose keys open what is in it.
    #[error("the control store in {place} belongs to another home; nothing was changed")]
    OtherHome {
        /// Where.
        place: String,
    },
    /// Asked for something that is not there.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Somebody else changed it meanwhile, or it is not in a state that allows this.
    #[error("{what} `{id}` is `{found}`, which does not allow this ({wanted})")]
    State {
        /// What it is about.
        what: &'static str,
        /// Its id.
        id: String,
        /// The state it is in.
        found: String,
        /// What would have been needed.
        wanted: String,
    },
    /// It is not any more as whoever wants to change it saw it.
    #[error("`{id}` has changed since you read it; read it again, and decide anew")]
    Changed {
        /// Its id.
        id: String,
    },
    /// The lease on a job was lost to another process.
    #[error("another process took over job `{job}`; this one stops")]
    LeaseLost {
        /// The job.
        job: String,
    },
    /// What is stored cannot be read back.
    #[error("the control store holds a {what} that cannot be read: {why}")]
    Damaged {
        /// What it is.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// The store was made by a newer release.
    #[error("the control store has schema {found}, this release knows up to {known}; use the newer release")]
    TooNew {
        /// Schema found.
        found: i64,
        /// Newest known.
        known: i64,
    },
    /// The audit log could not take the entry, so the change was not made.
    #[error("the audit entry could not be made, so nothing was changed: {0}")]
    Audit(String),
    /// The store is older than a checkpoint kept outside it.
    #[error(
        "the control store was rolled back: its log has {found} entries, the checkpoint kept outside has {kept}; \
         if you restored a backup on purpose, acknowledge it with `exeunt audit acknowledge-rollback`"
    )]
    RolledBack {
        /// Entries in the store.
        found: u64,
        /// Entries in the checkpoint outside.
        kept: u64,
    },
}

impl Error {
    pub(crate) fn while_doing(doing: &'static str) -> impl FnOnce(Trouble) -> Self {
        move |source| match source {
            Trouble::Postgres(source) if is_shut(&source) => Self::Unreachable { doing, source },
            source => Self::Database { doing, source },
        }
    }

    /// Its code, with a page in `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Database { source, .. } => match source.kind() {
                FaultKind::Full => "E0806",
                FaultKind::Contended => "E0810",
                _ => "E0809",
            },
            Self::Unreachable { .. } => "E0814",
            Self::NoStore { .. } | Self::OtherHome { .. } => "E0815",
            Self::NotFound { .. } => "E0808",
            Self::State { wanted, .. } if wanted == "a free lease" => "E0402",
            Self::State { what: "job" | "unit of job" | "batch", .. } => "E0404",
            Self::State { .. } => "E0312",
            Self::LeaseLost { .. } => "E0402",
            Self::Changed { .. } => "E0989",
            Self::Damaged { .. } => "E0811",
            Self::TooNew { .. } => "E0807",
            Self::Audit(_) => "E0705",
            Self::RolledBack { .. } => "E0701",
        }
    }

    /// As a fault, for code that decides by kind.
    pub fn to_fault(&self) -> Fault {
        let kind = match self {
            Self::Database { source, .. } => source.kind(),
            Self::Unreachable { source, .. } => source.kind,
            Self::NoStore { .. } | Self::OtherHome { .. } => FaultKind::Refused,
            Self::NotFound { .. } => FaultKind::Missing,
            Self::State { .. } | Self::LeaseLost { .. } | Self::Changed { .. } => FaultKind::Cancelled,
            Self::Damaged { .. } | Self::RolledBack { .. } => FaultKind::Corrupt,
            Self::TooNew { .. } => FaultKind::Unsupported,
            Self::Audit(_) => FaultKind::Internal,
        };
        Fault::new(kind, self.to_string())
    }
}

/// Whether nobody answers, or nobody is let in. A right that is missing once inside is another matter.
fn is_shut(fault: &Fault) -> bool {
    match fault.kind {
        FaultKind::Unreachable => true,
        FaultKind::Denied => !matches!(fault.code.as_deref(), Some("42501" | "25006")),
        _ => false,
    }
}
