//! Cookies. Each goes to this very host alone, over TLS alone, and no script reads it (SEC-07). Browsers let a page of the
//! machine itself (`localhost`) have them without TLS.

use axum::http::{HeaderMap, HeaderValue, header};
use exeunt_base::Secret;

/// The session's token; the prefix makes browsers refuse it from anywhere but this host.
const SESSION: &str = "__Host-exeunt";

/// An attempt to sign in through an identity provider, and where to go afterwards.
const ATTEMPT: &str = "__Host-exeunt-attempt";

/// That single keys do nothing in this browser.
const KEYS: &str = "__Host-exeunt-keys";

/// How long a choice about a browser is kept: a year.
const YEAR: i64 = 365 * 86_400;

/// The session's token, when there is one and no more.
pub(crate) fn of(headers: &HeaderMap) -> Option<Secret<String>> {
    named(headers, SESSION).map(|token| Secret::new(token.to_owned()))
}

/// The attempt that this browser began, and where it wanted to go.
pub(crate) fn attempt(headers: &HeaderMap) -> Option<(Secret<String>, &str)> {
    let (attempt, then) = named(headers, ATTEMPT)?.split_once('|')?;
    Some((Secret::new(attempt.to_owned()), then))
}

/// Whether single keys do something in this browser.
pub(crate) fn keys(headers: &HeaderMap) -> bool {
    named(headers, KEYS) != Some("off")
}

/// A cookie's value, when there is one of that name and no more.
fn named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = all.flat_map(|value| value.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted).then_some(value)
    });
    match (found.next(), found.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// What puts a session's token into the browser, for as long as the browser runs: the session itself ends on its own.
pub(crate) fn put(token: &Secret<String>) -> HeaderValue {
    made(SESSION, token.expose(), None)
}

/// What takes it out again.
pub(crate) fn remove() -> HeaderValue {
    made(SESSION, "", Some(0))
}

/// What keeps an attempt until somebody is back. Lax, so that it comes along on the way back from elsewhere.
pub(crate) fn put_attempt(attempt: &Secret<String>, then: &str, seconds: i64) -> HeaderValue {
    made(ATTEMPT, &format!("{}|{then}", attempt.expose()), Some(seconds))
}

/// What forgets it.
pub(crate) fn remove_attempt() -> HeaderValue {
    made(ATTEMPT, "", Some(0))
}

/// What remembers whether single keys do something.
pub(crate) fn put_keys(on: bool) -> HeaderValue {
    if on { made(KEYS, "", Some(0)) } else { made(KEYS, "off", Some(YEAR)) }
}

fn made(name: &str, value: &str, seconds: Option<i64>) -> HeaderValue {
    let end = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{end}");
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{attempt, of, put, put_attempt};

    fn headers(cookies: &[&'static str]) -> HeaderMap {
        cookies.iter().map(|text| (header::COOKIE, HeaderValue::from_static(text))).collect()
    }

    #[test]
    fn one_token_is_found_among_others_cookies_and_two_are_none() {
        let found = |cookies: &[&'static str]| of(&headers(cookies)).map(|token| token.expose().clone());
        assert_eq!(found(&["a=1; __Host-exeunt=exs_1; b=2"]), Some(String::from("exs_1")));
        assert_eq!(found(&["a=1"]), None);
        assert_eq!(found(&["__Host-exeunt=exs_1; __Host-exeunt=exs_2"]), None);
        assert_eq!(found(&["__Host-exeunt=exs_1", "__Host-exeunt=exs_2"]), None);
    }

    #[test]
    fn it_is_for_this_host_alone_and_not_for_scripts() {
        let secret = |text: &str| exeunt_base::Secret::new(text.to_owned());
        let expected = "__Host-exeunt=exs_1; Path=/; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(put(&secret("exs_1")).to_str().unwrap(), expected);
        let kept = put_attempt(&secret("exi_1"), "/a%3Fb", 600);
        let expected =
            "__Host-exeunt-attempt=exi_1|/a%3Fb; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600";
        assert_eq!(kept.to_str().unwrap(), expected);
        let sent = headers(&["__Host-exeunt-attempt=exi_1|/a%3Fb"]);
        let (found, then) = attempt(&sent).unwrap();
        assert_eq!((found.expose().as_str(), then), ("exi_1", "/a%3Fb"));
    }
}
