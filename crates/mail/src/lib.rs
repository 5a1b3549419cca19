//! Letters: what they say, in which language, and how they are handed to a mail server.
//!
//! What a letter says stands in `letters/`, one file a language, plain words with places for values. A [`Letter`] is
//! the values of one; its [`Text`] is the same as plain text and as HTML in which every value is escaped. [`Post`] speaks
//! SMTP. This room knows no requests, stores or clocks: time is an argument, and so is whatever a letter tells.

mod book;
mod contact;
mod language;
mod letter;
mod message;
mod places;
mod post;
mod remarks;
mod sample;
mod text;

pub use crate::contact::{BadContact, Contact};
pub use crate::language::Language;
pub use crate::letter::{Account, Due, Ended, Kept, Letter, Right, legal_claims};
pub use crate::message::{Envelope, From};
pub use crate::places::fill;
pub use crate::post::{BadServer, Line, Login, Post, Server, Tls, Trouble, TroubleKind};
pub use crate::remarks::{BadRemark, BadText, NOTE, OPENING, Remarks, tidy};
pub use crate::sample::samples;
pub use crate::text::{Pages, Text, escaped};
