//! Canaries: values planted in fixtures in place of personal data. Wherever one turns up, personal data would have.
//!
//! All text canaries share [`MARK`], so one search finds any of them; the rest tells whose it is.

/// What every text canary holds: lower-case letters only, so that it survives normalizing of e-mail addresses.
pub const MARK: &str = "zqxjvkcanary";

/// What every telephone canary holds once it is reduced to digits.
pub const PHONE_MARK: &str = "493023125";

/// The marker of one value: `zqxjvkcanary` + what it stands for + whose it is, letters and digits only.
///
/// `what` must be lower-case letters, so that a normalizer leaves the marker as it is.
pub fn word(what: &str, person: u32) -> String {
    debug_assert!(
        what.bytes().all(|byte| byte.is_ascii_lowercase()),
        "a canary is made of lower-case letters"
    );
    format!("{MARK}{what}{person:06}x")
}

/// An e-mail address.
pub fn email(person: u32) -> String {
    format!("{}@example.test", word("email", person))
}

/// A full name, as people write it.
pub fn name(person: u32) -> String {
    format!("Ada {}", word("name", person))
}

/// A telephone number in international form, from the range kept for film and theater.
pub fn phone(person: u32) -> String {
    format!("+{PHONE_MARK}{:03}", person % 1000)
}

/// A street and number.
pub fn street(person: u32) -> String {
    format!("{} Street {}", word("street", person), person % 200 + 1)
}

/// A sentence with a canary in its middle, as people write about themselves.
pub fn sentence(what: &str, person: u32) -> String {
    format!("Hello, my secret is {} and nothing else.", word(what, person))
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_people_share_a_marker() {
        assert_ne!(super::word("name", 1), super::word("name", 11));
        assert!(!super::word("name", 11).contains(&super::word("name", 1)));
    }
}
