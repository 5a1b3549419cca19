//! What a real token does with us, and we with it. Each case runs in a process of its own, with a token of its own.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that is a program"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11 as Calls};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use exeunt_base::Secret;
use exeunt_testkit::softhsm::{PIN, SoftHsm};
use exeunt_token::{Pkcs11, Place};
use exeunt_vault::{Error, Token};

const LABEL: &str = "a token";

/// A case, by the name of what it shows. It gets the folder that the token is in.
type Case = (&'static str, fn(&Path));

const CASES: [Case; 5] = [
    ("what_is_wrapped_opens_with_its_key_context_and_bytes_alone", wrapped),
    ("a_wrong_pin_is_tried_once", wrong_pin),
    ("a_token_that_goes_away_midway_is_told_and_comes_back", goes_away),
    ("a_key_that_could_leave_the_token_is_refused", could_leave),
    ("a_key_is_made_once_and_destroyed_for_ever", made_once),
];

fn main() -> ExitCode {
    let case = std::env::var("TOKEN_CASE").ok();
    if let Some((_, case)) = CASES.iter().find(|(name, _)| Some(*name) == case.as_deref()) {
        let dir = std::env::var("TOKEN_DIR").unwrap();
        case(Path::new(&dir));
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut failed = 0;
    for (name, _) in CASES
        .iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())))
    {
        let dir = tempfile::tempdir().unwrap();
        let (variable, conf) = SoftHsm::make(dir.path(), LABEL).unwrap().variable();
        let done = Command::new(std::env::current_exe().unwrap())
            .env("TOKEN_CASE", name)
            .env("TOKEN_DIR", dir.path())
            .env(variable, conf)
            .output()
            .unwrap();
        println!("test {name} ... {}", if done.status.success() { "ok" } else { "FAILED" });
        let told = [done.stdout, done.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        if !done.status.success() || told.contains(PIN) {
            println!("{told}");
            failed += 1;
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn opened(pin: &str) -> Result<Pkcs11, Error> {
    let place = Place {
        module: SoftHsm::module().unwrap().into(),
        token: LABEL.to_owned(),
        serial: None,
        key: String::from("root"),
    };
    Pkcs11::open(place, Secret::new(pin.to_owned()))
}

fn secret(byte: u8) -> Secret<[u8; 32]> {
    Secret::new([byte; 32])
}

fn wrapped(_: &Path) {
    let token = opened(PIN).unwrap();
    token.make(0).unwrap();
    token.make(1).unwrap();
    let bytes = token.wrap(0, &secret(7), b"org 1", &secret(1)).unwrap();
    assert_eq!(token.unwrap(0, &bytes, b"org 1").unwrap().expose(), &[7; 32]);
    let wrong = |version, bytes: &[u8], context: &[u8]| {
        assert!(matches!(token.unwrap(version, bytes, context), Err(Error::WrongKey { .. })));
    };
    wrong(0, &bytes, b"org 2");
    wrong(1, &bytes, b"org 1");
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        wrong(0, &changed, b"org 1");
        wrong(0, &bytes[..place], b"org 1");
    }
    assert!(matches!(token.unwrap(2, &bytes, b"org 1"), Err(Error::Missing { .. })));
    // and another process, that is another session, opens it as well
    drop(token);
    assert_eq!(opened(PIN).unwrap().unwrap(0, &bytes, b"org 1").unwrap().expose(), &[7; 32]);
}

fn wrong_pin(_: &Path) {
    let error = opened("wrong-canary").unwrap_err();
    assert!(matches!(error, Error::TokenRefused { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("wrong-canary"));
    opened(PIN).unwrap();
}

fn goes_away(dir: &Path) {
    let token = opened(PIN).unwrap();
    token.make(0).unwrap();
    let bytes = token.wrap(0, &secret(7), b"org 1", &secret(1)).unwrap();
    let (tokens, away) = (dir.join("tokens"), dir.join("away"));
    fs::rename(&tokens, &away).unwrap();
    fs::create_dir(&tokens).unwrap();
    let told = [token.unwrap(0, &bytes, b"org 1").map(|_| ()), token.make(1), token.has(1).map(|_| ())];
    // this module may have the key in its memory still; what needs the token itself is told
    assert!(told.iter().any(Result::is_err), "{told:?}");
    for error in told.into_iter().filter_map(Result::err) {
        let gone =
            matches!(error, Error::TokenGone { .. } | Error::TokenRefused { .. } | Error::Missing { .. });
        assert!(gone, "{error}");
    }
    fs::remove_dir_all(&tokens).unwrap();
    fs::rename(&away, &tokens).unwrap();
    assert_eq!(token.unwrap(0, &bytes, b"org 1").unwrap().expose(), &[7; 32]);
    token.make(1).unwrap();
}

fn could_leave(_: &Path) {
    let calls = Calls::new(SoftHsm::module().unwrap()).unwrap();
    calls.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
    let slot = calls.get_slots_with_initialized_token().unwrap()[0];
    let session = calls.open_rw_session(slot).unwrap();
    session.login(UserType::User, Some(&AuthPin::new(PIN.into()))).unwrap();
    let template = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::ValueLen(32.into()),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(false),
        Attribute::Extractable(true),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
        Attribute::Label(b"root".to_vec()),
        Attribute::Id(0u128.to_be_bytes().to_vec()),
    ];
    session.generate_key(&Mechanism::AesKeyGen, &template).unwrap();
    let error = opened(PIN).unwrap().wrap(0, &secret(7), b"", &secret(1)).unwrap_err();
    assert!(error.to_string().contains("could leave"), "{error}");
}

fn made_once(_: &Path) {
    let token = opened(PIN).unwrap();
    assert!(!token.has(3).unwrap());
    token.make(3).unwrap();
    assert!(token.has(3).unwrap());
    assert!(matches!(token.make(3), Err(Error::Exists { .. })));
    let bytes = token.wrap(3, &secret(7), b"", &secret(1)).unwrap();
    assert!(token.destroy(3).unwrap());
    assert!(!token.destroy(3).unwrap());
    assert!(matches!(token.unwrap(3, &bytes, b""), Err(Error::Missing { .. })));
}
