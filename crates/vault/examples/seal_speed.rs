//! How fast sealing and opening are: `cargo run --release -p exeunt-vault --example seal_speed`.
#![expect(clippy::disallowed_methods, reason = "a measurement needs the clock")]
#![expect(clippy::print_stdout, reason = "it is the result")]

use std::time::Instant;

use exeunt_base::codec::put_row;
use exeunt_base::{BatchId, BlobId, Cell, JobId, OrganizationId, RequestId, Secret, Timestamp};
use exeunt_vault::{BlobMeta, Claims, Content, EpochKey, Error, KeyFile, Keyring, Salt, SegmentMeta, Shelf};

/// 10,000 people with six tables each.
const PEOPLE: u32 = 10_000;
const MODELS: [&str; 6] =
    ["shop.customers", "shop.orders", "shop.lines", "shop.messages", "shop.events", "shop.addresses"];

fn main() -> Result<(), Error> {
    let home = std::env::temp_dir().join(format!("exeunt-seal-speed-{}", std::process::id()));
    let result = measure(&home);
    let _ = std::fs::remove_dir_all(&home);
    result
}

fn measure(home: &std::path::Path) -> Result<(), Error> {
    let organization = OrganizationId::from_bytes([1; 16]);
    let keeper = KeyFile::create(&home.join("unseal.key"), &Secret::new([1; 32]))?;
    let keyring = Keyring::create(&home.join("keys"), &keeper, &Secret::new([2; 32]))?;
    keyring.add_organization(organization, &Secret::new([3; 32]))?;
    let key = keyring.epoch_for(organization, Timestamp::from_micros(0), 30, &Secret::new([4; 32]))?;
    let shelf = Shelf::open(&home.join("vault"))?;
    for rows in [5, 10, 50] {
        small(&shelf, &key, rows)?;
    }
    large(&shelf, &key)
}

fn small(shelf: &Shelf, key: &EpochKey, rows: u32) -> Result<(), Error> {
    let salts: Vec<_> = (0..PEOPLE).map(person).collect();
    let images: Vec<_> = (0..64).map(|seed| image(rows, seed)).collect();
    let bytes: usize = (0..PEOPLE as usize * MODELS.len()).map(|n| images[n % images.len()].len()).sum();
    let blob = BlobId::from_bytes([rows as u8; 16]);
    let started = Instant::now();
    let mut writer = shelf.begin(&meta(blob, key), key, &Secret::new([rows as u8; 32]))?;
    let mut number = 0;
    for model in MODELS {
        for (request, salt) in &salts {
            writer.push(&about(model, rows, &[(*request, salt)]), &images[number % images.len()])?;
            number += 1;
        }
    }
    let pushed = started.elapsed();
    let sealed = writer.finish()?;
    let finished = started.elapsed();
    let count = sealed.segments.len() as f64;
    println!(
        "{rows:>3} rows: {count} segments of {} bytes; {:.2} µs each, {:.0}/s; {:.0} MB/s; file {:.1} of {:.1} MB; finish {:.0} ms",
        bytes / sealed.segments.len(),
        pushed.as_secs_f64() * 1e6 / count,
        count / pushed.as_secs_f64(),
        bytes as f64 / 1e6 / pushed.as_secs_f64(),
        sealed.bytes as f64 / 1e6,
        bytes as f64 / 1e6,
        (finished - pushed).as_secs_f64() * 1e3,
    );
    let started = Instant::now();
    let opened = shelf.take(blob)?;
    let salt_of = |request: RequestId| {
        let bytes = request.to_bytes();
        let n = u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
        Some(person(n).1)
    };
    let mut total = 0;
    for number in 0..opened.segments().len() as u32 {
        total += opened.open_segment(number, key, &salt_of)?.len();
    }
    assert_eq!(total, bytes);
    println!("          opened again at {:.2} µs each", started.elapsed().as_secs_f64() * 1e6 / count);
    Ok(())
}

fn large(shelf: &Shelf, key: &EpochKey) -> Result<(), Error> {
    let (request, salt) = person(1);
    let noise: Vec<u8> = {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        };
        (0..1 << 20).flat_map(|_| next()).collect()
    };
    let rows = image(50_000, 1);
    for (what, plain) in [("rows", &rows), ("noise", &noise)] {
        let started = Instant::now();
        let blob = BlobId::from_bytes([what.len() as u8 + 100; 16]);
        let mut writer = shelf.begin(&meta(blob, key), key, &Secret::new([what.len() as u8; 32]))?;
        let times = 400_000_000 / plain.len();
        for _ in 0..times {
            writer.push(&about("shop.files", 1, &[(request, &salt)]), plain)?;
        }
        let took = started.elapsed().as_secs_f64();
        let sealed = writer.finish()?;
        println!(
            "{what}: {times} segments of {:.1} MB, {:.0} MB/s, file {:.1} MB, {:.0} MB/s with the disk's part",
            plain.len() as f64 / 1e6,
            (plain.len() * times) as f64 / 1e6 / took,
            sealed.bytes as f64 / 1e6,
            (plain.len() * times) as f64 / 1e6 / started.elapsed().as_secs_f64(),
        );
    }
    Ok(())
}

fn about<'a>(model: &'a str, rows: u32, claimants: &'a [(RequestId, &'a Salt)]) -> SegmentMeta<'a> {
    SegmentMeta {
        model,
        content: Content::Deleted,
        columns: b"id,customer_id,email,name,street,city,total,placed_at",
        rows,
        claims: Claims::All,
        claimants,
    }
}

fn meta(blob: BlobId, key: &EpochKey) -> BlobMeta {
    BlobMeta {
        blob,
        organization: key.organization(),
        job: JobId::from_bytes([2; 16]),
        batch: BatchId::from_bytes([3; 16]),
        epoch: key.epoch(),
    }
}

fn person(n: u32) -> (RequestId, Salt) {
    let mut id = [0; 16];
    id[12..].copy_from_slice(&n.to_be_bytes());
    let mut salt = [7; 32];
    salt[..4].copy_from_slice(&n.to_be_bytes());
    (RequestId::from_bytes(id), Salt::new(salt))
}

/// Rows such as a shop has: some 150 bytes each.
fn image(rows: u32, seed: u32) -> Vec<u8> {
    let mut out = Vec::new();
    for n in 0..rows {
        let id = i64::from((seed * 50_021 + n).wrapping_mul(2_654_435_761) >> 4);
        put_row(
            &mut out,
            &[
                Cell::Int(id),
                Cell::Int(id / 7),
                Cell::text(&format!("person{id}@example.test")),
                Cell::text(&format!("Person {} of {}", id % 9_973, id % 211)),
                Cell::text(&format!("{} Some Street {}", id % 997, id % 89)),
                Cell::text("Somewhere"),
                Cell::real(id as f64 / 100.0),
                Cell::text("2026-11-21 09:30:00.123456+00"),
            ],
        );
    }
    out
}
