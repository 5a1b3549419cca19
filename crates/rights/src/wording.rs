//! What people are told, in plain words. Letters and pages take their sentences from here, so that nobody calls a
//! hidden name *deleted*.

mod translated;

use crate::state::Right;

pub use crate::wording::translated::{LANGUAGES, difference_in, explain_in};

/// A short explanation of what a right does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// A heading.
    pub title: &'static str,
    /// One paragraph each.
    pub paragraphs: &'static [&'static str],
}

/// What a right does, as told to the person who asks.
pub const fn explain(right: Right) -> Explanation {
    match right {
        Right::Access => Explanation {
            title: "A copy of your data",
            paragraphs: &[
                "We look for your data in all our systems. You get a copy of what we find.",
                "We also tell you why we have it, who we gave it to, and how long we keep it.",
                "Where a record is about other people too, we hide their part and mark the place.",
            ],
        },
        Right::Portability => Explanation {
            title: "Your data to take with you",
            paragraphs: &[
                "You get the data you gave us, in a form that other services can read.",
                "What we worked out about you by ourselves is not in this file. Ask for a copy of your data to see that too.",
            ],
        },
        Right::Erasure => Explanation {
            title: "Deleting your data",
            paragraphs: &[
                "We remove your data from our systems. At once, nobody who uses them can see it any more.",
                "For a short time we can still bring it back, in case you change your mind. You will see until when.",
                "After that we destroy it for good. We then look again, and only tell you that it is done when we find nothing.",
                "Some records must be kept by law, such as bills. We keep no more than the law asks, and tell you which and until when.",
            ],
        },
        Right::Anonymization => Explanation {
            title: "Removing you from the records",
            paragraphs: &[
                "The records stay, but what tells that they are about you is removed. Sums and counts stay right.",
                "We test the result. We only call it anonymous when nobody could find you in it, and when no way back is left.",
                "Until then the records still count as yours, and your rights go on.",
                "If you want the records gone as well, ask us to delete your data.",
            ],
        },
    }
}

/// The difference between the two ways to be forgotten, for somebody who must choose.
pub const DELETION_OR_ANONYMIZATION: Explanation = Explanation {
    title: "Delete, or remove me from the records?",
    paragraphs: &[
        "Delete: the records about you go. Nothing about you is left, other than what a law makes us keep.",
        "Remove me: the records stay, but without you in them. We can still count them. Nobody can tell they were about you.",
        "Both can be taken back for a short time. After that, neither can.",
        "To hide a name or to swap it for a code is not enough for either. We do not call that deleted or anonymous.",
    ],
};

#[cfg(test)]
mod tests {
    use super::{DELETION_OR_ANONYMIZATION, Explanation, explain};
    use crate::state::Right;

    fn every() -> Vec<Explanation> {
        Right::ALL.into_iter().map(explain).chain([DELETION_OR_ANONYMIZATION]).collect()
    }

    /// Vowel groups, a silent e left out: close enough to tell school English from legal English.
    fn syllables(word: &str) -> usize {
        let word: Vec<char> = word.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
        let vowel = |c: &char| "aeiouy".contains(*c);
        let groups =
            word.iter().enumerate().filter(|(at, c)| vowel(c) && (*at == 0 || !vowel(&word[at - 1]))).count();
        let silent = word.len() > 2 && word.ends_with(&['e']) && !vowel(&word[word.len() - 2]) && groups > 1;
        (groups - usize::from(silent)).max(1)
    }

    #[test]
    fn a_pupil_of_grade_eight_can_read_every_text() {
        for text in every() {
            let words: Vec<&str> =
                text.paragraphs.iter().flat_map(|paragraph| paragraph.split_whitespace()).collect();
            let sentences = text.paragraphs.iter().flat_map(|p| p.matches(['.', '?', '!'])).count();
            let sounds: usize = words.iter().map(|word| syllables(word)).sum();
            let (words, sentences, sounds) = (words.len() as f64, sentences as f64, sounds as f64);
            let grade = 0.39 * words / sentences + 11.8 * sounds / words - 15.59;
            assert!(grade <= 8.0, "{}: grade {grade:.1}", text.title);
        }
    }

    #[test]
    fn nothing_that_can_be_undone_is_called_deletion() {
        for text in every() {
            for paragraph in text.paragraphs {
                for never in ["hash", "encrypt", "pseudonym", "token", "mask"] {
                    assert!(!paragraph.to_lowercase().contains(never), "{paragraph}");
                }
            }
        }
    }
}
