//! Places where a test lets the process die. `EXEUNT_FAIL=after-seal:3` dies the third time `after-seal` is passed.
//! Compiled to nothing without the `failpoints` feature.

/// Every fail point, in the order a batch passes them.
pub const ALL: &[&str] = &[
    "before-open",
    "after-open",
    "before-seal",
    "after-seal",
    "after-record",
    "before-commit",
    "after-commit",
    "before-close",
    "after-close",
    "before-settle",
    "after-settle",
    "before-census",
    "after-census",
    "before-undo",
    "before-return",
    "after-return",
    "before-shred",
    "after-shred",
    "before-scrub",
    "after-scrub",
    "after-look",
];

/// Dies here when the environment says so.
#[cfg(feature = "failpoints")]
#[expect(
    clippy::disallowed_methods,
    reason = "compiled for crash tests only, where the environment names the point"
)]
pub fn pass(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static WANTED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("EXEUNT_FAIL").ok()?;
        let (name, count) = text.split_once(':').unwrap_or((&text, "1"));
        Some((name.to_owned(), count.parse().ok()?))
    });
    if let Some((point, count)) = wanted
        && point == name
        && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *count
    {
        // as hard as `kill -9`: no destructor runs, no buffer is flushed
        std::process::abort();
    }
}

/// Does nothing: this build has no fail points.
#[cfg(not(feature = "failpoints"))]
pub fn pass(_name: &str) {}
