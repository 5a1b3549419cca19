//! The token of whoever watches the machine. It belongs to no organization and no user: it shows counts over all of them.

use aws_lc_rs::{constant_time, digest};
use exeunt_base::Secret;

/// Fewest characters: what a tool draws has more, what somebody thinks up has fewer.
const SHORTEST: usize = 24;

/// What is kept of the token.
#[derive(Clone)]
pub struct WatchToken([u8; 32]);

impl std::fmt::Debug for WatchToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WatchToken")
    }
}

impl WatchToken {
    /// From its text, white space around it left aside; none when it is short enough to be guessed.
    pub fn new(text: &Secret<String>) -> Option<Self> {
        let text = text.expose().trim();
        let usable = text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        usable.then(|| Self(hash(text)))
    }

    /// Whether this is it. How much of it is right does not show in the time it takes.
    pub fn is(&self, shown: &Secret<String>) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &hash(shown.expose())).is_ok()
    }
}

fn hash(text: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;

    use super::WatchToken;

    #[test]
    fn a_token_is_known_by_every_letter_and_a_short_one_is_none() {
        let text = |text: &str| Secret::new(text.to_owned());
        let token = WatchToken::new(&text(" abcdefghijklmnopqrstuvwx\n")).unwrap();
        assert!(token.is(&text("abcdefghijklmnopqrstuvwx")));
        assert!(!token.is(&text("abcdefghijklmnopqrstuvwy")) && !token.is(&text("")));
        for wrong in ["", "short", "abcdefghijkl mnopqrstuvwx"] {
            assert!(WatchToken::new(&text(wrong)).is_none());
        }
        assert_eq!(format!("{token:?}"), "WatchToken");
    }
}
