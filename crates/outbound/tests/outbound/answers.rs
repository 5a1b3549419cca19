//! Servers that answer too much, too slowly, in knots, or in somebody else's name.

use std::time::Duration;

use exeunt_base::Secret;
use exeunt_outbound::{Address, Call, Internal, Limits, Outbound, Trouble};

use crate::server::{AUTHORITY, Server, Then};

async fn answered(answer: impl Into<Vec<u8>>, then: Then) -> Trouble {
    let answer = answer.into();
    // whoever hangs is left soon; everybody else has all the time there is
    let time = if then == Then::Hang { Duration::from_millis(250) } else { Limits::default().time };
    let limits = Limits { time, ..Limits::default() };
    let server = Server::start(answer, then).await;
    server.outbound().with_limits(limits).call(&server.address("/x"), Call::get()).await.unwrap_err()
}

fn host() -> String {
    String::from("localhost")
}

#[test]
fn the_limits_are_64_kib_and_15_seconds() {
    assert_eq!(Limits::default(), Limits { bytes: 65_536, time: Duration::from_secs(15) });
}

#[tokio::test]
async fn an_answer_comes_whole_and_the_call_says_no_more_than_it_must() {
    let server = Server::start(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: Application/JSON; charset=utf-8\r\nRetry-After: 7\r\n\
         Content-Length: 2\r\nSet-Cookie: a=b\r\n\r\n{}",
        Then::Close,
    )
    .await;
    let outbound = server.outbound();
    let secret = Secret::new(String::from("Basic canary"));
    let call = Call::post("application/x-www-form-urlencoded", b"code=1".to_vec());
    let call = call.accept("application/json").with("authorization", &secret);
    assert!(!format!("{call:?}").contains("canary"));
    let answer = outbound.call(&server.address("/token?a=b"), call).await.unwrap();
    assert_eq!((answer.status, answer.is_success(), answer.retry_after), (400, false, Some(7)));
    assert_eq!(
        (answer.kind.as_deref(), answer.body.as_slice()),
        (Some("application/json"), b"{}".as_slice())
    );
    let _ = outbound.call(&server.address("/"), Call::get()).await.unwrap();
    let asked = server.asked.lock().unwrap().clone();
    let port = server.at.port();
    let mut lines: Vec<String> = asked[0].lines().map(str::to_owned).collect();
    lines.sort_unstable();
    let mut wanted = vec![
        String::from(""),
        String::from("POST /token?a=b HTTP/1.1"),
        String::from("accept-encoding: identity"),
        String::from("accept: application/json"),
        String::from("authorization: Basic canary"),
        String::from("code=1"),
        String::from("connection: close"),
        String::from("content-length: 6"),
        String::from("content-type: application/x-www-form-urlencoded"),
        format!("host: localhost:{port}"),
        String::from("user-agent: exeunt"),
    ];
    wanted.sort_unstable();
    assert_eq!(lines, wanted);
    // no cookie comes back, and no credential of another call
    assert!(!asked[1].contains("cookie") && !asked[1].contains("canary"), "{}", asked[1]);
}

#[tokio::test]
async fn a_redirect_is_not_followed_wherever_it_leads() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent", "300 Choices"]
    {
        for to in [
            "https://169.254.169.254/",
            "http://localhost/",
            "//evil.test/",
            "/elsewhere",
            "file:///etc/passwd",
        ] {
            let answer = format!("HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            assert_eq!(answered(answer, Then::Close).await, Trouble::Redirected { host: host() });
        }
    }
}

#[tokio::test]
async fn more_than_64_kib_are_not_taken_however_they_come() {
    let most = 64 << 10;
    let whole = |length: usize| {
        let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").into_bytes();
        answer.resize(answer.len() + length, b'x');
        answer
    };
    let server = Server::start(whole(most), Then::Close).await;
    let answer = server.outbound().call(&server.address("/"), Call::get()).await.unwrap();
    assert_eq!(answer.body.len(), most);
    assert_eq!(answered(whole(most + 1), Then::Close).await, Trouble::TooLarge { host: host() });
    // said to be short of nothing, and never ending
    assert_eq!(answered("HTTP/1.1 200 OK\r\n\r\nx", Then::Drip).await, Trouble::TooLarge { host: host() });
    let mut chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    (0..80).for_each(|_| chunks.extend(format!("400\r\n{}\r\n", "x".repeat(1_024)).bytes()));
    assert_eq!(answered(chunks, Then::Close).await, Trouble::TooLarge { host: host() });
    // a head that never ends
    let head = answered("HTTP/1.1 200 OK\r\nX: x", Then::Drip).await;
    assert_eq!(head, Trouble::Broken { host: host() });
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    let lines = answered(format!("HTTP/1.1 200 OK\r\n{many}\r\n"), Then::Close).await;
    assert_eq!(lines, Trouble::Broken { host: host() });
}

#[tokio::test]
async fn nothing_is_unpacked() {
    for form in ["gzip", "deflate", "br", "zstd", "identity, gzip", "x"] {
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {form}\r\nContent-Length: 2\r\n\r\nok");
        assert_eq!(answered(answer, Then::Close).await, Trouble::Packed { host: host() });
    }
}

#[tokio::test]
async fn whoever_is_slow_is_left_at_every_step() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nslow",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nslow\r\n",
    ] {
        assert_eq!(answered(answer, Then::Hang).await, Trouble::TimedOut { host: host() }, "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    for answer in [
        "SSH-2.0-OpenSSH_9\r\n",
        "220 mail.test ESMTP\r\n",
        "HTTP/0.9 200\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        assert_eq!(answered(answer, Then::Close).await, Trouble::Broken { host: host() }, "{answer}");
    }
}

#[tokio::test]
async fn a_certificate_must_be_trusted_and_the_hosts_own() {
    let server = Server::start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Then::Close).await;
    let port = server.at.port();
    let internal = |text: &str| vec![Internal::parse(text).unwrap()];
    // not trusted
    let place = format!("https://localhost:{port}");
    let outbound = Outbound::new(internal(&place), None);
    let trouble = outbound.call(&server.address("/"), Call::get()).await.unwrap_err();
    assert_eq!(trouble, Trouble::Tls { host: host() });
    // trusted, and another's
    let place = format!("https://127.0.0.1:{port}");
    let outbound = Outbound::new(internal(&place), Some(AUTHORITY.as_bytes().to_vec()));
    let trouble = outbound.call(&Address::parse(&place).unwrap(), Call::get()).await.unwrap_err();
    assert_eq!(trouble, Trouble::Tls { host: String::from("127.0.0.1") });
    assert!(server.asked.lock().unwrap().is_empty(), "nothing is said before the certificate is looked at");
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let place = format!("http://127.0.0.1:{}", free.port());
    let outbound = Outbound::new(vec![Internal::parse(&place).unwrap()], None);
    let trouble = outbound.call(&Address::parse(&place).unwrap(), Call::get()).await.unwrap_err();
    assert_eq!(trouble, Trouble::Unreachable { host: String::from("127.0.0.1") });
}
