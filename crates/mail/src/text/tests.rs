//! Letters as they are read: complete in every language, plain enough, and deaf to whatever a value says.

use exeunt_base::{JobId, Personal, ReceiptId, RequestId, Timestamp};

use super::{Pages, Text};
use crate::book::Book;
use crate::language::Language;
use crate::letter::{Account, Due, Ended, Kept, Letter, Right};
use crate::places;
use crate::remarks::Remarks;

fn at(day: &str) -> Timestamp {
    format!("{day}T12:00:00Z").parse().unwrap()
}

/// One of each, with everything that it can tell; `word` stands in every value that is free text.
fn all(word: &str) -> Vec<Letter> {
    let reference = RequestId::new(at("2026-11-22"), [7; 10]);
    let text = || word.to_owned();
    vec![
        Letter::Received { reference, right: Right::Erasure, due: Some(at("2026-12-22")) },
        Letter::Code { reference, code: String::from("048213"), minutes: 10 },
        Letter::Confirm {
            right: Right::Access,
            code: String::from("048213"),
            minutes: 10,
            link: String::from("https://privacy.example.test/portal/acme/not-me/x"),
        },
        Letter::Look { reference, code: String::from("048213"), minutes: 10 },
        Letter::Asked { reference, right: Right::Access },
        Letter::Extended { reference, reason: text(), due: at("2027-02-22") },
        Letter::Ready { reference, link: text(), until: at("2026-11-29"), downloads: 3, passphrase: false },
        Letter::Ready { reference, link: text(), until: at("2026-11-29"), downloads: 3, passphrase: true },
        Letter::Ending { reference, until: at("2026-11-29") },
        Letter::Started { reference, until: at("2026-12-06") },
        Letter::Finished {
            reference,
            deleted: vec![(text(), 12)],
            anonymized: vec![(text(), 3)],
            kept: vec![Kept { what: text(), because: text(), until: text() }],
            copies_until: Some(at("2027-01-06")),
            copies_undated: true,
            listed_until: Some(at("2029-12-06")),
            receipt: ReceiptId::new(at("2026-12-06"), [8; 10]),
        },
        Letter::Refused { reference, reason: text(), law: text() },
        Letter::Unidentified { reference, wanted: text() },
        Letter::NoData { reference, systems: 4, listed_until: Some(at("2029-12-06")) },
        Letter::Stopped { reference, until: at("2026-11-25") },
        Letter::Complained { reference, until: at("2026-12-22") },
        Letter::Answered { reference, answer: text() },
        Letter::Due {
            requests: vec![
                Due { request: reference, at: at("2026-11-20") },
                Due { request: reference, at: at("2026-11-24") },
            ],
            now: at("2026-11-22"),
        },
        Letter::Job {
            job: JobId::new(at("2026-11-22"), [9; 10]),
            ended: Ended::Review,
            rows: 1_204,
            failed: 3,
        },
        Letter::Account { what: Account::SignIn, at: at("2026-11-22") },
        Letter::Subscribe { link: text() },
        Letter::Announced {
            name: text(),
            purpose: text(),
            categories: vec![text()],
            region: text(),
            effective: at("2026-12-22"),
            link: text(),
        },
    ]
}

#[test]
fn every_place_of_every_letter_has_a_value_and_every_value_a_place() {
    for language in Language::ALL {
        let book = Book::of(language);
        let mut told: Vec<&str> = all("x").iter().map(Letter::word).collect();
        told.dedup();
        assert_eq!(told, Letter::WORDS, "one of each");
        let mut named: Vec<&str> = book.letters.keys().map(String::as_str).collect();
        told.sort_unstable();
        named.sort_unstable();
        assert_eq!(told, named);
        for letter in all("x") {
            let template = &book.letters[letter.word()];
            let texts = template.paragraphs.iter().chain([&template.subject]);
            let mut asked: Vec<&str> = texts.flat_map(|text| places::names(text)).collect();
            asked.retain(|name| !["organization", "follow", "stop", "opening", "note"].contains(name));
            asked.sort_unstable();
            asked.dedup();
            let mut given: Vec<&str> = letter.values(language).iter().map(|(name, _)| *name).collect();
            given.sort_unstable();
            assert_eq!(asked, given, "{language:?} {}", letter.word());
        }
    }
}

