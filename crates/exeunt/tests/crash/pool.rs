//! Runs many small stories side by side. Most of their time they wait for the lease of a program that was killed to run
//! out, so there are more of them than processors; no more than two do anything at a time on such a machine.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stories told at a time.
const AT_ONCE: usize = 8;

/// Does every job and gives its answers in order. A job that fails lets the others go on, and is told with its name.
pub(crate) fn all<J: Sync + std::fmt::Debug, A: Send>(jobs: &[J], job: impl Fn(&J) -> A + Sync) -> Vec<A> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::new());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(jobs.len()) {
            scope.spawn(|| {
                while let Some((number, one)) = {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(number).map(|one| (number, one))
                } {
                    match catch_unwind(AssertUnwindSafe(|| job(one))) {
                        Ok(answer) => answers.lock().unwrap().push((number, answer)),
                        Err(_) => failures.lock().unwrap().push(format!("{one:?}")),
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} of {} failed (each told above): {failures:#?}",
        failures.len(),
        jobs.len()
    );
    let mut answers = answers.into_inner().unwrap();
    answers.sort_by_key(|(number, _)| *number);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
