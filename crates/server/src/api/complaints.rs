//! What people have against how a request goes: stops by a link, and complaints.

pub(crate) mod answer;
pub(crate) mod list;
pub(crate) mod read;
