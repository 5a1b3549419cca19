//! PostgreSQL as a source of rows
