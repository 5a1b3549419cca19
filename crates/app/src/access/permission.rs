//! What a use case asks of whoever wants it: one word for each kind of act.

/// One kind of act. An API key's scopes are these words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See requests, their deadlines and where they stand. Never whose they are.
    ReadRequests,
    /// Take a request in.
    SubmitRequests,
    /// Put a request on hold and release it.
    HoldRequests,
    /// See plans.
    ReadPlans,
    /// Make plans, count and rehearse them.
    MakePlans,
    /// Approve a plan by its digest.
    ApprovePlans,
    /// See jobs and their progress.
    ReadJobs,
    /// Start, run and cancel jobs, and decide on rows in review.
    RunJobs,
    /// Bring erased rows back.
    Restore,
    /// End a window early, and purge.
    Purge,
    /// See which packages there are.
    ReadPackages,
    /// Make and remove packages.
    MakePackages,
    /// Open a package: see what is in it.
    OpenPackages,
    /// See the data map and what is wrong with it.
    ReadMap,
    /// Check sources.
    CheckSources,
    /// Read, verify and export the audit log, receipts and their proofs.
    ReadAudit,
    /// Hold the ledger against the sources, and erase again who came back.
    UseLedger,
    /// Invite, disable and change users.
    ManageUsers,
    /// Make and revoke API keys.
    ManageApiKeys,
    /// Decide on a request: acknowledge it, move its deadline, refuse it, write down that it was taken back.
    DecideRequests,
    /// Establish who asks.
    IdentifyRequests,
    /// Read what a person said when they asked.
    ReadStatements,
    /// Push into the delta tables.
    PushDeltas,
    /// See which letters were written and what became of them. Never to whom.
    ReadLetters,
    /// Send letters again that were given up.
    SendLetters,
    /// Make links by which people fetch their packages, and revoke them.
    MakeLinks,
    /// Pause work at a source and let it go on.
    PauseWork,
    /// Stop everything that destroys.
    StopWork,
    /// Let it go on, as one of two.
    LiftStop,
    /// Say which identity providers vouch for users, and whom.
    ManageProviders,
    /// See the register of sub-processors.
    ReadSubprocessors,
    /// Keep that register, and say who is told of it.
    ManageSubprocessors,
    /// Take another key of the organization into use.
    RotateKeys,
    /// Look a customer up by an identifier: what is there of them, not what it says.
    FindCustomers,
    /// Work on a draft of the data map.
    DraftMap,
    /// Publish the data map, and confirm that somebody else does.
    PublishMap,
    /// Say how the organization shows itself on its public pages, and open or close them.
    ManagePortal,
    /// Connect sources, and say how they are reached.
    ManageSources,
    /// Ask the suppression list whether somebody is on it.
    CheckSuppression,
    /// See how many are on the suppression list, and until when.
    ReadSuppression,
    /// Enter somebody in the suppression list.
    AddSuppression,
    /// Take somebody out of it.
    RemoveSuppression,
    /// Say which addresses are told what happens to requests, and see what they were told.
    ManageWebhooks,
}

impl Permission {
    /// All of them, in the order of their bits. A new one goes last.
    pub const ALL: &[Self] = &[
        Self::ReadRequests,
        Self::SubmitRequests,
        Self::HoldRequests,
        Self::ReadPlans,
        Self::MakePlans,
        Self::ApprovePlans,
        Self::ReadJobs,
        Self::RunJobs,
        Self::Restore,
        Self::Purge,
        Self::ReadPackages,
        Self::MakePackages,
        Self::OpenPackages,
        Self::ReadMap,
        Self::CheckSources,
        Self::ReadAudit,
        Self::UseLedger,
        Self::ManageUsers,
        Self::ManageApiKeys,
        Self::DecideRequests,
        Self::IdentifyRequests,
        Self::ReadStatements,
        Self::PushDeltas,
        Self::ReadLetters,
        Self::SendLetters,
        Self::MakeLinks,
        Self::PauseWork,
        Self::StopWork,
        Self::LiftStop,
        Self::ManageProviders,
        Self::ReadSubprocessors,
        Self::ManageSubprocessors,
        Self::RotateKeys,
        Self::FindCustomers,
        Self::DraftMap,
        Self::PublishMap,
        Self::ManagePortal,
        Self::ManageSources,
        Self::CheckSuppression,
        Self::ReadSuppression,
        Self::AddSuppression,
        Self::RemoveSuppression,
        Self::ManageWebhooks,
    ];

