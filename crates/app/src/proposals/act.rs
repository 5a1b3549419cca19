//! What takes two people.

use crate::access::Permission;

/// An act that takes two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Approving a plan that erases data of a special category.
    ApprovePlan,
    /// Running a job over the caps: more rows of one person, or more matches, than the settings allow.
    ExceedCap,
    /// Leaving rows that could not be erased as they are.
    LeaveRows,
    /// Purging early, or with something left as it is: what was to be kept for a while goes, or the request ends with exceptions.
    Purge,
    /// Releasing a request from its hold.
    ReleaseHold,
    /// Making shares of a recovery key.
    ExportKey,
    /// Publishing another version of the data map.
    PublishMap,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ApprovePlan,
        Self::ExceedCap,
        Self::LeaveRows,
        Self::Purge,
        Self::ReleaseHold,
        Self::ExportKey,
        Self::PublishMap,
    ];

    /// Its word, in the store, the log and at every door.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApprovePlan => "approve_plan",
            Self::ExceedCap => "exceed_cap",
            Self::LeaveRows => "leave_rows",
            Self::Purge => "purge",
            Self::ReleaseHold => "release_hold",
            Self::ExportKey => "export_key",
            Self::PublishMap => "publish_map",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == word)
    }

    /// What whoever confirms it must be allowed.
    pub fn permission(self) -> Permission {
        match self {
            Self::ApprovePlan => Permission::ApprovePlans,
            Self::ExceedCap | Self::LeaveRows => Permission::RunJobs,
            Self::Purge => Permission::Purge,
            Self::ReleaseHold => Permission::HoldRequests,
            Self::ExportKey => Permission::ManageUsers,
            Self::PublishMap => Permission::PublishMap,
        }
    }
}
