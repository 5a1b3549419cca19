//! Ledger: x
