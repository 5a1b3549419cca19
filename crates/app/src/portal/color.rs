//! Colors that can be read. An organization chooses one; where it would be too faint, the nearest one that can be read is used
//! (WCAG 1.4.3: a contrast of at least 4.5 to 1).

use std::fmt;
use std::str::FromStr;

/// The least contrast of words to what they stand on.
pub const LEAST: f64 = 4.5;

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

/// Not a color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a color is a number sign and six digits from 0 to f, such as #0b5c5e")]
pub struct NoColor;

const WHITE: Color = Color([255; 3]);
const BLACK: Color = Color([0; 3]);

/// What words stand on in light pages: paper, and the tints of what is said apart.
const PAPERS: [Color; 6] = [
    WHITE,
    Color([0xf3, 0xf1, 0xed]),
    Color([0xfb, 0xe9, 0xe7]),
    Color([0xfb, 0xf0, 0xdc]),
    Color([0xf1, 0xea, 0xf9]),
    Color([0xe6, 0xf2, 0xea]),
];

/// The same in dark pages.
const NIGHTS: [Color; 6] = [
    INK,
    Color([0x26, 0x25, 0x23]),
    Color([0x3f, 0x1b, 0x18]),
    Color([0x3a, 0x2a, 0x10]),
    Color([0x2e, 0x21, 0x42]),
    Color([0x16, 0x30, 0x1f]),
];

/// The words of a button in dark pages.
pub const INK: Color = Color([0x14, 0x14, 0x13]);

impl FromStr for Color {
    type Err = NoColor;

    fn from_str(text: &str) -> Result<Self, NoColor> {
        let digits = text.trim().strip_prefix('#').ok_or(NoColor)?;
        if digits.len() != 6 || !digits.is_ascii() {
            return Err(NoColor);
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| NoColor);
        // a sign is no digit
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NoColor);
        }
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Color {
    /// How bright it is, by WCAG's formula.
    fn brightness(self) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0;
        0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
    }

    /// How well one is read on the other: from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.brightness() + 0.05, other.brightness() + 0.05);
        if one > two { one / two } else { two / one }
    }

    /// The nearest color to it that is read on light pages.
    pub fn on_light(self) -> Self {
        self.towards(BLACK, |color| color.is_read_on(&PAPERS))
    }

    /// The nearest color to it that is read on dark pages.
    pub fn on_dark(self) -> Self {
        self.towards(WHITE, |color| color.is_read_on(&NIGHTS))
    }

    fn is_read_on(self, grounds: &[Self]) -> bool {
        grounds.iter().all(|ground| self.contrast(*ground) >= LEAST)
    }

    fn towards(self, end: Self, good: impl Fn(Self) -> bool) -> Self {
        let mixed = |step: u16| {
            let part = |from: u8, to: u8| {
                let (from, to) = (u16::from(from), u16::from(to));
                u8::try_from((from * (64 - step) + to * step) / 64).unwrap_or(u8::MAX)
            };
            let ([r, g, b], [to_r, to_g, to_b]) = (self.0, end.0);
            Self([part(r, to_r), part(g, to_g), part(b, to_b)])
        };
        (0..=64).map(mixed).find(|color| good(*color)).unwrap_or(end)
    }
}

#[cfg(test)]
mod tests {
    use super::{Color, NIGHTS, PAPERS, WHITE};

    #[test]
    fn every_color_becomes_one_that_can_be_read_and_a_good_one_stays() {
        let good: Color = "#0B5C5E".parse().unwrap();
        assert_eq!((good.on_light(), good.to_string()), (good, String::from("#0b5c5e")));
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let color = Color([red, green, blue]);
                    let (light, dark) = (color.on_light(), color.on_dark());
                    assert!(light.is_read_on(&PAPERS) && dark.is_read_on(&NIGHTS), "{color}");
                }
            }
        }
        assert!((WHITE.contrast(Color([0; 3])) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn only_six_digits_are_a_color() {
        for bad in ["", "#fff", "0b5c5e", "#0b5c5g", "#0b5c5e;}", "#+b5c5e", "red", "#ééé"] {
            assert!(bad.parse::<Color>().is_err(), "{bad}");
        }
    }
}
