//! Who may do what: permissions, the roles that bundle them, and the powers somebody acts with. Denied unless written here.

pub mod permission;
pub mod powers;
pub mod role;

pub use crate::access::permission::Permission;
pub use crate::access::powers::Powers;
pub use crate::access::role::Role;
