//! The organization over the wire.

use serde::Serialize;
use utoipa::ToSchema;

/// The organization's key after it was rotated.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RotatedKey {
    /// Which one it is now; 0 was the first.
    pub(crate) version: u64,
}
