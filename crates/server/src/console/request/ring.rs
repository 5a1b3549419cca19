//! How much of a window is left, as a ring.

use std::fmt;

use askama::FastWritable;
use askama::filters::HtmlSafe;

/// The ring.
pub(crate) struct Ring {
    /// Of the window, from 0 to 1.
    left: f64,
    /// What stands in it: a number and its unit.
    number: String,
    unit: &'static str,
}

const RADIUS: f64 = 52.0;

impl Ring {
    /// Of seconds left and of the window's whole length.
    pub(crate) fn of(left: f64, whole: f64) -> Self {
        let left = left.max(0.0);
        let (number, unit) = match left {
            ..5_400.0 => ((left / 60.0).ceil(), "minutes"),
            ..172_800.0 => ((left / 3_600.0).round(), "hours"),
            _ => ((left / 86_400.0).round(), "days"),
        };
        Self { left: (left / whole.max(1.0)).clamp(0.0, 1.0), number: format!("{number}"), unit }
    }
}

impl fmt::Display for Ring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let round = 2.0 * std::f64::consts::PI * RADIUS;
        write!(
            f,
            "<svg class=\"ring\" viewBox=\"0 0 128 128\" role=\"img\" aria-label=\"{} {} of the window left\">\
             <circle class=\"round\" cx=\"64\" cy=\"64\" r=\"{RADIUS}\"/>\
             <circle class=\"left\" cx=\"64\" cy=\"64\" r=\"{RADIUS}\" stroke-dasharray=\"{:.1} {round:.1}\" transform=\"rotate(-90 64 64)\"/>\
             <text class=\"big\" x=\"64\" y=\"68\" text-anchor=\"middle\">{}</text>\
             <text x=\"64\" y=\"86\" text-anchor=\"middle\">{} left</text></svg>",
            self.number,
            self.unit,
            self.left * round,
            self.number,
            self.unit
        )
    }
}

impl FastWritable for Ring {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(to, "{self}")?)
    }
}

// it is made of numbers and of words of ours
impl HtmlSafe for Ring {}

#[cfg(test)]
mod tests {
    use super::Ring;

    #[test]
    fn a_ring_says_what_is_left_and_never_less_than_nothing() {
        let said = |left, whole| Ring::of(left, whole).to_string();
        assert!(said(86_400.0 * 5.9, 86_400.0 * 14.0).contains("6 days of the window left"));
        assert!(said(7_300.0, 86_400.0).contains("2 hours of the window left"));
        assert!(said(-5.0, 86_400.0).contains("stroke-dasharray=\"0.0 "));
    }
}
