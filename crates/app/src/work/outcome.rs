//! How a task ended: done, failed for good, or to be tried again later.

use exeunt_base::Timestamp;
use serde_json::{Value, json};

use crate::error::{Class, Error};

/// Tries after which trouble that might pass is given up.
const TRIES: u64 = 40;
/// The first pause after trouble, in seconds; each next one is twice as long.
const PAUSE_SECONDS: i64 = 2;
/// The longest pause.
const LONGEST_SECONDS: i64 = 900;

/// After so many seconds at most it is looked again whether what halted a task still does.
const WAITING_SECONDS: i64 = 30;

/// What becomes of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It is done.
    Done(String),
    /// It cannot be done.
    Failed(String),
    /// Not now.
    Later(Option<String>, Timestamp),
    /// It made room, or waits for somebody or for its hours: that was no try.
    Aside(Option<String>, Timestamp),
}

/// The same of a task by which somebody only looks. They wait for it: what stands in the way now is told now, and not in an
/// hour when it has passed.
pub(super) fn end_of_look(done: &Result<Value, Error>, now: Timestamp) -> End {
    match done {
        Err(error) if error.class() != Class::Stopped && !error.is_elsewhere() => {
            End::Failed(told(error).to_string())
        }
        _ => end_of(done, 0, now),
    }
}

/// Pure: what became of it, how often it was tried, and what time it is.
pub(super) fn end_of(done: &Result<Value, Error>, tries: u64, now: Timestamp) -> End {
    match done {
        Ok(outcome) => End::Done(outcome.to_string()),
        // told to stop: the next worker goes on at once
        Err(error) if error.class() == Class::Stopped => End::Aside(None, now),
        // whoever may takes it at once; this process remembers that it may not
        Err(error) if error.is_elsewhere() => End::Aside(Some(told(error).to_string()), now),
        Err(error) if let Some(until) = error.waits() => {
            let again = now.plus_seconds(WAITING_SECONDS);
            End::Aside(Some(told(error).to_string()), until.map_or(again, |until| until.max(now).min(again)))
        }
        Err(error) if passes(error) && tries < TRIES => {
            let doublings = u32::try_from(tries.clamp(1, 20) - 1).unwrap_or(20);
            let pause = (PAUSE_SECONDS << doublings).min(LONGEST_SECONDS);
            End::Later(Some(told(error).to_string()), now.plus_seconds(pause))
        }
        Err(error) => End::Failed(told(error).to_string()),
    }
}

/// Trouble that may be over by itself: somebody else holds or halted it, or cannot be reached, or there is no room.
pub(crate) fn passes(error: &Error) -> bool {
    matches!(error.class(), Class::Unreachable | Class::Full)
        || error.is_busy()
        || error.waits().is_some()
        || error.is_elsewhere()
}

/// Code and whole chain of an error. Ours never hold personal data.
pub(super) fn told(error: &Error) -> Value {
    json!({ "code": error.code(), "message": chain(error) })
}

/// The same as one line.
pub(crate) fn words(error: &Error) -> String {
    format!("{}: {}", error.code(), chain(error))
}

fn chain(error: &Error) -> String {
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let text = inner.to_string();
        // transparent wrappers say the same twice
        if !message.ends_with(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        cause = inner.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use exeunt_base::{JobId, Timestamp};
    use serde_json::json;

    use super::{End, end_of, end_of_look};
    use crate::error::Error;

    fn now() -> Timestamp {
        Timestamp::from_micros(1_000_000_000_000)
    }

    fn busy() -> Error {
        let store = exeunt_store::Error::LeaseLost { job: String::from("job_1") };
        exeunt_engine::Error::Store(store).into()
    }

    fn pause(tries: u64) -> f64 {
        match end_of(&Err(busy()), tries, now()) {
            End::Later(Some(_), at) => at.seconds_since(now()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_may_pass_is_tried_again_at_growing_pauses_and_given_up_in_the_end() {
        assert_eq!((pause(1), pause(2), pause(5), pause(39)), (2.0, 4.0, 32.0, 900.0));
        assert!(matches!(end_of(&Err(busy()), 40, now()), End::Failed(_)));
    }

    #[test]
    fn whoever_only_looks_is_told_at_once_what_stands_in_the_way() {
        let halted =
            exeunt_engine::Error::Waits { code: "E0953", why: String::from("a new disk"), until: None };
        for error in [busy(), halted.into()] {
            assert!(matches!(end_of_look(&Err(error), now()), End::Failed(_)));
        }
        let stopped = exeunt_engine::Error::Stopped(JobId::new(now(), [1; 10]));
        assert_eq!(end_of_look(&Err(stopped.into()), now()), End::Aside(None, now()));
        assert_eq!(end_of_look(&Ok(json!({})), now()), End::Done(String::from("{}")));
    }

    #[test]
    fn a_stop_puts_a_task_back_at_once_and_a_refusal_ends_it() {
        let stopped = exeunt_engine::Error::Stopped(JobId::new(now(), [1; 10]));
        assert_eq!(end_of(&Err(stopped.into()), 3, now()), End::Aside(None, now()));
        let halted = |until| exeunt_engine::Error::Waits { code: "E0955", why: String::from("night"), until };
        let soon = now().plus_seconds(7);
        let told = Some(String::from(r#"{"code":"E0955","message":"night"}"#));
        assert_eq!(end_of(&Err(halted(Some(soon)).into()), 99, now()), End::Aside(told.clone(), soon));
        assert_eq!(end_of(&Err(halted(None).into()), 99, now()), End::Aside(told, now().plus_seconds(30)));
        let refused = Error::Refused("E0312", String::from("request is `purging`"));
        let End::Failed(outcome) = end_of(&Err(refused), 1, now()) else { panic!("not failed") };
        assert_eq!(outcome, r#"{"code":"E0312","message":"request is `purging`"}"#);
        assert_eq!(end_of(&Ok(json!({})), 1, now()), End::Done(String::from("{}")));
    }
}
