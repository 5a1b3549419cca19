//! A bucket as a storage of the house.

use std::sync::Arc;

use exeunt_base::Timestamp;
use exeunt_vault::storage::{Draft, Found, Item};
use exeunt_vault::{Error, Storage};

use crate::client::{Ask, Client};
use crate::draft::{self, Sending};
use crate::item::{self, Thing};
use crate::settings::Settings;
use crate::xml::{self, Told, Words};

/// What of a bucket begins with a prefix.
#[derive(Clone)]
pub struct Bucket {
    client: Arc<Client>,
    /// What every key begins with: empty, or ending with a slash.
    under: String,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bucket({})", self.place(""))
    }
}

impl Bucket {
    /// Takes the settings; nothing is called yet.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let client = Client::new(settings)?;
        let under = if client.prefix().is_empty() { String::new() } else { format!("{}/", client.prefix()) };
        Ok(Self { client: Arc::new(client), under })
    }

    /// A part of it, as a storage of its own: what begins with `name` and a slash.
    #[must_use]
    pub fn part(&self, name: &str) -> Self {
        Self { client: Arc::clone(&self.client), under: format!("{}{name}/", self.under) }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.under)
    }

    /// Asks for something about the whole bucket.
    fn ask(&self, doing: &str, query: &[(&str, &str)], takes: &[u16]) -> Result<(u16, Told), Error> {
        self.ask_for(doing, query, takes, false)
    }

    fn ask_for(
        &self,
        doing: &str,
        query: &[(&str, &str)],
        takes: &[u16],
        once: bool,
    ) -> Result<(u16, Told), Error> {
        let doing_so = doing.to_owned();
        let ask =
            Ask { doing: doing_so, method: "GET", key: None, query, headers: &[], body: b"", takes, once };
        let answer = self.client.call(&ask)?;
        let told = xml::read(&answer.body);
        if answer.status == 200 && told.is_none() {
            let why = String::from("its answer is not one of S3's; is `endpoint` right?");
            return Err(Error::NotLetIn { doing: doing.to_owned(), why });
        }
        Ok((answer.status, told.unwrap_or_default()))
    }

    /// Everything of a list that comes in pages: `marks` pairs what an answer says comes next with how that is asked for.
    fn pages(
        &self,
        doing: &str,
        query: &[(&str, &str)],
        marks: &[(&str, &str)],
        each: &mut dyn FnMut(&str, &Words),
    ) -> Result<(), Error> {
        let mut next: Vec<(String, String)> = Vec::new();
        loop {
            let more = next.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let query: Vec<(&str, &str)> = query.iter().copied().chain(more).collect();
            let (_, told) = self.ask(doing, &query, &[200])?;
            told.entries.iter().for_each(|(name, words)| each(name, words));
            if told.word("IsTruncated") != "true" {
                return Ok(());
            }
            let following: Vec<(String, String)> = marks
                .iter()
                .map(|(said, asked)| ((*asked).to_owned(), told.word(said).to_owned()))
                .filter(|(_, value)| !value.is_empty())
                .collect();
            if following.is_empty() || following == next {
                let why = String::from("a list goes on and does not say where");
                return Err(Error::Unreachable { doing: doing.to_owned(), why });
            }
            next = following;
        }
    }

    fn found(&self, words: &Words, attempt: &str, since: &str) -> Option<Found> {
        let word = |name: &str| words.get(name).map_or("", String::as_str);
        Some(Found {
            name: word("Key").strip_prefix(&self.under)?.to_owned(),
            attempt: word(attempt).to_owned(),
            bytes: word("Size").parse().unwrap_or(0),
            modified: moment(word(since)),
        })
    }

    fn delete_key(&self, key: &str, version: Option<&str>) -> Result<bool, Error> {
        let query: Vec<(&str, &str)> = version.map(|id| ("versionId", id)).into_iter().collect();
        let ask = Ask {
            doing: String::from("deleting"),
            method: "DELETE",
            key: Some(key),
            query: &query,
            headers: &[],
            body: b"",
            takes: &[200, 204, 404],
            once: false,
        };
        let answer = self.client.call(&ask)?;
        let has_versions =
            ["x-amz-version-id", "x-amz-delete-marker"].iter().any(|name| answer.header(name).is_some());
        Ok(has_versions)
    }

    /// Where a bucket keeps versions, a plain deletion only hides: each version is taken away, and each mark of a deletion.
    fn delete_versions(&self, key: &str) -> Result<(), Error> {
        let mut versions = Vec::new();
        let marks = [("NextKeyMarker", "key-marker"), ("NextVersionIdMarker", "version-id-marker")];
        self.pages("listing versions", &[("versions", ""), ("prefix", key)], &marks, &mut |name, words| {
            if ["Version", "DeleteMarker"].contains(&name)
                && words.get("Key").is_some_and(|found| found == key)
            {
                versions.extend(words.get("VersionId").cloned());
            }
        })?;
        for version in versions {
            self.delete_key(key, Some(&version))?;
        }
        Ok(())
    }

    /// Refuses a bucket whose things cannot be deleted before a day comes, and says when it keeps versions.
    fn look_at_rules(&self) -> Result<Vec<String>, Error> {
        // whoever may not ask, or whose storage does not know the question, has what is tried out below
        let (status, lock) =
            self.ask("asking for its rules", &[("object-lock", "")], &[200, 400, 403, 404, 405, 501])?;
        let keeps = lock.all("Rule").next().is_some();
        if status == 200 && keeps {
            return Err(self.unsuitable(
                "what is put there is locked for a time (object lock with a default retention), and erased data could not \
                 be destroyed; take the default retention away, or name another bucket",
            ));
        }
        let (status, versions) =
            self.ask("asking for its rules", &[("versioning", "")], &[200, 400, 403, 404, 405, 501])?;
        let kept = status == 200 && !versions.word("Status").is_empty();
        Ok(kept
            .then(|| {
                String::from("the bucket keeps versions: with each thing, all of its versions are deleted")
            })
            .into_iter()
            .collect())
    }

    fn unsuitable(&self, why: &str) -> Error {
        Error::Unsuitable { place: self.place(""), why: why.to_owned() }
    }

    /// Something of that name, in one call or as an upload in parts.
    fn try_name(&self, name: &str, attempt: &str, upload: bool) -> Result<(), Error> {
        let mut draft = Sending::new(Arc::clone(&self.client), self.key(name), name, attempt);
        draft.write(b"probe")?;
        if upload {
            draft.in_parts()?;
        }
        Box::new(draft).finish()
    }

    fn try_out(&self, name: &str, attempt: &str) -> Result<(), Error> {
        self.try_name(name, attempt, false)?;
        for upload in [false, true] {
            match self.try_name(name, &format!("{attempt}{}", u8::from(upload)), upload) {
                Err(Error::Exists { .. }) => {}
                Ok(()) => {
                    return Err(self.unsuitable(
                        "it overwrites what is there although it is asked not to (`If-None-Match`); a newer release of it may \
                         do better",
                    ));
                }
                Err(error) => return Err(error),
            }
        }
        let item = self.open(name)?;
        let mut some = [0; 3];
        item.read_at(&mut some, 2)?;
        let listed = self.list(name)?;
        if item.length() != 5 || &some != b"obe" || listed.len() != 1 {
            return Err(self.unsuitable("what is read and listed there is not what was written"));
        }
        self.drafts().map(|_| ())
    }
}

