//! Network addresses without the part that tells one household from another.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The network of an address: /24 for IPv4, /48 for IPv6, an address's own mask kept when it is shorter.
/// `None` when the text is not one address.
pub(crate) fn truncated(text: &str) -> Option<String> {
    let (address, mask) = match text.split_once('/') {
        Some((address, mask)) => (address, Some(mask.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let written = |address: String, mask: Option<u32>, most: u32| match mask {
        Some(mask) => format!("{address}/{}", mask.min(most)),
        None => address,
    };
    if let Ok(address) = address.parse::<Ipv4Addr>() {
        mask.is_none_or(|mask| mask <= 32).then_some(())?;
        return Some(written(network_v4(address, mask).to_string(), mask, 24));
    }
    let address = address.split_once('%').map_or(address, |(address, _zone)| address);
    let address = address.parse::<Ipv6Addr>().ok()?;
    mask.is_none_or(|mask| mask <= 128).then_some(())?;
    if let Some(mapped) = address.to_ipv4_mapped() {
        let network = network_v4(mapped, None).to_ipv6_mapped();
        return Some(written(network.to_string(), mask, 120));
    }
    let keep = mask.unwrap_or(48).min(48);
    let bits = u128::from(address) & u128::MAX.checked_shl(128 - keep).unwrap_or(0);
    Some(written(Ipv6Addr::from(bits).to_string(), mask, 48))
}

fn network_v4(address: Ipv4Addr, mask: Option<u32>) -> Ipv4Addr {
    let keep = mask.unwrap_or(24).min(24);
    Ipv4Addr::from(u32::from(address) & u32::MAX.checked_shl(32 - keep).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::truncated;

    #[test]
    fn the_household_is_cut_off() {
        for (address, network) in [
            ("203.0.113.77", "203.0.113.0"),
            ("203.0.113.77/32", "203.0.113.0/24"),
            ("10.20.30.40/8", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
            ("2001:db8:1:2::/64", "2001:db8:1::/48"),
            ("fe80::1%eth0", "fe80::"),
            ("::ffff:203.0.113.77", "::ffff:203.0.113.0"),
        ] {
            assert_eq!(truncated(address).as_deref(), Some(network), "{address}");
        }
        for bad in
            ["", "localhost", "1.2.3", "1.2.3.4, 5.6.7.8", "1.2.3.4:80", "1.2.3.4/33", "::1/129", "1.2.3.4/x"]
        {
            assert_eq!(truncated(bad), None, "{bad}");
        }
    }
}
