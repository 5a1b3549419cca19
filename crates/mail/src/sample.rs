//! One letter of each kind with made-up values, for whoever wants to read what people will get.

use exeunt_base::{JobId, ReceiptId, RequestId, Timestamp};

use crate::letter::{Account, Due, Ended, Kept, Letter, Right};

/// A letter of each kind. `now` is when they would be written, and `service` is where people find it from outside.
pub fn samples(now: Timestamp, service: &str) -> Vec<Letter> {
    let reference = RequestId::new(now, [7; 10]);
    let text = |text: &str| text.to_owned();
    let later = |days: i64| now.plus_days(days);
    vec![
        Letter::Confirm {
            right: Right::Erasure,
            code: text("048213"),
            minutes: 10,
            link: format!("{service}/portal/…"),
        },
        Letter::Received { reference, right: Right::Erasure, due: Some(later(30)) },
        Letter::Look { reference, code: text("731904"), minutes: 10 },
        Letter::Code { reference, code: text("048213"), minutes: 10 },
        Letter::Asked { reference, right: Right::Access },
        Letter::Unidentified { reference, wanted: text("The number of your last order.") },
        Letter::Extended { reference, reason: text("You asked for data of eight systems."), due: later(90) },
        Letter::Ready {
            reference,
            link: format!("{service}/d/…"),
            until: later(7),
            downloads: 3,
            passphrase: false,
        },
        Letter::Stopped { reference, until: later(3) },
        Letter::Complained { reference, until: later(30) },
        Letter::Answered {
            reference,
            answer: text(
                "We looked into it.\n\nYour answer had gone to an old address of yours. We have sent it again today.",
            ),
        },
        Letter::Ending { reference, until: later(2) },
        Letter::Started { reference, until: later(14) },
        Letter::Finished {
            reference,
            deleted: vec![(text("Account"), 1), (text("Visits"), 1_203)],
            anonymized: vec![(text("Reviews"), 4)],
            kept: vec![Kept {
                what: text("Invoices"), because: text("§ 147 AO"), until: text("2034-12-31")
            }],
            copies_until: Some(later(35)),
            copies_undated: false,
            listed_until: Some(later(1_095)),
            receipt: ReceiptId::new(later(14), [8; 10]),
        },
        Letter::Refused {
            reference,
            reason: text("The same was asked for and answered two weeks ago."),
            law: text("Article 12(5)(b) GDPR"),
        },
        Letter::NoData { reference, systems: 4, listed_until: None },
        Letter::Due { requests: vec![Due { request: reference, at: later(3) }], now },
        Letter::Job { job: JobId::new(now, [9; 10]), ended: Ended::Review, rows: 1_204, failed: 3 },
        Letter::Account { what: Account::SignIn, at: now },
        Letter::Subscribe { link: format!("{service}/subprocessors/notices?…") },
        Letter::Announced {
            name: text("Example Analytics"),
            purpose: text("Statistics"),
            categories: vec![text("usage")],
            region: text("eu-ie"),
            effective: later(30),
            link: format!("{service}/subprocessors/notices?…"),
        },
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use exeunt_base::Timestamp;

    use super::samples;
    use crate::letter::Letter;

    #[test]
    fn there_is_one_of_each() {
        let all = samples(Timestamp::from_micros(1_763_800_000_000_000), "https://privacy.example");
        let words: BTreeSet<&str> = all.iter().map(Letter::word).collect();
        assert_eq!(words, BTreeSet::from(Letter::WORDS));
        assert_eq!(words.len(), all.len());
    }
}
