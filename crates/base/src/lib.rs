//! What every room shares: ids, time values, secrets, cells and rows, faults. A closed list.
//!
//! Nothing here reads a clock, draws a random number or touches the world.

pub mod canonical;
pub mod cell;
pub mod codec;
pub mod fault;
pub mod hex;
pub mod id;
pub mod kind;
pub mod name;
pub mod secret;
pub mod time;

pub use crate::cell::{Cell, Row};
pub use crate::fault::{Fault, FaultKind};
pub use crate::id::{
    ActorId, ApiKeyId, BatchId, BlobId, EpochId, EventId, HoldId, JobId, LetterId, LinkId, OrganizationId,
    PackageId, PlanId, ProposalId, ProviderId, ReceiptId, RequestId, SessionId, SubprocessorId, SubscriberId,
    TaskId, UserId, ViewId, WebhookId,
};
pub use crate::kind::Kind;
pub use crate::name::{ModelRef, Name, TableRef};
pub use crate::secret::{Personal, Secret};
pub use crate::time::Timestamp;
