//! The ledger: who was erased stays erased, also in a restored backup or after an import.

pub mod check;
pub mod gate;
pub mod replay;