#[test]
fn a_letter_reads_like_this() {
    let name = Personal::new(String::from("Ada Lovelace"));
    let letter = &all("invoices")[10];
    let text = Text::of(letter, Language::English, "Acme", Some(&name));
    let Letter::Finished { reference, .. } = letter else { panic!("another letter") };
    assert_eq!(text.subject, format!("Your request {reference} is finished"));
    assert!(text.plain.starts_with("Hello Ada Lovelace,\n\nYour request "), "{}", text.plain);
    assert!(text.plain.contains("\nWe deleted this for good:\n\n- invoices: 12\n\n"), "{}", text.plain);
    assert!(text.plain.contains("- invoices: invoices (invoices)\n"), "{}", text.plain);
    assert!(text.plain.contains("gone by January 6, 2027."), "{}", text.plain);
    assert!(text.plain.contains("delete it by December 6, 2029."), "{}", text.plain);
    assert!(
        text.plain.ends_with("Kind regards, Acme\n\nThis letter was sent by a machine. Do not answer it.\n")
    );
    assert!(text.html.contains("<ul>\n<li>invoices: 12</li>\n</ul>"), "{}", text.html);
}

#[test]
fn a_paragraph_without_its_value_is_left_out_and_a_heading_without_its_list() {
    let Letter::Received { reference, right, .. } = all("x")[0].clone() else { panic!("another letter") };
    let text = Text::of(&Letter::Received { reference, right, due: None }, Language::English, "Acme", None);
    assert!(!text.plain.contains("answer by") && !text.plain.contains('{'), "{}", text.plain);
    assert!(text.plain.starts_with("Hello,\n"), "{}", text.plain);
    let Letter::Finished { reference, deleted, receipt, .. } = all("x")[10].clone() else {
        panic!("another")
    };
    let letter = Letter::Finished {
        reference,
        deleted,
        anonymized: Vec::new(),
        kept: Vec::new(),
        copies_until: None,
        copies_undated: false,
        listed_until: None,
        receipt,
    };
    for language in Language::ALL {
        let text = Text::of(&letter, language, "Acme", None).plain;
        let headings = text.lines().filter(|line| line.ends_with(':')).count();
        assert_eq!(headings, 1 + usize::from(language == Language::Spanish), "{text}");
    }
}

#[test]
fn a_value_is_never_markup_nor_a_place_nor_a_line_of_its_own() {
    let evil = "<img src=x onerror=alert(1)>\" '& {reference}{name}\r\nBcc: eve@example.test\u{2028}";
    let name = Personal::new(evil.to_owned());
    for language in Language::ALL {
        for letter in all(evil) {
            let text = Text::of(&letter, language, evil, Some(&name));
            let allowed = [
                "<!doctype",
                "<html",
                "<head",
                "<meta",
                "<title",
                "<body",
                "<p>",
                "<p dir=\"auto\">",
                "<br>",
                "<ul>",
                "<li>",
                "<a href=\"",
            ];
            for piece in text.html.match_indices('<').map(|(at, _)| &text.html[at..]) {
                let ours = allowed.iter().any(|tag| piece.starts_with(tag)) || piece.starts_with("</");
                assert!(ours, "{:.40}", piece);
            }
            assert!(!text.html.contains("onerror=alert(1)>"), "{}", text.html);
            assert!(text.plain.contains("{reference}{name}"), "what a value says is not filled in again");
            // an answer has lines of its own, and is no header
            let lines: Vec<&str> = match letter.word() {
                "answered" => vec![text.subject.as_str()],
                _ => text.plain.lines().chain(text.html.lines()).chain([text.subject.as_str()]).collect(),
            };
            for line in lines {
                assert!(!line.trim_start().starts_with("Bcc:"), "{line}");
            }
            assert!(!text.subject.chars().any(char::is_control));
        }
    }
}

