//! Letters handed to a real mail server that takes them, refuses them and hangs up.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use exeunt_base::{LetterId, Personal, RequestId, Secret, Timestamp};
use exeunt_mail::{
    Contact, Envelope, From, Language, Letter, Login, Post, Right, Server, Text, Tls, Trouble, TroubleKind,
};
use exeunt_testkit::smtp::Smtp;

/// For tests alone; the server's names `localhost` and nothing else.
const AUTHORITY: &str = include_str!("../../source-postgres/tests/postgres/tls/authority.pem");
const CERTIFICATE: &str = include_str!("../../source-postgres/tests/postgres/tls/server.pem");
const KEY: &str = include_str!("../../source-postgres/tests/postgres/tls/server.key");

fn at() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn post(port: u16, tls: Tls, login: Option<Login>) -> Post {
    let server = Server { host: String::from("127.0.0.1"), port, tls, login, authority: None };
    Post::new(server, From::new("privacy@acme.test", "Acme").unwrap()).unwrap()
}

fn letter(post: &Post, email: &str) -> Envelope {
    let email = Personal::new(email.to_owned());
    let name = Personal::new(String::from("Zoë canary"));
    let to = Contact::new(&email, Some(&name), Language::French).unwrap();
    let reference = RequestId::new(at(), [7; 10]);
    let letter = Letter::Received { reference, right: Right::Access, due: Some(at()) };
    let text = Text::of(&letter, to.language, "Acme", to.name.as_ref());
    Envelope::new(LetterId::new(at(), [1; 10]), at(), post.from(), &to, &text).unwrap()
}

async fn send(post: &Post, email: &str) -> Result<(), Trouble> {
    let envelope = letter(post, email);
    let mut line = post.reach().await?;
    line.hand_over(&envelope).await?;
    line.hang_up().await;
    Ok(())
}

#[tokio::test]
async fn what_is_sent_is_what_arrives() {
    let server = Smtp::start().unwrap();
    let post = post(server.port(), Tls::Off, None);
    let envelope = letter(&post, "ada.canary@example.test");
    let mut line = post.reach().await.unwrap();
    line.hand_over(&envelope).await.unwrap();
    line.hand_over(&envelope).await.unwrap();
    line.hang_up().await;
    let taken = server.taken().unwrap();
    assert_eq!(taken.len(), 2, "one conversation takes many");
    assert_eq!(
        (taken[0].from.as_str(), taken[0].to.as_slice()),
        ("privacy@acme.test", &["ada.canary@example.test".to_owned()][..])
    );
    assert_eq!(
        taken[0].header("Message-ID"),
        taken[1].header("Message-ID"),
        "whoever gets it twice can tell"
    );
    assert!(taken[0].data.strip_suffix("\r\n").unwrap().as_bytes() == envelope.bytes(), "byte for byte");
    let text = taken[0].text();
    assert!(text.starts_with("Bonjour Zoë canary,\n\nVous avez demandé ceci à Acme"), "{text}");
    assert!(taken[0].html().contains("<p>Bonjour Zoë canary,</p>"));
}

#[tokio::test]
async fn what_a_server_refuses_is_told_apart_and_in_our_own_words() {
    let server = Smtp::start().unwrap();
    let post = post(server.port(), Tls::Off, None);
    for (answer, kind, part) in [
        ("451", TroubleKind::Later, "451"),
        ("550", TroubleKind::Letter, "550"),
        ("rcpt:450", TroubleKind::Later, "450"),
        ("rcpt:550", TroubleKind::Address, "550"),
        ("drop", TroubleKind::Later, "hung up"),
        ("take-and-drop", TroubleKind::Later, "hung up"),
    ] {
        server.answer(answer).unwrap();
        let trouble = send(&post, "ada.canary@example.test").await.unwrap_err();
        assert_eq!(trouble.kind, kind, "{answer}: {trouble}");
        let told = format!("{trouble} {trouble:?}");
        assert!(told.contains(part), "{answer}: {told}");
        assert!(!told.contains("canary") && !told.contains("example"), "{told}");
    }
    assert_eq!(send(&post, "ada@example.test").await, Ok(()));
}

