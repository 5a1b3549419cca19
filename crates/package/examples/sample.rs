//! Makes a small package in every format and unpacks it, to look at. Beside the directory it leaves the package
//! itself (`.age`) and the key that opens it (`.key`). The person is made up.
//! `cargo run -p exeunt-package --example sample -- some-new-directory`

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::PathBuf;

use exeunt_base::{Cell, Kind, ModelRef, Name, PackageId, Personal, Row, Secret, Timestamp};
use exeunt_package::{
    About, Encryption, Field, Format, Identity, Key, Layer, ModelSpec, Opening, Reason, Redaction, Right,
    Scratch, Searched, Spec, TakenAt, Writer, open,
};

type Anything = Box<dyn std::error::Error>;

fn main() -> Result<(), Anything> {
    let target: PathBuf = std::env::args().nth(1).ok_or("name a directory that does not exist yet")?.into();
    let identity = Identity::from_chance(&Secret::new([7; 32]));
    let to = Encryption::to([identity.recipient()])?;
    let scratch = Scratch { dir: std::env::temp_dir(), chance: Secret::new([8; 32]) };
    let mut writer = Writer::create(Vec::new(), spec()?, &to, scratch)?;
    customers(&mut writer)?;
    orders(&mut writer)?;
    messages(&mut writer)?;
    log(&mut writer)?;
    let (summary, bytes) = writer.finish_into()?;
    std::fs::write(target.with_extension("age"), &bytes)?;
    std::fs::write(target.with_extension("key"), identity.reveal().expose())?;
    let opening = Opening { manifest: Some(summary.manifest), ..Opening::default() };
    open(Cursor::new(bytes), &Key::Identity(identity), &opening, &target)?;
    Ok(())
}

fn spec() -> Result<Spec, Anything> {
    let made_at: Timestamp = "2026-11-21T12:00:00Z".parse()?;
    Ok(Spec {
        package: PackageId::new(made_at, [7; 10]),
        right: Right::Access,
        formats: Format::ALL.into_iter().collect::<BTreeSet<_>>(),
        made_at,
        subject: Personal::new("Ada Lovelace".into()),
        answer: Personal::new("Dear Ada Lovelace,\n\non 14 November you asked us what we know about you, and for a copy of it. \
                 Here is both: the copy is in this package, and a separate page tells what we use the data for, who \
                 has received it, and how long we keep it.\n\nIf something is wrong or missing, answer the e-mail \
                 this package came with. A person will read it.\n\nExample Shop".into()),
        about: About {
            confirmation: list(&["Yes. We process the data you find in this package."]),
            controller: list(&["Example Shop Ltd, 1 High Street, Dublin. Write to privacy@shop.test."]),
            purposes: list(&[
                "To deliver what you order, which is our contract with you.",
                "To keep invoices, because tax law demands it.",
                "To answer your messages.",
            ]),
            categories: list(&["Name and ways to reach you", "Orders and payments", "Messages", "Log-ins"]),
            recipients: list(&["Parcel Ltd, Cork, who delivers.", "Pay Inc., Dublin, who takes the payment."]),
            retention: list(&["Invoices: ten years from the end of the year. All else: until you close the account."]),
            rights: list(&["You may ask us to correct your data, to erase it, to restrict its use, and to hand it to \
                            somebody else. You may object to its use at any time."]),
            complaint: list(&["Data Protection Commission, Dublin, www.dataprotection.ie."]),
            source: list(&["From you, when you registered and ordered. The score is computed from your orders."]),
            automated_decisions: list(&["No decision about you is made by a machine alone."]),
            transfers: list(&["Your data does not leave the European Union."]),
        },
        snapshots: vec![TakenAt { source: "shop".into(), at: made_at }],
        searched: vec![Searched { system: "shop".into(), identifiers: list(&["email", "customer number"]) }],
        tool_version: env!("CARGO_PKG_VERSION").into(),
    })
}

