//! What a bucket answers, as far as we read it: a root, single words below it, and entries of words.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

/// Words by name.
pub(crate) type Words = BTreeMap<String, String>;

/// An answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The root's name.
    pub(crate) root: String,
    /// What stands directly below it.
    pub(crate) words: Words,
    /// What has words of its own, with its name, in order.
    pub(crate) entries: Vec<(String, Words)>,
}

impl Told {
    /// One word, or nothing.
    pub(crate) fn word(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }

    /// Entries of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Words> {
        self.entries.iter().filter(move |(called, _)| called == name).map(|(_, words)| words)
    }
}

/// Reads an answer; `None` when it is none.
pub(crate) fn read(bytes: &[u8]) -> Option<Told> {
    let mut reader = Reader::from_str(std::str::from_utf8(bytes).ok()?);
    let (mut told, mut path, mut text) = (Told::default(), Vec::<String>::new(), String::new());
    let mut entry = Words::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                path.push(tag.local_name().as_ref().to_owned());
                text.clear();
            }
            Event::Empty(tag) if path.is_empty() => told.root = tag.local_name().as_ref().to_owned(),
            Event::Text(piece) => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => text.push(match reference.resolve_char_ref().ok()? {
                Some(letter) => letter,
                None => named(&reference.xml10_content())?,
            }),
            Event::End(_) => {
                let name = path.pop()?;
                match path.len() {
                    0 => told.root = name,
                    1 if entry.is_empty() => drop(told.words.insert(name, std::mem::take(&mut text))),
                    1 => told.entries.push((name, std::mem::take(&mut entry))),
                    2 => drop(entry.insert(name, std::mem::take(&mut text))),
                    _ => {}
                }
                text.clear();
            }
            Event::Eof => return (path.is_empty() && !told.root.is_empty()).then_some(told),
            _ => {}
        }
    }
}

fn named(reference: &str) -> Option<char> {
    Some(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lists_and_errors_are_read() {
        let list = read(
            br#"<?xml version="1.0"?>
            <ListBucketResult xmlns="x"><IsTruncated>true</IsTruncated><Prefix/>
              <Contents><Key>a&amp;b</Key><ETag>&#34;1&quot;</ETag><Owner><ID>7</ID></Owner></Contents>
              <Contents><Key>c</Key></Contents>
            </ListBucketResult>"#,
        )
        .unwrap();
        assert_eq!(
            (list.root.as_str(), list.word("IsTruncated"), list.word("Prefix")),
            ("ListBucketResult", "true", "")
        );
        let keys: Vec<&str> = list.all("Contents").map(|words| words["Key"].as_str()).collect();
        assert_eq!(keys, ["a&b", "c"]);
        assert_eq!(list.entries[0].1["ETag"], "\"1\"");
        let error = read(b"<Error><Code>NoSuchKey</Code></Error>").unwrap();
        assert_eq!((error.root.as_str(), error.word("Code")), ("Error", "NoSuchKey"));
        assert_eq!(read(b"<VersioningConfiguration/>").unwrap().root, "VersioningConfiguration");
        for no_answer in [&b""[..], b"<a>", b"<a></b>", b"words", b"<a>&nbsp;</a>", b"\xff"] {
            assert_eq!(read(no_answer), None);
        }
    }
}
