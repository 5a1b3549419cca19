//! Network addresses as PostgreSQL writes them: without the mask that means one host.

use std::net::{Ipv4Addr, Ipv6Addr};

/// From the wire: family, bits of the mask, whether it is a network, length, address.
pub(super) fn text(raw: &[u8]) -> Option<String> {
    let (&[family, bits, is_network, length], address) = raw.split_first_chunk::<4>()?;
    if address.len() != usize::from(length) {
        return None;
    }
    let (mut out, widest) = match family {
        2 => (Ipv4Addr::from(<[u8; 4]>::try_from(address).ok()?).to_string(), 32),
        3 => (version_6(<[u8; 16]>::try_from(address).ok()?), 128),
        _ => return None,
    };
    if is_network != 0 || bits != widest {
        out.push('/');
        out.push_str(&bits.to_string());
    }
    Some(out)
}

/// As the standard library writes it, but for addresses of version 4 wrapped without the `ffff`.
fn version_6(bytes: [u8; 16]) -> String {
    let address = Ipv6Addr::from(bytes);
    let wraps = bytes[..12].iter().all(|byte| *byte == 0) && bytes[12..14] != [0, 0];
    if wraps {
        let inner = Ipv4Addr::new(bytes[12], bytes[13], bytes[14], bytes[15]);
        return format!("::{inner}");
    }
    address.to_string()
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_host_has_no_mask_and_a_network_has() {
        assert_eq!(text(&[2, 32, 0, 4, 192, 0, 2, 1]).as_deref(), Some("192.0.2.1"));
        assert_eq!(text(&[2, 24, 0, 4, 192, 0, 2, 1]).as_deref(), Some("192.0.2.1/24"));
        assert_eq!(text(&[2, 32, 1, 4, 192, 0, 2, 1]).as_deref(), Some("192.0.2.1/32"));
        assert_eq!(text(&[2, 32, 0, 4, 192, 0]), None);
    }
}