    /// Its word, as scopes and messages have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadRequests => "requests:read",
            Self::SubmitRequests => "requests:submit",
            Self::HoldRequests => "requests:hold",
            Self::ReadPlans => "plans:read",
            Self::MakePlans => "plans:make",
            Self::ApprovePlans => "plans:approve",
            Self::ReadJobs => "jobs:read",
            Self::RunJobs => "jobs:run",
            Self::Restore => "requests:restore",
            Self::Purge => "requests:purge",
            Self::ReadPackages => "packages:read",
            Self::MakePackages => "packages:make",
            Self::OpenPackages => "packages:open",
            Self::ReadMap => "map:read",
            Self::CheckSources => "sources:check",
            Self::ReadAudit => "audit:read",
            Self::UseLedger => "ledger:use",
            Self::ManageUsers => "users:manage",
            Self::ManageApiKeys => "keys:manage",
            Self::DecideRequests => "requests:decide",
            Self::IdentifyRequests => "requests:identify",
            Self::ReadStatements => "requests:read_statement",
            Self::PushDeltas => "deltas:push",
            Self::ReadLetters => "letters:read",
            Self::SendLetters => "letters:send",
            Self::MakeLinks => "links:make",
            Self::PauseWork => "work:pause",
            Self::StopWork => "work:stop",
            Self::LiftStop => "work:lift",
            Self::ManageProviders => "providers:manage",
            Self::ReadSubprocessors => "subprocessors:read",
            Self::ManageSubprocessors => "subprocessors:manage",
            Self::RotateKeys => "organization_key:rotate",
            Self::FindCustomers => "customers:find",
            Self::DraftMap => "map:draft",
            Self::PublishMap => "map:publish",
            Self::ManagePortal => "portal:manage",
            Self::ManageSources => "sources:manage",
            Self::CheckSuppression => "suppression:check",
            Self::ReadSuppression => "suppression:read",
            Self::AddSuppression => "suppression:add",
            Self::RemoveSuppression => "suppression:remove",
            Self::ManageWebhooks => "webhooks:manage",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == word)
    }

    /// Whether whoever does it reads people's data in the sources, changes it, hands it over, or tells people about it, or brings
    /// people in by what the suppression list does not say: nothing of that happens while somebody who was erased may be back.
    pub(crate) fn reaches_people(self) -> bool {
        matches!(
            self,
            Self::MakePlans
                | Self::ApprovePlans
                | Self::RunJobs
                | Self::Restore
                | Self::Purge
                | Self::MakePackages
                | Self::OpenPackages
                | Self::PushDeltas
                | Self::SendLetters
                | Self::MakeLinks
                | Self::FindCustomers
                | Self::CheckSuppression
        )
    }

    /// Its bit in [`Powers`](crate::access::Powers).
    pub(super) fn bit(self) -> u64 {
        1 << (self as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::Permission;

    #[test]
    fn each_has_a_bit_and_a_word_of_its_own() {
        for (place, permission) in Permission::ALL.iter().copied().enumerate() {
            assert_eq!(permission.bit(), 1 << place);
            assert!(place < 63, "the last bit is the machine's own");
            assert_eq!(Permission::from_word(permission.as_str()), Some(permission));
        }
        assert_eq!(Permission::from_word("requests:*"), None);
    }
}
