//! What touches the disk while a package is written.

use std::io::{Cursor, Write};

use exeunt_base::{Cell, Row};
use exeunt_package::{Error, Format, Opening, Right, Writer, verify};

use crate::support::{integer, key, model, scratch, spec, text, to};

/// Every open file of this process that lies in `dir`, by content: files without a name are found, too.
#[cfg(target_os = "linux")]
fn open_files_in(dir: &std::path::Path) -> Vec<Vec<u8>> {
    let mut contents = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd").unwrap().flatten() {
        if std::fs::read_link(entry.path()).is_ok_and(|target| target.starts_with(dir)) {
            contents.extend(std::fs::read(entry.path()));
        }
    }
    contents
}

#[cfg(target_os = "linux")]
#[test]
fn what_waits_on_the_disk_is_noise_without_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer =
        Writer::create(Vec::new(), spec(Right::Access, &Format::ALL), &to(), scratch(dir.path())).unwrap();
    writer.begin_model(model("notes", vec![integer("id"), text("body")])).unwrap();
    let rows: Vec<Row> = (0..20_000)
        .map(|id| vec![Cell::Int(id * 7_919), Cell::text(&format!("CANARY-{}", id * 104_729))])
        .collect();
    rows.chunks(1_000).for_each(|page| writer.rows(page, &[]).unwrap());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    let waiting = open_files_in(dir.path());
    assert!(waiting.iter().map(Vec::len).sum::<usize>() > 100_000, "something waits");
    for bytes in waiting {
        assert!(!bytes.windows(6).any(|window| window == b"CANARY"));
        // zstd's frames begin with these: it is encrypted, not only compressed
        assert!(!bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
    }
    writer.end_model().unwrap();
    let (_, bytes) = writer.finish_into().unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"CANARY"));
    verify(Cursor::new(bytes), &key(), &Opening::default()).unwrap();
}

#[test]
fn one_format_needs_no_scratch_at_all() {
    let nowhere = std::path::Path::new("no-such-directory-anywhere");
    for (formats, works) in [(&[Format::Csv][..], true), (&[Format::Csv, Format::Json][..], false)] {
        let mut writer =
            Writer::create(Vec::new(), spec(Right::Access, formats), &to(), scratch(nowhere)).unwrap();
        writer.begin_model(model("notes", vec![integer("id")])).unwrap();
        let written = writer.rows(&[vec![Cell::Int(1)]], &[]);
        assert_eq!(written.is_ok(), works);
        if let Err(error) = written {
            assert!(matches!(error, Error::Scratch { .. }));
        }
    }
}

/// Takes so many bytes and then is full.
struct FullDisk(usize);

impl Write for FullDisk {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        if self.0 < buf.len() {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        self.0 -= buf.len();
        Ok(buf.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_and_never_a_finished_package() {
    let dir = tempfile::tempdir().unwrap();
    for room in [0, 100, 1_000, 70_000, 140_000] {
        let written = (|| {
            let mut writer = Writer::create(
                FullDisk(room),
                spec(Right::Access, &[Format::Csv, Format::Docx]),
                &to(),
                scratch(dir.path()),
            )?;
            writer.begin_model(model("notes", vec![integer("id"), text("body")]))?;
            for id in 0..40_000i64 {
                let noise = id.wrapping_mul(0x5851_f42d_4c95_7f2d);
                writer.rows(&[vec![Cell::Int(noise), Cell::text(&format!("{noise:x}"))]], &[])?;
            }
            writer.end_model()?;
            writer.finish()
        })();
        assert!(matches!(written, Err(Error::Write(_) | Error::Archive(_))), "{room}: {written:?}");
    }
}

#[test]
fn a_package_that_was_abandoned_cannot_be_opened() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("package.age");
    let file = std::fs::File::create(&path).unwrap();
    let mut writer =
        Writer::create(file, spec(Right::Access, &[Format::Csv]), &to(), scratch(dir.path())).unwrap();
    writer.begin_model(model("notes", vec![integer("id")])).unwrap();
    writer.rows(&[vec![Cell::Int(1)]], &[]).unwrap();
    drop(writer);
    let file = std::fs::File::open(&path).unwrap();
    assert!(verify(file, &key(), &Opening::default()).is_err());
}
