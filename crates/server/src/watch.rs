//! What the service counts of itself, and who may see it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use exeunt_app::watch::WatchToken;

/// What the system says of this process: name, meaning and value of each gauge.
pub type Process = fn() -> Vec<Reading>;

/// One gauge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Its name, with the unit in it.
    pub name: &'static str,
    /// What it means.
    pub help: &'static str,
    /// Its value.
    pub value: f64,
}

/// Whether the service can be watched, and what is shown then.
#[derive(Clone, Default)]
pub struct Watch {
    /// Whoever holds this may see; nobody when there is none, and then there is no `/metrics`.
    pub token: Option<WatchToken>,
    /// Asked for each time.
    pub process: Option<Process>,
    /// Whether a call goes on with the trace that its caller names in `traceparent`.
    pub follows_callers: bool,
    pub(crate) calls: Arc<Calls>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watch({})", if self.token.is_some() { "on" } else { "off" })
    }
}

impl Watch {
    /// Shown to whoever holds the token.
    pub fn new(token: Option<WatchToken>, process: Option<Process>) -> Self {
        Self { token, process, follows_callers: false, calls: Arc::default() }
    }

    /// The same, going on with callers' traces or not.
    #[must_use]
    pub fn following_callers(self, follows_callers: bool) -> Self {
        Self { follows_callers, ..self }
    }
}

/// Upper bounds of the times to answer, in microseconds: a call is meant to take less than 50 ms.
pub(crate) const BOUNDS: [u64; 11] =
    [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

/// How long calls of one route took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// How many took at most each bound, and no less than the one before; the last are those above all.
    pub(crate) buckets: [u64; BOUNDS.len() + 1],
    /// All together.
    pub(crate) micros: u64,
}

/// Method and route, as the document has them.
type Called = (&'static str, String);

#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    pub(crate) answers: BTreeMap<(Called, u16), u64>,
    pub(crate) times: BTreeMap<Called, Times>,
}

/// Calls that were answered. As many lines as there are routes and statuses, whatever anybody calls.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<Counted>);

impl Calls {
    pub(crate) fn count(&self, method: &'static str, route: &str, status: u16, micros: u64) {
        let called = (method, route.to_owned());
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.answers.entry((called.clone(), status)).or_default() += 1;
        let times = counted.times.entry(called).or_default();
        let place = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        times.buckets[place] += 1;
        times.micros = times.micros.saturating_add(micros);
    }

    pub(crate) fn now(&self) -> Counted {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
