//! The same encryption for other files than packages: a stream that is encrypted as it is written, and authenticated piece by
//! piece as it is read.

use std::io::{self, Read, Write};

use age::stream::{StreamReader, StreamWriter};

use crate::error::{Error, OpenError};
use crate::key::{Encryption, Key, MOST_PASSPHRASE_WORK};

/// Encrypts what is written to it. Without [`Sealing::finish`] it is cut short, and shows that when it is read.
pub struct Sealing<W: Write>(StreamWriter<W>);

impl<W: Write> Sealing<W> {
    /// Begins a file.
    pub fn begin(to: &Encryption, out: W) -> Result<Self, Error> {
        to.encryptor()?.wrap_output(out).map(Self).map_err(Error::Write)
    }

    /// Writes the last piece.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Decrypts what is read from it. A byte that was changed, and an end that is not the end, are errors of reading.
pub struct Unsealing<R: Read>(StreamReader<R>);

impl<R: Read> Unsealing<R> {
    /// Opens a file.
    pub fn begin(key: &Key, from: R) -> Result<Self, OpenError> {
        let identity = key.for_age();
        let opened =
            age::Decryptor::new(from).and_then(|decryptor| decryptor.decrypt(std::iter::once(&*identity)));
        opened.map(Self).map_err(|error| match error {
            age::DecryptError::NoMatchingKeys
            | age::DecryptError::DecryptionFailed
            | age::DecryptError::KeyDecryptionFailed => OpenError::WrongKey,
            age::DecryptError::ExcessiveWork { required, .. } => {
                OpenError::TooMuchWork { asked: required, most: MOST_PASSPHRASE_WORK }
            }
            age::DecryptError::Io(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => {
                OpenError::Truncated { bytes: 0 }
            }
            age::DecryptError::Io(fault) => OpenError::Read(fault),
            age::DecryptError::UnknownFormat => OpenError::NotAPackage,
            _ => OpenError::DamagedHeader,
        })
    }
}

impl<R: Read> Read for Unsealing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}
