//! Those who work here: how they are let in, how they show who they are, and how programs act for them.
//!
//! A user signs in by address, password and a code of their authenticator; what lets them go on is a session's token. A
//! program has an API key. Both become an [`Actor`](crate::Actor) with the powers of their roles as they are at that moment,
//! so that whatever is taken away is gone with the next call. Passwords, tokens, names and addresses are in no log, no error
//! and, in the clear, nowhere in the store.

pub mod accept_invitation;
pub mod api_keys;
pub(crate) mod attempts;
pub mod change_password;
pub mod change_roles;
pub mod create_setup_token;
pub mod disable_user;
pub mod enrollment;
pub mod error;
pub mod faces;
pub mod hashing;
pub mod invite_user;
pub mod list_users;
pub mod offered_providers;
pub mod password;
pub mod person;
pub mod provider_sign_in;
pub mod providers;
pub mod reset;
pub mod sessions;
pub mod set_up_first_admin;
pub mod sign_in;
pub mod step_up;
pub(crate) mod token;
pub mod totp;
pub(crate) mod users;

use crate::people::attempts::Attempts;
use crate::people::hashing::{Cost, Hasher};

pub use crate::people::error::Error;
pub use crate::people::person::Person;

/// How long a session lives without being used.
pub const IDLE_SECONDS: i64 = 30 * 60;

/// How long a session lives at the most.
pub const SESSION_SECONDS: i64 = 12 * 3_600;

/// For how long a second factor counts as just shown.
pub const FRESH_SECONDS: i64 = 5 * 60;

/// How long the token for the first administrator counts.
pub const SETUP_SECONDS: i64 = 3_600;

/// How long an invitation counts.
pub const INVITATION_SECONDS: i64 = 3 * 86_400;

/// How long a reset counts.
pub const RESET_SECONDS: i64 = 86_400;

/// How long an attempt to sign in through an identity provider counts.
pub const ATTEMPT_SECONDS: i64 = 600;

/// How many days an API key lives at the most.
pub const KEY_DAYS: i64 = 400;

/// How exact it is when something was last used: no more than one write a minute for it.
const USED_SECONDS: i64 = 60;

/// What keeps guessers slow: one for the whole process, whatever number of organizations it serves.
#[derive(Debug, Default)]
pub struct Guards {
    /// Hashes passwords, a few at a time.
    pub hasher: Hasher,
    /// What was tried lately.
    pub(crate) attempts: Attempts,
}

impl Guards {
    /// With hashes of another cost.
    pub fn with_cost(cost: Cost) -> Self {
        Self { hasher: Hasher::new(cost), attempts: Attempts::default() }
    }
}
