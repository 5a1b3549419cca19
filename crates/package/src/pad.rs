//! Fills the archive up to whole pieces of encryption.
//!
//! age encrypts in pieces of 64 KiB, of which only the last may be shorter. A ZIP that always ends on such a border
//! does two things: the size of the file tells less about the person, and whoever opens it can tell a file that was
//! cut short from one that something was appended to. The filling is the ZIP's own comment, all zero bytes.

use std::io::{self, Write};

/// age's piece.
pub(crate) const PIECE: u64 = 64 * 1024;

/// A ZIP's last record without its comment.
const END: usize = 22;

/// Where that record says how long the comment is.
const COMMENT_LENGTH: std::ops::Range<usize> = 20..22;

/// Holds back the last record until the size is known.
pub(crate) struct Padding<W> {
    inner: W,
    passed: u64,
    tail: Vec<u8>,
    /// Once a write failed the file is lost. The ZIP writer still tidies up when it is dropped; what it writes then
    /// goes nowhere.
    failed: bool,
}

impl<W: Write> Padding<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, passed: 0, tail: Vec::with_capacity(2 * END), failed: false }
    }

    /// Writes the last record with a comment that fills the piece.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        if self.failed {
            return Err(io::Error::other("writing failed before"));
        }
        if self.tail.len() != END || !self.tail.starts_with(b"PK\x05\x06") {
            return Err(io::Error::other("the archive does not end in its last record"));
        }
        let length = self.passed + END as u64;
        let missing = (PIECE - length % PIECE) % PIECE;
        let comment = u16::try_from(missing).expect("less than a piece fits sixteen bits");
        self.tail[COMMENT_LENGTH].copy_from_slice(&comment.to_le_bytes());
        self.inner.write_all(&self.tail)?;
        self.inner.write_all(&vec![0; usize::from(comment)])?;
        Ok(self.inner)
    }
}

impl<W: Write> Padding<W> {
    fn hold_back(&mut self, buf: &[u8]) -> io::Result<()> {
        if buf.len() >= END {
            self.inner.write_all(&self.tail)?;
            let (now, later) = buf.split_at(buf.len() - END);
            self.inner.write_all(now)?;
            self.passed += (self.tail.len() + now.len()) as u64;
            self.tail.clear();
            self.tail.extend_from_slice(later);
        } else {
            self.tail.extend_from_slice(buf);
            let ready = self.tail.len().saturating_sub(END);
            self.inner.write_all(&self.tail[..ready])?;
            self.passed += ready as u64;
            self.tail.drain(..ready);
        }
        Ok(())
    }
}

impl<W: Write> Write for Padding<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if !self.failed
            && let Err(fault) = self.hold_back(buf)
        {
            self.failed = true;
            return Err(fault);
        }
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed { Ok(()) } else { self.inner.flush() }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::SimpleFileOptions;
    use zip::{ZipArchive, ZipWriter};

    use super::{PIECE, Padding};

    #[test]
    fn the_archive_fills_whole_pieces_and_still_reads() {
        for size in [0usize, 1, 65_000, 65_410, 65_411, 65_412, 65_413, 65_414, 65_415, 200_000] {
            let mut zip = ZipWriter::new_stream(Padding::new(Vec::new()));
            let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            zip.start_file("a", options).unwrap();
            zip.write_all(&vec![b'x'; size]).unwrap();
            let bytes = zip.finish().unwrap().into_inner().finish().unwrap();
            assert_eq!(bytes.len() as u64 % PIECE, 0, "{size}");
            let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
            assert_eq!(archive.by_name("a").unwrap().size(), size as u64);
        }
    }
}
