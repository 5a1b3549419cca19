//! The office: one use case a file
