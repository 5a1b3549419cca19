//! The commands about people and keys, with somebody who answered their invitation.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use exeunt_app::Office;
use exeunt_app::home::Layout;
use exeunt_app::home::open::{self, Opening};
use exeunt_app::people::enrollment::Joining;
use exeunt_app::people::totp;
use exeunt_base::{Secret, Timestamp};
use exeunt_engine::World;
use exeunt_store::Place;
use exeunt_testkit::canary;
use exeunt_testkit::search::Search;
use exeunt_vault::KeyFile;

use crate::desk::Desk;

/// The clock that the binary has too.
struct Now;

#[async_trait]
impl World for Now {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_micros(since.as_micros().try_into().unwrap())
    }

    fn chance(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).unwrap();
    }

    async fn wait(&self, _: Duration) {}
}

async fn office(desk: &Desk) -> Office {
    let layout = Layout::new(&desk.file(".exeunt"));
    let keeper = KeyFile::open(&layout.key_file()).unwrap();
    let opening = Opening {
        store: Place::File(layout.store()),
        layout,
        kept: None,
        keeper: &keeper,
        own: open::Room::default(),
        others: Vec::new(),
        world: Arc::new(Now),
        operator: "tester",
    };
    open::open(opening, None).await.unwrap().0
}

/// The secret that base 32 says.
fn plain(base32: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String =
        base32.chars().map(|letter| format!("{:05b}", letters.find(letter).unwrap())).collect();
    bits.as_bytes()
        .chunks_exact(8)
        .map(|eight| u8::from_str_radix(std::str::from_utf8(eight).unwrap(), 2).unwrap())
        .collect()
}

/// Answers an invitation as the pages of the service will.
pub(crate) async fn answer(desk: &Desk, token: &str) {
    let office = office(desk).await;
    let token = Secret::new(token.to_owned());
    let shown = office.show_enrollment(&token).await.unwrap();
    let code = totp::code(&plain(shown.secret.expose()), totp::step_of(Now.now()));
    let password = Secret::new(String::from("nine purple otters juggle"));
    office.accept_invitation(&Joining { token, enrollment: shown.sealed, password, code }).await.unwrap();
}

pub(crate) fn field(answer: &str, name: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    answer[name].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_listed_and_revoked_and_dies_with_its_user() {
    let desk = Desk::with_home();
    let person = format!("name={}\nemail={}\n", canary::name(5), canary::email(5));
    std::fs::write(desk.file("person.txt"), person).unwrap();
    let invite = ["user", "invite", "--person-file", "person.txt", "--role", "officer", "--json"];
    let invited = desk.done(&invite);
    answer(&desk, &field(&invited, "token")).await;
    std::fs::remove_file(desk.file("person.txt")).unwrap();
    let user = field(&invited, "user");
    let name = canary::word("label", 5);
    let make = ["key", "make", "--user", &user, "--name", &name, "--scope", "requests:read", "--days", "90"];
    let token = desk.done(&make).trim().to_owned();
    let second = desk.done(&[&make[..], &["--json"]].concat());
    let office = office(&desk).await;
    for token in [&token, &field(&second, "token")] {
        office.actor_of_api_key(&Secret::new(token.clone())).await.unwrap();
    }
    let beyond = ["key", "make", "--user", &user, "--name", "x", "--scope", "users:manage", "--days", "9"];
    assert!(desk.ends(&beyond, 3).err.contains("E0924"));
    desk.done(&["key", "revoke", &field(&second, "key")]);
    let listed = desk.done(&["key", "list"]);
    assert!(listed.contains(&name) && listed.contains("revoked") && !listed.contains("exk_"), "{listed}");
    let reset = desk.done(&["user", "reset", &user]);
    assert!(reset.starts_with("exo_"));
    desk.done(&["user", "disable", &user]);
    office.actor_of_api_key(&Secret::new(token.clone())).await.unwrap_err();
    assert!(desk.ends(&["user", "reset", &user], 3).err.contains("E0922"));
    // what commands log, and what they leave behind
    let logged: String =
        [&["user", "list"][..], &["key", "list"]].map(|command| desk.call(command, "log").err).concat();
    let secrets =
        [canary::email(5), canary::name(5), name, token[4..].to_owned(), reset.trim()[4..].to_owned()];
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let search = Search::for_texts(&secrets);
    assert!(search.bytes(logged.as_bytes()).is_empty());
    let found = search.dir(&desk.file(".exeunt")).unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_setup_token_once_there_is_an_administrator() {
    let desk = Desk::with_home();
    std::fs::write(desk.file("person.txt"), "name=Grace\nemail=grace@example.test\n").unwrap();
    let invited = desk.done(&["user", "invite", "--person-file", "person.txt", "--role", "admin", "--json"]);
    desk.done(&["setup-token"]);
    answer(&desk, &field(&invited, "token")).await;
    assert!(desk.ends(&["setup-token"], 3).err.contains("E0921"));
    let user = field(&invited, "user");
    assert!(desk.ends(&["user", "disable", &user], 3).err.contains("E0920"));
    assert!(desk.ends(&["user", "role", &user, "viewer"], 3).err.contains("E0920"));
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_of_the_root_key_take_two_once_somebody_is_there_to_ask() {
    let desk = Desk::with_home();
    let shares = ["root-key", "shares"];
    assert_eq!(desk.done(&shares).lines().count(), 3, "nobody else is there");
    assert!(desk.done(&["proposal", "list"]).contains("nothing waits"));
    std::fs::write(desk.file("person.txt"), "name=Grace\nemail=grace@example.test\n").unwrap();
    let invited = desk.done(&["user", "invite", "--person-file", "person.txt", "--role", "admin", "--json"]);
    answer(&desk, &field(&invited, "token")).await;
    let first = desk.ends(&shares, 3);
    assert!(first.err.contains("E0976") && first.out.is_empty(), "{}", first.err);
    assert!(desk.ends(&shares, 3).err.contains("E0975"), "the same person twice");
    let listed: serde_json::Value =
        serde_json::from_str(&desk.done(&["proposal", "list", "--json"])).unwrap();
    let proposal = listed["proposals"][0].clone();
    assert_eq!((&proposal["act"], &proposal["state"]), (&"export_key".into(), &"open".into()));
    let id = proposal["proposal"].as_str().unwrap();
    assert!(desk.ends(&["proposal", "confirm", id], 3).err.contains("E0975"));
    // another user of the machine
    let office = office(&desk).await;
    let other =
        exeunt_app::Actor::meet(&office.layout.operators(), "uid-another", office.organization.id, &Now);
    office.confirm_proposal(&other.unwrap(), id.parse().unwrap()).await.unwrap();
    assert_eq!(desk.done(&shares).lines().count(), 3);
    // once, and for this number of them
    assert!(desk.ends(&shares, 3).err.contains("E0976"));
    assert!(desk.ends(&["root-key", "shares", "--needed", "3", "--of", "5"], 3).err.contains("E0976"));
    let listed: serde_json::Value =
        serde_json::from_str(&desk.done(&["proposal", "list", "--json"])).unwrap();
    let newest = listed["proposals"][0]["proposal"].as_str().unwrap();
    desk.done(&["proposal", "withdraw", newest]);
    assert!(desk.ends(&["proposal", "withdraw", newest], 3).err.contains("E0977"));
    let log = desk.done(&["audit", "export"]);
    for kind in ["proposal.made", "proposal.confirmed", "proposal.withdrawn"] {
        assert!(log.contains(kind), "{kind}");
    }
}
