//! A customer: looked up by an identifier, shown masked, revealed with a reason; and the two things people ask for.
//!
//! Their address in a browser is a sealed handle that ends by itself; what they are looked up by travels in forms alone.

pub(crate) mod ask;
pub(crate) mod profile;
pub(crate) mod reveal;
pub(crate) mod search;
