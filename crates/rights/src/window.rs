//! The recovery window lies inside the legal deadline, never on top of it.

use crate::date::Day;

/// Days within which an erased person can be brought back, and the days that purging may take after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// How long struck rows wait.
    pub days: u32,
    /// How long purge and looking again may take.
    pub purge_days: u32,
}

/// Why a window cannot be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a window of {window} days and {purge} days to purge would end on {end}, after the deadline {deadline}; \
     at most {most} days are left for the window"
)]
pub struct TooLong {
    /// Days asked for.
    pub window: u32,
    /// Days for purging.
    pub purge: u32,
    /// When all would be done.
    pub end: Day,
    /// When it must be done.
    pub deadline: Day,
    /// The longest window that would do.
    pub most: u32,
}

impl Window {
    /// The default: ten days, and two to purge.
    pub const DEFAULT: Self = Self { days: 10, purge_days: 2 };

    /// Checks that a window opened on a day ends, purge and all, by the deadline.
    pub fn check(self, opened: Day, deadline: Day) -> Result<(), TooLong> {
        let end = opened.plus_days(i64::from(self.days) + i64::from(self.purge_days));
        if end <= deadline {
            return Ok(());
        }
        let left = deadline.days_since(opened) - i64::from(self.purge_days);
        let most = u32::try_from(left.max(0)).unwrap_or(u32::MAX);
        Err(TooLong { window: self.days, purge: self.purge_days, end, deadline, most })
    }

    /// The last day on which rows can be brought back.
    pub fn closes(self, opened: Day) -> Day {
        opened.plus_days(i64::from(self.days))
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn a_window_ends_inside_the_deadline_or_is_refused() {
        let day = |text: &str| text.parse().expect("a day");
        let (opened, deadline) = (day("2026-11-21"), day("2026-12-21"));
        assert_eq!(Window { days: 28, purge_days: 2 }.check(opened, deadline), Ok(()));
        let refused = Window { days: 29, purge_days: 2 }.check(opened, deadline).expect_err("too long");
        assert_eq!((refused.most, refused.end), (28, day("2026-12-22")));
        let late =
            Window { days: 0, purge_days: 2 }.check(day("2026-12-20"), deadline).expect_err("too late");
        assert_eq!(late.most, 0);
        assert_eq!(Window::DEFAULT.check(opened, deadline), Ok(()));
    }
}
