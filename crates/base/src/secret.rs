//! Values without a voice: secrets, wiped when dropped, and personal data. Neither can be printed.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret. It has no `Display`, its `Debug` says nothing, and its memory is wiped when it goes.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes a value in.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Lends the value to whoever must use it. Never pass the result to anything that prints.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Text about a person, such as an e-mail address somebody asked for. `Debug` shows the length only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Personal(String);

impl Personal {
    /// Takes a text in.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// Lends the text to whoever must use it. Never pass the result to a log, an error or the audit.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Personal, Secret};

    #[test]
    fn neither_says_what_it_holds() {
        assert_eq!(format!("{:?}", Secret::new(String::from("canary"))), "Secret");
        assert_eq!(format!("{:?}", Personal::new(String::from("canary"))), "Personal(6 bytes)");
    }
}
