//! How fast CSV is written: `cargo run --release -p exeunt-package --example csv_speed -- 2000000 [formats]`.
//! Eight columns, about 100 bytes a row, one thread, deflated and encrypted. Prints rows a second and peak memory.

#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::Instant;

use exeunt_base::{Cell, Kind, ModelRef, Name, PackageId, Personal, Row, Secret, Timestamp};
use exeunt_package::{
    About, Encryption, Field, Format, Identity, Layer, ModelSpec, Reason, Right, Scratch, Spec, Writer,
};

const PAGE: u64 = 1_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let rows: u64 = words.next().as_deref().unwrap_or("2000000").parse()?;
    let formats: BTreeSet<Format> =
        words.next().as_deref().unwrap_or("csv").split(',').map(str::parse).collect::<Result<_, _>>()?;
    let to = Encryption::to([Identity::from_chance(&Secret::new([7; 32])).recipient()])?;
    let scratch = Scratch { dir: std::env::temp_dir(), chance: Secret::new([8; 32]) };
    let mut writer = Writer::create(io::sink(), spec(formats), &to, scratch)?;

    // made beforehand, so that making rows is not measured: pages are used in turn
    let pages: Vec<Vec<Row>> =
        (0..64).map(|page| (0..PAGE).map(|row| some_row(page * PAGE + row)).collect()).collect();
    let start = Instant::now();
    writer.begin_model(model()?)?;
    for page in 0..rows / PAGE {
        writer.rows(&pages[(page % 64) as usize], &[])?;
    }
    writer.end_model()?;
    let summary = writer.finish()?;
    let seconds = start.elapsed().as_secs_f64();

    let written = summary.models[0].rows;
    writeln!(
        io::stdout(),
        "{written} rows in {seconds:.2} s: {:.0} rows/s; {} bytes in the package; peak memory {} KiB",
        written as f64 / seconds,
        summary.bytes,
        peak_memory_kib().unwrap_or_default()
    )?;
    Ok(())
}

fn spec(formats: BTreeSet<Format>) -> Spec {
    let now = Timestamp::from_micros(1_795_000_000_000_000);
    let say = || vec!["Said.".to_owned()];
    Spec {
        package: PackageId::new(now, [0; 10]),
        right: Right::Access,
        formats,
        made_at: now,
        subject: Personal::new("somebody".into()),
        answer: Personal::new("Here it is.".into()),
        about: About {
            confirmation: say(),
            controller: say(),
            purposes: say(),
            categories: say(),
            recipients: say(),
            retention: say(),
            rights: say(),
            complaint: say(),
            source: say(),
            automated_decisions: say(),
            transfers: say(),
        },
        snapshots: Vec::new(),
        searched: Vec::new(),
        tool_version: env!("CARGO_PKG_VERSION").into(),
    }
}

fn model() -> Result<ModelSpec, Box<dyn std::error::Error>> {
    let integer = || Kind::Integer { min: i64::MIN, max: i64::MAX };
    let text = || Kind::Text { max: None };
    Ok(ModelSpec {
        model: ModelRef { source: Name::new("shop")?, model: Name::new("orders")? },
        title: "Orders".into(),
        description: None,
        fields: vec![
            Field::new("id", integer()),
            Field::new("customer_id", integer()),
            Field::new("ordered_at", Kind::Timestamp { zoned: true }),
            Field::new("state", text()),
            Field::new("total", Kind::Decimal { precision: Some(12), scale: Some(2) }),
            Field::new("weight", Kind::Real),
            Field::new("gift", Kind::Bool),
            Field::new("ship_to", text()),
        ],
        reason: Reason::Owned,
        redactions: Vec::new(),
        layer: Layer::Everyday,
        erasure_due: None,
    })
}

fn some_row(number: u64) -> Row {
    let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    vec![
        Cell::Int(number as i64 + 1_000_000),
        Cell::Int((noise >> 40) as i64),
        Cell::text(&format!("2026-{:02}-{:02} 12:{:02}:00+00", noise % 12 + 1, noise % 28 + 1, noise % 60)),
        Cell::text(["paid", "shipped", "returned"][(noise % 3) as usize]),
        Cell::text(&format!("{}.{:02}", noise % 900, noise % 100)),
        Cell::real((noise % 10_000) as f64 / 64.0),
        Cell::Bool(noise & 1 == 0),
        Cell::text(&format!("{} Long Street, {:05} Somewhere", noise % 300, noise % 99_999)),
    ]
}

/// The highest resident memory so far, where the system tells.
fn peak_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?
        .trim()
        .strip_suffix("kB")?
        .trim()
        .parse()
        .ok()
}
