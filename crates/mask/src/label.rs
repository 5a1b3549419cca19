//! What a treated table may be called. Computed from what was done; there is no way to claim it.

use std::fmt;

use crate::exam::Report;
use crate::method::Method;

/// What a treated table may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// Parts are hidden; people can still be told apart by what is left.
    Masked,
    /// No direct identifier is left, but a person may still be singled out.
    Pseudonymized,
    /// The exam was passed and every key and mapping is destroyed.
    Anonymized,
}

/// What a column tells about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Names the person by itself: an address, a number, a name.
    Direct,
    /// Names the person together with others: a postcode, a birthday.
    Quasi,
    /// Is about the person, and worth protecting for itself.
    Sensitive,
    /// Anything else.
    Other,
}

/// Whether the way back still exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// The job's key, or row images in the vault, still exist.
    Held,
    /// Key and images are destroyed.
    Destroyed,
}

/// The label of a table whose columns were treated so; `None` when nothing was changed at all.
///
/// An exam counts only when it was passed and the key is gone.
pub fn label(columns: &[(Role, &Method)], key: KeyState, exam: Option<&Report>) -> Option<Label> {
    if columns.iter().all(|(_, method)| **method == Method::Keep) {
        return None;
    }
    let names_left = columns.iter().any(|(role, method)| *role == Role::Direct && !replaces(method));
    Some(match exam {
        _ if names_left => Label::Masked,
        Some(report) if report.passed() && key == KeyState::Destroyed => Label::Anonymized,
        _ => Label::Pseudonymized,
    })
}

/// Whether nothing of a direct identifier is left in its column.
fn replaces(method: &Method) -> bool {
    matches!(
        method,
        Method::Null
            | Method::Redact
            | Method::Fixed(_)
            | Method::Hash
            | Method::Pseudonym
            | Method::Fake(_)
            | Method::Veil
    )
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Masked => "masked",
            Self::Pseudonymized => "pseudonymized",
            Self::Anonymized => "anonymized",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyState, Label, Role, label};
    use crate::exam::{Column, Table, Thresholds, examine};
    use crate::method::{Coarseness, Method};

    #[test]
    fn a_destroyed_key_alone_does_not_make_it_anonymous() {
        let columns = [(Role::Direct, &Method::Hash), (Role::Quasi, &Method::Keep)];
        assert_eq!(label(&columns, KeyState::Destroyed, None), Some(Label::Pseudonymized));
        assert_eq!(label(&columns, KeyState::Held, None), Some(Label::Pseudonymized));
    }

    #[test]
    fn a_name_half_hidden_is_only_masked() {
        for method in [Method::Partial { keep_start: 1, keep_end: 0 }, Method::Shuffle, Method::Keep] {
            let columns = [(Role::Direct, &method), (Role::Direct, &Method::Null)];
            assert_eq!(label(&columns, KeyState::Destroyed, None), Some(Label::Masked));
        }
        assert_eq!(label(&[(Role::Direct, &Method::Keep)], KeyState::Destroyed, None), None);
    }

    #[test]
    fn only_a_passed_exam_and_no_key_make_it_anonymous() {
        let year = Method::Generalize(Coarseness::Year);
        let columns = [(Role::Direct, &Method::Null), (Role::Quasi, &year)];
        let table = Table {
            columns: vec![Column { name: "born".into(), role: Role::Quasi }],
            before: &[],
            after: &[],
        };
        let failed = examine(&table, &Thresholds::default(), 1);
        assert_eq!(label(&columns, KeyState::Destroyed, Some(&failed)), Some(Label::Pseudonymized));
        let row = vec![exeunt_base::Cell::text("1990-01-01")];
        let rows = vec![row; 40];
        let table = Table { before: &rows, after: &rows, ..table };
        let passed = examine(&table, &Thresholds::default(), 1);
        assert_eq!(label(&columns, KeyState::Held, Some(&passed)), Some(Label::Pseudonymized));
        assert_eq!(label(&columns, KeyState::Destroyed, Some(&passed)), Some(Label::Anonymized));
    }
}