#[test]
fn nothing_is_fetched_and_nothing_is_attached() {
    for language in Language::ALL {
        for letter in all("https://privacy.example.test/d/x") {
            let html = Text::of(&letter, language, "Acme", None).html;
            for part in ["src=", "<img", "<link", "<script", "url(", "@import", "<style", "<iframe"] {
                assert!(!html.contains(part), "{part}");
            }
            let links = html.matches("href=").count();
            // the page where the data is, and those where somebody says yes or stops being told
            let pages = ["ready", "confirm", "subscribe", "announced"].contains(&letter.word());
            assert_eq!(links, usize::from(pages), "{}", letter.word());
        }
    }
}

#[test]
fn letters_lead_to_the_pages_about_a_request_where_there_are_any() {
    let page = |word: &str| Some(format!("https://privacy.example.test/portal/acme/{word}"));
    let pages = Pages { follow: page("requests/x"), stop: page("stop/x") };
    for language in Language::ALL {
        for letter in all("x") {
            let html = Text::with_pages(&letter, language, "Acme", None, &pages, &Remarks::default()).html;
            let leads = |word: &str| {
                html.contains(&format!("href=\"https://privacy.example.test/portal/acme/{word}\""))
            };
            let stops = ["received", "asked", "started"].contains(&letter.word());
            assert_eq!(leads("stop/x"), stops, "{}", letter.word());
            let follows = [
                "received",
                "extended",
                "started",
                "finished",
                "refused",
                "unidentified",
                "no_data",
                "stopped",
                "complained",
                "answered",
            ];
            assert_eq!(leads("requests/x"), follows.contains(&letter.word()), "{}", letter.word());
            let plain = Text::of(&letter, language, "Acme", None).plain;
            assert!(!plain.contains("/portal/acme/requests") && !plain.contains("{follow}"), "{plain}");
        }
    }
}

#[test]
fn the_passphrase_never_travels_with_the_link() {
    for letter in &all("https://privacy.example.test/d/x")[6..8] {
        let Letter::Ready { passphrase, .. } = letter else { panic!("another letter") };
        let text = Text::of(letter, Language::English, "Acme", None).plain;
        assert_eq!(text.contains("You need a password"), *passphrase, "{text}");
        assert_eq!(text.contains("ZIP"), !passphrase, "{text}");
    }
}

#[test]
fn english_letters_read_at_grade_eight_or_below() {
    for letter in all("We hold it for a court") {
        let text = Text::of(&letter, Language::English, "Acme", None).plain;
        let grade = grade(&text);
        assert!(grade <= 8.0, "{}: {grade:.1}\n{text}", letter.word());
    }
}

#[test]
fn english_pages_read_at_grade_eight_or_below() {
    let book = Book::of(Language::English);
    let sentences = book.words.iter().filter(|(name, text)| {
        // a table of places and the words of a list are no sentences
        name.starts_with("p_") && text.ends_with(['.', '?', '!']) && !text.contains('{')
    });
    let whole: Vec<&str> = sentences.map(|(_, text)| text.as_str()).collect();
    assert!(whole.len() > 60);
    let grade = grade(&whole.join("\n"));
    assert!(grade <= 8.0, "{grade:.1}");
}

/// Flesch-Kincaid: 0.39 words a sentence + 11.8 syllables a word - 15.59.
fn grade(text: &str) -> f64 {
    let (mut words, mut syllables, mut sentences) = (0.0, 0.0, 0.0);
    for line in text.lines().filter(|line| !line.starts_with("- ") && !line.starts_with("http")) {
        for word in line.split_whitespace() {
            let letters: String = word.chars().filter(|letter| letter.is_ascii_alphabetic()).collect();
            // ids and numbers are not read as words
            if letters.is_empty() || word.contains('_') {
                continue;
            }
            words += 1.0;
            syllables += syllables_of(&letters.to_ascii_lowercase());
            if word.ends_with(['.', '?', '!', ':']) {
                sentences += 1.0;
            }
        }
    }
    0.39 * words / f64::max(sentences, 1.0) + 11.8 * syllables / words - 15.59
}