impl Storage for Bucket {
    fn begin(&self, name: &str, attempt: &str) -> Result<Box<dyn Draft>, Error> {
        Ok(Box::new(Sending::new(Arc::clone(&self.client), self.key(name), name, attempt)))
    }

    fn open(&self, name: &str) -> Result<Box<dyn Item>, Error> {
        Ok(Box::new(Thing::open(Arc::clone(&self.client), self.key(name), name)?))
    }

    fn holds(&self, name: &str) -> Result<bool, Error> {
        match item::range(&self.client, &self.key(name), "0-0", name) {
            Ok(_) => Ok(true),
            Err(Error::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn delete(&self, name: &str) -> Result<bool, Error> {
        let there = self.holds(name)?;
        let key = self.key(name);
        if self.delete_key(&key, None)? {
            self.delete_versions(&key)?;
        }
        Ok(there)
    }

    fn list(&self, under: &str) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        let marks = [("NextContinuationToken", "continuation-token")];
        let query = [("list-type", "2"), ("prefix", &self.key(under))];
        self.pages("listing", &query, &marks, &mut |name, words| {
            found.extend(self.found(words, "", "LastModified").filter(|_| name == "Contents"));
        })?;
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    fn drafts(&self) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        let marks = [("NextKeyMarker", "key-marker"), ("NextUploadIdMarker", "upload-id-marker")];
        let query = [("uploads", ""), ("prefix", self.under.as_str())];
        self.pages("listing unfinished uploads", &query, &marks, &mut |name, words| {
            found.extend(self.found(words, "UploadId", "Initiated").filter(|_| name == "Upload"));
        })?;
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    fn discard(&self, draft: &Found) -> Result<(), Error> {
        draft::discard(&self.client, &self.key(&draft.name), &draft.attempt)
    }

    fn look(&self) -> Result<(), Error> {
        let query = [("list-type", "2"), ("max-keys", "1"), ("prefix", self.under.as_str())];
        self.ask_for("looking at the bucket", &query, &[200], true).map(|_| ())
    }

    fn prove(&self, attempt: &str) -> Result<Vec<String>, Error> {
        self.look()?;
        let notes = self.look_at_rules()?;
        let name = format!("probe-{attempt}");
        let tried = self.try_out(&name, attempt);
        self.delete(&name)?;
        tried?;
        if self.holds(&name)? {
            return Err(self.unsuitable("what was deleted there is still there"));
        }
        Ok(notes)
    }

    fn place(&self, name: &str) -> String {
        format!("s3://{}/{}", self.client.bucket(), self.key(name))
    }
}

/// A time as a list tells it; where it cannot be read, one so late that no sweeper takes the thing for an old one.
fn moment(text: &str) -> Timestamp {
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;
    OffsetDateTime::parse(text, &Rfc3339)
        .map_or(Timestamp::from_micros(253_402_300_799_000_000), Timestamp::from_utc)
}
