//! Time-based one-time codes (RFC 6238): six digits, a new one every 30 seconds, HMAC-SHA-1 as every authenticator has it.
//! Pure: the time is an argument, and which codes were used is somebody else's to remember.

use aws_lc_rs::{constant_time, hmac};
use exeunt_base::{Secret, Timestamp};

/// How long a code is shown.
const STEP_SECONDS: i64 = 30;

/// Digits of a code.
const DIGITS: usize = 6;

/// Bytes of a secret: as many as the hash has (RFC 4226, section 4).
pub const SECRET_BYTES: usize = 20;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The number of the step of time that a moment is in.
pub fn step_of(now: Timestamp) -> u64 {
    u64::try_from(now.as_micros() / 1_000_000 / STEP_SECONDS).unwrap_or(0)
}

/// The code of a step.
pub fn code(secret: &[u8], step: u64) -> Secret<String> {
    let number = truncated(secret, step) % 10u32.pow(DIGITS as u32);
    Secret::new(format!("{number:0DIGITS$}"))
}

/// The step whose code this is: that of now, or the one before or after, for clocks that are a little off. Codes of steps up
/// to `used` count no more.
pub fn step_of_code(secret: &[u8], given: &str, now: Timestamp, used: u64) -> Option<u64> {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    let given = Secret::new(given);
    let now = step_of(now);
    let mut found = None;
    // all three are always compared, so that the time taken tells nothing
    for step in [now.saturating_sub(1), now, now + 1] {
        let right = code(secret, step);
        let same =
            constant_time::verify_slices_are_equal(right.expose().as_bytes(), given.expose().as_bytes())
                .is_ok();
        if same && step > used {
            found = Some(step);
        }
    }
    found
}

/// A secret as people type it into their authenticator: base 32 without padding.
pub fn base32(secret: &[u8]) -> Secret<String> {
    let mut out = String::with_capacity(secret.len().div_ceil(5) * 8);
    for chunk in secret.chunks(5) {
        let mut bytes = [0; 8];
        bytes[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(bytes);
        for place in 0..(chunk.len() * 8).div_ceil(5) {
            out.push(ALPHABET[(bits >> (35 - place * 5)) as usize & 31] as char);
        }
    }
    Secret::new(out)
}

/// What a QR code says to an authenticator. `issuer` and `account` may hold any character.
pub fn uri(secret: &[u8], issuer: &str, account: &str) -> Secret<String> {
    let (issuer, account) = (escaped(issuer), escaped(account));
    let secret = base32(secret);
    Secret::new(format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", secret.expose()))
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// RFC 4226, section 5.3.
fn truncated(secret: &[u8], counter: u64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 15);
    let mut four = [0; 4];
    four.copy_from_slice(&tag[offset..offset + 4]);
    u32::from_be_bytes(four) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;

    use super::{base32, code, step_of, step_of_code, truncated, uri};

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_numbers_of_rfc_4226_come_out() {
        let wanted =
            [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (counter, wanted) in (0..).zip(wanted) {
            assert_eq!(truncated(SECRET, counter) % 1_000_000, wanted);
        }
    }

    #[test]
    fn the_numbers_of_rfc_6238_come_out() {
        for (seconds, wanted) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let step = step_of(at(seconds));
            assert_eq!(truncated(SECRET, step) % 100_000_000, wanted, "{seconds}");
            assert_eq!(code(SECRET, step).expose(), &format!("{:06}", wanted % 1_000_000));
        }
    }

    #[test]
    fn a_code_counts_one_step_early_or_late_and_once() {
        let now = at(1_234_567_890);
        let step = step_of(now);
        let shown = |step| code(SECRET, step);
        for (which, used, counts) in [
            (step - 2, 0, false),
            (step - 1, 0, true),
            (step, 0, true),
            (step + 1, 0, true),
            (step + 2, 0, false),
            (step, step - 1, true),
            (step, step, false),
            (step - 1, step, false),
            (step + 1, step, true),
        ] {
            let found = step_of_code(SECRET, shown(which).expose(), now, used);
            assert_eq!(found, counts.then_some(which), "{which} after {used}");
        }
    }

    #[test]
    fn spaces_do_not_matter_and_nothing_else_is_a_code() {
        let now = at(1_111_111_111);
        assert_eq!(step_of_code(SECRET, " 050 471 ", now, 0), Some(step_of(now)));
        for wrong in ["", "050472", "50471", "0050471", "05047", "٠٥٠٤٧١"] {
            assert_eq!(step_of_code(SECRET, wrong, now, 0), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_written_as_authenticators_read_them() {
        // RFC 4648, section 10, without padding
        for (plain, wanted) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
        ] {
            assert_eq!(base32(plain.as_bytes()).expose(), wanted);
        }
        assert_eq!(
            uri(b"foobar", "Müller & Co", "ada@example.test").expose(),
            "otpauth://totp/M%C3%BCller%20%26%20Co:ada%40example.test?secret=MZXW6YTBOI&issuer=M%C3%BCller%20%26%20Co"
        );
    }
}
