//! The vault from outside: keyring and shelf on real files.

#[path = "vault/common.rs"]
mod common;
#[path = "vault/damage.rs"]
mod damage;
#[path = "vault/full.rs"]
mod full;
#[path = "vault/golden.rs"]
mod golden;
#[path = "vault/properties.rs"]
mod properties;
#[path = "vault/shred.rs"]
mod shred;
#[path = "vault/storage.rs"]
mod storage;
#[path = "vault/swap.rs"]
mod swap;
