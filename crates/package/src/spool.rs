//! What cannot be streamed straight into the archive waits here: a file without a name, compressed, then encrypted
//! with a key that never leaves memory. Whoever finds its blocks on the disk finds noise.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use exeunt_base::Secret;

use crate::error::Error;
use crate::spec::Scratch;

/// Plain bytes sealed at a time.
const CHUNK: usize = 64 * 1024;

/// AES-GCM's tag.
const TAG: usize = 16;

/// Fast enough not to be noticed, and keeps the disk from filling with markup.
const LEVEL: i32 = 1;

/// Makes spools: each gets its own number, so that no nonce is ever used twice under the one key.
pub(crate) struct Spools {
    scratch: Scratch,
    next: u32,
}

impl Spools {
    pub(crate) fn new(scratch: Scratch) -> Self {
        Self { scratch, next: 0 }
    }

    pub(crate) fn open(&mut self) -> Result<Spool, Error> {
        let number = self.next;
        self.next = number.checked_add(1).ok_or_else(|| self.fault(io::Error::other("too many spools")))?;
        let file = tempfile::tempfile_in(&self.scratch.dir).map_err(|source| self.fault(source))?;
        let sealer = Sealer {
            out: BufWriter::new(file),
            nonces: Nonces::new(&self.scratch.chance, number),
            held: Vec::with_capacity(CHUNK),
        };
        let writer = zstd::Encoder::new(sealer, LEVEL).map_err(|source| self.fault(source))?;
        Ok(Spool { writer, scratch: self.scratch.clone(), number })
    }

    fn fault(&self, source: io::Error) -> Error {
        Error::Scratch { dir: self.scratch.dir.clone(), source }
    }
}

/// Bytes that wait.
pub(crate) struct Spool {
    writer: zstd::Encoder<'static, Sealer>,
    scratch: Scratch,
    number: u32,
}

impl Spool {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writer
            .write_all(bytes)
            .map_err(|source| Error::Scratch { dir: self.scratch.dir.clone(), source })
    }

    /// Turns round: everything written, from the start.
    pub(crate) fn read_back(self) -> Result<Waiting, Error> {
        let Self { writer, scratch, number } = self;
        let fault = |source| Error::Scratch { dir: scratch.dir.clone(), source };
        let file = writer.finish().and_then(Sealer::finish).map_err(fault)?;
        let opener = Opener {
            input: BufReader::new(file),
            nonces: Nonces::new(&scratch.chance, number),
            chunk: Vec::new(),
            at: 0,
        };
        let reader = zstd::Decoder::new(opener).map_err(fault)?;
        Ok(Waiting { reader, scratch })
    }
}

/// Bytes that come back.
pub(crate) struct Waiting {
    reader: zstd::Decoder<'static, BufReader<Opener>>,
    scratch: Scratch,
}

impl Waiting {
    /// Fills `buf` as far as there are bytes.
    pub(crate) fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        self.reader.read(buf).map_err(|source| Error::Scratch { dir: self.scratch.dir.clone(), source })
    }

    /// The error for fewer bytes than were written.
    pub(crate) fn cut_short(&self) -> Error {
        let source =
            io::Error::new(io::ErrorKind::UnexpectedEof, "the temporary file is shorter than written");
        Error::Scratch { dir: self.scratch.dir.clone(), source }
    }
}

/// The key with a nonce that counts: four bytes for the spool, eight for the chunk.
struct Nonces {
    key: LessSafeKey,
    spool: u32,
    chunk: u64,
}

impl Nonces {
    fn new(chance: &Secret<[u8; 32]>, spool: u32) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, chance.expose()).expect("an AES-256 key has 32 bytes");
        Self { key: LessSafeKey::new(key), spool, chunk: 0 }
    }

    fn next(&mut self) -> Nonce {
        let mut nonce = [0; 12];
        nonce[..4].copy_from_slice(&self.spool.to_be_bytes());
        nonce[4..].copy_from_slice(&self.chunk.to_be_bytes());
        self.chunk += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Seals chunk by chunk; every chunk but the last is full.
struct Sealer {
    out: BufWriter<File>,
    nonces: Nonces,
    held: Vec<u8>,
}

impl Sealer {
    fn seal(&mut self) -> io::Result<()> {
        let nonce = self.nonces.next();
        self.nonces
            .key
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut self.held)
            .map_err(|_| io::Error::other("could not encrypt the temporary file"))?;
        self.out.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<File> {
        if !self.held.is_empty() {
            self.seal()?;
        }
        let mut file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}

impl Write for Sealer {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let taken = buf.len().min(CHUNK - self.held.len());
        self.held.extend_from_slice(&buf[..taken]);
        if self.held.len() == CHUNK {
            self.seal()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens chunk by chunk.
struct Opener {
    input: BufReader<File>,
    nonces: Nonces,
    chunk: Vec<u8>,
    at: usize,
}

impl Read for Opener {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            self.chunk.clear();
            self.at = 0;
            self.input.by_ref().take((CHUNK + TAG) as u64).read_to_end(&mut self.chunk)?;
            if self.chunk.is_empty() {
                return Ok(0);
            }
            let nonce = self.nonces.next();
            let plain = self
                .nonces
                .key
                .open_in_place(nonce, Aad::empty(), &mut self.chunk)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the temporary file was changed"))?
                .len();
            self.chunk.truncate(plain);
        }
        let taken = buf.len().min(self.chunk.len() - self.at);
        buf[..taken].copy_from_slice(&self.chunk[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Secret;

    use super::Spools;
    use crate::spec::Scratch;

    #[test]
    fn what_waits_comes_back_as_it_was_and_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut spools = Spools::new(Scratch { dir: dir.path().to_owned(), chance: Secret::new([9; 32]) });
        for size in [0usize, 1, 65_536, 1_000_000] {
            let bytes: Vec<u8> = (0..size).map(|i| (i * 31 % 251) as u8).collect();
            let mut spool = spools.open().unwrap();
            bytes.chunks(777).for_each(|chunk| spool.write(chunk).unwrap());
            assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "the file has no name");
            let mut back = spool.read_back().unwrap();
            let (mut all, mut buf) = (Vec::new(), [0; 5000]);
            loop {
                match back.read(&mut buf).unwrap() {
                    0 => break,
                    n => all.extend_from_slice(&buf[..n]),
                }
            }
            assert!(all == bytes, "{size}");
        }
    }
}
