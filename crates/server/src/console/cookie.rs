//! The cookie that holds a session's token. It goes to this very host alone, over TLS alone, and no script reads it (SEC-07).

use axum::http::{HeaderMap, HeaderValue, header};
use exeunt_base::Secret;

/// Its name; the prefix makes browsers refuse it from anywhere but this host.
const NAME: &str = "__Host-exeunt";

/// The session's token, when there is one and no more.
pub(crate) fn of(headers: &HeaderMap) -> Option<Secret<String>> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut ours = all.flat_map(|value| value.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == NAME).then(|| Secret::new(value.to_owned()))
    });
    match (ours.next(), ours.next()) {
        (Some(token), None) => Some(token),
        _ => None,
    }
}

/// What puts a session's token into the browser, for as long as the browser runs: the session itself ends on its own.
pub(crate) fn put(token: &Secret<String>) -> HeaderValue {
    made(token.expose(), "")
}

/// What takes it out again.
pub(crate) fn remove() -> HeaderValue {
    made("", "; Max-Age=0")
}

fn made(value: &str, end: &str) -> HeaderValue {
    let text = format!("{NAME}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{end}");
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{of, put};

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
        let made = put(&exeunt_base::Secret::new(String::from("exs_1")));
        let expected = "__Host-exeunt=exs_1; Path=/; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(made.to_str().unwrap(), expected);
    }
}
