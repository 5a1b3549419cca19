//! What can go wrong in the office, and of which class it is: a door turns the class into its own code.

use std::io;
use std::path::{Path, PathBuf};

use exeunt_base::{FaultKind, Name, Timestamp};

use crate::access::Permission;
use crate::requests::submit::ordinal;

/// Trouble that a caller can act on. No message holds an identifier, a cell or a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] exeunt_engine::Error),
    /// The control store.
    #[error(transparent)]
    Store(#[from] exeunt_store::Error),
    /// Vault and keys.
    #[error(transparent)]
    Vault(#[from] exeunt_vault::Error),
    /// The map is not a map.
    #[error(transparent)]
    Map(#[from] exeunt_datamap::parse::Problems),
    /// The map does not fit the live schema.
    #[error("no plan was made: the data map and the live schema disagree; `exeunt map check` shows it all\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Disagree(Vec<exeunt_plan::map::Finding>),
    /// Data would leave the regions it may be in.
    #[error("data would leave the regions it may be in, or nobody said where it is; nothing was touched\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Leaves(Vec<exeunt_plan::map::Finding>),
    /// Not in this process: it runs outside the regions the rows may be handled in.
    #[error("{0}")]
    Elsewhere(String),
    /// No plan can be made.
    #[error("no plan was made: {} {} to decide first\n  {}", .0.len(), if .0.len() == 1 { "thing is" } else { "things are" }, lines(.0))]
    Unplannable(Vec<exeunt_plan::Problem>),
    /// The plan was not approved.
    #[error(transparent)]
    NotApproved(#[from] exeunt_plan::plan::Refused),
    /// The stored plan is not what was stored.
    #[error(transparent)]
    Unreadable(#[from] exeunt_plan::plan::Unreadable),
    /// An identifier that could match nobody or everybody.
    #[error("could not take the identifier of kind `{kind}` (the {place} given)")]
    Identifier {
        /// The kind as given.
        kind: String,
        /// `1st`, `2nd` …
        place: String,
        /// Why.
        #[source]
        source: exeunt_rights::identity::Refused,
    },
    /// Identifiers that can stand in no suppression list, and so cannot be looked up in one.
    #[error("{}", unfit(.0))]
    Unfit(Vec<Unfit>),
    /// A regime pack that cannot be used.
    #[error(transparent)]
    Pack(#[from] exeunt_rights::regime::BadPack),
    /// A file.
    #[error("could not {doing} `{}`", path.display())]
    File {
        /// What was attempted.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's word.
        #[source]
        source: io::Error,
    },
    /// There is no home.
    #[error("`{}` is not a home of exeunt; make one with `exeunt init`, or name another with --home", .0.display())]
    NoHome(PathBuf),
    /// There is a home already.
    #[error("`{}` is a home of exeunt already; nothing was changed", .0.display())]
    HomeExists(PathBuf),
    /// A file that belongs to a home is not what was written.
    #[error("{what} cannot be read: {why}")]
    Damaged {
        /// Which.
        what: String,
        /// Why.
        why: String,
    },
    /// History was changed: the log does not continue from the checkpoint kept outside.
    #[error(
        "the audit log does not continue from the checkpoint kept outside the store ({kept} entries): somebody changed \
         history. Look into it before anything else; `exeunt audit acknowledge-rollback` accepts what is there"
    )]
    Forked {
        /// Entries in the checkpoint.
        kept: u64,
    },
    /// The checkpoint outside is gone though the log is not empty.
    #[error(
        "there is no checkpoint at `{}` though the log has {found} entries: nobody can tell whether the store was rolled \
         back. If the file was lost, accept the store with `exeunt audit acknowledge-rollback`", path.display()
    )]
    NoCheckpoint {
        /// Where it should be.
        path: PathBuf,
        /// Entries in the store.
        found: u64,
    },
    /// A source that the settings do not know.
    #[error("there is no source `{name}` in the settings{hint}")]
    NoSource {
        /// The name.
        name: Name,
        /// `; did you mean …`, or nothing.
        hint: String,
    },
    /// Somebody who may not do this.
    #[error("this needs the permission `{}`, which you do not have; whoever administers the organization gives it with a role", .0.as_str())]
    Denied(Permission),
    /// Somebody who is not let in, or something about users, sessions and keys that cannot be done.
    #[error(transparent)]
    People(#[from] crate::people::Error),
    /// The first of two people wants this.
    #[error(
        "this takes two people, and is proposed now (`{0}`): somebody else asks for the very same, or confirms it, within a week"
    )]
    Proposed(exeunt_base::ProposalId),
    /// The same person again.
    #[error("you proposed this yourself (`{0}`); somebody else has to want it too")]
    SecondPerson(exeunt_base::ProposalId),
    /// An identity provider that cannot be used.
    #[error(transparent)]
    Provider(#[from] exeunt_oidc::Trouble),
    /// Something asked for does not fit what is there: its code, and what stands in the way.
    #[error("{1}")]
    Refused(&'static str, String),
    /// Something asked for is no sensible question: its code, and what is wrong with it.
    #[error("{1}")]
    Usage(&'static str, String),
    /// What was to be verified does not hold.
    #[error("{0}")]
    NotVerified(String),
    /// An export of the log could not be written.
    #[error(transparent)]
    Export(#[from] exeunt_audit::export::Error),
    /// A package could not be opened.
    #[error(transparent)]
    Package(#[from] exeunt_package::OpenError),
    /// A backup that could not be made or used.
    #[error(transparent)]
    Backup(#[from] crate::backups::Error),
    /// The store was taken back, and the ledger was not held against the sources since.
    #[error(
        "the control store was taken back to an older moment, and people who were erased may be in the sources again: \
         `exeunt{of} ledger check` looks for them, `exeunt{of} ledger replay` erases them again; until nobody is back, the \
         service does not begin, and no command reads, changes or hands over people's data"
    )]
    GateShut {
        /// ` --organization NAME` where it is another than the home's own, or nothing.
        of: String,
    },
    /// A key or passphrase that does not fit.
    #[error(transparent)]
    BadKey(#[from] exeunt_package::BadKey),
}

/// An identifier that nobody can be looked up by. Never says what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Its place, counted from 0.
    pub at: usize,
    /// Why.
    pub why: String,
}

/// How many of them a message tells of.
const TOLD: usize = 10;

/// What a door answers by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nobody's fault but ours, or a case nobody thought of.
    Internal,
    /// Asked wrongly, or settings or map that cannot be read.
    Usage,
    /// A guard stands in the way; often it can be confirmed.
    Refused,
    /// Not for whoever asks.
    Denied,
    /// Nobody knows who asks: a sign-in, a session, a key or a second factor is missing or does not count.
    Unauthenticated,
    /// Too much at this moment; the same again a little later.
    Busy,
    /// Findings that must be mended first.
    Findings,
    /// A source cannot be reached or does not let us in.
    Unreachable,
    /// It is not there.
    Missing,
    /// Something is not what was written.
    Tampered,
    /// Stopped between two batches; can go on.
    Stopped,
    /// No room left.
    Full,
}

impl Error {
    /// A file that could not be used.
    pub fn file(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { doing, path: path.to_owned(), source }
    }

    /// Its code, with a page in `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::Map(_) => "E0101",
            Self::Disagree(_) => "E0102",
            Self::Leaves(_) => "E0985",
            Self::Elsewhere(_) => "E0986",
            Self::Unplannable(_) => "E0306",
            Self::NotApproved(exeunt_plan::plan::Refused::Errors(_)) => "E0307",
            Self::NotApproved(exeunt_plan::plan::Refused::OtherPlan { .. }) => "E0308",
            Self::Unreadable(exeunt_plan::plan::Unreadable::Version(_)) => "E0807",
            Self::Unreadable(_) | Self::Damaged { .. } => "E0811",
            Self::Identifier { .. } => "E0301",
            Self::Unfit(_) => "E0980",
            Self::Pack(_) => "E0314",
            Self::File { source, .. } => code_of_file(source),
            Self::NoHome(_) => "E0803",
            Self::HomeExists(_) => "E0804",
            Self::Forked { .. } => "E0702",
            Self::NoCheckpoint { .. } => "E0703",
            Self::NoSource { .. } => "E0211",
            Self::Denied(_) => "E0901",
            Self::People(error) => error.code(),
            Self::Provider(_) => "E0971",
            Self::SecondPerson(_) => "E0975",
            Self::Proposed(_) => "E0976",
            Self::Refused(code, _) | Self::Usage(code, _) => code,
            Self::NotVerified(_) => "E0704",
            Self::Export(exeunt_audit::export::Error::Io(source)) => code_of_file(source),
            Self::Export(_) => "E0704",
            Self::Package(error) => error.code(),
            Self::BadKey(_) => "E0606",
            Self::Backup(error) => error.code(),
            Self::GateShut { .. } => "E0960",
        }
    }

    /// After how many seconds it is worth trying again, where somebody said so.
    pub fn retry_seconds(&self) -> Option<u32> {
        match self {
            Self::People(error) => error.retry_seconds(),
            _ => None,
        }
    }

    /// Whether nothing is known by the id given, here or for whoever asks.
    pub fn is_unknown(&self) -> bool {
        let (Self::Engine(exeunt_engine::Error::Store(store)) | Self::Store(store)) = self else {
            return false;
        };
        matches!(store, exeunt_store::Error::NotFound { .. })
    }

    /// Whether it waits for somebody or for its hours: until when, where that is known.
    pub fn waits(&self) -> Option<Option<Timestamp>> {
        match self {
            Self::Engine(exeunt_engine::Error::Waits { until, .. }) => Some(*until),
            _ => None,
        }
    }

    /// Whether a process elsewhere may do it, and this one may not.
    pub fn is_elsewhere(&self) -> bool {
        matches!(self, Self::Elsewhere(_))
    }

    /// Whether what is to be changed is not any more as whoever asks saw it.
    pub fn is_changed(&self) -> bool {
        let (Self::Engine(exeunt_engine::Error::Store(store)) | Self::Store(store)) = self else {
            return false;
        };
        matches!(store, exeunt_store::Error::Changed { .. })
    }

    /// Whether somebody else is at it just now.
    pub fn is_busy(&self) -> bool {
        let store = match self {
            Self::Engine(exeunt_engine::Error::Store(store)) | Self::Store(store) => store,
            _ => return false,
        };
        match store {
            exeunt_store::Error::LeaseLost { .. } => true,
            exeunt_store::Error::State { wanted, .. } => wanted == exeunt_store::jobs::FREE_LEASE,
            _ => false,
        }
    }

    /// Whether a hold stands in the way: what it stops goes on by itself once it is lifted.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Engine(exeunt_engine::Error::Held { .. }))
    }

    /// What a door answers by.
    pub fn class(&self) -> Class {
        match self {
            Self::Engine(exeunt_engine::Error::Stopped(_)) => Class::Stopped,
            Self::Engine(exeunt_engine::Error::BadKey(_)) => Class::Usage,
            Self::Engine(error) => of_fault(error.kind()),
            Self::Store(exeunt_store::Error::State { .. }) => Class::Refused,
            Self::Store(error) => of_fault(error.to_fault().kind),
            Self::Vault(error) => of_fault(error.kind()),
            Self::Map(_) | Self::Unplannable(_) | Self::Disagree(_) => Class::Findings,
            Self::Identifier { .. }
            | Self::Unfit(_)
            | Self::Usage(..)
            | Self::NoSource { .. }
            | Self::BadKey(_) => Class::Usage,
            Self::Pack(_)
            | Self::Leaves(_)
            | Self::Elsewhere(_)
            | Self::NotApproved(_)
            | Self::Refused(..)
            | Self::HomeExists(_)
            | Self::Proposed(_)
            | Self::GateShut { .. } => Class::Refused,
            Self::Backup(error) => error.class(),
            Self::Denied(_) | Self::SecondPerson(_) => Class::Denied,
            Self::People(error) => error.class(),
            Self::Provider(trouble) if trouble.is_passing() => Class::Unreachable,
            Self::Provider(_) => Class::Refused,
            Self::NoHome(_) => Class::Missing,
            Self::File { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => Class::Missing,
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                    Class::Full
                }
                _ => Class::Internal,
            },
            Self::Unreadable(_)
            | Self::Damaged { .. }
            | Self::Forked { .. }
            | Self::NoCheckpoint { .. }
            | Self::NotVerified(_) => Class::Tampered,
            Self::Export(exeunt_audit::export::Error::Io(_)) => Class::Internal,
            Self::Export(_) => Class::Tampered,
            Self::Package(error) => of_package(error),
        }
    }
}

