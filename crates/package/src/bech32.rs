//! Bech32 (BIP 173) as age spells keys. Needed to make an identity from chance that the caller gives: age itself
//! only generates from the operating system.

const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Spells bytes with their prefix and checksum, in lower case.
pub(crate) fn encode(prefix: &str, bytes: &[u8]) -> String {
    let mut digits = five_bits(bytes);
    let sum = checksum(prefix, &digits);
    digits.extend(sum);
    let mut text = String::with_capacity(prefix.len() + 1 + digits.len());
    text.push_str(prefix);
    text.push('1');
    text.extend(digits.iter().map(|digit| CHARSET[usize::from(*digit)] as char));
    text
}

fn five_bits(bytes: &[u8]) -> Vec<u8> {
    let mut digits = Vec::with_capacity(bytes.len() * 8 / 5 + 7);
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            digits.push(((held >> bits) & 31) as u8);
        }
    }
    if bits > 0 {
        digits.push(((held << (5 - bits)) & 31) as u8);
    }
    digits
}

fn checksum(prefix: &str, digits: &[u8]) -> [u8; 6] {
    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    let all = high.chain([0]).chain(low).chain(digits.iter().copied()).chain([0; 6]);
    let sum = all.fold(1u32, step) ^ 1;
    std::array::from_fn(|place| ((sum >> (5 * (5 - place))) & 31) as u8)
}

fn step(sum: u32, digit: u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let shifted = ((sum & 0x01ff_ffff) << 5) ^ u32::from(digit);
    GENERATOR
        .iter()
        .enumerate()
        .filter(|(bit, _)| (top >> bit) & 1 == 1)
        .fold(shifted, |sum, (_, generator)| sum ^ generator)
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn the_spelling_agrees_with_the_published_example() {
        // BIP 173: witness program of the example address, version 0 put before it by hand
        assert_eq!(encode("a", &[]), "a12uel5l");
        let all =
            [0u8, 68, 50, 20, 199, 66, 84, 182, 53, 207, 132, 101, 58, 86, 215, 198, 117, 190, 119, 223];
        assert_eq!(encode("abcdef", &all), "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
    }
}
