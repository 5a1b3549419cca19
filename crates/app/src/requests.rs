//! Requests: somebody asks for a right.

pub mod bulk;
pub mod details;
pub mod duplicates;
pub mod history;
pub mod hold;
mod identify;
pub mod import;
pub mod intake;
pub mod list;
pub mod purge;
mod refuse;
pub mod restore;
pub mod search;
pub mod show;
mod statement;
pub mod submit;
mod unidentified;
pub mod vault;
pub mod waiting;

/// Whether carrying out a request for this right changes rows.
pub(crate) fn changes_rows(right: &str) -> bool {
    right.parse::<exeunt_rights::Right>().is_ok_and(exeunt_rights::Right::changes_rows)
}
