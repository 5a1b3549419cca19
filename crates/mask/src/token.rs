//! Tokens: values that stand for a person's value and say nothing, made to fit their column.

use exeunt_base::{Cell, Kind};

use crate::check::{Check, Limits, Verdict, judge_all};
use crate::date::from_days;
use crate::facts::Facts;
use crate::key::{Chance, MaskKey};

/// Below this many bits two people may meet in one token.
pub(crate) const ENOUGH_BITS: u32 = 40;

/// Characters a token is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    Hex,
    /// Lower case letters and digits without i, l, o, u.
    Lower,
    Upper,
    Digits,
}

impl Letters {
    fn all(self) -> &'static [u8] {
        match self {
            Self::Hex => b"0123456789abcdef",
            Self::Lower => b"0123456789abcdefghjkmnpqrstvwxyz",
            Self::Upper => b"0123456789ABCDEFGHJKMNPQRSTVWXYZ",
            Self::Digits => b"0123456789",
        }
    }

    /// Tenths of a bit in one character.
    fn tenths(self) -> u32 {
        match self {
            Self::Hex => 40,
            Self::Lower | Self::Upper => 50,
            Self::Digits => 33,
        }
    }

    pub(crate) fn draw(self, chance: &mut Chance<'_>, count: u32) -> String {
        let all = self.all();
        (0..count).map(|_| all[chance.below(all.len() as u64) as usize] as char).collect()
    }
}

/// What a column's tokens look like.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Drawn characters between two fixed ends.
    Text {
        prefix: &'static str,
        letters: Letters,
        count: u32,
        suffix: &'static str,
    },
    /// A whole number by a secret permutation; `mirrored` sends it to the other side of zero, away from living values.
    Whole {
        least: i64,
        greatest: i64,
        mirrored: bool,
    },
    /// A whole decimal of so many digits.
    Decimal {
        digits: u32,
    },
    Real,
    Uuid,
    /// A private IPv6 address.
    Address,
    Json,
    Bytes,
    /// A moment in the eighteenth century, to the microsecond.
    Instant {
        zoned: bool,
    },
    /// Follows the value's own type, text by this shape.
    ByValue(Box<Shape>),
}

/// Whose tokens they are; decides how text reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Hash,
    Pseudonym,
    Veil,
}

impl Shape {
    /// Bits of chance, or as many as make meeting impossible.
    pub(crate) fn bits(&self) -> u32 {
        match self {
            Self::Text { letters, count, .. } => count.saturating_mul(letters.tenths()) / 10,
            Self::Whole { mirrored: true, .. } => ENOUGH_BITS,
            Self::Whole { least, greatest, .. } => (i128::from(*greatest) - i128::from(*least) + 1).ilog2(),
            Self::Decimal { digits } => digits * 33 / 10,
            Self::Real | Self::Instant { .. } => 52,
            Self::ByValue(text) => text.bits(),
            _ => 120,
        }
    }

