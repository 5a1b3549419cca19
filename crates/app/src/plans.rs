//! Plans: made for one request or a wave of them, shown, compared, approved by their digest.

pub mod approve;
pub mod count;
pub mod diff;
pub mod make;
pub mod show;
