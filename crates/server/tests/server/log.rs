//! The log as files: read back as a stranger's tool would, by those who may.

use std::sync::Arc;

use axum::http::StatusCode;
use exeunt_app::access::{Permission, Role};
use exeunt_app::audits::publication::Publication;
use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::merkle::{Frontier, leaf_hash};
use exeunt_audit::note::Note;
use exeunt_audit::tile::{Tile, decode_entries};
use exeunt_base::OrganizationId;

use crate::home::{Answer, Home, Tenant, request};

async fn read(home: &Home, key: &str, of: &Tenant, path: &str) -> Answer {
    home.send(key, "GET", &format!("/log/{}/{path}", of.id), None).await
}

/// Everything of a log that its files give: the head that is signed, and the root of the entries.
async fn whole(home: &Home, key: &str, of: &Tenant) -> Checkpoint {
    let head = read(home, key, of, "checkpoint").await;
    assert_eq!(head.status, StatusCode::OK, "{}", head.text());
    assert_eq!(head.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(head.headers["cache-control"], "no-cache");
    let office = home.house.office(of.id).unwrap();
    let head = Checkpoint::open(&Note::parse(&head.bytes).unwrap(), &office.log_key).unwrap();
    let mut tree = Frontier::default();
    for tile in Tile::entries_of(head.size) {
        let bundle = read(home, key, of, &tile.to_string()).await;
        assert_eq!(bundle.headers["content-type"], "application/octet-stream");
        for entry in decode_entries(&bundle.bytes).unwrap() {
            tree = tree.append(leaf_hash(entry)).0;
        }
    }
    assert_eq!((tree.size(), tree.root()), (head.size, head.root));
    let leaves = Tile::hashes_of(head.size).next().unwrap();
    let leaves = read(home, key, of, &leaves.to_string()).await;
    assert_eq!(leaves.bytes.len() as u64, head.size.min(256) * 32);
    head
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_read_the_audit_reads_the_whole_log_and_nobody_else_does() {
    let home = Home::new().await;
    let head = whole(&home, home.acme.key(Role::Auditor), &home.acme).await;
    let tile = format!("tile/0/000.p/{}", head.size);
    let nowhere = OrganizationId::new(home.house.world.now(), [7; 10]);
    for path in ["checkpoint", "policy", tile.as_str(), "tile/entries/000.p/1"] {
        for role in Role::ALL {
            let may = role.permissions().contains(&Permission::ReadAudit);
            let answer = read(&home, home.acme.key(role), &home.acme, path).await;
            let wanted = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(answer.status, wanted, "{role:?} {path}");
            let other = read(&home, home.globex.key(role), &home.acme, path).await;
            assert_eq!(other.status, StatusCode::NOT_FOUND, "{role:?} {path}");
        }
        assert_eq!(read(&home, "", &home.acme, path).await.status, StatusCode::UNAUTHORIZED);
        for wrong in [nowhere.to_string(), String::from("..%2f.."), String::from("canary")] {
            let at = format!("/log/{wrong}/{path}");
            assert_eq!(home.send("", "GET", &at, None).await.status, StatusCode::UNAUTHORIZED, "{at}");
            let known = home.send(home.acme.key(Role::Auditor), "GET", &at, None).await;
            assert_eq!(known.status, StatusCode::NOT_FOUND, "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_are_kept_for_ever_and_what_is_none_is_not_there() {
    let home = Home::new().await;
    let auditor = home.acme.key(Role::Auditor);
    let one = read(&home, auditor, &home.acme, "tile/entries/000.p/1").await;
    assert_eq!(one.headers["cache-control"], "private, max-age=31536000, immutable");
    assert!(one.headers.get("content-encoding").is_none());
    let mut wanted = request(auditor, "GET", &format!("/log/{}/tile/entries/000.p/1", home.acme.id), None);
    wanted.headers_mut().insert("accept-encoding", "br, gzip;q=0.8".parse().unwrap());
    let pressed = home.call(wanted).await;
    assert_eq!(pressed.headers["content-encoding"], "gzip");
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&pressed.bytes[..]), &mut out).unwrap();
    assert_eq!(out, one.bytes);
    for path in [
        "tile/0/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/0",
        "tile/0/001.p/1",
        "tile/64/000",
        "tile/9/000.p/1",
        "tile/entries/000",
        "tile/entries/x018/x446/x744/x073/x709/x551/615",
        "tile/0/..%2f..%2fcheckpoint",
        "tile/",
        "tile",
        "canary",
    ] {
        let answer = read(&home, auditor, &home.acme, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text());
        assert!(!answer.text().contains("canary"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_open_to_everybody_is_read_by_anybody_and_no_other_one_is() {
    let home = Home::furnished(|room| {
        room.publication = Arc::new(Publication { public: room.name == "Acme", ..Publication::default() });
    })
    .await;
    whole(&home, "", &home.acme).await;
    let tile = read(&home, "", &home.acme, "tile/0/000.p/1").await;
    assert_eq!(tile.headers["cache-control"], "public, max-age=31536000, immutable");
    whole(&home, home.globex.key(Role::Viewer), &home.acme).await;
    assert_eq!(read(&home, "", &home.globex, "checkpoint").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(home.send("", "GET", "/api/v1/audit/checkpoint", None).await.status, StatusCode::UNAUTHORIZED);
}
