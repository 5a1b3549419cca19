//! A secret in several shares, of which some are enough and fewer tell nothing: Shamir's way, byte by byte over GF(2^8) with the
//! polynomial of AES. Whoever holds one share holds 32 bytes of chance.
//!
//! As text a share is `exr-` and Crockford's base 32 in groups of five: version, how many are needed, which one it is, four bytes
//! that all shares of a set have, its 32 bytes, and four bytes of a checksum.

use std::collections::BTreeSet;

use exeunt_base::Secret;
use zeroize::Zeroizing;

use crate::crypt;
use crate::error::Error;

const VERSION: u8 = 1;
const PREFIX: &str = "exr-";
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Version, needed, place, set, body, checksum.
const LENGTH: usize = 1 + 1 + 1 + 4 + 32 + 4;
/// More would be a parliament.
const MOST: u8 = 16;

/// One share. It cannot be printed by accident.
#[derive(Clone)]
pub struct Share {
    needed: u8,
    place: u8,
    set: [u8; 4],
    body: Secret<[u8; 32]>,
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Share({} of a set that needs {})", self.place, self.needed)
    }
}

/// Splits a secret into `count` shares of which `needed` are enough.
pub fn split(
    secret: &Secret<[u8; 32]>,
    needed: u8,
    count: u8,
    chance: &Secret<[u8; 32]>,
) -> Result<Vec<Share>, Error> {
    if needed < 2 || count < needed || count > MOST {
        return Err(Error::Unusable("shares are 2 to 16, and at least 2 of them are needed"));
    }
    let mut set = [0; 4];
    set.copy_from_slice(&crypt::part_of(chance, "set of shares").expose()[..4]);
    let higher: Vec<_> = (1..needed)
        .map(|power| crypt::derive(chance.expose(), b"", &[b"exeunt share coefficient v1", &[power]]))
        .collect();
    let share = |place: u8| {
        let mut body = Zeroizing::new([0; 32]);
        for (at, out) in body.iter_mut().enumerate() {
            // Horner's rule, from the highest power down
            let high = higher.iter().rev().fold(0, |sum, coefficient| multiply(sum, place) ^ coefficient[at]);
            *out = multiply(high, place) ^ secret.expose()[at];
        }
        Share { needed, place, set, body: Secret::new(*body) }
    };
    Ok((1..=count).map(share).collect())
}

/// Puts the secret together again. Shares of another set, the same one twice and too few of them are told apart; whether it is
/// the right secret shows when it opens something.
pub fn combine(shares: &[Share]) -> Result<Secret<[u8; 32]>, Error> {
    let Some(first) = shares.first() else { return Err(Error::Unusable("no share was given")) };
    if shares.iter().any(|share| share.set != first.set || share.needed != first.needed) {
        return Err(Error::Unusable("the shares are of different sets: take those that were made together"));
    }
    let places: BTreeSet<u8> = shares.iter().map(|share| share.place).collect();
    if places.len() < usize::from(first.needed) {
        return Err(Error::Unusable("too few different shares were given for this set"));
    }
    let mut taken: Vec<&Share> = shares.iter().collect();
    taken.sort_by_key(|share| share.place);
    taken.dedup_by_key(|share| share.place);
    let mut secret = Zeroizing::new([0; 32]);
    for share in &taken {
        // what this one weighs where the place is nought
        let others = taken.iter().filter(|other| other.place != share.place);
        let weight = others.fold(1, |weight, other| {
            multiply(weight, multiply(other.place, invert(other.place ^ share.place)))
        });
        for (out, byte) in secret.iter_mut().zip(share.body.expose()) {
            *out ^= multiply(weight, *byte);
        }
    }
    Ok(Secret::new(*secret))
}

impl Share {
    /// How many of its set are needed.
    pub fn needed(&self) -> u8 {
        self.needed
    }

