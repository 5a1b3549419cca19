//! Signature version 4: what every call proves who makes it by. The secret itself is never sent.

use aws_lc_rs::{digest, hmac};
use exeunt_base::{Timestamp, hex};

use crate::credentials::Keys;

/// A call, as far as it is signed.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) host: &'a str,
    /// Of characters that need no escaping.
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// Further headers, their names in lower case.
    pub(crate) headers: &'a [(&'a str, String)],
    pub(crate) body: &'a [u8],
}

/// The headers to send: those of the call, and those that sign it.
pub(crate) fn signed(call: &Call<'_>, keys: &Keys, region: &str, now: Timestamp) -> Vec<(String, String)> {
    let at = now.to_utc();
    let day = format!("{:04}{:02}{:02}", at.year(), u8::from(at.month()), at.day());
    let moment = format!("{day}T{:02}{:02}{:02}Z", at.hour(), at.minute(), at.second());
    let content = hex::encode(digest::digest(&digest::SHA256, call.body).as_ref());
    let mut headers: Vec<(String, String)> = call
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .chain([
            (String::from("host"), call.host.to_owned()),
            (String::from("x-amz-content-sha256"), content.clone()),
            (String::from("x-amz-date"), moment.clone()),
        ])
        .chain(keys.token.iter().map(|token| (String::from("x-amz-security-token"), token.expose().clone())))
        .collect();
    headers.sort();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let listed: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let request =
        format!("{}\n{}\n{}\n{listed}\n{names}\n{content}", call.method, call.path, query(call.query));
    let scope = format!("{day}/{region}/s3/aws4_request");
    let digest = hex::encode(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
    let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}");
    let first = zeroed(format!("AWS4{}", keys.secret.expose()).into_bytes());
    let key = ["s3", "aws4_request"]
        .iter()
        .fold(mac(mac(&first, &day).as_ref(), region), |key, part| mac(key.as_ref(), part));
    let signature = hex::encode(mac(key.as_ref(), &to_sign).as_ref());
    let credential = format!("{}/{scope}", keys.id);
    headers.push((
        String::from("authorization"),
        format!("AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={names},Signature={signature}"),
    ));
    headers
}

/// A query as it is signed and sent: sorted, and escaped.
pub(crate) fn query(parts: &[(&str, &str)]) -> String {
    let mut parts: Vec<String> =
        parts.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    parts.sort();
    parts.join("&")
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn mac(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

fn zeroed(bytes: Vec<u8>) -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(bytes)
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Secret, Timestamp};

    use super::{Call, query, signed};
    use crate::credentials::Keys;

    fn keys() -> Keys {
        Keys {
            id: String::from("AKIAIOSFODNN7EXAMPLE"),
            secret: Secret::new(String::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
            token: None,
        }
    }

    /// 2013-05-24 00:00:00, when Amazon's published examples were made.
    const THEN: Timestamp = Timestamp::from_micros(1_369_353_600_000_000);

    fn signature(call: &Call<'_>) -> String {
        let headers = signed(call, &keys(), "us-east-1", THEN);
        let (_, authorization) = headers.last().unwrap();
        authorization.rsplit('=').next().unwrap().to_owned()
    }

    #[test]
    fn the_published_examples_get_the_published_signatures() {
        let get = Call {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test.txt",
            query: &[],
            headers: &[("range", String::from("bytes=0-9"))],
            body: b"",
        };
        assert_eq!(signature(&get), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
        let put = Call {
            method: "PUT",
            path: "/test%24file.text",
            headers: &[
                ("date", String::from("Fri, 24 May 2013 00:00:00 GMT")),
                ("x-amz-storage-class", String::from("REDUCED_REDUNDANCY")),
            ],
            body: b"Welcome to Amazon S3.",
            ..get
        };
        assert_eq!(signature(&put), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
        let lifecycle =
            Call { method: "GET", path: "/", query: &[("lifecycle", "")], headers: &[], body: b"", ..put };
        assert_eq!(signature(&lifecycle), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
        let list = Call { query: &[("max-keys", "2"), ("prefix", "J")], ..lifecycle };
        assert_eq!(signature(&list), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    #[test]
    fn a_query_is_sorted_and_escaped() {
        assert_eq!(query(&[("uploads", ""), ("prefix", "a/b c+é")]), "prefix=a%2Fb%20c%2B%C3%A9&uploads=");
    }

    #[test]
    fn the_secret_is_in_no_header() {
        let keys = Keys { token: Some(Secret::new(String::from("session"))), ..keys() };
        let call = Call { method: "GET", host: "h", path: "/", query: &[], headers: &[], body: b"" };
        let headers = signed(&call, &keys, "eu", THEN);
        assert!(headers.iter().any(|(name, value)| name == "x-amz-security-token" && value == "session"));
        assert!(!headers.iter().any(|(_, value)| value.contains(keys.secret.expose().as_str())));
        assert_eq!(format!("{keys:?}"), "Keys");
    }
}
