//! How fast the last batches went, as a small line beside the rate, and in a sentence.

use std::fmt::{self, Write};

use askama::FastWritable;
use askama::filters::HtmlSafe;

use crate::console::words::number::grouped;

/// Fewer batches than this tell nothing about a pace.
const FEWEST: usize = 3;
const WIDE: f64 = 120.0;
const HIGH: f64 = 24.0;

/// The line. It holds numbers and words of ours, and makes its own SVG.
pub(super) struct Spark {
    svg: String,
    /// The same in words.
    pub(super) says: String,
}

impl Spark {
    /// Of rows a second, batch by batch, the last one last; nothing of too few.
    pub(super) fn of(pace: &[f64]) -> Option<Self> {
        if pace.len() < FEWEST {
            return None;
        }
        let most = pace.iter().copied().fold(0.0, f64::max);
        let least = pace.iter().copied().fold(f64::INFINITY, f64::min);
        let step = WIDE / (pace.len() - 1) as f64;
        let mut points = String::new();
        for (place, rate) in pace.iter().enumerate() {
            let y = 2.0 + (HIGH - 4.0) * (1.0 - rate / most.max(1.0));
            let _ = write!(points, "{:.1},{y:.1} ", step * place as f64);
        }
        let says = format!(
            "Between {} and {} rows a second in the last {} batches.",
            grouped(least.round() as u64),
            grouped(most.round() as u64),
            pace.len()
        );
        let svg = format!(
            "<svg class=\"spark\" viewBox=\"0 0 {WIDE} {HIGH}\" role=\"img\" aria-label=\"{says}\"><polyline points=\"{}\"/></svg>",
            points.trim_end()
        );
        Some(Self { svg, says })
    }
}

impl fmt::Display for Spark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.svg)
    }
}

impl FastWritable for Spark {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(to.write_str(&self.svg)?)
    }
}

// made of numbers and words of ours
impl HtmlSafe for Spark {}

#[cfg(test)]
mod tests {
    use super::Spark;

    #[test]
    fn a_pace_is_drawn_and_said_once_there_are_batches_to_tell_it_by() {
        assert!(Spark::of(&[5.0, 6.0]).is_none());
        let spark = Spark::of(&[1_000.0, 2_000.4, 0.0]).unwrap();
        assert_eq!(spark.says, "Between 0 and 2,000 rows a second in the last 3 batches.");
        assert!(spark.svg.contains("points=\"0.0,12.0 60.0,2.0 120.0,22.0\""), "{}", spark.svg);
        assert!(!Spark::of(&[0.0; 5]).unwrap().svg.contains("NaN"));
    }
}
