//! What a job does next. Pure: no clock, no chance, no I/O. Doing it is dull and may be repeated.

/// What is known when a decision is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Batches that were sealed by a process that is gone.
    pub unsettled: bool,
    /// Whether the census is at hand.
    pub counted: bool,
    /// Rows left to strike.
    pub left: u64,
    /// Rows waiting for review.
    pub failed: u64,
    /// Somebody asked to cancel the job.
    pub cancel: bool,
    /// Somebody asked this process to stop.
    pub stop: bool,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Ask the source what became of the last batches.
    Recover,
    /// Find what the plan touches.
    Count,
    /// Stop this process; the job can be resumed.
    Stop,
    /// End the job where it is.
    Cancel,
    /// Carry out the next batch.
    Batch,
    /// Wait for people to decide on the rows that failed.
    Review,
    /// Start the windows.
    Settle,
}

/// What comes next. What was begun is always settled first, so that a stop or cancel lands between batches.
pub fn decide(view: View) -> Order {
    if view.unsettled {
        Order::Recover
    } else if view.stop {
        Order::Stop
    } else if view.cancel {
        Order::Cancel
    } else if !view.counted {
        Order::Count
    } else if view.left > 0 {
        Order::Batch
    } else if view.failed > 0 {
        Order::Review
    } else {
        Order::Settle
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, View, decide};

    const CALM: View =
        View { unsettled: false, counted: true, left: 10, failed: 0, cancel: false, stop: false };

    #[test]
    fn a_cancel_lands_between_batches_never_inside_one() {
        assert_eq!(decide(View { cancel: true, unsettled: true, ..CALM }), Order::Recover);
        assert_eq!(decide(View { cancel: true, ..CALM }), Order::Cancel);
        assert_eq!(decide(View { cancel: true, stop: true, ..CALM }), Order::Stop);
    }

    #[test]
    fn nothing_is_settled_while_rows_are_left_or_wait_for_review() {
        assert_eq!(decide(CALM), Order::Batch);
        assert_eq!(decide(View { left: 0, failed: 1, ..CALM }), Order::Review);
        assert_eq!(decide(View { left: 0, ..CALM }), Order::Settle);
        assert_eq!(decide(View { counted: false, left: 0, ..CALM }), Order::Count);
    }
}
