//! Name servers that answer one thing, then another.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use exeunt_outbound::{Address, Call, Internal, Outbound, Resolve, Trouble};

use crate::server::{Server, Then};

/// Answers the next list each time, and the last one for ever after.
struct Names {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Names {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let answers =
            answers.iter().map(|list| list.iter().map(|text| text.parse().unwrap()).collect()).collect();
        Arc::new(Self { answers, asked: AtomicUsize::new(0) })
    }
}

#[async_trait]
impl Resolve for Names {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed).min(self.answers.len() - 1);
        Ok(self.answers[number].clone())
    }
}

async fn called(text: &str, names: &[&[&str]]) -> Trouble {
    let internal =
        ["https://login.corp:8443", "https://localhost:1"].map(|text| Internal::parse(text).unwrap());
    let outbound = Outbound::new(internal.to_vec(), None).with_resolver(Names::new(names));
    outbound.call(&Address::parse(text).unwrap(), Call::get()).await.unwrap_err()
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    for inside in [
        "127.0.0.1",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "192.168.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        "2001:0:1::1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
    ] {
        let trouble = called("https://login.example.com/", &[&[inside]]).await;
        assert_eq!(trouble, Trouble::Inside { host: String::from("login.example.com") }, "{inside}");
    }
}

#[tokio::test]
async fn one_address_that_leads_inside_is_one_too_many() {
    let both = &["8.8.8.8", "127.0.0.1"][..];
    let trouble = called("https://login.example.com/", &[both]).await;
    assert_eq!(trouble, Trouble::Inside { host: String::from("login.example.com") });
}

#[tokio::test]
async fn what_is_meant_to_be_inside_is_neither_this_machine_nor_a_metadata_service() {
    for elsewhere in ["127.0.0.1", "::1", "169.254.169.254", "100.100.100.200", "fd00:ec2::254", "fe80::1"] {
        let trouble = called("https://login.corp:8443/", &[&[elsewhere]]).await;
        assert_eq!(trouble, Trouble::Inside { host: String::from("login.corp") }, "{elsewhere}");
    }
    for elsewhere in ["10.0.0.1", "8.8.8.8"] {
        let trouble = called("https://localhost:1/", &[&[elsewhere]]).await;
        assert_eq!(trouble, Trouble::Inside { host: String::from("localhost") }, "{elsewhere}");
    }
}

#[tokio::test]
async fn a_name_is_asked_for_once_and_what_was_looked_at_is_called() {
    let server = Server::start("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", Then::Close).await;
    // had it asked twice, it would have been sent to a metadata service
    let names = Names::new(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let outbound = server.outbound().with_resolver(Arc::clone(&names) as Arc<dyn Resolve>);
    let answer = outbound.call(&server.address("/"), Call::get()).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"ok".as_slice()));
    assert_eq!(names.asked.load(Ordering::Relaxed), 1);
    // and the next call looks again
    let trouble = outbound.call(&server.address("/"), Call::get()).await.unwrap_err();
    assert!(matches!(trouble, Trouble::Inside { .. }), "{trouble}");
    assert_eq!(server.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn nobodys_name_is_told_as_such() {
    let trouble = called("https://login.example.com/", &[&[]]).await;
    assert_eq!(trouble, Trouble::Unresolved { host: String::from("login.example.com") });
    assert!(trouble.is_passing());
}