fn syllables_of(word: &str) -> f64 {
    let vowel = |letter: char| "aeiouy".contains(letter);
    let mut count = 0;
    let mut before = false;
    for letter in word.chars() {
        count += i32::from(vowel(letter) && !before);
        before = vowel(letter);
    }
    let silent = word.ends_with('e') && !word.ends_with("le") && count > 1;
    let past = word.ends_with("ed") && !word.ends_with("ted") && !word.ends_with("ded") && count > 1;
    f64::from((count - i32::from(silent || past)).max(1))
}

#[test]
fn the_measure_measures() {
    assert!(grade("The cat sat on the mat. It was warm.") < 2.0);
    let hard = "Notwithstanding the aforementioned considerations, pseudonymization constitutes processing.";
    assert!(grade(hard) > 15.0);
}

#[test]
fn what_is_written_into_marked_places_changes_nothing_else() {
    let remarks = Remarks::new(
        "Thank you for your <b>patience</b>.\nשלום",
        "Call us & ask.\n\nWe are there {reference} from 9 to 5.",
    )
    .unwrap();
    for language in Language::ALL {
        for letter in all("x") {
            let write = |remarks: &Remarks| {
                Text::with_pages(&letter, language, "Acme", None, &Pages::default(), remarks)
            };
            let (bare, said) = (write(&Remarks::default()), write(&remarks));
            if !Text::is_marked(letter.word()) {
                assert_eq!(bare, said, "{}", letter.word());
                continue;
            }
            assert_eq!(bare.subject, said.subject);
            let opening = "Thank you for your <b>patience</b>.\nשלום\n";
            assert!(said.plain.contains(opening), "{}", said.plain);
            assert!(said.plain.contains("We are there {reference} from 9 to 5."), "{}", said.plain);
            assert!(
                said.html.contains(
                    "<p dir=\"auto\">Thank you for your &lt;b&gt;patience&lt;/b&gt;.<br>\nשלום</p>"
                ),
                "{}",
                said.html
            );
            assert!(said.html.contains("<p dir=\"auto\">Call us &amp; ask.</p>"), "{}", said.html);
            // all that stands there without them stands there with them, in the same order
            let mut rest = said.plain.as_str();
            for line in bare.plain.lines().filter(|line| !line.is_empty()) {
                rest = rest.split_once(line).unwrap_or_else(|| panic!("{line} is gone")).1;
            }
        }
    }
}

#[test]
fn every_letter_that_ends_a_request_has_marked_places() {
    let marked: Vec<&str> = Letter::WORDS.into_iter().filter(|word| Text::is_marked(word)).collect();
    assert_eq!(marked, ["extended", "ready", "finished", "refused", "unidentified", "no_data"]);
}

#[test]
fn a_draft_is_the_whole_letter_with_what_is_not_known_in_brackets() {
    let reference = RequestId::new(at("2026-11-22"), [7; 10]);
    let remarks = Remarks::new("An opening.", "A note.").unwrap();
    for language in Language::ALL {
        for word in Letter::WORDS.into_iter().filter(|word| Text::is_marked(word)) {
            let draft = Text::draft(word, language, "Acme", reference, None, &remarks).unwrap();
            assert!(draft.subject.contains(&reference.to_string()), "{}", draft.subject);
            assert!(!draft.plain.contains('{'), "{}", draft.plain);
            assert!(
                draft.plain.contains("[name]") && draft.plain.contains("An opening.\n"),
                "{}",
                draft.plain
            );
            assert!(draft.plain.contains("A note.\n"), "{}", draft.plain);
            let body = draft.body();
            assert!(body.starts_with("<p>") && body.ends_with("</p>\n"), "{body}");
            // each paragraph that an answer by law must have is there
            let template = &Book::of(language).letters[word];
            for paragraph in template.paragraphs.iter().filter(|text| places::names(text).next().is_none()) {
                assert!(draft.plain.contains(paragraph.as_str()), "{word}: {paragraph}");
            }
        }
    }
    assert_eq!(Text::draft("nothing", Language::English, "Acme", reference, None, &remarks), None);
    let told = &all("x")[10];
    let told = Some((told, &["receipt"][..]));
    let draft = Text::draft("finished", Language::English, "Acme", reference, told, &remarks).unwrap();
    assert!(
        draft.plain.contains("- x: 12\n") && draft.plain.contains("[the number of the receipt]"),
        "{}",
        draft.plain
    );
}
