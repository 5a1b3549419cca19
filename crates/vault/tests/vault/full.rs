//! The disk is full: a clear error of its own kind, nothing half written left behind, and what was there stays.

use std::path::Path;
use std::process::Command;

use exeunt_base::{BlobId, Fault, FaultKind};
use exeunt_vault::{Claims, Content, Error, SegmentMeta};

use crate::common::{House, chance, noise, request};

/// Names this very test when it runs as its own child under a limit.
const CHILD: &str = "EXEUNT_VAULT_TEST_LIMITED";

fn seal_a_megabyte(house: &House, blob: u8) -> Result<(), Error> {
    let mut writer = house.shelf.begin(&house.meta(blob), &house.key, &chance(blob))?;
    let plain = noise(50_000);
    let segment = SegmentMeta {
        model: "shop.files",
        content: Content::Deleted,
        columns: b"",
        rows: 1,
        claims: Claims::All,
        claimants: &[(request(1), &house.salts[&request(1)])],
    };
    for _ in 0..20 {
        writer.push(&segment, &plain)?;
    }
    writer.finish().map(|_| ())
}

fn check_full(house: &House) {
    house.seal(1, &[("shop.orders", Claims::All, &[1], b"sealed before")]);
    let error = seal_a_megabyte(house, 2).expect_err("there is no room for it");
    assert!(matches!(error, Error::Full { .. }), "{error:?}");
    assert_eq!(Fault::from(error).kind, FaultKind::Full);
    assert_eq!(house.shelf.parts().expect("listed"), [], "the part gave its room back");
    assert!(!house.shelf.holds(BlobId::from_bytes([2; 16])).expect("looked"));
    assert_eq!(house.open(&house.take(1), 0).expect("untouched"), b"sealed before");
    house.seal(3, &[("shop.orders", Claims::All, &[1], b"sealed after")]);
    assert_eq!(house.open(&house.take(3), 0).expect("small ones still fit"), b"sealed after");
}

/// A file-size limit needs no rights, so this runs everywhere: the kernel itself refuses the write.
#[test]
#[expect(clippy::disallowed_methods, reason = "the environment tells the child apart from its parent")]
fn a_write_over_the_file_size_limit_is_told_as_full() {
    if std::env::var_os(CHILD).is_some() {
        return check_full(&House::new());
    }
    let test = std::env::current_exe().expect("this binary");
    // the signal is ignored, as a server does, so that the limit shows as an error of the write
    let status = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 256; exec \"$0\" \"$@\""])
        .arg(test)
        .args(["--exact", "full::a_write_over_the_file_size_limit_is_told_as_full"])
        .env(CHILD, "1")
        .output()
        .expect("a shell");
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    assert!(String::from_utf8_lossy(&status.stdout).contains("1 passed"));
}

/// A tiny file system, where mounting one is allowed: the same with a disk that really is full.
#[test]
fn a_full_disk_is_told_as_full() {
    let mut house = House::new();
    let small = house.home.path().join("small");
    std::fs::create_dir(&small).expect("made");
    let Some(_mounted) = Mounted::tmpfs(&small) else {
        return; // not root: the limit above stands for it
    };
    house.shelf = exeunt_vault::Shelf::open(&small.join("vault")).expect("shelf");
    check_full(&house);
}

struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    fn tmpfs(at: &'a Path) -> Option<Self> {
        let status =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "none"]).arg(at).output().ok()?;
        status.status.success().then_some(Self(at))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}
