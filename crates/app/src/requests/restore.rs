//! Restore: see later.