    /// The token for a value. Equal values of one purpose get equal tokens.
    pub(crate) fn token(&self, key: &MaskKey, purpose: &str, value: &Cell) -> Cell {
        let mut chance = key.chance_of(purpose, value);
        match self {
            Self::Text { prefix, letters, count, suffix } => {
                Cell::Text(format!("{prefix}{}{suffix}", letters.draw(&mut chance, *count)))
            }
            Self::Whole { least, greatest, mirrored } => {
                let value = value.as_int().unwrap_or(chance.word() as i64);
                Cell::Int(whole(key, purpose, (*least, *greatest), *mirrored, value))
            }
            Self::Decimal { digits } => {
                let first = 1 + chance.below(9);
                Cell::Text(format!("{first}{}", Letters::Digits.draw(&mut chance, digits - 1)))
            }
            Self::Real => Cell::real((1 + chance.below(1 << 52)) as f64),
            Self::Uuid => {
                let hex = Letters::Hex.draw(&mut chance, 30);
                let variant = [b'8', b'9', b'a', b'b'][chance.below(4) as usize] as char;
                // version 8: made by no clock and no machine
                Cell::Text(format!(
                    "{}-{}-8{}-{variant}{}-{}",
                    &hex[..8],
                    &hex[8..12],
                    &hex[12..15],
                    &hex[15..18],
                    &hex[18..]
                ))
            }
            Self::Address => {
                let mut bytes = [0u8; 16];
                bytes.iter_mut().for_each(|byte| *byte = chance.byte());
                bytes[0] = 0xfd;
                Cell::Text(std::net::Ipv6Addr::from(bytes).to_string())
            }
            Self::Json => Cell::Text(format!("{{\"erased\": \"{}\"}}", Letters::Lower.draw(&mut chance, 20))),
            Self::Bytes => Cell::Bytes((0..16).map(|_| chance.byte()).collect()),
            Self::Instant { zoned } => {
                let micros = chance.below(86_400_000_000);
                let (year, month, day) = from_days(-98_620 + chance.below(36_000) as i64);
                let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
                let zone = if *zoned { "+00" } else { "" };
                Cell::Text(format!(
                    "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}.{micros:06}{zone}",
                    seconds / 3_600,
                    seconds / 60 % 60,
                    seconds % 60
                ))
            }
            Self::ByValue(text) => {
                let shape = match value {
                    Cell::Int(_) | Cell::Bool(_) => {
                        &Self::Whole { least: i64::MIN, greatest: i64::MAX, mirrored: true }
                    }
                    Cell::Real(_) => &Self::Real,
                    Cell::Bytes(_) => &Self::Bytes,
                    _ => text.as_ref(),
                };
                shape.token(key, purpose, value)
            }
        }
    }
}

fn whole(key: &MaskKey, purpose: &str, (least, greatest): (i64, i64), mirrored: bool, value: i64) -> i64 {
    if mirrored {
        let size = i128::from(greatest).unsigned_abs() + 1;
        let far = if value >= 0 { i128::from(value) } else { -1 - i128::from(value) };
        let far = key.permuted(purpose, size, far.unsigned_abs());
        let far = i64::try_from(far).unwrap_or(i64::MAX);
        return if value >= 0 { -1 - far } else { far };
    }
    let size = (i128::from(greatest) - i128::from(least) + 1).unsigned_abs();
    let offset = (i128::from(value) - i128::from(least)).rem_euclid(size as i128).unsigned_abs();
    let place = key.permuted(purpose, size, offset);
    i64::try_from(i128::from(least) + place as i128).unwrap_or(greatest)
}

