//! What is refused for how it is written, before anybody is asked anything.

use exeunt_outbound::{Address, BadAddress, Internal, Outbound, Trouble};

fn refused(text: &str) -> Option<Trouble> {
    match Address::parse(text) {
        Err(bad) => Some(bad.into()),
        Ok(address) => Outbound::default().check(&address).err(),
    }
}

#[test]
fn addresses_out_in_the_internet_may_be_called() {
    for good in [
        "https://login.example.com",
        "https://login.example.com/",
        "https://login.example.com/realms/acme/.well-known/openid-configuration",
        "https://login.example.com:8443/token?tenant=acme",
        "https://xn--bcher-kva.example.com/",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]/",
        "https://a.b.c.d.example.co.uk:65535/%7Ename",
    ] {
        assert_eq!(refused(good), None, "{good}");
    }
}

#[test]
fn a_hundred_ways_to_say_inside_are_refused() {
    let bad: Vec<&str> = BAD.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert!(bad.len() >= 100, "{}", bad.len());
    for bad in bad {
        assert!(refused(bad).is_some(), "{bad}");
    }
    for bad in [
        "",
        " ",
        "https://example.com/\n",
        "https://exa\tmple.com/",
        "https://example.com/\0",
        "https://exämple.com/",
    ] {
        assert!(refused(bad).is_some(), "{bad:?}");
    }
    assert!(refused(&format!("https://example.com/{}", "a".repeat(3_000))).is_some());
    assert!(refused(&format!("https://{}.com/", "a".repeat(64))).is_some());
}

const BAD: &str = r"
    http://example.com/
    ftp://example.com/
    file:///etc/passwd
    gopher://example.com/
    ws://example.com/
    wss://example.com/
    data:text/plain,x
    javascript:alert(1)
    //example.com/
    /path
    example.com
    https:example.com
    https:/example.com
    https:///example.com
    https://
    https://?
    https://#
    https:\\example.com\
    https://example.com\@127.0.0.1/
    HTTPS://example.com/
    https://EXAMPLE.com/
    https://example.com:443/
    https://example.com:0/
    https://example.com:22/
    https://example.com:25/
    https://example.com:80/
    https://example.com:6379x/
    https://example.com:99999/
    https://example.com:-1/
    https://example.com:/
    https://example.com:08443/
    https://user@example.com/
    https://user:password@example.com/
    https://@example.com/
    https://:@example.com/
    https://example.com@127.0.0.1/
    https://127.0.0.1@example.com/
    https://example.com/#fragment
    https://example.com/#
    https://example.com/a/../b
    https://example.com/%2e%2e/b
    https://example.com./
    https://example.com../
    https://.example.com/
    https://example..com/
    https://-example.com/
    https://example-.com/
    https://exa_mple.com/
    https://*.example.com/
    https://example.123/
    https://example.0x7f/
    https://intranet/
    https://com/
    https://localhost/
    https://localhost:8443/
    https://LOCALHOST/
    https://localhost./
    https://localhost.localdomain.localhost/
    https://www.localhost/
    https://router.local/
    https://metadata.google.internal/
    https://metadata/
    https://wiki.corp/
    https://nas.home.arpa/
    https://nas.lan/
    https://1.0.0.127.in-addr.arpa/
    https://hidden.onion/
    https://127.0.0.1/
    https://127.0.0.1:8443/
    https://127.1/
    https://127.0.1/
    https://2130706433/
    https://0x7f000001/
    https://0x7f.0.0.1/
    https://0x7f.1/
    https://0177.0.0.1/
    https://017700000001/
    https://0300.0250.0.1/
    https://127.000.000.001/
    https://127.0.0.1./
    https://127.0.0.1.:8443/
    https://0/
    https://0.0.0.0/
    https://00000000/
    https://10.0.0.1/
    https://100.64.0.1/
    https://100.100.100.200/
    https://168.63.129.16/
    https://169.254.169.254/latest/meta-data/
    https://2852039166/
    https://0xa9fea9fe/
    https://0251.0376.0251.0376/
    https://172.16.0.1/
    https://192.0.0.192/
    https://192.0.2.1/
    https://192.168.1.1/
    https://198.18.0.1/
    https://224.0.0.1/
    https://255.255.255.255/
    https://256.1.1.1/
    https://1.2.3.4.5/
    https://８.８.８.８/
    https://①②⑦.⓪.⓪.①/
    https://ⓔxample.com/
    https://127。0。0。1/
    https://%31%32%37.0.0.1/
    https://%6c%6f%63alhost/
    https://example%2ecom/
    https://example.com%00.evil.com/
    https://[::1]/
    https://[::]/
    https://[0:0:0:0:0:0:0:1]/
    https://[0000::0001]/
    https://[::127.0.0.1]/
    https://[::ffff:127.0.0.1]/
    https://[::ffff:7f00:1]/
    https://[::ffff:8.8.8.8]/
    https://[::ffff:808:808]/
    https://[64:ff9b::7f00:1]/
    https://[64:ff9b::808:808]/
    https://[2002:7f00:1::]/
    https://[2001:0:7f00:1::]/
    https://[2001:db8::1]/
    https://[fe80::1]/
    https://[fe80::1%25eth0]/
    https://[fe80::1%eth0]/
    https://[fc00::1]/
    https://[fd00:ec2::254]/
    https://[ff02::1]/
    https://[2606:4700:4700:0:0:0:0:1111]/
    https://[2606:4700:4700::1111
    https://2606:4700:4700::1111/
    https://[example.com]/
    https://[v1.fe80::1]/
