//! Every code has a page and every page a code; what pages tell people to type exists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::desk::Desk;

/// What every page says, in this order.
const PARTS: [&str; 4] =
    ["**What happened.**", "**Why Exeunt stops here.**", "**What to do.**", "**What was touched.**"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Rust files below a folder.
fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    texts
}

fn is_code(text: &str) -> bool {
    text.len() == 5 && text.starts_with("E0") && text[1..].bytes().all(|byte| byte.is_ascii_digit())
}

/// Codes that stand between quotes in the sources of a crate.
fn codes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path().join("src");
        for text in sources(&folder) {
            found.extend(text.split('"').filter(|word| is_code(word)).map(str::to_owned));
        }
    }
    found
}

/// Pages by their code.
fn pages() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("docs/errors")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if !["README", "findings"].contains(&name) {
            assert!(is_code(name), "{name} is no code");
            found.insert(name.to_owned(), std::fs::read_to_string(&path).unwrap());
        }
    }
    found
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes = codes();
    assert!(codes.len() > 50, "the sources were not found");
    let pages = pages();
    assert_eq!(codes, pages.keys().cloned().collect::<BTreeSet<_>>());
    let index = std::fs::read_to_string(root().join("docs/errors/README.md")).unwrap();
    let listed: Vec<&str> = index.lines().filter(|line| line.starts_with("| [E0")).collect();
    let titles: Vec<String> = pages
        .iter()
        .map(|(code, page)| {
            let title = page.lines().next().unwrap().strip_prefix(&format!("# {code} ")).unwrap();
            format!("| [{code}]({code}.md) | {title} |")
        })
        .collect();
    assert_eq!(listed, titles, "docs/errors/README.md lists other pages");
}

#[test]
fn every_page_says_what_happened_why_what_to_do_and_what_was_touched() {
    for (code, page) in pages() {
        let places: Vec<Option<usize>> = PARTS.iter().map(|part| page.find(part)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{code}: {places:?}");
        for line in page.lines() {
            assert!(line.chars().count() <= 125, "{code}: {line}");
        }
    }
}

#[test]
fn what_pages_tell_to_type_exists() {
    let desk = Desk::small();
    let mut helps: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for (code, page) in pages() {
        for command in page.lines().filter_map(|line| line.strip_prefix("exeunt ")) {
            let is_noun = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let nouns: Vec<String> = command
                .split(' ')
                .take_while(|word| is_noun(word) && !word.starts_with('-'))
                .map(str::to_owned)
                .collect();
            let help = helps.entry(nouns.clone()).or_insert_with(|| {
                let mut arguments: Vec<&str> = nouns.iter().map(String::as_str).collect();
                arguments.push("--help");
                desk.done(&arguments)
            });
            for option in command.split(' ').filter(|word| word.starts_with("--")) {
                assert!(help.contains(option), "{code}: `exeunt {command}`: there is no {option}");
            }
        }
    }
    assert!(helps.len() > 15, "the commands were not found");
}

/// What stands before the word of a finding, a problem or a note where one is made.
const BEFORE: [&str; 12] = [
    "code: ",
    "(ERROR, ",
    "(WARNING, ",
    "(INFO, ",
    "severity, ",
    "Severity::Error, ",
    "Severity::Warning, ",
    "Severity::Info, ",
    "refuse( ",
    "refuse(",
    "missing( ",
    "missing(",
];

/// The words that findings, problems and notes are made with.
fn words() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in sources(&root().join("crates/plan/src")) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let pieces: Vec<&str> = text.split('"').collect();
        for pair in pieces.windows(2) {
            let (ahead, word) = (pair[0], pair[1]);
            let fits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b"-_".contains(&b));
            if fits && BEFORE.iter().any(|mark| ahead.ends_with(mark)) {
                found.insert(word.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_finding_and_note_is_explained_and_nothing_else() {
    let page = std::fs::read_to_string(root().join("docs/errors/findings.md")).unwrap();
    let explained = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let explained: BTreeSet<String> = explained.map(str::to_owned).collect();
    let words = words();
    let unexplained: Vec<_> = words.difference(&explained).collect();
    let unused: Vec<_> = explained.difference(&words).collect();
    assert!(unexplained.is_empty() && unused.is_empty(), "no row for {unexplained:?}, no use for {unused:?}");
}
