//! SQLite as a source of rows