/// The code of a file that could not be used.
pub fn code_of_file(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => "E0806",
        _ => "E0805",
    }
}

fn of_package(error: &exeunt_package::OpenError) -> Class {
    match error {
        exeunt_package::OpenError::TargetExists { .. } => Class::Refused,
        exeunt_package::OpenError::Write { .. } => Class::Internal,
        _ => Class::Tampered,
    }
}

fn of_fault(kind: FaultKind) -> Class {
    match kind {
        FaultKind::Unreachable | FaultKind::Denied | FaultKind::Contended => Class::Unreachable,
        FaultKind::Refused | FaultKind::Drifted | FaultKind::Unsupported | FaultKind::Cancelled => {
            Class::Refused
        }
        FaultKind::Missing => Class::Missing,
        FaultKind::Full => Class::Full,
        FaultKind::Corrupt => Class::Tampered,
        FaultKind::Internal => Class::Internal,
    }
}

fn unfit(all: &[Unfit]) -> String {
    let first = all.iter().take(TOLD).map(|one| format!("the {}: {}", ordinal(one.at + 1), one.why));
    let more = match all.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!(
        "nothing was looked up or changed: {} of the identifiers given cannot stand in the suppression list\n  {}{more}",
        all.len(),
        first.collect::<Vec<_>>().join("\n  ")
    )
}

fn lines(problems: &[exeunt_plan::Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}
