//! Names inside the archive: lower-case ASCII of our own making, at most one folder deep. What users or databases
//! wrote reaches a path only as letters and digits.

/// The longest path in a package.
const LONGEST: usize = 120;

/// The longest part of a path that comes from a model's name.
const LONGEST_SLUG: usize = 60;

/// The folder of the person's data.
pub(crate) const DATA: &str = "2-your-data";

/// The manifest.
pub(crate) const MANIFEST: &str = "manifest.json";

/// A model's name reduced to letters, digits and hyphens; `data` when nothing is left.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if slug.len() >= LONGEST_SLUG {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "data".to_owned() } else { slug.to_owned() }
}

/// The path of one data file: `2-your-data/03-orders.csv`, `2-your-data/03-orders-002.docx`.
pub(crate) fn data(number: usize, slug: &str, part: u32, ending: &str) -> String {
    match part {
        0 | 1 => format!("{DATA}/{number:02}-{slug}.{ending}"),
        part => format!("{DATA}/{number:02}-{slug}-{part:03}.{ending}"),
    }
}

/// The path of a model's JSON Schema.
pub(crate) fn schema(number: usize, slug: &str) -> String {
    format!("schema/{number:02}-{slug}.schema.json")
}

/// Whether a path found in an archive could be one of ours. Everything else is refused before it touches a disk.
pub(crate) fn is_ours(path: &str) -> bool {
    let sound = |part: &str| {
        part.bytes().next().is_some_and(|first| first.is_ascii_lowercase() || first.is_ascii_digit())
            && !part.ends_with('.')
            && !part.contains("..")
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
    };
    let known = |part: &str| {
        matches!(part, "index.html" | MANIFEST)
            || part.starts_with("1-answer.")
            || part.starts_with("3-about-our-processing.")
    };
    path.len() <= LONGEST
        && match path.split_once('/') {
            None => sound(path) && known(path),
            Some((folder, file)) => {
                matches!(folder, DATA | "schema")
                    && sound(file)
                    // a number first: no name that some system keeps for itself, such as `con` or `nul`
                    && file.bytes().next().is_some_and(|first| first.is_ascii_digit())
            }
        }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, proptest};

    use super::{data, is_ours, schema, slug};

    #[test]
    fn hostile_names_become_harmless() {
        for (name, expected) in [
            ("orders", "orders"),
            ("../../etc/passwd", "etc-passwd"),
            ("Ünïcode Täble", "n-code-t-ble"),
            ("C:\\con\0.txt", "c-con-txt"),
            ("\u{202e}gpj", "gpj"),
            ("", "data"),
            ("💥", "data"),
        ] {
            assert_eq!(slug(name), expected);
        }
        assert_eq!(data(3, "orders", 1, "csv"), "2-your-data/03-orders.csv");
        assert_eq!(data(112, "orders", 2, "docx"), "2-your-data/112-orders-002.docx");
    }

    #[test]
    fn foreign_paths_are_refused() {
        for bad in [
            "../evil",
            "/etc/passwd",
            "2-your-data/../evil",
            "2-your-data\\..\\evil",
            "2-your-data/a/b",
            "2-your-data/",
            "2-your-data/con",
            "2-your-data/1.",
            "C:evil",
            "evil.exe",
            "manifest.json/..",
            "1-answer.html\0.exe",
            "2-your-data/1\u{202e}.csv",
            "",
        ] {
            assert!(!is_ours(bad), "{bad:?}");
        }
        for good in ["index.html", "manifest.json", "1-answer.docx", "3-about-our-processing.xml"] {
            assert!(is_ours(good), "{good:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn whatever_a_model_is_called_its_paths_are_ours(name: String, number in 1usize..100_000, part: u32) {
            let slug = slug(&name);
            assert!(is_ours(&data(number, &slug, part, "docx")));
            assert!(is_ours(&schema(number, &slug)));
        }

        #[test]
        fn a_path_that_is_ours_stays_inside(path in any::<String>()) {
            assert!(!is_ours(&path) || !path.contains(".."));
        }
    }
}
