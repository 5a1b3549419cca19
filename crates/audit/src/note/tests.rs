//! The published notes of C2SP and of Go's checksum database, and everything that must not pass for a note.

use exeunt_base::Secret;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::note::{BadKey, Error, MAX_SIGNATURES, Note, SigningKey, VerifyingKey};

const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE_NOTE: &str = "This is an example message.\n\n\
    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const PETER_TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_LINE: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn verifying(text: &str) -> VerifyingKey {
    text.parse().expect("a key")
}

fn signing(name: &str, seed: u8) -> SigningKey {
    SigningKey::new(name, Secret::new([seed; 32])).expect("a key")
}

#[test]
fn the_example_of_the_specification_verifies() {
    let key = verifying(EXAMPLE_KEY);
    assert_eq!(key.id(), 0x530d_903a);
    assert_eq!(key.to_string(), EXAMPLE_KEY);
    let note = Note::parse(EXAMPLE_NOTE.as_bytes()).expect("a note");
    assert_eq!(note.verify(&[&key]), Ok("This is an example message.\n"));
    assert_eq!(note.to_string(), EXAMPLE_NOTE);
}

#[test]
fn the_published_secret_key_signs_the_published_bytes() {
    let key = SigningKey::from_secret(&Secret::new(PETER_SECRET.to_owned())).expect("a key");
    assert_eq!(key.public(), &verifying(PETER));
    assert_eq!(key.to_secret().expose(), PETER_SECRET);
    let note = Note::sign(PETER_TEXT, &[&key]).expect("plain text");
    assert_eq!(note.to_string(), format!("{PETER_TEXT}\n{PETER_LINE}"));
    assert!(!format!("{key:?}").contains("AYEKFALV"));
}

#[test]
fn a_note_signed_by_two_verifies_for_either_and_passes_over_strangers() {
    let note = format!("{PETER_TEXT}\n{PETER_LINE}{ENOCH_LINE}");
    let note = Note::parse(note.as_bytes()).expect("a note");
    let (peter, enoch, stranger) = (verifying(PETER), verifying(ENOCH), verifying(EXAMPLE_KEY));
    assert_eq!(note.verify(&[&peter]), Ok(PETER_TEXT));
    assert_eq!(note.verify(&[&stranger, &enoch]), Ok(PETER_TEXT));
    assert_eq!(note.verify(&[&peter, &enoch]), Ok(PETER_TEXT));
    assert_eq!(note.verify(&[&stranger]), Err(Error::NoTrustedSignature));
    assert_eq!(note.verify(&[]), Err(Error::NoTrustedSignature));
}

#[test]
fn one_wrong_signature_by_a_known_key_spoils_the_note() {
    let bent = ENOCH_LINE.replace("9n", "9m").replace("2/5n2t", "2/5n2u");
    let note = Note::parse(format!("{PETER_TEXT}\n{PETER_LINE}{bent}").as_bytes()).expect("still a note");
    let (peter, enoch) = (verifying(PETER), verifying(ENOCH));
    assert_eq!(note.verify(&[&peter]), Ok(PETER_TEXT), "to whoever does not know Enoch it is a stranger's");
    assert_eq!(note.verify(&[&peter, &enoch]), Err(Error::WrongSignature("EnochRoot".to_owned())));
}

#[test]
fn the_text_may_hold_blank_lines_and_look_like_a_signature() {
    let key = signing("example.com/log", 1);
    let text = "one\n\n— example.com/log AAAAAAAA\n\nfour\n";
    let note = Note::sign(text, &[&key]).expect("plain text").to_string();
    assert_eq!(Note::parse(note.as_bytes()).expect("a note").verify(&[key.public()]), Ok(text));
}

