//! What kind of place a network address leads to. Pure, and by what is allowed rather than by what is known to be bad: of
//! IPv6 only the part that is given out to networks counts as public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Out into the internet.
    Public,
    /// Into a private network: RFC 1918, unique local, shared address space of carriers.
    Private,
    /// Back to this machine.
    Loopback,
    /// Somewhere nobody is called: link-local with the clouds' metadata services, multicast, unspecified, broadcast,
    /// documentation, benchmarks, and IPv6 addresses that carry an IPv4 address within.
    Nowhere,
}

impl Place {
    /// Where this address leads.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }
}

/// Networks of IPv4 that are not public: the special-purpose registry of IANA (RFC 6890), and one address of a cloud.
const V4: &[(Ipv4Addr, u32, Place)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, Place::Nowhere), // this network, unspecified
    (Ipv4Addr::new(10, 0, 0, 0), 8, Place::Private), // RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10, Place::Private), // carriers' shared space; a cloud's metadata is in it
    (Ipv4Addr::new(127, 0, 0, 0), 8, Place::Loopback), //
    (Ipv4Addr::new(168, 63, 129, 16), 32, Place::Nowhere), // a cloud's host, though it looks public
    (Ipv4Addr::new(169, 254, 0, 0), 16, Place::Nowhere), // link-local, metadata services
    (Ipv4Addr::new(172, 16, 0, 0), 12, Place::Private), // RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24, Place::Nowhere), // protocol assignments; a cloud's metadata is in it
    (Ipv4Addr::new(192, 0, 2, 0), 24, Place::Nowhere), // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24, Place::Nowhere), // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24, Place::Nowhere), // multicast tunnels
    (Ipv4Addr::new(192, 88, 99, 0), 24, Place::Nowhere), // relays of 6to4
    (Ipv4Addr::new(192, 168, 0, 0), 16, Place::Private), // RFC 1918
    (Ipv4Addr::new(192, 175, 48, 0), 24, Place::Nowhere), // AS112
    (Ipv4Addr::new(198, 18, 0, 0), 15, Place::Nowhere), // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24, Place::Nowhere), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24, Place::Nowhere), // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4, Place::Nowhere), // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4, Place::Nowhere), // reserved, broadcast
];

/// Networks of IPv6 that are not what the rest of 2000::/3 is.
const V6: &[(Ipv6Addr, u32, Place)] = &[
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Place::Private), // unique local; a cloud's metadata is named below
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Place::Nowhere), // protocols: teredo, benchmarks, ORCHID
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Place::Nowhere), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Place::Nowhere), // 6to4
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48, Place::Nowhere), // AS112
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Place::Nowhere), // documentation
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Place::Public),
];

/// Where a cloud has its metadata among private addresses.
const METADATA: &[Ipv6Addr] = &[
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0xa9fe, 0xa9fe, 0xa9fe),
];
/// And among carriers' addresses.
const METADATA_V4: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);

fn of_v4(address: Ipv4Addr) -> Place {
    if address == METADATA_V4 {
        return Place::Nowhere;
    }
    let within = |(network, bits, _): &&(Ipv4Addr, u32, Place)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *bits
    };
    V4.iter().find(within).map_or(Place::Public, |(_, _, place)| *place)
}

fn of_v6(address: Ipv6Addr) -> Place {
    if address == Ipv6Addr::LOCALHOST {
        return Place::Loopback;
    }
    if METADATA.contains(&address) {
        return Place::Nowhere;
    }
    let within = |(network, bits, _): &&(Ipv6Addr, u32, Place)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *bits
    };
    // what was given to nobody, and whatever translates to IPv4 (::ffff:0:0/96, 64:ff9b::/96), is in none of them
    V6.iter().find(within).map_or(Place::Nowhere, |(_, _, place)| *place)
}

#[cfg(test)]
mod tests {
    use super::Place;

    fn check(place: Place, addresses: &str) {
        for address in addresses.split_whitespace() {
            assert_eq!(Place::of(address.parse().unwrap()), place, "{address}");
        }
    }

    #[test]
    fn what_is_given_out_is_public_and_nothing_else() {
        check(
            Place::Public,
            "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 \
             169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 \
             223.255.255.255 2001:200:: 2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450:4001::1 3ffe::1",
        );
        check(
            Place::Private,
            "10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 172.16.0.1 172.31.255.255 192.168.0.1 \
             fc00::1 fd12:3456:789a::1",
        );
        check(Place::Loopback, "127.0.0.1 127.255.255.254 ::1");
        check(
            Place::Nowhere,
            "0.0.0.0 0.1.2.3 100.100.100.200 168.63.129.16 169.254.169.254 169.254.170.2 192.0.0.192 192.0.2.7 \
             192.31.196.1 192.52.193.1 192.88.99.1 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.9 \
             224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::2 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 \
             ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 64:ff9b::808:808 64:ff9b::7f00:1 64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 \
             2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 \
             2620:4f:8000::1 3fff::1 4000::1 5f00::1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 ff02::1 ff0e::1 \
             fd00:ec2::254 fd20:ce::254 fd00:c1::a9fe:a9fe:a9fe",
        );
    }
}
