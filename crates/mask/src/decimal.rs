//! Exact decimals of up to 38 digits, as sources print them. Longer numbers are not read rather than rounded.

use std::cmp::Ordering;
use std::fmt;

/// A decimal: `digits` divided by ten to the `scale`.
#[derive(Clone, Copy)]
pub(crate) struct Decimal {
    pub(crate) digits: i128,
    pub(crate) scale: u32,
}

/// Ten to the power, while it fits.
pub(crate) fn ten_to(power: u32) -> Option<i128> {
    10i128.checked_pow(power)
}

impl Decimal {
    pub(crate) fn whole(value: i64) -> Self {
        Self { digits: i128::from(value), scale: 0 }
    }

    /// Reads `-12.50`, `1e3`, `.5`; `None` for anything else, `NaN` and infinities included.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.as_bytes().first()? {
            b'-' => (true, &mantissa[1..]),
            b'+' => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() || mantissa.len() > 60 {
            return None;
        }
        let mut digits = 0i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        let mut scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        if scale < 0 {
            digits = digits.checked_mul(ten_to(scale.unsigned_abs())?)?;
            scale = 0;
        }
        let scale = u32::try_from(scale).ok().filter(|scale| *scale <= 38)?;
        Some(Self { digits: if negative { -digits } else { digits }, scale })
    }

    /// From a floating point number, exactly as it prints.
    pub(crate) fn from_real(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self::parse(&value.to_string())).flatten()
    }

    /// The same number with this many digits after the point; `None` when that loses digits.
    pub(crate) fn rescaled(self, scale: u32) -> Option<Self> {
        if scale >= self.scale {
            let digits = self.digits.checked_mul(ten_to(scale - self.scale)?)?;
            return Some(Self { digits, scale });
        }
        let unit = ten_to(self.scale - scale)?;
        (self.digits % unit == 0).then_some(Self { digits: self.digits / unit, scale })
    }

    /// Both with the larger of the two scales.
    fn aligned(self, other: Self) -> Option<(Self, Self)> {
        let scale = self.scale.max(other.scale);
        Some((self.rescaled(scale)?, other.rescaled(scale)?))
    }

    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        self.aligned(other).map(|(a, b)| a.digits.cmp(&b.digits))
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let (a, b) = self.aligned(other)?;
        Some(Self { digits: a.digits.checked_add(b.digits)?, scale: a.scale })
    }

    pub(crate) fn negated(self) -> Self {
        Self { digits: -self.digits, scale: self.scale }
    }

    pub(crate) fn times(self, other: Self) -> Option<Self> {
        Some(Self {
            digits: self.digits.checked_mul(other.digits)?,
            scale: self.scale.checked_add(other.scale).filter(|scale| *scale <= 38)?,
        })
    }

    /// What is left of a whole number after dividing, with the sign of the first, as in SQL.
    pub(crate) fn remainder(self, other: Self) -> Option<Self> {
        let (a, b) = (self.rescaled(0)?, other.rescaled(0)?);
        Some(Self { digits: a.digits.checked_rem(b.digits)?, scale: 0 })
    }

    /// The lower end of its band of this width, with the scale kept.
    pub(crate) fn banded(self, width: u64) -> Option<Self> {
        let width = i128::from(width).checked_mul(ten_to(self.scale)?)?;
        Some(Self { digits: self.digits.div_euclid(width).checked_mul(width)?, scale: self.scale })
    }

    /// The whole number, rounded down, where it has one.
    pub(crate) fn floor(self) -> Option<i128> {
        Some(self.digits.div_euclid(ten_to(self.scale)?))
    }

    /// The whole number, rounded up.
    pub(crate) fn ceiling(self) -> Option<i128> {
        self.negated().floor().map(|value| -value)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let scale = self.scale as usize;
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        if scale == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{fraction}") }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::Decimal;

    #[test]
    fn decimals_read_back_with_their_scale() {
        for text in ["0", "-0.05", "12.50", "99999999999999999999.9999"] {
            assert_eq!(Decimal::parse(text).expect(text).to_string(), text);
        }
        assert_eq!(Decimal::parse("1.5e3").expect("a number").to_string(), "1500");
        for bad in ["", ".", "NaN", "Infinity", "1,5", "0x10", "1e999999999999", "--1"] {
            assert!(Decimal::parse(bad).is_none(), "{bad}");
        }
        let (a, b) = (Decimal::parse("1.50").expect("a"), Decimal::parse("1.5").expect("b"));
        assert_eq!(a.compare(b), Some(Ordering::Equal));
    }

    #[test]
    fn bands_go_down_for_negative_amounts_too() {
        let banded =
            |text: &str| Decimal::parse(text).and_then(|d| d.banded(10)).expect("a band").to_string();
        assert_eq!((banded("37.25").as_str(), banded("-3.10").as_str()), ("30.00", "-10.00"));
    }
}
