//! Which task has a change open. Reading through the store beside it, or beginning another change, would wait for itself where
//! there is one connection, without a word. Debug builds notice; others remember and ask nothing.

use std::sync::{Mutex, PoisonError};

use tokio::task::Id;

/// The task with the open change, as far as it is one.
#[derive(Default)]
pub(crate) struct Changing(Mutex<Option<Id>>);

/// A change is open until this is dropped.
pub(crate) struct Mark<'a>(&'a Changing);

impl Changing {
    /// From now on the task that runs here has a change open.
    pub(crate) fn begins(&self) -> Mark<'_> {
        self.set(tokio::task::try_id());
        Mark(self)
    }

    /// Panics, in debug builds, where the task that runs here has one open.
    pub(crate) fn must_be_anothers(&self) {
        if cfg!(debug_assertions) {
            let holder = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let ours = holder.is_some() && holder == tokio::task::try_id();
            assert!(!ours, "this task has a change open: read by the change, or end it first");
        }
    }

    fn set(&self, task: Option<Id>) {
        if cfg!(debug_assertions) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = task;
        }
    }
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}
