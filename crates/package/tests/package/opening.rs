//! Opening: with the right key, the wrong key, and after every kind of damage.

use std::io::{Cursor, Read, Write};

use exeunt_base::{Cell, Row, Secret};
use exeunt_package::{
    Digest, Encryption, Format, Identity, Key, Limits, OpenError, Opening, Right, Writer, open, verify,
};
use zip::write::SimpleFileOptions;

use crate::support::{Made, identity, integer, key, look_inside, model, one_model, scratch, spec, text};

fn some_package() -> Made {
    let rows: Vec<Row> = (0..8_000i64)
        .map(|id| {
            let noise = id.wrapping_mul(0x5851_f42d_4c95_7f2d);
            vec![Cell::Int(noise), Cell::text(&format!("{noise:x}{:x}", noise.wrapping_mul(noise)))]
        })
        .collect();
    one_model(&[Format::Csv], model("events", vec![integer("id"), text("noise")]), &rows)
}

fn check(bytes: &[u8], key: &Key) -> Result<(), OpenError> {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("opened");
    let opened = open(Cursor::new(bytes), key, &Opening::default(), &target);
    if opened.is_err() {
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left behind");
    }
    opened.map(|_| ())
}

#[test]
fn only_the_right_key_opens() {
    let made = some_package();
    check(&made.bytes, &key()).unwrap();
    let stranger = Key::Identity(Identity::from_chance(&Secret::new([1; 32])));
    assert!(matches!(check(&made.bytes, &stranger), Err(OpenError::WrongKey)));
    let guess = Key::Passphrase(Secret::new("correct horse battery".into()));
    assert!(matches!(check(&made.bytes, &guess), Err(OpenError::WrongKey)));
    assert!(matches!(check(b"PK\x03\x04 a plain zip", &key()), Err(OpenError::NotAPackage)));
}

#[test]
fn several_recipients_open_one_package_and_a_passphrase_works_alone() {
    let dir = tempfile::tempdir().unwrap();
    let auditor = Identity::from_chance(&Secret::new([9; 32]));
    let both = Encryption::to([identity().recipient(), auditor.recipient()]).unwrap();
    let phrase = Secret::new(String::from("correct horse battery staple"));
    let alone = Encryption::passphrase(phrase.clone()).unwrap();
    for (to, keys, wrong) in [
        (
            both,
            vec![key(), Key::Identity(auditor)],
            Key::Identity(Identity::from_chance(&Secret::new([8; 32]))),
        ),
        (alone, vec![Key::Passphrase(phrase)], Key::Passphrase(Secret::new("wrong horse battery".into()))),
    ] {
        let writer =
            Writer::create(Vec::new(), spec(Right::Access, &[Format::Json]), &to, scratch(dir.path()))
                .unwrap();
        let (_, bytes) = writer.finish_into().unwrap();
        for key in keys {
            check(&bytes, &key).unwrap();
        }
        assert!(matches!(check(&bytes, &wrong), Err(OpenError::WrongKey)));
    }
}

#[test]
fn a_file_cut_anywhere_says_it_is_cut_short() {
    let made = some_package();
    assert!(made.bytes.len() > 4 * 65_536, "several pieces");
    let cuts = (0..made.bytes.len()).step_by(4096).chain([1, 30, 100, 200, made.bytes.len() - 1]);
    for cut in cuts {
        let error = verify(Cursor::new(&made.bytes[..cut]), &key(), &Opening::default()).unwrap_err();
        assert!(matches!(error, OpenError::Truncated { bytes } if bytes == cut as u64), "{cut}: {error:?}");
    }
    // exactly between two pieces
    let header = made.bytes.len() % (65_536 + 16);
    for pieces in 0..3 {
        let cut = header + pieces * (65_536 + 16);
        let error = verify(Cursor::new(&made.bytes[..cut]), &key(), &Opening::default()).unwrap_err();
        assert!(matches!(error, OpenError::Truncated { .. }), "{pieces}: {error:?}");
    }
}

#[test]
fn one_flipped_bit_anywhere_is_noticed() {
    let made = some_package();
    let header = made.bytes.len() % (65_536 + 16);
    for at in (0..made.bytes.len()).step_by(9_973).chain([header, made.bytes.len() - 1]) {
        let mut bytes = made.bytes.clone();
        bytes[at] ^= 1;
        let error = verify(Cursor::new(&bytes), &key(), &Opening::default()).unwrap_err();
        if at >= header {
            assert!(matches!(error, OpenError::Damaged { near } if near <= at as u64), "{at}: {error:?}");
        }
    }
    for at in 0..header {
        let mut bytes = made.bytes.clone();
        bytes[at] ^= 1;
        verify(Cursor::new(&bytes), &key(), &Opening::default()).unwrap_err();
    }
}

