//! The data categories a field may have: Fideslang's own keys (CC BY 4.0), bundled as a list.

use std::sync::LazyLock;

static KEYS: LazyLock<Vec<(&'static str, Option<&'static str>)>> = LazyLock::new(|| {
    include_str!("categories.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| match line.split_once(" > ") {
            Some((old, new)) => (old, Some(new)),
            None => (line, None),
        })
        .collect()
});

/// Every key, sorted, replaced ones included.
pub fn all() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(key, _)| *key)
}

/// Whether the taxonomy has this key.
pub fn is_known(key: &str) -> bool {
    KEYS.binary_search_by(|(known, _)| (*known).cmp(key)).is_ok()
}

/// The key that replaces this one, where the taxonomy has replaced it.
pub fn replaced_by(key: &str) -> Option<&'static str> {
    KEYS.binary_search_by(|(known, _)| (*known).cmp(key)).ok().and_then(|at| KEYS[at].1)
}

/// Whether a category tells of a person, as opposed to the system's own working.
pub fn is_personal(key: &str) -> bool {
    key == "user" || key.starts_with("user.")
}

/// Whether a category is one of the special ones: Articles 9 and 10 of the GDPR, and their like elsewhere.
pub fn is_special(key: &str) -> bool {
    const SPECIAL: [&str; 12] = [
        "user.authorization.biometric",
        "user.authorization.biometrics",
        "user.biometric",
        "user.biometrics",
        "user.criminal_history",
        "user.demographic.political_opinion",
        "user.demographic.race_ethnicity",
        "user.demographic.religious_belief",
        "user.demographic.sexual_orientation",
        "user.demographic.union_membership",
        "user.health",
        "user.health_and_medical",
    ];
    SPECIAL
        .iter()
        .any(|special| key.strip_prefix(special).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

#[cfg(test)]
mod tests {
    use super::{KEYS, all, is_known, is_special, replaced_by};

    #[test]
    fn what_is_special_is_known_and_includes_what_is_below_it() {
        for key in ["user.health", "user.health.genetic", "user.biometrics.voice", "user.criminal_history"] {
            assert!(is_special(key) && is_known(key), "{key}");
        }
        for key in ["user.demographic", "user.contact.email", "user.healthy"] {
            assert!(!is_special(key), "{key}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_whole() {
        let keys: Vec<_> = all().collect();
        assert!(keys.is_sorted());
        assert!(keys.len() > 100, "{}", keys.len());
        for key in keys {
            let parent = key.rsplit_once('.').map_or("user", |(parent, _)| parent);
            assert!(is_known(parent), "{key} has no parent");
        }
        for (_, new) in KEYS.iter() {
            assert!(new.is_none_or(is_known));
        }
    }

    #[test]
    fn a_replaced_key_names_its_successor() {
        assert_eq!(replaced_by("user.job_title"), Some("user.professional_information.job_title"));
        assert_eq!(replaced_by("user.contact.email"), None);
        assert!(!is_known("user.contact.e-mail"));
    }
}