";

#[test]
fn reasons_tell_what_to_do() {
    for (text, why) in [
        ("http://example.com/", BadAddress::Scheme),
        ("https://user@example.com/", BadAddress::UserInfo),
        ("https://0x7f.1/", BadAddress::Spelling),
        ("https://127.0.0.1/", BadAddress::Inside),
        ("https://intranet/", BadAddress::Host),
        ("https://example.com:22/", BadAddress::Port),
        ("https://example.com/#x", BadAddress::Fragment),
        ("https://exa mple.com/", BadAddress::Malformed),
    ] {
        assert_eq!(refused(text), Some(Trouble::Address(why)), "{text}");
    }
}

#[test]
fn the_operator_names_places_inside_and_only_sensible_ones() {
    let ours =
        ["https://login.corp:8443", "http://127.0.0.1:9000", "http://localhost:9001", "https://10.0.0.7"];
    let internal = ours.map(|text| Internal::parse(text).unwrap()).to_vec();
    let outbound = Outbound::new(internal, None);
    let may = |text: &str| outbound.check(&Address::parse(text).unwrap()).is_ok();
    assert!(
        may("https://login.corp:8443/realms/acme")
            && may("http://127.0.0.1:9000/x")
            && may("https://10.0.0.7/")
    );
    for other in [
        "https://login.corp/",
        "http://login.corp:8443/",
        "https://login.corp:8444/",
        "https://other.corp:8443/",
        "http://127.0.0.1:9001/",
        "http://127.0.0.2:9000/",
        "https://10.0.0.8/",
    ] {
        assert!(!may(other), "{other}");
    }
    for bad in [
        "http://login.corp:8443",
        "http://10.0.0.7",
        "http://localhost.evil.com:9000",
        "https://login.corp/path",
        "https://169.254.169.254",
        "https://0.0.0.0:9000",
        "https://[fe80::1]",
        "login.corp:8443",
        "https://user@login.corp",
    ] {
        assert!(Internal::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn neither_debug_nor_errors_tell_a_path() {
    let address = Address::parse("https://login.example.com/token?secret=canary").unwrap();
    assert_eq!(format!("{address:?}"), "Address(https://login.example.com…)");
    let trouble = Outbound::default().check(&Address::parse("https://intranet/canary").unwrap()).unwrap_err();
    assert!(!format!("{trouble} {trouble:?}").contains("canary"));
}
