//! Roles: what a company calls its people, and what each may. Somebody may have several.

use crate::access::permission::Permission::{
    self, AddSuppression, ApprovePlans, CheckSources, CheckSuppression, DecideRequests, DraftMap,
    FindCustomers, HoldRequests, IdentifyRequests, LiftStop, MakeLinks, MakePackages, MakePlans,
    ManageApiKeys, ManagePortal, ManageProviders, ManageSources, ManageSubprocessors, ManageUsers,
    ManageWebhooks, OpenPackages, PauseWork, PublishMap, Purge, PushDeltas, ReadAudit, ReadJobs, ReadLetters,
    ReadMap, ReadPackages, ReadPlans, ReadRequests, ReadStatements, ReadSubprocessors, ReadSuppression,
    RemoveSuppression, Restore, RotateKeys, RunJobs, SendLetters, StopWork, SubmitRequests, UseLedger,
};

/// A role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees where things stand.
    Viewer,
    /// Takes requests in and tells people about them.
    Agent,
    /// Decides: approves, runs, restores, purges, opens packages.
    Officer,
    /// Keeps the data map and the sources; never sees anybody's data.
    Engineer,
    /// Reads the log and the proofs.
    Auditor,
    /// Lets people and programs in; decides on no request.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Viewer, Self::Agent, Self::Officer, Self::Engineer, Self::Auditor, Self::Admin];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Agent => "agent",
            Self::Officer => "officer",
            Self::Engineer => "engineer",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// What it may. The whole matrix: what does not stand here is denied.
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Viewer => &[
                ReadRequests,
                ReadPlans,
                ReadJobs,
                ReadPackages,
                ReadLetters,
                ReadSubprocessors,
                ReadSuppression,
            ],
            Self::Agent => &[
                ReadRequests,
                SubmitRequests,
                IdentifyRequests,
                ReadStatements,
                ReadPlans,
                ReadJobs,
                ReadPackages,
                ReadLetters,
                SendLetters,
                ReadSubprocessors,
                ReadSuppression,
                AddSuppression,
            ],
            Self::Officer => &[
                ReadRequests,
                SubmitRequests,
                IdentifyRequests,
                ReadStatements,
                DecideRequests,
                HoldRequests,
                ReadPlans,
                MakePlans,
                ApprovePlans,
                ReadJobs,
                RunJobs,
                Restore,
                Purge,
                ReadPackages,
                MakePackages,
                OpenPackages,
                ReadMap,
                ReadAudit,
                UseLedger,
                PushDeltas,
                PauseWork,
                StopWork,
                LiftStop,
                ReadLetters,
                SendLetters,
                MakeLinks,
                ReadSubprocessors,
                ManageSubprocessors,
                FindCustomers,
                PublishMap,
                ManagePortal,
                CheckSuppression,
                ReadSuppression,
                AddSuppression,
                RemoveSuppression,
            ],
            Self::Engineer => &[
                ReadPlans,
                MakePlans,
                ReadJobs,
                ReadMap,
                DraftMap,
                PublishMap,
                CheckSources,
                ManageSources,
                ManageWebhooks,
                PushDeltas,
                PauseWork,
                StopWork,
                ReadSubprocessors,
                CheckSuppression,
                ReadSuppression,
            ],
            Self::Auditor => &[
                ReadRequests,
                ReadPlans,
                ReadJobs,
                ReadPackages,
                ReadMap,
                ReadAudit,
                ReadLetters,
                ReadSubprocessors,
                ReadSuppression,
            ],
            Self::Admin => &[
                ManageUsers,
                ManageApiKeys,
                ManageProviders,
                ManageWebhooks,
                ReadJobs,
                CheckSources,
                StopWork,
                LiftStop,
                RotateKeys,
                ManagePortal,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Role;
    use crate::access::{Permission, Powers};

    fn who(permission: Permission) -> String {
        let may = |role: &Role| Powers::of(*role).has(permission);
        Role::ALL.iter().filter(|role| may(role)).map(|role| role.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_matrix_is_what_the_page_says() {
        let page = include_str!("../../../../docs/roles.md");
        for permission in Permission::ALL.iter().copied() {
            let line = format!("| `{}` | {} |", permission.as_str(), who(permission));
            assert!(page.contains(&line), "docs/roles.md lacks this line:\n{line}");
        }
    }

    #[test]
    fn only_officers_decide_and_see_contents() {
        for permission in [
            Permission::ApprovePlans,
            Permission::RunJobs,
            Permission::Restore,
            Permission::Purge,
            Permission::OpenPackages,
            Permission::MakeLinks,
        ] {
            assert_eq!(who(permission), "officer");
        }
    }

    #[test]
    fn several_roles_add_up_and_a_key_may_no_more_than_its_maker() {
        let both = Powers::of_roles([Role::Agent, Role::Engineer]);
        assert!(both.covers(Powers::of(Role::Agent)) && both.has(Permission::CheckSources));
        let scopes: Powers = [Permission::ReadRequests, Permission::Purge].into_iter().collect();
        assert_eq!(scopes.and(both).iter().collect::<Vec<_>>(), [Permission::ReadRequests]);
        assert_eq!(Powers::of_roles([]), Powers::NONE);
        assert!(Powers::all().covers(both));
    }
}
