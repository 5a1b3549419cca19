//! Packages: made for access and portability requests, listed, opened, removed.

pub mod about;
pub mod exports;
pub mod list;
pub mod make;
pub mod open;
pub mod pieces;
pub mod remove;
