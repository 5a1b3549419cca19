//! Chance for tests: seeded, so that a failure can be had again.

/// A small generator of random numbers (SplitMix64). Not for secrets.
#[derive(Debug, Clone)]
pub struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    /// From a seed; the same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// From `EXEUNT_TEST_SEED`, else from the clock. Print [`Self::seed`] in a failure's message.
    pub fn from_env() -> Self {
        let given = std::env::var("EXEUNT_TEST_SEED").ok().and_then(|text| text.parse().ok());
        Self::new(given.unwrap_or_else(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(1, |since| since.as_micros() as u64)
        }))
    }

    /// The seed it began with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `end`.
    ///
    /// # Panics
    /// When `end` is 0: there is no such number.
    pub fn below(&mut self, end: u64) -> u64 {
        assert!(end > 0, "no number is below 0");
        self.roll() % end
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.roll() as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut one, mut two) = (Dice::new(5), Dice::new(5));
        assert_eq!([one.roll(), one.below(10)], [two.roll(), two.below(10)]);
        assert_ne!(Dice::new(6).bytes::<8>(), one.bytes::<8>());
    }
}
