//! Actions, field methods, the law that keeps rows, and ghosts.

use std::collections::BTreeMap;

use exeunt_base::Name;

use crate::model::{
    Action, FakeKind, Generalize, Ghost, GhostPer, Keep, KeepFrom, KeepMode, Method, Noise, Period, Scalar,
    Starting, Then,
};
use crate::parse::entry::Entry;
use crate::suggest::{did_you_mean, shown};

pub(super) fn read(entry: &Entry<'_>) -> Option<Action> {
    read_with(entry, &[])
}

/// An action; `also` are words the caller has tried before, for the advice.
pub(super) fn read_with(entry: &Entry<'_>, also: &[&'static str]) -> Option<Action> {
    if entry.is_map() {
        return anonymize(entry).map(Action::Anonymize);
    }
    let word = entry.text()?;
    match word.as_str() {
        "delete" => Some(Action::Delete),
        "keep" => Some(Action::Keep),
        "detach" => Some(Action::Detach),
        "anonymize" => {
            let fix = "write `anonymize: { column: method }`";
            entry.wrong("`anonymize` needs a method for each column it changes", String::from(fix));
            None
        }
        _ => {
            let known = ["delete", "anonymize", "keep", "detach"].iter().chain(also).copied();
            let fix = did_you_mean(&word, known.clone())
                .unwrap_or_else(|| format!("known are {}", known.collect::<Vec<_>>().join(", ")));
            entry.wrong(format!("`{}` is not an action", shown(&word)), fix);
            None
        }
    }
}

/// What anonymization does: a row that stays as it is tells as much as before.
pub(super) fn on_anonymize(entry: &Entry<'_>) -> Option<Action> {
    let action = read(entry)?;
    if action == Action::Keep {
        let fix =
            "choose `{ anonymize: … }`, `detach` or `delete`; rows that a law keeps stay kept by `keep:`";
        entry.wrong("a row that stays as it is is not anonymized", String::from(fix));
        return None;
    }
    Some(action)
}

fn anonymize(entry: &Entry<'_>) -> Option<BTreeMap<Name, Method>> {
    let mut keys = entry.keys()?;
    let methods =
        keys.need("anonymize", "write `anonymize: { column: method }`").map(|entry| methods(&entry));
    keys.finish();
    methods.filter(|methods| !methods.is_empty())
}

fn methods(entry: &Entry<'_>) -> BTreeMap<Name, Method> {
    let named = entry.named();
    if named.is_empty() && entry.is_map() {
        entry.wrong(
            "`anonymize:` lists no column",
            String::from("write `column: method`, or choose another action"),
        );
    }
    named.into_iter().filter_map(|(name, entry)| Some((name, method(&entry)?))).collect()
}

const WORDS: [&str; 12] = [
    "null",
    "redact",
    "fixed",
    "hash",
    "pseudonym",
    "generalize",
    "truncate_ip",
    "partial",
    "shuffle",
    "noise",
    "fake",
    "keep",
];

fn method(entry: &Entry<'_>) -> Option<Method> {
    if entry.is_blank() {
        entry.wrong("a method is missing here", String::from("write `null` to empty the column"));
        return None;
    }
    if entry.is_map() {
        return with_argument(entry);
    }
    if entry.is_null() {
        return Some(Method::Null);
    }
    let word = entry.text()?;
    match word.as_str() {
        "redact" => Some(Method::Redact),
        "hash" => Some(Method::Hash),
        "pseudonym" => Some(Method::Pseudonym),
        "truncate_ip" => Some(Method::TruncateIp),
        "partial" => Some(Method::Partial { keep_start: 1, keep_end: 1 }),
        "shuffle" => Some(Method::Shuffle),
        "fake" => Some(Method::Fake(FakeKind::Auto)),
        "keep" => Some(Method::Keep),
        "fixed" => needs(entry, "fixed", "{ fixed: \"a value\" }"),
        "generalize" => needs(entry, "generalize", "{ generalize: year }"),
        "noise" => needs(entry, "noise", "{ noise: { by: 10% } }"),
        _ => {
            let fix =
                did_you_mean(&word, WORDS).unwrap_or_else(|| format!("methods are {}", WORDS.join(", ")));
            entry.wrong(format!("`{}` is not a method", shown(&word)), fix);
            None
        }
    }
}

fn needs(entry: &Entry<'_>, word: &str, example: &str) -> Option<Method> {
    entry.wrong(format!("`{word}` needs to be told how"), format!("write `{example}`"));
    None
}

fn with_argument(entry: &Entry<'_>) -> Option<Method> {
    let mut keys = entry.keys()?;
    let fixed = keys.take("fixed");
    let generalize = keys.take("generalize");
    let partial = keys.take("partial");
    let noise = keys.take("noise");
    let fake = keys.take("fake");
    keys.finish();
    let given = [&fixed, &generalize, &partial, &noise, &fake].iter().filter(|given| given.is_some()).count();
    if given != 1 {
        entry.wrong("exactly one method is expected here", String::from("such as `{ generalize: year }`"));
        return None;
    }
    if let Some(fixed) = fixed {
        return Some(match fixed.scalar()? {
            Scalar::Null => Method::Null,
            value => Method::Fixed(value),
        });
    }
    if let Some(entry) = generalize {
        return generalized(&entry).map(Method::Generalize);
    }
    if let Some(entry) = partial {
        let mut keys = entry.keys()?;
        let mut end = |key| keys.take(key).map_or(Some(0), |entry| entry.small_count(0));
        let (keep_start, keep_end) = (end("keep_start"), end("keep_end"));
        keys.finish();
        return Some(Method::Partial { keep_start: keep_start?, keep_end: keep_end? });
    }
    if let Some(entry) = fake {
        return entry.word(&FakeKind::WORDS).map(Method::Fake);
    }
    noise.and_then(|entry| noisy(&entry)).map(Method::Noise)
}

