//! Calls made twice: a caller names a call (`Idempotency-Key`), and the second of a name gets what the first made.

use std::str::FromStr;

use exeunt_store::calls::{Call, Earlier};

use crate::error::Error;

/// What an earlier call of this name made, unless it asked for something else.
pub(crate) fn same<I: FromStr>(call: &Call, earlier: &Earlier) -> Result<I, Error> {
    if call.digest != earlier.digest {
        return Err(Error::Refused(
            "E0902",
            String::from(
                "this idempotency key was used for another call within the last day; use a key of its own for each call",
            ),
        ));
    }
    earlier.made.parse().map_err(|_| {
        Error::Refused(
            "E0902",
            String::from("this idempotency key was used for a call of another kind; use a key of its own for each call"),
        )
    })
}
