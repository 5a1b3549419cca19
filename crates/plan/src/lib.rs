//! From request, map and catalog to ordered steps: build, lint, explain, diff, digest. No I/O at all.

pub mod document;