fn list(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn model(name: &str, title: &str, fields: Vec<Field>) -> Result<ModelSpec, Anything> {
    Ok(ModelSpec {
        model: ModelRef { source: Name::new("shop")?, model: Name::new(name)? },
        title: title.into(),
        description: None,
        fields,
        reason: Reason::Owned,
        redactions: Vec::new(),
        layer: Layer::Everyday,
        erasure_due: None,
    })
}

fn text(name: &str, title: &str) -> Field {
    Field { title: Some(title.into()), ..Field::new(name, Kind::Text { max: None }) }
}

fn integer(name: &str, title: &str) -> Field {
    Field { title: Some(title.into()), ..Field::new(name, Kind::Integer { min: i64::MIN, max: i64::MAX }) }
}

fn write(writer: &mut Writer<Vec<u8>>, model: ModelSpec, rows: &[Row]) -> Result<(), Anything> {
    writer.begin_model(model)?;
    writer.rows(rows, &[])?;
    writer.end_model()?;
    Ok(())
}

fn customers(writer: &mut Writer<Vec<u8>>) -> Result<(), Anything> {
    let fields = vec![
        integer("id", "Customer number"),
        text("full_name", "Name"),
        text("email", "E-mail"),
        text("phone", "Phone"),
        text("street", "Street"),
        text("city", "City"),
        text("born_on", "Born on"),
        Field { category: Some("user.authorization.password".into()), ..text("pw", "Password") },
        Field { codes: vec![("g".into(), "Gold".into())], ..text("tier", "Tier") },
        Field { computed: true, title: Some("Churn score".into()), ..Field::new("churn_score", Kind::Real) },
        text("notes", "Notes"),
    ];
    let row = vec![
        Cell::Int(1815),
        Cell::text("Ada Lovelace"),
        Cell::text("ada@lovelace.test"),
        Cell::text("+353 1 555 0110"),
        Cell::text("12 St James's Square"),
        Cell::text("Dublin"),
        Cell::text("1985-12-10"),
        Cell::text("$argon2id$…"),
        Cell::text("g"),
        Cell::real(0.18),
        Cell::Null,
    ];
    let mut spec = model("customers", "Your profile", fields)?;
    spec.description = Some("What you told us when you registered, and what we noted since.".into());
    write(writer, spec, &[row])
}

fn orders(writer: &mut Writer<Vec<u8>>) -> Result<(), Anything> {
    let fields = vec![
        integer("id", "Order"),
        Field { title: Some("Ordered".into()), ..Field::new("at", Kind::Timestamp { zoned: true }) },
        text("state", "State"),
        Field {
            title: Some("Total, €".into()),
            ..Field::new("total", Kind::Decimal { precision: None, scale: Some(2) })
        },
        text("ship_to", "Sent to"),
        text("wish", "Your wish"),
    ];
    let rows: Vec<Row> = (0..24i64)
        .map(|n| {
            vec![
                Cell::Int(48_211 + n * 37),
                Cell::text(&format!("2026-{:02}-{:02} 09:{:02}:00+00", n % 11 + 1, n % 27 + 1, n * 7 % 60)),
                Cell::text(["delivered", "paid", "returned"][(n % 3) as usize]),
                Cell::text(&format!("{}.{:02}", 12 + n * n % 240, n * 13 % 100)),
                Cell::text("12 St James's Square, Dublin"),
                match n % 4 {
                    0 => Cell::text("Please ring twice; the dog is friendly."),
                    1 => Cell::text("=HYPERLINK(\"http://evil.test\") <b>not bold</b>"),
                    2 => Cell::text(""),
                    _ => Cell::Null,
                },
            ]
        })
        .collect();
    write(writer, model("orders", "Your orders", fields)?, &rows)
}

fn messages(writer: &mut Writer<Vec<u8>>) -> Result<(), Anything> {
    let fields = vec![
        integer("id", "Message"),
        text("sent_at", "Sent"),
        text("body", "Text"),
        text("sender_ip", "Sent from"),
    ];
    let rows = vec![
        vec![
            Cell::Int(1),
            Cell::text("2026-03-02 10:15"),
            Cell::text("Is the blue one\nstill in stock?"),
            Cell::text("203.0.113.7"),
        ],
        vec![
            Cell::Int(2),
            Cell::text("2026-03-02 11:02"),
            Cell::text("مرحبا، شكرا على الرسالة"),
            Cell::text("203.0.113.9"),
        ],
        vec![
            Cell::Int(3),
            Cell::text("2026-03-04 16:40"),
            Cell::text(&"A very long story. ".repeat(400)),
            Cell::text("203.0.113.9"),
        ],
    ];
    let mut spec = model("messages", "Messages to you", fields)?;
    spec.reason = Reason::Accessed;
    spec.redactions = vec![Redaction { column: 3, ground: "it would tell where somebody else was".into() }];
    write(writer, spec, &rows)
}

fn log(writer: &mut Writer<Vec<u8>>) -> Result<(), Anything> {
    let fields = vec![text("at", "At"), text("device", "Device"), Field::new("fingerprint", Kind::Bytes)];
    let rows: Vec<Row> = (0..3u8)
        .map(|n| {
            vec![Cell::text("2026-10-01 08:00"), Cell::text("Firefox on Linux"), Cell::Bytes(vec![n; 48])]
        })
        .collect();
    let mut spec = model("logins", "Log-ins", fields)?;
    spec.layer = Layer::Technical;
    spec.erasure_due = Some("2026-12-05T12:00:00Z".parse()?);
    write(writer, spec, &rows)
}
