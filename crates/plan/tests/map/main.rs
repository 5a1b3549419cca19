//! Maps against live schemas, and first maps of schemas as applications have them.

mod check;
mod discover;
mod joins;
mod live;
