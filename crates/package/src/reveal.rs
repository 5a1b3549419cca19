//! Giving the archive inside a package out as it is read, to somebody who has no key: the connection protects it instead.

use std::io::{self, Read, Seek, SeekFrom};

use age::stream::StreamReader;

use crate::error::OpenError;
use crate::key::Key;
use crate::open::unlock;

/// The archive inside a package. Every piece is authentic when it is read, and its end was checked before its first byte.
pub struct Revealed<R> {
    plain: StreamReader<R>,
    size: u64,
}

impl<R> std::fmt::Debug for Revealed<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Revealed({} bytes)", self.size)
    }
}

impl<R> Revealed<R> {
    /// Its size.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl<R: Read> Read for Revealed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.plain.read(buffer)
    }
}

impl<R: Read + Seek> Seek for Revealed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.plain.seek(to)
    }
}

/// Opens a package for reading its archive from the first byte to the last.
pub fn reveal<R: Read + Seek>(mut input: R, key: &Key) -> Result<Revealed<R>, OpenError> {
    let sealed = input.seek(SeekFrom::End(0)).map_err(OpenError::Read)?;
    // says what is wrong where something is
    drop(unlock(&mut input, key, sealed)?);
    input.rewind().map_err(OpenError::Read)?;
    let identity = key.for_age();
    let mut plain = age::Decryptor::new(input)
        .and_then(|decryptor| decryptor.decrypt(std::iter::once(&*identity)))
        .map_err(|_| OpenError::WrongKey)?;
    // the last piece says that it is the last: a file that was cut short has none
    let size = plain.seek(SeekFrom::End(0)).map_err(|_| OpenError::Truncated { bytes: sealed })?;
    plain.rewind().map_err(OpenError::Read)?;
    Ok(Revealed { plain, size })
}
