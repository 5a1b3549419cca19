//! Witnesses: whoever sees a log's heads grow and signs each one that grew from the last they saw. With their signatures a log
//! cannot show one history to one reader and another to the next (C2SP tlog-witness).
//!
//! [`Folder`] and [`serve()`] are a witness for whoever wants to be one, on a machine of their own; [`Client`] is how a log asks. What
//! may be signed is decided in `exeunt-audit`; here it is kept, served and sent.

mod client;
mod folder;
mod serve;

pub use crate::client::{Address, Answer, BadAddress, Client, Trouble};
pub use crate::folder::{Error, Folder, Seen};
pub use crate::serve::{router, serve};