#[test]
fn sixteen_signatures_are_accepted_and_too_many_are_not() {
    let keys: Vec<SigningKey> =
        (0..=MAX_SIGNATURES as u8).map(|seed| signing("example.com/log", seed)).collect();
    let all: Vec<&SigningKey> = keys.iter().collect();
    let note = Note::sign("text\n", &all[..16]).expect("plain text").to_string();
    let last = keys[15].public();
    assert_eq!(Note::parse(note.as_bytes()).expect("a note").verify(&[last]), Ok("text\n"));
    assert_eq!(Note::sign("text\n", &all), Err(Error::TooLarge));
    let line = note.lines().last().expect("a line");
    let crowded = format!("text\n\n{}", format!("{line}\n").repeat(MAX_SIGNATURES + 1));
    assert_eq!(Note::parse(crowded.as_bytes()), Err(Error::TooLarge));
}

#[test]
fn what_is_not_a_note_is_refused() {
    for bad in [
        "",
        "\n",
        "text\n",
        "text\n\n",
        "text\n\n— name AAAAAAAA",
        "text\n— name AAAAAAAA\n",
        "text\r\n\n— name AAAAAAAA\n",
        "text\u{0}\n\n— name AAAAAAAA\n",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n—name AAAAAAAA\n",
        "text\n\n— name  AAAAAAAA\n",
        "text\n\n—  AAAAAAAA\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n— na\u{a0}me AAAAAAAA\n",
        "text\n\n— name AAAAAAA\n",
        "text\n\n— name AAAAAAAA \n",
        "text\n\n— name AAAAAA==\n",
        "text\n\n— name AAAAAAA_\n",
        "text\n\n— name AAAAAAAB=\n",
        "text\n\n— name AAAAAAAA\nmore\n",
    ] {
        assert!(Note::parse(bad.as_bytes()).is_err(), "{bad:?}");
    }
    assert_eq!(Note::parse(b"t\xff\n\n\xe2\x80\x94 name AAAAAAAA\n"), Err(Error::Malformed));
    assert_eq!(Note::sign("no newline", &[&signing("a", 1)]), Err(Error::Malformed));
    assert_eq!(Note::sign("tab\t\n", &[&signing("a", 1)]), Err(Error::Malformed));
    assert_eq!(Note::sign("text\n", &[]), Err(Error::NoTrustedSignature));
}

#[test]
fn what_is_not_a_key_is_refused() {
    for (bad, why) in [
        ("", BadKey::Malformed),
        ("example.com/foo+530d903a", BadKey::Malformed),
        ("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", BadKey::WrongId),
        ("example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", BadKey::WrongId),
        ("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", BadKey::Malformed),
        ("exam ple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", BadKey::Malformed),
        ("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", BadKey::Malformed),
        ("example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", BadKey::Unsupported(6)),
        ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3Q==", BadKey::Malformed),
    ] {
        assert_eq!(bad.parse::<VerifyingKey>(), Err(why), "{bad}");
    }
    assert!(SigningKey::from_secret(&Secret::new(PETER.to_owned())).is_err());
    assert!(SigningKey::new("two words", Secret::new([1; 32])).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_print_as_they_were(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(note) = Note::parse(&bytes) {
            prop_assert_eq!(note.to_string().into_bytes(), bytes);
        }
    }

    #[test]
    fn texts_like_notes_are_refused_or_print_as_they_were(
        text in "([a-z —+=\n]{0,20}\n\n)?(— [a-z+]{0,3} [A-Za-z0-9+/=]{0,12}\n){0,3}",
    ) {
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.to_string(), text.as_str());
        }
        let _ = text.parse::<VerifyingKey>();
    }

    #[test]
    fn what_is_signed_verifies_and_what_is_bent_does_not(text in "[^\u{0}-\u{1f}]{0,40}\n", seed: u8, at: usize) {
        let key = signing("example.com/log", seed);
        let note = Note::sign(&text, &[&key]).expect("plain text");
        let mut bent = note.to_string().into_bytes();
        let read = Note::parse(&bent).expect("a note");
        prop_assert_eq!(read.verify(&[key.public()]), Ok(text.as_str()));
        let at = at % bent.len();
        bent[at] ^= 1;
        prop_assert!(Note::parse(&bent).and_then(|note| note.verify(&[key.public()]).map(|_| ())).is_err());
    }
}