#[tokio::test]
async fn nobody_is_written_to_without_the_protection_that_was_asked_for() {
    let mut server = Smtp::start().unwrap();
    let required = post(server.port(), Tls::Required, None);
    let trouble = send(&required, "ada@example.test").await.unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Later, "{trouble}");
    assert!(server.taken().unwrap().is_empty());
    let opportunistic = post(server.port(), Tls::Opportunistic, None);
    assert_eq!(send(&opportunistic, "ada@example.test").await, Ok(()), "it offers none");
    server.stop();
    let trouble = send(&opportunistic, "ada@example.test").await.unwrap_err();
    assert!(trouble.to_string().contains("cannot be reached"), "{trouble}");
}

#[tokio::test]
async fn a_wrong_password_is_no_letters_fault() {
    let server = Smtp::start_with_login("exeunt", "right canary").unwrap();
    let login = |password: &str| {
        Some(Login { user: String::from("exeunt"), password: Secret::new(password.to_owned()) })
    };
    let right = post(server.port(), Tls::Off, login("right canary"));
    assert_eq!(send(&right, "ada@example.test").await, Ok(()));
    for wrong in [login("wrong canary"), None] {
        let post = post(server.port(), Tls::Off, wrong);
        let trouble = send(&post, "ada@example.test").await.unwrap_err();
        assert_eq!(trouble.kind, TroubleKind::Later, "{trouble}");
        assert!(!format!("{trouble} {post:?}").contains("canary"));
    }
    assert_eq!(server.taken().unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_is_believed_only_with_a_certificate_we_trust_for_its_name() {
    let smtp = Smtp::start_with_tls(CERTIFICATE, KEY).unwrap();
    let to = |host: &str, authority: Option<&str>, tls| {
        let server = Server {
            host: host.to_owned(),
            port: smtp.port(),
            tls,
            login: None,
            authority: authority.map(|pem| pem.as_bytes().to_vec()),
        };
        Post::new(server, From::new("privacy@acme.test", "Acme").unwrap()).unwrap()
    };
    for tls in [Tls::Required, Tls::Opportunistic] {
        let post = to("localhost", Some(AUTHORITY), tls);
        assert_eq!(send(&post, "ada@example.test").await, Ok(()), "{tls:?}");
        // another name, and an authority nobody here has heard of
        for post in [to("127.0.0.1", Some(AUTHORITY), tls), to("localhost", None, tls)] {
            let trouble = send(&post, "ada@example.test").await.unwrap_err();
            assert_eq!(trouble.kind, TroubleKind::Later, "{trouble}");
            assert!(trouble.to_string().contains("TLS failed"), "{trouble}");
        }
    }
    assert_eq!(smtp.taken().unwrap().len(), 2);
}

#[tokio::test]
async fn where_tls_begins_at_once_nothing_is_said_before_it() {
    let login =
        || Some(Login { user: String::from("exeunt"), password: Secret::new(String::from("right canary")) });
    let to = |port, tls, authority: Option<&str>| {
        let server = Server {
            host: String::from("localhost"),
            port,
            tls,
            login: login(),
            authority: authority.map(|pem| pem.as_bytes().to_vec()),
        };
        Post::new(server, From::new("privacy@acme.test", "Acme").unwrap()).unwrap()
    };
    let smtp = Smtp::start_with_tls_at_once(CERTIFICATE, KEY, "exeunt", "right canary").unwrap();
    let immediate = to(smtp.port(), Tls::Immediate, Some(AUTHORITY));
    assert_eq!(send(&immediate, "ada@example.test").await, Ok(()));
    assert_eq!(smtp.taken().unwrap()[0].to, ["ada@example.test"]);
    // an authority nobody here has heard of
    let trouble = send(&to(smtp.port(), Tls::Immediate, None), "ada@example.test").await.unwrap_err();
    assert_eq!(trouble.kind, TroubleKind::Later, "{trouble}");
    assert!(trouble.to_string().contains("TLS failed"), "{trouble}");
    // a server that begins in the clear gets no name and no password
    let plain = Smtp::start_with_login("exeunt", "right canary").unwrap();
    let trouble =
        send(&to(plain.port(), Tls::Immediate, Some(AUTHORITY)), "ada@example.test").await.unwrap_err();
    assert!(trouble.to_string().contains("TLS failed"), "{trouble}");
    assert_eq!((smtp.taken().unwrap().len(), plain.taken().unwrap().len()), (1, 0));
    // nobody there is nobody there
    drop(smtp);
    let trouble = send(&immediate, "ada@example.test").await.unwrap_err();
    assert!(trouble.to_string().contains("cannot be reached"), "{trouble}");
}
