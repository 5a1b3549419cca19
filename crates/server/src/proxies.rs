//! Proxies whose word about their callers is believed: from where a call really comes, when one of them passes it on.
//!
//! Each proxy adds the address it was called from at the end of `X-Forwarded-For`. Read from its end, every address is vouched for by
//! the one behind it, as long as that one is known here; the first that is not is the caller, and whatever stands before it is the
//! caller's own tale. `Forwarded` (RFC 7239) is not read: a header that a proxy does not write, it passes on as it came.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::http::HeaderMap;

/// Most proxies between a caller and here.
const HOPS: usize = 16;

/// The header that proxies write.
const HEADER: &str = "x-forwarded-for";

/// A network by its first address and the bits that its addresses share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// What is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadNetwork {
    /// Neither an address nor a network.
    Form,
    /// An address within a network, where the network's own is meant.
    Bits,
    /// Everybody.
    Everybody,
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| BadNetwork::Form)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            // a sign or a zero in front is no length
            Some(bits) if bits.starts_with('+') || bits.len() > 1 && bits.starts_with('0') => {
                return Err(BadNetwork::Form);
            }
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= most).ok_or(BadNetwork::Form)?,
        };
        if bits == 0 {
            return Err(BadNetwork::Everybody);
        }
        let network = Self { address, bits };
        if network.start(address) != number(address) {
            return Err(BadNetwork::Bits);
        }
        Ok(network)
    }
}

impl Network {
    fn start(&self, address: IpAddr) -> u128 {
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let rest = u32::from(whole - self.bits);
        number(address).checked_shr(rest).and_then(|kept| kept.checked_shl(rest)).unwrap_or(0)
    }

    fn has(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && self.start(address) == number(self.address)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// The proxies that are believed; usually none.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Arc<[Network]>);

impl Proxies {
    /// These.
    pub fn new(known: Vec<Network>) -> Self {
        Self(known.into())
    }

    fn know(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }

    /// From where a call comes that this peer passed on, or made itself.
    pub(crate) fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut caller = peer.to_canonical();
        if !self.know(caller) {
            return caller;
        }
        let lines: Vec<&[u8]> = headers.get_all(HEADER).iter().map(|value| value.as_bytes()).collect();
        let entries = lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
        for entry in entries.take(HOPS) {
            // what cannot be read is nobody's address: the last one that vouched for it counts
            let Some(address) = address(entry) else { return caller };
            caller = address;
            if !self.know(caller) {
                return caller;
            }
        }
        caller
    }
}

/// An address as proxies write it, with or without a port.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = match bare.parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) => text.parse::<SocketAddr>().ok()?.ip(),
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{BadNetwork, Network, Proxies};

    fn proxies(known: &[&str]) -> Proxies {
        Proxies::new(known.iter().map(|text| text.parse().expect("a network")).collect())
    }

