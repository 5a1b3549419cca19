//! A webhook's secret and what it signs, as Standard Webhooks 1.0.0 has it: HMAC-SHA256 over `id.timestamp.body`.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exeunt_base::Secret;

/// How the spec marks secrets.
const PREFIX: &str = "whsec_";

/// As it is shown, once.
pub(super) fn shown(secret: &Secret<Vec<u8>>) -> Secret<String> {
    Secret::new(format!("{PREFIX}{}", STANDARD.encode(secret.expose())))
}

/// One signature by each secret, the newest first.
pub(super) fn signatures(secrets: &[Secret<Vec<u8>>], id: &str, seconds: i64, body: &str) -> String {
    let one = |secret: &Secret<Vec<u8>>| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose());
        let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use exeunt_base::Secret;

    use super::{shown, signatures};

    /// The example that the specification's own libraries test with.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let secret = Secret::new(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        assert_eq!(shown(&secret).expose(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed =
            signatures(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_secret_signs() {
        let secrets = [Secret::new(vec![1; 32]), Secret::new(vec![2; 32])];
        let both = signatures(&secrets, "evt_1", 1, "{}");
        let (first, second) = both.split_once(' ').unwrap();
        assert_eq!(signatures(&secrets[..1], "evt_1", 1, "{}"), first);
        assert_eq!(signatures(&secrets[1..], "evt_1", 1, "{}"), second);
    }
}