fn generalized(entry: &Entry<'_>) -> Option<Generalize> {
    if !entry.is_map() {
        let words = [("year", Generalize::Year), ("month", Generalize::Month), ("day", Generalize::Day)];
        return entry.word(&words);
    }
    let mut keys = entry.keys()?;
    let (prefix, band) = (keys.take("prefix"), keys.take("band"));
    keys.finish();
    match (prefix, band) {
        (Some(prefix), None) => prefix.small_count(0).map(Generalize::Prefix),
        (None, Some(band)) => band.count(1).map(Generalize::Band),
        _ => {
            entry.wrong("either `prefix:` or `band:` is expected here", None);
            None
        }
    }
}

fn noisy(entry: &Entry<'_>) -> Option<Noise> {
    let by = if entry.is_map() {
        let mut keys = entry.keys()?;
        let by = keys.need("by", "such as `{ by: 10% }`, `{ by: 5 }` or `{ by: 30d }`");
        keys.finish();
        by?
    } else {
        entry.clone()
    };
    let text = by.text()?;
    let noise = match (text.strip_suffix('%'), text.strip_suffix('d')) {
        (Some(percent), _) => {
            percent.trim().parse().ok().filter(|percent| (1..=100).contains(percent)).map(Noise::Percent)
        }
        (_, Some(days)) => days.parse().ok().filter(|days| *days > 0).map(Noise::Days),
        _ => text.parse().ok().filter(|amount| *amount > 0).map(Noise::Amount),
    };
    if noise.is_none() {
        by.wrong(
            format!("`{}` is no amount of noise", shown(&text)),
            String::from("such as `10%`, `5` or `30d`"),
        );
    }
    noise
}

/// The law that keeps rows.
pub(super) fn keep(entry: &Entry<'_>, on_erase: &Action) -> Option<Keep> {
    let mut keys = entry.keys()?;
    let period = keys.need("for", "how long, such as `10y`, `6m` or `90d`").and_then(|entry| period(&entry));
    let from = keys.need("from", "the column that holds the date to count from, or `request`");
    let from = from.and_then(|entry| entry.name()).map(|name| match name.as_str() {
        "request" => KeepFrom::Request,
        _ => KeepFrom::Column(name),
    });
    let starting = match keys.take("starting") {
        Some(entry) => entry.word(&[
            ("date", Starting::Date),
            ("end_of_year", Starting::EndOfYear),
            ("end_of_month", Starting::EndOfMonth),
        ]),
        None => Some(Starting::Date),
    };
    let because =
        keys.need("because", "the law that says so, in words the person will read").and_then(|e| e.words());
    let then = match keys.take("then") {
        Some(entry) if entry.is_map() => anonymize(&entry).map(Then::Anonymize),
        Some(entry) => then(&entry, on_erase),
        None => Some(Then::Delete),
    };
    let when = keys.take("when").map(|entry| entry.constants()).unwrap_or_default();
    keys.finish();
    let mode = if *on_erase == Action::Keep { KeepMode::Verbatim } else { KeepMode::Minimized };
    Some(Keep {
        period: period?,
        from: from?,
        starting: starting?,
        because: because?,
        then: then?,
        when,
        mode,
    })
}

fn then(entry: &Entry<'_>, on_erase: &Action) -> Option<Then> {
    match entry.text()?.as_str() {
        "delete" => Some(Then::Delete),
        "anonymize" => match on_erase {
            Action::Anonymize(methods) => Some(Then::Anonymize(methods.clone())),
            _ => {
                let fix = "write `then: { anonymize: { column: method } }`";
                entry.wrong("`then: anonymize` needs a method for each column", String::from(fix));
                None
            }
        },
        word => {
            let fix = String::from("known are `delete` and `anonymize`");
            entry.wrong(format!("`{}` is not known here", shown(word)), fix);
            None
        }
    }
}

fn period(entry: &Entry<'_>) -> Option<Period> {
    let text = entry.text()?;
    let period = Period::parse(&text);
    if period.is_none() {
        let fix = String::from("write a number and a unit: `10y`, `6m`, `90d`");
        entry.wrong(format!("`{}` is not a period", shown(&text)), fix);
    }
    period
}

/// The row that stands in for erased ones.
pub(super) fn ghost(entry: &Entry<'_>) -> Option<Ghost> {
    let mut keys = entry.keys()?;
    let per = match keys.take("per") {
        Some(entry) => entry.word(&[("shared", GhostPer::Shared), ("person", GhostPer::Person)]),
        None => Some(GhostPer::Shared),
    };
    let row = keys.need("row", "the ghost's values by column").map(|entry| entry.constants());
    keys.finish();
    Some(Ghost { per: per?, row: row? })
}