    fn check(known: &[&str], peer: &str, lines: &[&str], caller: &str) {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line.as_bytes()).expect("a header");
            headers.append("x-forwarded-for", value);
        }
        let found = proxies(known).caller(peer.parse().expect("an address"), &headers);
        assert_eq!(found.to_string(), caller, "{known:?} {peer} {lines:?}");
    }

    #[test]
    fn nobody_is_believed_who_is_not_known() {
        check(&[], "10.0.0.2", &["192.0.2.7"], "10.0.0.2");
        check(&["10.0.0.0/24"], "10.0.1.2", &["192.0.2.7"], "10.0.1.2");
        check(&["10.0.0.0/24"], "2001:db8::1", &["192.0.2.7"], "2001:db8::1");
        // its IPv4 bits are the same, and it is another family
        check(&["::a00:0/120"], "10.0.0.2", &["192.0.2.7"], "10.0.0.2");
    }

    #[test]
    fn the_last_one_that_nobody_vouches_for_is_the_caller() {
        let known = ["10.0.0.0/24", "2001:db8:aa::/48"];
        check(&known, "10.0.0.2", &["192.0.2.7"], "192.0.2.7");
        check(&known, "::ffff:10.0.0.2", &["192.0.2.7"], "192.0.2.7");
        // what stands before it is the caller's own tale
        check(&known, "10.0.0.2", &["198.51.100.1, 10.0.0.9, 192.0.2.7"], "192.0.2.7");
        check(&known, "10.0.0.2", &["198.51.100.1, 192.0.2.7, 10.0.0.9,2001:db8:aa::5"], "192.0.2.7");
        check(&known, "10.0.0.2", &["198.51.100.1", "192.0.2.7", " 10.0.0.9 "], "192.0.2.7");
        check(&known, "2001:db8:aa::1", &["2001:db8:bb::7"], "2001:db8:bb::7");
        check(&known, "10.0.0.2", &["[2001:db8:bb::7]:4711"], "2001:db8:bb::7");
        check(&known, "10.0.0.2", &["[2001:db8:bb::7]"], "2001:db8:bb::7");
        check(&known, "10.0.0.2", &["192.0.2.7:4711"], "192.0.2.7");
        check(&known, "10.0.0.2", &["::ffff:192.0.2.7"], "192.0.2.7");
        // from one of them itself
        check(&known, "10.0.0.2", &["10.0.0.9"], "10.0.0.9");
        check(&known, "10.0.0.2", &[], "10.0.0.2");
    }

    #[test]
    fn what_cannot_be_read_is_the_proxys_own() {
        let known = ["10.0.0.2"];
        for garbage in [
            "",
            ",",
            "unknown",
            "_hidden",
            "192.0.2.7 198.51.100.1",
            "192.0.2",
            "fe80::1%eth0",
            "\"192.0.2.7\"",
            "é",
        ] {
            check(&known, "10.0.0.2", &[garbage], "10.0.0.2");
            check(&known, "10.0.0.2", &["192.0.2.7", garbage], "10.0.0.2");
        }
        check(&["10.0.0.0/8"], "10.0.0.2", &["192.0.2.7, x, 10.0.0.9"], "10.0.0.9");
        let long = "10.0.0.9,".repeat(200) + "10.0.0.9";
        check(&["10.0.0.0/8"], "10.0.0.2", &[&format!("192.0.2.7,{long}")], "10.0.0.9");
        check(&["10.0.0.0/8"], "10.0.0.2", &vec!["192.0.2.7"; 500], "192.0.2.7");
    }

    #[test]
    fn other_headers_are_not_read() {
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("forwarded", "for=192.0.2.7"), ("x-real-ip", "192.0.2.7"), ("cf-connecting-ip", "192.0.2.7")]
        {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let peer = "10.0.0.2".parse().expect("an address");
        assert_eq!(proxies(&["10.0.0.2"]).caller(peer, &headers), peer);
    }

    #[test]
    fn networks_are_read_strictly() {
        for (text, why) in [
            ("", BadNetwork::Form),
            ("proxy.internal", BadNetwork::Form),
            ("10.0.0.0/33", BadNetwork::Form),
            ("10.0.0.0/-1", BadNetwork::Form),
            ("10.0.0.0/+8", BadNetwork::Form),
            ("10.0.0.0/08", BadNetwork::Form),
            ("10.0.0.0/", BadNetwork::Form),
            ("2001:db8::/129", BadNetwork::Form),
            ("10.0.0.1/24", BadNetwork::Bits),
            ("2001:db8::1/64", BadNetwork::Bits),
            ("0.0.0.0/0", BadNetwork::Everybody),
            ("::/0", BadNetwork::Everybody),
        ] {
            assert_eq!(text.parse::<Network>(), Err(why), "{text}");
        }
        for text in ["10.0.0.2", "10.0.0.2/32", "128.0.0.0/1", "::1", "8000::/1", "2001:db8::/64"] {
            assert!(text.parse::<Network>().is_ok(), "{text}");
        }
        check(&["128.0.0.0/1"], "200.0.0.1", &["1.2.3.4"], "1.2.3.4");
        check(&["8000::/1"], "9000::1", &["1.2.3.4"], "1.2.3.4");
        check(&["8000::/1"], "7000::1", &["1.2.3.4"], "7000::1");
    }
}
