//! Making packages and looking inside.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::Path;

use exeunt_base::{Kind, ModelRef, Name, PackageId, Personal, Row, Secret, Timestamp};
use exeunt_package::{
    About, Encryption, Field, Format, Identity, Key, Layer, Manifest, ModelSpec, Opening, Reason, Right,
    Scratch, Searched, Spec, Summary, TakenAt, Writer, open,
};

/// A point in time for everything here.
pub(crate) fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn identity() -> Identity {
    Identity::from_chance(&Secret::new([42; 32]))
}

pub(crate) fn key() -> Key {
    Key::Identity(identity())
}

pub(crate) fn to() -> Encryption {
    Encryption::to([identity().recipient()]).unwrap()
}

pub(crate) fn scratch(dir: &Path) -> Scratch {
    Scratch { dir: dir.to_owned(), chance: Secret::new([3; 32]) }
}

pub(crate) fn about() -> About {
    let say = |text: &str| vec![text.to_owned()];
    About {
        confirmation: say("Yes, we process data about you."),
        controller: say("Example Shop Ltd, 1 High Street, Dublin; privacy@shop.test."),
        purposes: vec!["To deliver what you order.".into(), "To keep invoices, as tax law demands.".into()],
        categories: vec!["Name and address".into(), "Orders and payments".into(), "Messages".into()],
        recipients: vec!["Parcel Ltd, who delivers.".into(), "Pay Inc., who takes the payment.".into()],
        retention: say("Invoices for ten years from the end of the year; all else until you leave."),
        rights: say("You may ask us to correct, erase or restrict, and you may object."),
        complaint: say("Data Protection Commission, Dublin."),
        source: say("From you, when you registered and ordered."),
        automated_decisions: say("No decision about you is made by a machine alone."),
        transfers: say("Your data stays in the European Union."),
    }
}

pub(crate) fn spec(right: Right, formats: &[Format]) -> Spec {
    Spec {
        package: PackageId::new(noon(), [1; 10]),
        right,
        formats: formats.iter().copied().collect::<BTreeSet<_>>(),
        made_at: noon(),
        subject: Personal::new("Ada Lovelace".into()),
        answer: Personal::new("Dear Ada Lovelace,\n\nyou asked for a copy of your data. Here it is.".into()),
        about: about(),
        snapshots: vec![TakenAt { source: "shop".into(), at: noon() }],
        searched: vec![
            Searched { system: "shop".into(), identifiers: vec!["email".into(), "customer number".into()] },
            Searched { system: "crm".into(), identifiers: vec!["email".into()] },
        ],
        tool_version: "0.1.0".into(),
    }
}

pub(crate) fn model(name: &str, fields: Vec<Field>) -> ModelSpec {
    ModelSpec {
        model: ModelRef { source: Name::new("shop").unwrap(), model: Name::new(name).unwrap() },
        title: name.to_owned(),
        description: None,
        fields,
        reason: Reason::Owned,
        redactions: Vec::new(),
        layer: Layer::Everyday,
        erasure_due: None,
    }
}

pub(crate) fn text(name: &str) -> Field {
    Field::new(name, Kind::Text { max: None })
}

pub(crate) fn integer(name: &str) -> Field {
    Field::new(name, Kind::Integer { min: i64::MIN, max: i64::MAX })
}

/// A package in memory.
pub(crate) struct Made {
    pub(crate) bytes: Vec<u8>,
    pub(crate) summary: Summary,
}

/// Makes a package; `fill` writes the models.
pub(crate) fn make(spec: Spec, fill: impl FnOnce(&mut Writer<Vec<u8>>)) -> Made {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::create(Vec::new(), spec, &to(), scratch(dir.path())).unwrap();
    fill(&mut writer);
    let (summary, bytes) = writer.finish_into().unwrap();
    Made { bytes, summary }
}

/// One model with these rows, in these formats.
pub(crate) fn one_model(formats: &[Format], model: ModelSpec, rows: &[Row]) -> Made {
    make(spec(Right::Access, formats), |writer| {
        writer.begin_model(model).unwrap();
        writer.rows(rows, &[]).unwrap();
        writer.end_model().unwrap();
    })
}

/// Every file of an opened package, and its manifest.
pub(crate) struct Inside {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) manifest: Manifest,
}

impl Inside {
    pub(crate) fn text(&self, path: &str) -> &str {
        let bytes = self.files.get(path).unwrap_or_else(|| panic!("{path} in {:?}", self.paths()));
        std::str::from_utf8(bytes).unwrap()
    }

    pub(crate) fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(self.text(path)).unwrap()
    }

    pub(crate) fn paths(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }
}

/// Opens a package on disk and reads it all.
pub(crate) fn look_inside(made: &Made) -> Inside {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("opened");
    let opening = Opening { manifest: Some(made.summary.manifest), ..Opening::default() };
    let opened = open(Cursor::new(&made.bytes), &key(), &opening, &target).unwrap();
    let mut files = BTreeMap::new();
    collect(&target, &target, &mut files);
    Inside { files, manifest: opened.manifest }
}

fn collect(root: &Path, dir: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let mut bytes = Vec::new();
            std::fs::File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
            files.insert(name, bytes);
        }
    }
}
