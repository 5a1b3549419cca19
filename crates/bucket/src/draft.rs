//! A thing in the making: kept in memory while it is small, sent up in parts once it is not. Nothing has the name before the
//! last call, and that one is refused where something has it already.

use std::sync::Arc;

use exeunt_vault::Error;
use exeunt_vault::storage::Draft;

use crate::answer::Answer;
use crate::client::{Ask, Client};
use crate::item;
use crate::xml;

/// Bytes of a part, at first; every thousand parts it is as much again, so that ten thousand hold 440 GiB.
pub(crate) const PART: usize = 8 << 20;
/// Parts there may be.
const PARTS: usize = 10_000;
/// Says whose work a thing is.
pub(crate) const ATTEMPT: &str = "x-amz-meta-attempt";

pub(crate) struct Sending {
    client: Arc<Client>,
    key: String,
    name: String,
    attempt: String,
    held: Vec<u8>,
    upload: Option<String>,
    /// Entity tags of the parts that were sent.
    parts: Vec<String>,
}

impl Sending {
    pub(crate) fn new(client: Arc<Client>, key: String, name: &str, attempt: &str) -> Self {
        let (name, attempt) = (name.to_owned(), attempt.to_owned());
        Self { client, key, name, attempt, held: Vec::new(), upload: None, parts: Vec::new() }
    }

    fn doing(&self) -> String {
        format!("writing {}", self.name)
    }

    fn part(&self) -> usize {
        PART * (1 + self.parts.len() / 1000)
    }

    fn begin(&self) -> Result<String, Error> {
        let ask = Ask {
            doing: self.doing(),
            method: "POST",
            key: Some(&self.key),
            query: &[("uploads", "")],
            headers: &[(ATTEMPT, self.attempt.clone())],
            body: b"",
            takes: &[200],
            once: false,
        };
        let answer = self.client.call(&ask)?;
        let told = xml::read(&answer.body).unwrap_or_default();
        match told.word("UploadId") {
            "" => Err(odd(self.doing())),
            id => Ok(id.to_owned()),
        }
    }

    /// From now on it is an upload in parts, however small.
    pub(crate) fn in_parts(&mut self) -> Result<(), Error> {
        self.upload = Some(self.begin()?);
        Ok(())
    }

    /// Sends what is held as one part.
    fn send_part(&mut self) -> Result<(), Error> {
        let upload = match &self.upload {
            Some(upload) => upload.clone(),
            None => self.upload.insert(self.begin()?).clone(),
        };
        if self.parts.len() == PARTS {
            let bytes = self.held.len() as u64;
            return Err(Error::TooLarge { bytes, limit: 440 << 30 });
        }
        let number = (self.parts.len() + 1).to_string();
        let ask = Ask {
            doing: self.doing(),
            method: "PUT",
            key: Some(&self.key),
            query: &[("partNumber", &number), ("uploadId", &upload)],
            headers: &[],
            body: &self.held,
            takes: &[200],
            once: false,
        };
        let answer = self.client.call(&ask)?;
        let tag = answer.header("etag").ok_or_else(|| odd(self.doing()))?.to_owned();
        self.parts.push(tag);
        self.held.clear();
        Ok(())
    }

    fn put(&self) -> Result<Answer, Error> {
        self.client.call(&Ask {
            doing: self.doing(),
            method: "PUT",
            key: Some(&self.key),
            query: &[],
            headers: &[("if-none-match", String::from("*")), (ATTEMPT, self.attempt.clone())],
            body: &self.held,
            takes: &[200, 412],
            once: false,
        })
    }

    fn complete(&self, upload: &str) -> Result<Answer, Error> {
        let mut body = String::from("<CompleteMultipartUpload>");
        for (number, tag) in (1..).zip(&self.parts) {
            let tag = tag.replace('&', "&amp;").replace('<', "&lt;");
            body.push_str(&format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"));
        }
        body.push_str("</CompleteMultipartUpload>");
        let ask = Ask {
            doing: self.doing(),
            method: "POST",
            key: Some(&self.key),
            query: &[("uploadId", upload)],
            headers: &[("if-none-match", String::from("*"))],
            body: body.as_bytes(),
            takes: &[200, 404, 412],
            once: false,
        };
        let answer = self.client.call(&ask)?;
        // an error may come after the answer has begun with 200
        match answer.status == 200 && !answer.code().is_empty() {
            true => Err(answer.into_error(&ask.doing, self.client.bucket())),
            false => Ok(answer),
        }
    }

    /// Whether what has the name is this very work: then an earlier try did it, and only its answer was lost.
    fn is_there(&self) -> Result<bool, Error> {
        match item::range(&self.client, &self.key, "0-0", &self.name) {
            Ok(answer) => Ok(answer.header(ATTEMPT) == Some(&self.attempt)),
            Err(Error::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn give_up(&mut self) {
        let Some(upload) = self.upload.take() else { return };
        // where this fails, the sweeper finds it
        let _ = discard(&self.client, &self.key, &upload);
    }
}

/// Takes an upload away, with all of its parts.
pub(crate) fn discard(client: &Client, key: &str, upload: &str) -> Result<(), Error> {
    let ask = Ask {
        doing: String::from("taking an unfinished upload away"),
        method: "DELETE",
        key: Some(key),
        query: &[("uploadId", upload)],
        headers: &[],
        body: b"",
        takes: &[200, 204, 404],
        once: false,
    };
    client.call(&ask).map(|_| ())
}

impl Draft for Sending {
    fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(self.part() - self.held.len()));
            self.held.extend_from_slice(now);
            bytes = later;
            // the last part is sent with the end, so one that is full waits until it is not the last
            if self.held.len() == self.part() && !bytes.is_empty() {
                self.send_part()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Error> {
        let answer = if self.upload.is_some() {
            self.send_part()?;
            let upload = self.upload.clone().unwrap_or_default();
            self.complete(&upload)?
        } else {
            self.put()?
        };
        if answer.status == 200 || (answer.again && self.is_there()?) {
            self.upload = None;
            return Ok(());
        }
        match answer.status {
            412 => Err(Error::Exists { what: self.name.clone() }),
            // somebody swept the upload away
            _ => Err(Error::Missing { what: format!("upload of {}", self.name) }),
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.give_up();
    }
}

fn odd(doing: String) -> Error {
    Error::Unreachable { doing, why: String::from("its answer is not one of S3's") }
}
