//! Places where a test lets the process die. `EXEUNT_FAIL=after-seal:3` dies the third time `after-seal` is passed.
//! And a clock that a test sets: `EXEUNT_TEST_CLOCK` names a file with the seconds by which it is ahead.
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

/// By how many seconds a test wants the clock to be ahead; behind, where they are less than nothing.
#[cfg(feature = "failpoints")]
#[expect(
    clippy::disallowed_methods,
    reason = "compiled for crash tests only, where the environment names the clock's file"
)]
pub fn clock_ahead_seconds() -> i64 {
    use std::path::PathBuf;
    use std::sync::OnceLock;
    static FILE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let file = FILE.get_or_init(|| std::env::var_os("EXEUNT_TEST_CLOCK").map(PathBuf::from));
    let told = file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
    told.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// Never: this build has the system's clock.
#[cfg(not(feature = "failpoints"))]
pub fn clock_ahead_seconds() -> i64 {
    0
}
