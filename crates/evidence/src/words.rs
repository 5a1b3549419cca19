//! What checking a pack found, in sentences that an auditor can copy.

use exeunt_base::Timestamp;

use crate::manifest::Scope;
use crate::verify::Verified;

/// A day as people write it.
pub(crate) fn day(at: Timestamp) -> String {
    let date = at.to_utc().date();
    let month = date.month().to_string();
    format!("{} {} {}", date.day(), &month[..3], date.year())
}

/// A small number as people say it.
fn said(number: usize) -> String {
    const WORDS: [&str; 13] = [
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    WORDS.get(number).map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn counted(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

impl Verified {
    /// What was found, one sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let of = &self.judged.checkpoint;
        let made = day(self.manifest.made_at);
        let mut all = Vec::new();
        let entries = match self.entries {
            1 => String::from("The one entry is"),
            number => format!("All {number} entries are"),
        };
        all.push(format!(
            "{entries} in the log of {made}, `{}`, which had {} then.",
            of.origin,
            counted(of.size, "entry", "entries")
        ));
        match (self.judged.witnesses.len(), self.judged.signed()) {
            (0, _) => all.push(String::from(
                "No witness is named: whether others are shown another log cannot be told from this pack alone.",
            )),
            (all_of_them, signed) => {
                let noun = if all_of_them == 1 { "witness" } else { "witnesses" };
                all.push(format!("{} of {} {noun} signed.", capital(&said(signed)), said(all_of_them)));
            }
        }
        if let (Scope::Period { from, to }, Some(within)) = (self.manifest.scope, self.within) {
            let until = if to < self.manifest.made_at { to } else { self.manifest.made_at };
            all.push(format!(
                "Nothing is missing between {} and {}: {} in that time.",
                day(from),
                day(until),
                counted(within, "entry", "entries")
            ));
        }
        if self.receipts > 0 {
            all.push(format!("The log binds the {}.", counted(self.receipts, "receipt", "receipts")));
        }
        if self.plans > 0 {
            all.push(format!(
                "The log binds the {} that {} approved.",
                counted(self.plans, "plan", "plans"),
                if self.plans == 1 { "was" } else { "were" }
            ));
        }
        if !self.trusted {
            all.push(String::from(
                "This was checked with the keys that the pack carries itself, so anyone could have made it: give the log's key or a \
                 trust policy that you got from elsewhere.",
            ));
        }
        all
    }
}