/// The best shape for a column, and whether its constraints are known to take it; `None` when none fits.
pub(crate) fn shape_for(
    style: Style,
    facts: &Facts,
    kind: &Kind,
    limits: &Limits,
    checks: &[Check],
) -> Option<(Shape, Verdict)> {
    let wanted = if facts.unique || style != Style::Veil { ENOUGH_BITS } else { 1 };
    let shapes = shapes(style, facts, kind, limits, checks, wanted);
    let key = MaskKey::new(&exeunt_base::Secret::new([0; 32]));
    let mut best = None;
    for shape in shapes {
        if shape.bits() < wanted
            && !matches!(shape, Shape::Whole { .. } if !facts.unique || shape.bits() >= 20)
        {
            continue;
        }
        let samples = [Cell::text("a"), Cell::Int(1), Cell::Int(40), Cell::text("z")];
        let verdicts = samples.iter().map(|value| judge_all(checks, &shape.token(&key, "plan", value), kind));
        let verdict = verdicts.fold(Verdict::Holds, |all, one| match (all, one) {
            (Verdict::Fails, _) | (_, Verdict::Fails) => Verdict::Fails,
            (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
            _ => Verdict::Holds,
        });
        match verdict {
            Verdict::Holds => return Some((shape, verdict)),
            Verdict::Unknown => best = best.or(Some((shape, verdict))),
            Verdict::Fails => {}
        }
    }
    best
}

fn shapes(
    style: Style,
    facts: &Facts,
    kind: &Kind,
    limits: &Limits,
    checks: &[Check],
    wanted: u32,
) -> Vec<Shape> {
    match kind {
        Kind::Text { .. } => texts(style, facts, limits, checks, wanted),
        Kind::Any => texts(style, facts, limits, checks, wanted)
            .into_iter()
            .map(|shape| Shape::ByValue(Box::new(shape)))
            .collect(),
        Kind::Integer { min, max } => {
            let fit = |value: Option<i128>, default: i64| {
                value.and_then(|value| i64::try_from(value).ok()).unwrap_or(default).clamp(*min, *max)
            };
            let (least, greatest) = (fit(limits.least, *min), fit(limits.greatest, *max));
            let mirrored = i128::from(least) == -1 - i128::from(greatest);
            if least < greatest { vec![Shape::Whole { least, greatest, mirrored }] } else { vec![] }
        }
        Kind::Decimal { precision, scale } => {
            let digits = precision.map_or(18, |p| p.saturating_sub(scale.unwrap_or(0)).min(18));
            if digits > 0 { vec![Shape::Decimal { digits }] } else { vec![] }
        }
        Kind::Real => vec![Shape::Real],
        Kind::Uuid => vec![Shape::Uuid],
        Kind::Inet => vec![Shape::Address],
        Kind::Json => vec![Shape::Json],
        Kind::Bytes => vec![Shape::Bytes],
        Kind::Timestamp { zoned } => vec![Shape::Instant { zoned: *zoned }],
        _ => vec![],
    }
}

const EMAIL: (&str, Letters, u32, &str) = ("", Letters::Lower, 20, "@erased.invalid");
const PHONE: (&str, Letters, u32, &str) = ("+999", Letters::Digits, 14, "");
const LINK: (&str, Letters, u32, &str) = ("https://erased.invalid/", Letters::Lower, 20, "");

fn texts(style: Style, facts: &Facts, limits: &Limits, checks: &[Check], wanted: u32) -> Vec<Shape> {
    let usual = match style {
        Style::Hash => ("", Letters::Hex, 32, ""),
        Style::Pseudonym => ("anon_", Letters::Lower, 16, ""),
        Style::Veil => ("erased_", Letters::Lower, 20, ""),
    };
    let mut forms = vec![
        usual,
        ("", Letters::Lower, 16, ""),
        EMAIL,
        LINK,
        ("", Letters::Digits, 20, ""),
        PHONE,
        ("", Letters::Upper, 16, ""),
    ];
    if wants_email(facts, checks) {
        forms.insert(0, EMAIL);
    } else if style != Style::Hash && facts.is_about(&["phone", "mobile"]) {
        forms.insert(0, PHONE);
    } else if checks.iter().any(|check| check.mentions("://")) {
        forms.insert(0, LINK);
    }
    forms.into_iter().filter_map(|form| fitted(form, limits, wanted)).collect()
}

/// Whether the column holds e-mail addresses, by category, name or constraint.
pub(crate) fn wants_email(facts: &Facts, checks: &[Check]) -> bool {
    facts.is_about(&["email", "e_mail"]) || checks.iter().any(|check| check.mentions("@"))
}

/// The form with as many drawn characters as length allows and asks for.
fn fitted(form: (&'static str, Letters, u32, &'static str), limits: &Limits, wanted: u32) -> Option<Shape> {
    let (prefix, letters, usual, suffix) = form;
    let ends = (prefix.len() + suffix.len()) as u32;
    let most = limits.longest.unwrap_or(u32::MAX).checked_sub(ends)?;
    // a column that demands long values gets them, within reason
    let least = limits.shortest.unwrap_or(0).saturating_sub(ends).min(4_096);
    let count = usual.max(least).min(most);
    let shape = Shape::Text { prefix, letters, count, suffix };
    (count > 0 && shape.bits() >= wanted).then_some(shape)
}
