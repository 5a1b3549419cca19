//! A finished thing: its end is read when it is opened, the rest when it is asked for.

use std::sync::Arc;

use exeunt_vault::Error;
use exeunt_vault::storage::Item;

use crate::answer::Answer;
use crate::client::{Ask, Client};

/// Bytes from its end that come with opening it: a small thing is read in one call.
pub(crate) const TAIL: usize = 64 * 1024;

pub(crate) struct Thing {
    client: Arc<Client>,
    key: String,
    length: u64,
    etag: Option<String>,
    /// Its last bytes.
    tail: Vec<u8>,
}

impl std::fmt::Debug for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Thing({}, {} bytes)", self.key, self.length)
    }
}

/// Asks for a range of a key; `missing` is what an error says is not there.
pub(crate) fn range(client: &Client, key: &str, range: &str, missing: &str) -> Result<Answer, Error> {
    let ask = Ask {
        doing: format!("reading {missing}"),
        method: "GET",
        key: Some(key),
        query: &[],
        headers: &[("range", format!("bytes={range}"))],
        body: b"",
        takes: &[200, 206, 404, 416],
        once: false,
    };
    let answer = client.call(&ask)?;
    match (answer.status, answer.code().as_str()) {
        // whoever has no bucket has no keys either, and that is another matter
        (404, "NoSuchBucket") => Err(answer.into_error(&ask.doing, client.bucket())),
        (404, _) => Err(Error::Missing { what: missing.to_owned() }),
        _ => Ok(answer),
    }
}

impl Thing {
    pub(crate) fn open(client: Arc<Client>, key: String, name: &str) -> Result<Self, Error> {
        let answer = range(&client, &key, &format!("-{TAIL}"), name)?;
        let odd = || Error::Damaged { what: name.to_owned(), why: "the storage does not say how long it is" };
        let length = match answer.status {
            206 => total(&answer).ok_or_else(odd)?,
            200 => answer.body.len() as u64,
            // nothing has no last bytes
            _ => 0,
        };
        let etag = answer.header("etag").map(str::to_owned);
        let tail = if answer.status == 416 { Vec::new() } else { answer.body };
        if (tail.len() as u64) > length {
            return Err(odd());
        }
        Ok(Self { client, key, length, etag, tail })
    }
}

fn total(answer: &Answer) -> Option<u64> {
    answer.header("content-range")?.rsplit('/').next()?.parse().ok()
}

impl Item for Thing {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> Result<(), Error> {
        let end = offset.saturating_add(bytes.len() as u64);
        if end > self.length {
            return Err(Error::Truncated { what: self.key.clone() });
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let held = self.length - self.tail.len() as u64;
        let within = offset.checked_sub(held).and_then(|from| usize::try_from(from).ok());
        if let Some(from) = within {
            bytes.copy_from_slice(&self.tail[from..from + bytes.len()]);
            return Ok(());
        }
        let mut headers = vec![("range", format!("bytes={offset}-{}", end - 1))];
        headers.extend(self.etag.iter().map(|etag| ("if-match", etag.clone())));
        let ask = Ask {
            doing: format!("reading {}", self.key),
            method: "GET",
            key: Some(&self.key),
            query: &[],
            headers: &headers,
            body: b"",
            takes: &[206, 404, 412],
            once: false,
        };
        let answer = self.client.call_into(&ask, Some(bytes))?;
        match answer.status {
            206 => Ok(()),
            412 => {
                Err(Error::Damaged { what: self.key.clone(), why: "it was overwritten while it was read" })
            }
            _ => Err(Error::Missing { what: self.key.clone() }),
        }
    }
}
