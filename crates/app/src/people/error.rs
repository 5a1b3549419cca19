//! Why somebody is not let in, or something about users, sessions and keys cannot be done.

use crate::error::Class;
use crate::people::password;

/// What goes wrong with people and keys. No message names anybody, or says whether somebody is known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Unknown address, wrong password, wrong or used code: all the same to whoever tries.
    #[error(
        "address, password and code do not belong together; check all three, and take a code that was not used yet"
    )]
    SignIn,
    /// Somebody who came back from an identity provider: all the same to whoever tries.
    #[error(
        "nobody was signed in: begin again, and give the code that your authenticator shows now; whoever was not invited \
         here, or has not answered yet, asks an administrator"
    )]
    Provider,
    /// There is no such session, or it ended.
    #[error("this session has ended; sign in again")]
    NoSession,
    /// There is no such API key, or it counts no more.
    #[error("this API key is unknown, expired or revoked; ask for a new one")]
    NoApiKey,
    /// The second factor was shown too long ago for this act.
    #[error("this needs your second factor again: it was last shown more than {} minutes ago", crate::people::FRESH_SECONDS / 60)]
    Stale,
    /// All places for checking passwords are taken.
    #[error("too many sign-ins at this moment; try again in {retry_seconds} s")]
    Busy {
        /// After how many seconds it is worth trying.
        retry_seconds: u32,
    },
    /// Too many attempts from there.
    #[error("too many attempts; try again in {retry_seconds} s")]
    TooMany {
        /// After how many seconds there is room for another one.
        retry_seconds: u32,
    },
    /// A password that is not good enough.
    #[error("this password cannot be used: {0}")]
    Password(#[from] password::Refused),
    /// A code that is not the one of now, or was used before.
    #[error("this code does not count: give the one your authenticator shows now, and each one only once")]
    Code,
    /// A one-time token that is unknown, used or too old.
    #[error("this one-time token is unknown, was used, or its time is over; ask for a new one")]
    Token,
    /// Somebody signs in by this address already.
    #[error("somebody signs in by this e-mail address already; use another one, or disable that user first")]
    Taken,
    /// A name or address that is none.
    #[error("could not take the {what}: {why}")]
    Person {
        /// `name` or `e-mail address`.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody would be left who lets people in.
    #[error("this is the last active administrator; make another one first")]
    LastAdmin,
    /// Nobody changes or ends their own account.
    #[error("nobody changes their own roles or disables themselves; ask another administrator")]
    Oneself,
    /// A setup token is only for an organization without an administrator.
    #[error("there is an administrator already; ask them for an invitation, or give `exeunt user invite`")]
    AdminExists,
    /// A user that is not in the state this needs.
    #[error("this user is {found}, and would have to be {wanted}")]
    State {
        /// How they are.
        found: String,
        /// How they would have to be.
        wanted: &'static str,
    },
    /// Roles that are none.
    #[error("a user needs at least one role")]
    NoRole,
    /// Scopes that nobody could give.
    #[error("an API key takes scopes that both you and its user have; `{0}` is not one of them")]
    Scope(&'static str),
    /// No scopes at all.
    #[error("an API key needs at least one scope")]
    NoScope,
    /// Too long, or over before it begins.
    #[error("an API key expires after at least a moment and at most {} days", crate::people::KEY_DAYS)]
    Lifetime,
    /// A program asked for what only people may.
    #[error("an API key cannot make API keys; sign in and make it yourself")]
    Program,
}

impl Error {
    /// Its code, with a page in `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignIn => "E0910",
            Self::Provider => "E0970",
            Self::NoSession => "E0911",
            Self::NoApiKey => "E0912",
            Self::Stale => "E0913",
            Self::Busy { .. } | Self::TooMany { .. } => "E0914",
            Self::Password(_) => "E0915",
            Self::Code => "E0916",
            Self::Token => "E0917",
            Self::Taken => "E0918",
            Self::Person { .. } => "E0919",
            Self::LastAdmin | Self::Oneself => "E0920",
            Self::AdminExists => "E0921",
            Self::State { .. } => "E0922",
            Self::NoRole => "E0923",
            Self::Scope(_) | Self::NoScope | Self::Lifetime | Self::Program => "E0924",
        }
    }

    /// What a door answers by.
    pub fn class(&self) -> Class {
        match self {
            Self::SignIn | Self::Provider | Self::NoSession | Self::NoApiKey | Self::Stale => {
                Class::Unauthenticated
            }
            Self::Busy { .. } | Self::TooMany { .. } => Class::Busy,
            Self::Password(_)
            | Self::Code
            | Self::Person { .. }
            | Self::NoRole
            | Self::NoScope
            | Self::Lifetime => Class::Usage,
            Self::Token
            | Self::Taken
            | Self::LastAdmin
            | Self::Oneself
            | Self::AdminExists
            | Self::State { .. }
            | Self::Scope(_)
            | Self::Program => Class::Refused,
        }
    }

    /// After how many seconds it is worth trying again, where that is known.
    pub fn retry_seconds(&self) -> Option<u32> {
        match self {
            Self::Busy { retry_seconds } | Self::TooMany { retry_seconds } => Some(*retry_seconds),
            _ => None,
        }
    }
}
