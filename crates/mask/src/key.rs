//! The key of one job's tokens, and chance drawn from it. When the job ends the key is destroyed, and with it every way
//! from a token back to its value.

use aws_lc_rs::hmac;
use exeunt_base::{Cell, Secret, codec};

/// A job's masking key. Give every job its own, and drop it for ever when the job is done.
pub struct MaskKey {
    mac: hmac::Key,
}

impl std::fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MaskKey")
    }
}

impl MaskKey {
    /// From 32 bytes of chance.
    pub fn new(bytes: &Secret<[u8; 32]>) -> Self {
        Self { mac: hmac::Key::new(hmac::HMAC_SHA256, bytes.expose()) }
    }

    fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.mac);
        for part in parts {
            // lengths keep `ab, c` apart from `a, bc`
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part);
        }
        let mut out = [0; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }

    /// A stream of chance that depends on a purpose and a value only: equal values draw equal chance.
    pub(crate) fn chance_of(&self, purpose: &str, value: &Cell) -> Chance<'_> {
        let seed = match value {
            Cell::Text(text) => self.digest(&[purpose.as_bytes(), b"t", text.as_bytes()]),
            other => {
                let mut bytes = Vec::new();
                codec::put_cell(&mut bytes, other);
                self.digest(&[purpose.as_bytes(), b"c", &bytes])
            }
        };
        Chance { key: self, block: seed, seed, used: 0, blocks: 0 }
    }

    /// A stream of chance for one row of one column.
    pub(crate) fn chance_at(&self, purpose: &str, scope: &str, row: u64, value: &Cell) -> Chance<'_> {
        self.chance_of(&format!("{purpose}\0{scope}\0{row}"), value)
    }

    /// Where a secret permutation of `0..size` sends `value`. Different values go to different places, so a unique
    /// column of numbers stays unique however few numbers there are.
    ///
    /// A balanced Feistel network over the next even number of bits, walked until it lands inside.
    pub(crate) fn permuted(&self, purpose: &str, size: u128, value: u128) -> u128 {
        if size <= 1 {
            return 0;
        }
        let bits = (128 - (size - 1).leading_zeros()).max(2).next_multiple_of(2);
        let half = bits / 2;
        let mask = (1u128 << half) - 1;
        let mut value = value % size;
        loop {
            let (mut left, mut right) = (value >> half, value & mask);
            for round in 0u8..8 {
                let digest =
                    self.digest(&[purpose.as_bytes(), &size.to_le_bytes(), &[round], &right.to_le_bytes()]);
                let mut word = [0; 16];
                word.copy_from_slice(&digest[..16]);
                (left, right) = (right, left ^ (u128::from_le_bytes(word) & mask));
            }
            value = (left << half) | right;
            if value < size {
                return value;
            }
        }
    }
}

/// An endless stream of bytes drawn from a key.
pub(crate) struct Chance<'a> {
    key: &'a MaskKey,
    seed: [u8; 32],
    block: [u8; 32],
    used: usize,
    blocks: u64,
}

impl Chance<'_> {
    pub(crate) fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            self.blocks += 1;
            self.block = self.key.digest(&[&self.seed, &self.blocks.to_le_bytes()]);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    pub(crate) fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| (word << 8) | u64::from(self.byte()))
    }

    /// A number below `bound`, each as likely as the next to within 2⁻⁶⁴.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.word()) * u128::from(bound);
        (wide >> 64) as u64
    }

    pub(crate) fn pick<'b, T: ?Sized>(&mut self, from: &[&'b T]) -> &'b T {
        from[self.below(from.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use exeunt_base::{Cell, Secret};

    use super::MaskKey;

    #[test]
    fn a_permutation_meets_every_number_once() {
        let key = MaskKey::new(&Secret::new([7; 32]));
        for size in [1u128, 2, 3, 10, 255, 1_000] {
            let met: HashSet<u128> = (0..size).map(|value| key.permuted("test", size, value)).collect();
            assert_eq!(met.len() as u128, size);
            assert!(met.iter().all(|value| *value < size));
        }
    }

    #[test]
    fn equal_values_draw_equal_chance_and_another_key_draws_another() {
        let (one, two) = (MaskKey::new(&Secret::new([1; 32])), MaskKey::new(&Secret::new([2; 32])));
        let draw = |key: &MaskKey, value: &str| {
            let mut chance = key.chance_of("test", &Cell::text(value));
            (0..20).map(|_| chance.word()).collect::<Vec<_>>()
        };
        assert_eq!(draw(&one, "ada"), draw(&one, "ada"));
        assert_ne!(draw(&one, "ada"), draw(&one, "adb"));
        assert_ne!(draw(&one, "ada"), draw(&two, "ada"));
        assert_eq!(format!("{one:?}"), "MaskKey");
    }
}
