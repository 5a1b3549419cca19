//! Cases as files: commands, what they print, where, and the exit code.
//!
//! ```text
//! $ exeunt request list      a command; `<` lines after it go to its standard input
//! > no requests yet …        standard output
//! ! error: …                 standard error
//! = 0                        the exit code
//! % exeunt init              a command that must do, and whose answer is told elsewhere
//! ```
//!
//! Ids, digests, tokens and times differ each time: they stand as `req_A`, `hex_A`, `[token]`, `[time]`, and ids may be
//! used in later commands by those names. `UPDATE_CASES=1` writes the files anew; read the diff.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::desk::Desk;

#[test]
fn every_case_prints_what_its_file_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 8, "the cases are missing");
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let played = play(&text);
        if played == text {
            continue;
        }
        if std::env::var_os("UPDATE_CASES").is_some() {
            std::fs::write(&file, &played).unwrap();
        } else {
            wrong.push(format!("{}\n{}", file.display(), difference(&text, &played)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn play(text: &str) -> String {
    let desk = Desk::small();
    let mut names = Names::default();
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(command) = line.strip_prefix("% exeunt") {
            writeln!(out, "{line}").unwrap();
            let arguments = words(command);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            desk.done(&arguments);
            continue;
        }
        let Some(command) = line.strip_prefix("$ exeunt") else {
            if !line.starts_with(['>', '!', '=', '<']) {
                writeln!(out, "{line}").unwrap();
            }
            continue;
        };
        writeln!(out, "{line}").unwrap();
        let mut input = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('<')) {
            writeln!(out, "{line}").unwrap();
            writeln!(input, "{}", line.strip_prefix("< ").unwrap_or("")).unwrap();
        }
        let arguments: Vec<String> = words(command).iter().map(|word| names.real(word)).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answer = desk.call(&arguments, &input);
        for (mark, said) in [(">", &answer.out), ("!", &answer.err)] {
            for line in said.lines() {
                let shown = names.plain(&line.replace(&desk.path().display().to_string(), "[dir]"));
                writeln!(out, "{}", format!("{mark} {shown}").trim_end()).unwrap();
            }
        }
        writeln!(out, "= {}", answer.code).unwrap();
    }
    out
}

/// Words parted by spaces; single quotes keep one together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in command.split('\'').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[derive(Default)]
struct Names {
    known: BTreeMap<String, String>,
    counts: BTreeMap<String, u8>,
}

impl Names {
    fn real(&self, word: &str) -> String {
        let found = self.known.iter().find(|(_, name)| name.as_str() == word);
        found.map_or_else(|| word.to_owned(), |(real, _)| real.clone())
    }

    fn name(&mut self, kind: &str, real: &str) -> String {
        if let Some(name) = self.known.get(real) {
            return name.clone();
        }
        let count = self.counts.entry(kind.to_owned()).or_insert(0);
        let name = format!("{kind}_{}", char::from(b'A' + *count));
        *count += 1;
        self.known.insert(real.to_owned(), name.clone());
        name
    }

    /// Replaces what differs each time.
    fn plain(&mut self, line: &str) -> String {
        if line.strip_prefix("> ").unwrap_or(line).starts_with("whsec_") {
            return line.replace(line.trim_start_matches("> "), "[secret]");
        }
        for (mark, instead) in [("exeunt.invalid/log/", "[key]"), (", root ", "[root]")] {
            // what follows is a key or hash of this run alone
            if let Some(place) = line.find(mark) {
                return format!("{}{instead}", &line[..place + mark.len()]);
            }
        }
        let mut out = String::new();
        // sizes of packages hang on how well today's date compresses
        let line = &if line.contains("pkg_") { sizes(line) } else { days(&tokens(line)) };
        let mut rest = line.as_str();
        while !rest.is_empty() {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            if end == 0 {
                let c = rest.chars().next().unwrap();
                out.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
            let (word, after) = rest.split_at(end);
            rest = after;
            let id = word.split_once('_').filter(|(kind, id)| kind.len() == 3 && id.len() == 26);
            if let Some((kind, _)) = id {
                out.push_str(&self.name(kind, word));
            } else if word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit()) {
                out.push_str(&self.name("hex", word));
            } else if let Some(after) = time(word, rest) {
                out.push_str("[time]");
                rest = after;
            } else {
                out.push_str(word);
            }
        }
        out
    }
}

/// Replaces numbers from 10,000 on.
fn sizes(line: &str) -> String {
    let size = |word: &str| {
        word.len() > 5 && word.contains(',') && word.bytes().all(|b| b.is_ascii_digit() || b == b',')
    };
    line.split(' ').map(|word| if size(word) { "[size]" } else { word }).collect::<Vec<_>>().join(" ")
}

/// Replaces days in what is told of deadlines, and how many are left.
fn days(line: &str) -> String {
    if !["answer by ", "acknowledge  ", " is due ", "announced by"].iter().any(|mark| line.contains(mark)) {
        return line.to_owned();
    }
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for place in 0..words.len() {
        let bare = words[place].trim_end_matches([',', ';']);
        let next = words.get(place + 1).cloned().unwrap_or_default();
        let is_day = bare.len() == 10 && bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        // a time of day after it makes it a time
        if is_day && !next.contains(':') {
            words[place] = format!("[day]{}", &words[place][10..]);
        } else if place > 0 && words[place] == "days" && next.starts_with("left") {
            words[place - 1] = String::from("[count]");
        }
    }
    words.join(" ")
}

/// Replaces one-time tokens, sessions' and keys'.
fn tokens(line: &str) -> String {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let is_token =
        |word: &str| word.len() == 47 && ["exo_", "exs_", "exk_"].iter().any(|mark| word.starts_with(mark));
    let words = line.split_inclusive(|c: char| !is_letter(c));
    let word = |part: &str| {
        let word = part.trim_end_matches(|c: char| !is_letter(c));
        if is_token(word) { part.replace(word, "[token]") } else { part.to_owned() }
    };
    words.map(word).collect()
}

/// What follows a time of this century that begins with this word.
fn time<'a>(year: &str, rest: &'a str) -> Option<&'a str> {
    if year.len() != 4 || !year.starts_with("20") {
        return None;
    }
    let end = rest.find(|c: char| !(c.is_ascii_digit() || "-:.TZ".contains(c))).unwrap_or(rest.len());
    let (date, after) = rest.split_at(end);
    if date.contains('T') && date.ends_with('Z') {
        return Some(after);
    }
    // `2026-11-21 09:30 UTC`
    let clock = after.get(..10).filter(|clock| clock.starts_with(' ') && clock.ends_with(" UTC"));
    if date.len() == 6 && clock.is_some() { Some(&after[10..]) } else { None }
}

fn difference(wanted: &str, got: &str) -> String {
    let (wanted, got): (Vec<_>, Vec<_>) = (wanted.lines().collect(), got.lines().collect());
    let same = wanted.iter().zip(&got).take_while(|(one, other)| one == other).count();
    let some = |lines: &[&str]| lines[same..].iter().take(6).copied().collect::<Vec<_>>().join("\n  ");
    format!("line {}\nwanted:\n  {}\ngot:\n  {}", same + 1, some(&wanted), some(&got))
}
