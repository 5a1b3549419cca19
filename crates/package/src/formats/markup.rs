//! Text in XML and HTML: every byte that means something is escaped, every code point the format cannot hold is
//! replaced by a visible sign and counted.

/// Which rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// XML 1.0: most control characters do not exist; U+FFFD stands for them.
    Xml,
    /// HTML: control characters are shown by their pictures.
    Html,
}

const PLAIN: u8 = 0;
const SPECIAL: u8 = 1;

/// Bytes that need a closer look. 0xEF begins U+FFFE and U+FFFF, 0xC2 begins the second set of control characters.
const CLASSES: [u8; 256] = {
    let mut classes = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = SPECIAL;
        byte += 1;
    }
    classes[b'\n' as usize] = PLAIN;
    classes[b'\t' as usize] = PLAIN;
    classes[b'&' as usize] = SPECIAL;
    classes[b'<' as usize] = SPECIAL;
    classes[b'>' as usize] = SPECIAL;
    classes[b'"' as usize] = SPECIAL;
    classes[b'\'' as usize] = SPECIAL;
    classes[0x7f] = SPECIAL;
    classes[0xef] = SPECIAL;
    classes[0xc2] = SPECIAL;
    classes
};

/// Appends text; returns how many code points were replaced.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str, rules: Rules) -> u64 {
    put(out, text, rules, false)
}

/// Appends text that stands between quotes, where a reader would turn line ends into spaces.
pub(crate) fn put_attribute(out: &mut Vec<u8>, text: &str, rules: Rules) -> u64 {
    put(out, text, rules, true)
}

fn put(out: &mut Vec<u8>, text: &str, rules: Rules, attribute: bool) -> u64 {
    let bytes = text.as_bytes();
    let (mut from, mut at, mut replaced) = (0, 0, 0);
    while at < bytes.len() {
        let byte = bytes[at];
        let spaced = attribute && (byte == b'\n' || byte == b'\t');
        if CLASSES[usize::from(byte)] == PLAIN && !spaced {
            at += 1;
            continue;
        }
        let mut length = 1;
        let instead: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            b'\'' => b"&#39;",
            b'\r' => b"&#13;",
            b'\n' => b"&#10;",
            b'\t' => b"&#9;",
            0xef if matches!(bytes.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])) => {
                length = 3;
                replaced += 1;
                REPLACEMENT
            }
            0xef => {
                at += 3;
                continue;
            }
            0xc2 if rules == Rules::Html && bytes.get(at + 1).is_some_and(|next| *next < 0xa0) => {
                length = 2;
                replaced += 1;
                REPLACEMENT
            }
            0xc2 => {
                at += 2;
                continue;
            }
            0x7f if rules == Rules::Xml => {
                // a legal character, if an odd one
                at += 1;
                continue;
            }
            control => {
                replaced += 1;
                if rules == Rules::Html { picture(control) } else { REPLACEMENT }
            }
        };
        out.extend_from_slice(&bytes[from..at]);
        out.extend_from_slice(instead);
        at += length;
        from = at;
    }
    out.extend_from_slice(&bytes[from..]);
    replaced
}

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// The picture Unicode has for a control character: ␀ ␛ ␡.
fn picture(control: u8) -> &'static [u8] {
    const PICTURES: &str = "␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟";
    match control {
        0..0x20 => &PICTURES.as_bytes()[usize::from(control) * 3..usize::from(control) * 3 + 3],
        _ => "␡".as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rules, put_attribute, put_text};

    fn check(text: &str, rules: Rules, expected: &str, replaced: u64) {
        let mut out = Vec::new();
        assert_eq!(put_text(&mut out, text, rules), replaced, "{text:?}");
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{text:?}");
    }

    #[test]
    fn markup_is_escaped_and_impossible_characters_are_replaced() {
        check("plain ünï 💥 text\n\t", Rules::Xml, "plain ünï 💥 text\n\t", 0);
        check("<b a=\"1\" c='2'>&", Rules::Xml, "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;", 0);
        check("a\0b\u{1b}[31m\u{fffe}\u{ffff}", Rules::Xml, "a\u{fffd}b\u{fffd}[31m\u{fffd}\u{fffd}", 4);
        check("a\0b\u{1b}[31m\u{9b}\u{7f}", Rules::Html, "a␀b␛[31m\u{fffd}␡", 4);
        check("\u{fffd}\u{ff1d}\u{a0}\u{85}\r\n", Rules::Xml, "\u{fffd}\u{ff1d}\u{a0}\u{85}&#13;\n", 0);
        let mut out = Vec::new();
        put_attribute(&mut out, "a\nb\tc\"", Rules::Xml);
        assert_eq!(out, b"a&#10;b&#9;c&quot;");
    }
}
