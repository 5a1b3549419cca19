//! Packages and letters of a service.

use exeunt_base::{LetterId, PackageId, RequestId, Timestamp};
use exeunt_engine::export::To;
use exeunt_engine::job::prepare::Confirmed;
use exeunt_package::Format;
use exeunt_store::letters::Letter;
use exeunt_store::packages::Package;
use serde::Deserialize;
use serde_json::json;

use crate::remote::jobs::confirm;
use crate::remote::{Error, Remote, nobody};

/// Most packages that are listed.
const MOST: u32 = 10_000;

/// A package as the API tells it.
#[derive(Deserialize)]
struct Told {
    id: PackageId,
    request: RequestId,
    digest: String,
    bytes: u64,
    rows: u64,
    made_at: Timestamp,
    expires_at: Timestamp,
    opened: u64,
    removed_at: Option<Timestamp>,
}

/// A letter as the API tells it.
#[derive(Deserialize)]
struct Written {
    id: LetterId,
    letter: String,
    language: String,
    request: Option<RequestId>,
    state: String,
    written_at: Timestamp,
    next_try_at: Option<Timestamp>,
    tries: u64,
    ended_at: Option<Timestamp>,
    trouble: Option<String>,
}

impl Written {
    fn letter(self) -> Letter {
        Letter {
            id: self.id,
            organization: nobody(),
            request: self.request,
            word: self.letter,
            language: self.language,
            content: None,
            said: None,
            state: self.state,
            made_at: self.written_at,
            since: self.written_at,
            not_before: self.next_try_at.unwrap_or(self.written_at),
            not_after: None,
            tries: self.tries,
            ended_at: self.ended_at,
            trouble: self.trouble,
        }
    }
}

/// What package is wanted.
pub(crate) struct Asked<'a> {
    /// For which request.
    pub(crate) request: RequestId,
    /// Forms of the data.
    pub(crate) formats: &'a [Format],
    /// Who opens it.
    pub(crate) to: &'a To,
    /// What people confirmed over the guards.
    pub(crate) confirmed: Confirmed,
}

/// A package that was made.
#[derive(Deserialize)]
pub(crate) struct Made {
    /// Its id.
    pub(crate) package: PackageId,
    /// Its size.
    pub(crate) bytes: u64,
    /// Whether every source could be read.
    pub(crate) complete: bool,
}

impl Remote {
    /// Has a package made, and waits for it.
    pub(crate) async fn make_package(&self, asked: &Asked<'_>) -> Result<Made, Error> {
        let formats: Vec<String> = asked.formats.iter().map(ToString::to_string).collect();
        let mut body = json!({ "formats": formats, "confirm": confirm(asked.confirmed) });
        match asked.to {
            To::House => {}
            To::Recipients(keys) => {
                body["recipients"] = json!(keys.iter().map(ToString::to_string).collect::<Vec<_>>());
            }
            To::Passphrase(phrase) => body["passphrase"] = json!(phrase.expose()),
        }
        self.worked(&format!("/requests/{}/packages", asked.request), body).await
    }

    /// All packages. Where their files are, a service does not tell.
    pub(crate) async fn list_packages(&self) -> Result<Vec<Package>, Error> {
        let told: Vec<Told> = self.pages("/packages", MOST).await?;
        let package = |told: Told| Package {
            id: told.id,
            organization: nobody(),
            request: told.request,
            file: String::new(),
            digest: told.digest,
            bytes: told.bytes,
            rows: told.rows,
            key: None,
            made_at: told.made_at,
            expires_at: told.expires_at,
            opened: told.opened,
            removed_at: told.removed_at,
        };
        Ok(told.into_iter().map(package).collect())
    }

    /// Removes a package.
    pub(crate) async fn remove_package(&self, id: PackageId) -> Result<(), Error> {
        self.delete(&format!("/packages/{id}")).await
    }

    /// Letters, newest first.
    pub(crate) async fn list_letters(&self, state: Option<&str>, limit: u32) -> Result<Vec<Letter>, Error> {
        let path = state.map_or_else(|| String::from("/letters"), |state| format!("/letters?state={state}"));
        let told: Vec<Written> = self.pages(&path, limit).await?;
        Ok(told.into_iter().map(Written::letter).collect())
    }

    /// Lets a letter be sent again.
    pub(crate) async fn resend_letter(&self, id: LetterId) -> Result<Letter, Error> {
        let told: Written = self.post(&format!("/letters/{id}/resend"), &json!({})).await?;
        Ok(told.letter())
    }
}
