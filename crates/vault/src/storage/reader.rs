//! Things of a storage as the standard library reads and writes.

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::error::Error;
use crate::storage::{Draft, Item};

/// Read at first, and after every jump.
const LEAST: usize = 64 * 1024;
/// Read at a time where it goes on and on: a far storage answers slowly, and gives much at once.
const MOST: usize = 4 << 20;

/// Reads a thing from any place, a piece ahead.
#[derive(Debug)]
pub struct Reader {
    item: Box<dyn Item>,
    at: u64,
    piece: Vec<u8>,
    /// Where the piece begins.
    from: u64,
    next: usize,
}

impl Reader {
    /// From its start.
    pub fn new(item: Box<dyn Item>) -> Self {
        Self { item, at: 0, piece: Vec::new(), from: 0, next: LEAST }
    }

    /// Its length.
    pub fn length(&self) -> u64 {
        self.item.length()
    }

    fn held(&self) -> Option<&[u8]> {
        let skip = usize::try_from(self.at.checked_sub(self.from)?).ok()?;
        self.piece.get(skip..).filter(|rest| !rest.is_empty())
    }

    fn fetch(&mut self) -> Result<(), Error> {
        let goes_on = self.at == self.from + self.piece.len() as u64;
        self.next = if goes_on && self.at > 0 { (self.next * 2).min(MOST) } else { LEAST };
        let left = self.item.length().saturating_sub(self.at);
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(self.next);
        self.piece.resize(size, 0);
        // until it is filled it holds nothing
        self.from = u64::MAX;
        self.item.read_at(&mut self.piece, self.at)?;
        self.from = self.at;
        Ok(())
    }
}

impl Read for Reader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.item.length() || bytes.is_empty() {
            return Ok(0);
        }
        if self.held().is_none() {
            self.fetch().map_err(io::Error::from)?;
        }
        let Some(held) = self.held() else { return Ok(0) };
        let taken = held.len().min(bytes.len());
        bytes[..taken].copy_from_slice(&held[..taken]);
        self.at += taken as u64;
        Ok(taken)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.item.length().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Writes a draft.
pub struct Writing(pub Box<dyn Draft>);

impl std::fmt::Debug for Writing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writing")
    }
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(io::Error::from)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom};

    use super::{Item, Reader};
    use crate::error::Error;

    #[derive(Debug)]
    struct Bytes(Vec<u8>);

    impl Item for Bytes {
        fn length(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, bytes: &mut [u8], offset: u64) -> Result<(), Error> {
            let from = usize::try_from(offset).unwrap();
            bytes.copy_from_slice(&self.0[from..from + bytes.len()]);
            Ok(())
        }
    }

    #[test]
    fn what_is_read_in_pieces_and_jumps_is_what_is_there() {
        let all: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        let mut reader = Reader::new(Box::new(Bytes(all.clone())));
        let mut back = Vec::new();
        reader.read_to_end(&mut back).unwrap();
        assert!(back == all);
        for (to, at) in [(SeekFrom::End(-5), 299_995), (SeekFrom::Start(70_000), 70_000)] {
            assert_eq!(reader.seek(to).unwrap(), at);
            let mut five = [0; 5];
            reader.read_exact(&mut five).unwrap();
            let at = usize::try_from(at).unwrap();
            assert_eq!(five, all[at..at + 5]);
        }
        assert_eq!(reader.seek(SeekFrom::Current(10)).unwrap(), 70_015);
        reader.seek(SeekFrom::Start(400_000)).unwrap();
        assert_eq!(reader.read(&mut [0; 5]).unwrap(), 0, "beyond its end there is nothing");
        reader.seek(SeekFrom::Current(-500_000)).unwrap_err();
    }
}