#[test]
fn what_is_appended_is_noticed_and_told_apart() {
    let made = some_package();
    for extra in [1, 22, 65_551, 65_552, 65_553, 200_000] {
        let mut bytes = made.bytes.clone();
        bytes.extend(std::iter::repeat_n(0u8, extra));
        let error = verify(Cursor::new(&bytes), &key(), &Opening::default()).unwrap_err();
        let end = made.bytes.len() as u64;
        assert!(matches!(error, OpenError::Trailing { after } if after == end), "{extra}: {error:?}");
    }
}

#[test]
fn another_package_for_the_same_key_is_refused_when_the_manifest_is_known() {
    let made = some_package();
    let opening = Opening { manifest: Some(Digest::of(b"another")), ..Opening::default() };
    let error = verify(Cursor::new(&made.bytes), &key(), &opening).unwrap_err();
    assert!(matches!(error, OpenError::OtherManifest));
}

#[test]
fn an_existing_target_is_left_alone() {
    let made = some_package();
    let dir = tempfile::tempdir().unwrap();
    let error = open(Cursor::new(&made.bytes), &key(), &Opening::default(), dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::TargetExists { .. }));
}

#[cfg(unix)]
#[test]
fn unpacked_files_belong_to_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let made = some_package();
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("opened");
    open(Cursor::new(&made.bytes), &key(), &Opening::default(), &target).unwrap();
    let mode = |path: &str| std::fs::metadata(target.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("manifest.json"), 0o600);
    assert_eq!(mode("2-your-data/01-events.csv"), 0o600);
}