    /// Its text, for whoever keeps it.
    pub fn reveal(&self) -> Secret<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH));
        bytes.extend_from_slice(&[VERSION, self.needed, self.place]);
        bytes.extend_from_slice(&self.set);
        bytes.extend_from_slice(self.body.expose());
        let check = crypt::sha256(&[b"exeunt share v1", &bytes]);
        bytes.extend_from_slice(&check[..4]);
        let mut text = String::with_capacity(100);
        text.push_str(PREFIX);
        let (mut held, mut bits, mut letters) = (0u32, 0, 0);
        for byte in bytes.iter().copied().chain([0]) {
            held = (held << 8) | u32::from(byte);
            bits += 8;
            while bits >= 5 && letters < (LENGTH * 8).div_ceil(5) {
                bits -= 5;
                if letters > 0 && letters % 5 == 0 {
                    text.push('-');
                }
                text.push(ALPHABET[(held >> bits) as usize & 31] as char);
                letters += 1;
            }
        }
        Secret::new(text)
    }

    /// Reads a text, however it is grouped. What cannot be one is not repeated.
    pub fn parse(text: &Secret<String>) -> Result<Self, Error> {
        const NONE: Error = Error::Unusable(
            "this is no share: it begins with `exr-` and was copied wrongly if it should be one",
        );
        let text = Zeroizing::new(text.expose().trim().to_ascii_lowercase());
        let letters = text.strip_prefix(PREFIX).ok_or(NONE)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH));
        let (mut held, mut bits) = (0u32, 0);
        for letter in letters.bytes().filter(|letter| !matches!(letter, b'-' | b' ')) {
            // what looks alike is meant alike
            let letter = match letter {
                b'o' => b'0',
                b'i' | b'l' => b'1',
                other => other,
            };
            let digit = ALPHABET.iter().position(|known| *known == letter).ok_or(NONE)?;
            held = ((held << 5) | digit as u32) & 0xfff;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits) as u8);
            }
        }
        let (content, check) = bytes.split_at_checked(LENGTH - 4).ok_or(NONE)?;
        if check.len() != 4 || !crypt::same(&crypt::sha256(&[b"exeunt share v1", content])[..4], check) {
            return Err(NONE);
        }
        let [version, needed, place, ref rest @ ..] = *content else { return Err(NONE) };
        if version != VERSION || place == 0 {
            return Err(NONE);
        }
        let (mut set, mut body) = ([0; 4], Zeroizing::new([0; 32]));
        set.copy_from_slice(&rest[..4]);
        body.copy_from_slice(&rest[4..]);
        Ok(Self { needed, place, set, body: Secret::new(*body) })
    }
}

/// In GF(2^8), always the same steps: no time tells what was multiplied.
fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= a & (b & 1).wrapping_neg();
        a = (a << 1) ^ (0x1b & (a >> 7).wrapping_neg());
        b >>= 1;
    }
    product
}

/// a^254, which is 1/a.
fn invert(a: u8) -> u8 {
    let (mut power, mut inverse) = (a, 1);
    for _ in 0..7 {
        power = multiply(power, power);
        inverse = multiply(inverse, power);
    }
    inverse
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;
    use proptest::prelude::*;

    use super::{Share, combine, invert, multiply, split};

    #[test]
    fn the_field_is_that_of_aes() {
        // FIPS 197, section 4.2
        assert_eq!((multiply(0x57, 0x83), multiply(0x57, 0x13)), (0xc1, 0xfe));
        for a in 1..=255 {
            assert_eq!(multiply(a, invert(a)), 1);
        }
    }

    #[test]
    fn a_share_that_was_copied_wrongly_is_none() {
        let shares = split(&Secret::new([7; 32]), 2, 3, &Secret::new([8; 32])).expect("shares");
        let text = shares[0].reveal().expose().clone();
        assert!(text.starts_with("exr-") && text.len() == 86, "{}", text.len());
        let loose = text.to_ascii_uppercase().replace('-', " ").replacen("EXR ", "exr-", 1);
        assert!(Share::parse(&Secret::new(loose)).is_ok());
        for at in 4..text.len() {
            let mut wrong = text.clone().into_bytes();
            if wrong[at] == b'-' {
                continue;
            }
            wrong[at] = if wrong[at] == b'7' { b'8' } else { b'7' };
            let wrong = String::from_utf8(wrong).expect("text");
            assert!(Share::parse(&Secret::new(wrong)).is_err(), "letter {at}");
        }
        for wrong in ["", "exr-", "exk-00000", &text[..40], &format!("{text}00")] {
            assert!(Share::parse(&Secret::new(wrong.to_owned())).is_err());
        }
        assert_eq!(format!("{:?}", shares[0]), "Share(1 of a set that needs 2)");
    }

    #[test]
    fn shares_of_two_sets_and_too_few_are_told() {
        let one = split(&Secret::new([7; 32]), 2, 3, &Secret::new([8; 32])).expect("shares");
        let other = split(&Secret::new([7; 32]), 2, 3, &Secret::new([9; 32])).expect("shares");
        assert!(combine(&[]).is_err());
        assert!(combine(&one[..1]).is_err());
        assert!(combine(&[one[0].clone(), one[0].clone()]).is_err());
        assert!(combine(&[one[0].clone(), other[1].clone()]).is_err());
        for (needed, count) in [(1, 3), (0, 0), (4, 3), (2, 17)] {
            assert!(split(&Secret::new([7; 32]), needed, count, &Secret::new([8; 32])).is_err());
        }
    }

    proptest! {
        #[test]
        fn as_many_as_are_needed_give_the_secret_whichever_they_are(
            secret: [u8; 32], chance: [u8; 32], needed in 2u8..6, more in 0u8..4, skip in 0usize..4,
        ) {
            let count = needed + more;
            let shares = split(&Secret::new(secret), needed, count, &Secret::new(chance)).expect("shares");
            let texts: Vec<Secret<String>> = shares.iter().map(Share::reveal).collect();
            let read: Vec<Share> = texts.iter().map(|text| Share::parse(text).expect("a share")).collect();
            let skip = skip.min(usize::from(more));
            let chosen: Vec<Share> = read.iter().rev().skip(skip).take(needed.into()).cloned().collect();
            prop_assert!(combine(&chosen).expect("enough").expose() == &secret);
            prop_assert!(combine(&read).expect("all").expose() == &secret);
        }
    }
}
