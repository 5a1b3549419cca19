//! The permissions somebody acts with: those of their roles, or fewer.

use crate::access::permission::Permission;
use crate::access::role::Role;

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Powers(u64);

impl Powers {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// Everything: whoever runs the machine has it anyway.
    pub fn all() -> Self {
        Self(u64::MAX)
    }

    /// Whether these are the powers over the machine, which no role gives.
    pub fn are_all(self) -> bool {
        self == Self::all()
    }

    /// What a role may.
    pub fn of(role: Role) -> Self {
        role.permissions().iter().copied().collect()
    }

    /// What any of these roles may.
    pub fn of_roles(roles: impl IntoIterator<Item = Role>) -> Self {
        roles.into_iter().fold(Self::NONE, |powers, role| Self(powers.0 | Self::of(role).0))
    }

    /// What is in both: an API key may what its scopes say and its maker may.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether this is among them.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether all of the others are among them.
    pub fn covers(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// One by one.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }
}

impl FromIterator<Permission> for Powers {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}