/// Encrypts an archive of the attacker's making to our key, filled to whole pieces as ours are.
fn forge(build: impl FnOnce(&mut zip::ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    build(&mut zip);
    let mut plain = zip.finish().unwrap().into_inner();
    let missing = (65_536 - plain.len() % 65_536) % 65_536;
    let end = plain.len();
    plain[end - 2..].copy_from_slice(&(missing as u16).to_le_bytes());
    plain.resize(end + missing, 0);
    encrypt(&plain)
}

fn encrypt(plain: &[u8]) -> Vec<u8> {
    let recipient: age::x25519::Recipient = identity().recipient().to_string().parse().unwrap();
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
    let mut out = encryptor.wrap_output(Vec::new()).unwrap();
    out.write_all(plain).unwrap();
    out.finish().unwrap()
}

fn manifest(files: &[(&str, &[u8])]) -> String {
    let files: Vec<_> = files
        .iter()
        .map(|(path, bytes)| {
            serde_json::json!({ "path": path, "bytes": bytes.len(), "sha256": Digest::of(bytes).to_string() })
        })
        .collect();
    serde_json::json!({
        "format": "exeunt-package", "version": 1, "package": "pkg_x", "right": "access", "made_at": "",
        "tool": { "name": "x", "version": "1" }, "complete": true, "snapshots": [], "searched": [], "failed": [],
        "models": [], "escapes": { "csv_formulas": 0, "replaced_characters": 0 }, "files": files,
    })
    .to_string()
}

fn put(zip: &mut zip::ZipWriter<Cursor<Vec<u8>>>, name: &str, bytes: &[u8]) {
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
}

#[test]
fn the_forger_used_below_can_make_a_package_that_opens() {
    let page: &[u8] = b"<p>hello</p>";
    let bytes = forge(|zip| {
        put(zip, "index.html", page);
        put(zip, "manifest.json", manifest(&[("index.html", page)]).as_bytes());
    });
    check(&bytes, &key()).unwrap();
}

#[test]
fn names_that_lead_outside_are_refused() {
    for name in
        ["../evil", "/evil", "2-your-data/../../evil", "2-your-data\\..\\evil", "evil.sh", "2-your-data/nul"]
    {
        let bytes = forge(|zip| {
            put(zip, name, b"x");
            put(zip, "manifest.json", manifest(&[(name, b"x")]).as_bytes());
        });
        let error = check(&bytes, &key()).unwrap_err();
        assert!(matches!(error, OpenError::Archive { why } if why.contains("name")), "{name}: {error:?}");
    }
}

#[test]
fn links_and_folders_are_refused() {
    let bytes = forge(|zip| {
        zip.add_symlink("index.html", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        put(zip, "manifest.json", manifest(&[("index.html", b"/etc/passwd")]).as_bytes());
    });
    assert!(matches!(check(&bytes, &key()), Err(OpenError::Archive { .. })));
    let bytes = forge(|zip| {
        zip.add_directory("2-your-data/1x", SimpleFileOptions::default()).unwrap();
        put(zip, "manifest.json", manifest(&[]).as_bytes());
    });
    assert!(matches!(check(&bytes, &key()), Err(OpenError::Archive { .. })));
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let page = vec![0u8; 40 << 20];
    let bytes = forge(|zip| {
        put(zip, "index.html", &page);
        put(zip, "manifest.json", manifest(&[("index.html", &page)]).as_bytes());
    });
    assert!(bytes.len() < 1 << 20);
    let opening = |limits| Opening { limits, manifest: None };
    let total = opening(Limits { total_bytes: 1 << 20, ..Limits::default() });
    let error = verify(Cursor::new(&bytes), &key(), &total).unwrap_err();
    assert!(matches!(error, OpenError::TooLarge { what: "number of bytes", .. }), "{error:?}");
    let files = opening(Limits { files: 1, ..Limits::default() });
    let error = verify(Cursor::new(&bytes), &key(), &files).unwrap_err();
    assert!(matches!(error, OpenError::TooLarge { what: "number of files", .. }), "{error:?}");
    let small = opening(Limits { manifest_bytes: 10, ..Limits::default() });
    let error = verify(Cursor::new(&bytes), &key(), &small).unwrap_err();
    assert!(matches!(error, OpenError::TooLarge { what: "manifest", .. }), "{error:?}");

    // an entry that unpacks to more than the manifest says stops there
    let bytes = forge(|zip| {
        put(zip, "index.html", &page);
        put(zip, "manifest.json", manifest(&[("index.html", b"short")]).as_bytes());
    });
    assert!(matches!(check(&bytes, &key()), Err(OpenError::Changed { .. })));
}

#[test]
fn the_manifest_must_fit_the_files_exactly() {
    let check_forged = |files: &[(&str, &[u8])], listed: &[(&str, &[u8])]| {
        let bytes = forge(|zip| {
            files.iter().for_each(|(name, bytes)| put(zip, name, bytes));
            put(zip, "manifest.json", manifest(listed).as_bytes());
        });
        check(&bytes, &key()).unwrap_err()
    };
    assert!(matches!(
        check_forged(&[("index.html", b"a")], &[("index.html", b"b")]),
        OpenError::Changed { .. }
    ));
    assert!(matches!(check_forged(&[], &[("index.html", b"b")]), OpenError::Missing { .. }));
    assert!(matches!(check_forged(&[("index.html", b"a")], &[]), OpenError::Unlisted { .. }));
    let lying = check_forged(&[], &[("../../evil", b"b")]);
    assert!(matches!(lying, OpenError::Archive { .. }), "{lying:?}");

    let bytes = forge(|zip| put(zip, "index.html", b"a"));
    assert!(matches!(check(&bytes, &key()), Err(OpenError::Missing { .. })));
    let bytes = forge(|zip| put(zip, "manifest.json", br#"{"format":"exeunt-package","version":99}"#));
    assert!(matches!(check(&bytes, &key()), Err(OpenError::Version { found: 99, known: 1 })));
    let bytes = forge(|zip| put(zip, "manifest.json", b"not json"));
    assert!(matches!(check(&bytes, &key()), Err(OpenError::Manifest(_))));
    assert!(matches!(check(&encrypt(b"no zip at all"), &key()), Err(OpenError::Archive { .. })));
    assert!(matches!(check(&encrypt(b""), &key()), Err(OpenError::Archive { .. })));
}

#[test]
fn an_independent_age_and_zip_read_the_package() {
    let made = some_package();
    let secret = identity().reveal();
    let identity: age::x25519::Identity = secret.expose().parse().unwrap();
    let plain = age::decrypt(&identity, &made.bytes).unwrap();
    assert_eq!(plain.len() % 65_536, 0, "the size tells little");
    let mut archive = zip::ZipArchive::new(Cursor::new(plain)).unwrap();
    let mut text = String::new();
    archive.by_name("2-your-data/01-events.csv").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, look_inside(&made).text("2-your-data/01-events.csv"));
    assert_eq!(text.lines().count(), 8_001);
}
