//! The register of sub-processors of a service.

use exeunt_app::subprocessors::add::New;
use exeunt_base::{Personal, SubprocessorId, SubscriberId, Timestamp};
use exeunt_mail::Language;
use exeunt_rights::Day;
use exeunt_store::subprocessors::{Subprocessor, Subscriber};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::remote::{Error, Remote, nobody};

/// A list without pages.
#[derive(Deserialize)]
struct All<T> {
    items: Vec<T>,
}

/// A sub-processor as the API tells it.
#[derive(Deserialize)]
struct Told {
    id: SubprocessorId,
    name: String,
    purpose: String,
    categories: Vec<String>,
    region: String,
    contact: String,
    announced_at: Option<Timestamp>,
    told: u64,
    effective_on: Option<String>,
    engaged_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

impl Told {
    fn subprocessor(self) -> Subprocessor {
        Subprocessor {
            id: self.id,
            organization: nobody(),
            name: self.name,
            purpose: self.purpose,
            categories: Value::from(self.categories).to_string(),
            region: self.region,
            contact: self.contact,
            // not told, and shown by nothing
            added_at: Timestamp::from_micros(0),
            announced_at: self.announced_at,
            told: self.told,
            effective_on: self.effective_on,
            engaged_at: self.engaged_at,
            ended_at: self.ended_at,
        }
    }
}

impl Remote {
    /// The register.
    pub(crate) async fn list_subprocessors(&self) -> Result<Vec<Subprocessor>, Error> {
        let all: All<Told> = self.get("/subprocessors").await?;
        Ok(all.items.into_iter().map(Told::subprocessor).collect())
    }

    /// Writes one down.
    pub(crate) async fn add_subprocessor(&self, new: &New) -> Result<SubprocessorId, Error> {
        let body = json!({
            "name": new.name,
            "purpose": new.purpose,
            "categories": new.categories,
            "region": new.region,
            "contact": new.contact,
            "engaged_since": new.engaged_since.map(|day| day.to_string()),
        });
        let all: All<Told> = self.post("/subprocessors", &body).await?;
        let added = all.items.first().map(|one| one.id);
        added.ok_or_else(|| Error::Unreadable { host: self.host().to_owned(), status: 201 })
    }

    /// Tells everybody; says how many that are.
    pub(crate) async fn announce_subprocessor(
        &self,
        id: SubprocessorId,
        effective_on: Option<Day>,
    ) -> Result<u64, Error> {
        #[derive(Deserialize)]
        struct Announced {
            told: u64,
        }
        let body = json!({ "effective_on": effective_on.map(|day| day.to_string()) });
        Ok(self.post::<Announced>(&format!("/subprocessors/{id}/announce"), &body).await?.told)
    }

    /// Engages one.
    pub(crate) async fn engage_subprocessor(
        &self,
        id: SubprocessorId,
        despite: Option<&str>,
    ) -> Result<(), Error> {
        self.tell(&format!("/subprocessors/{id}/engage"), &json!({ "despite_objections": despite })).await
    }

    /// Lets one go.
    pub(crate) async fn end_subprocessor(&self, id: SubprocessorId, because: &str) -> Result<(), Error> {
        self.tell(&format!("/subprocessors/{id}/end"), &json!({ "because": because })).await
    }

    /// Writes an objection down, and gives its number.
    pub(crate) async fn object_to_subprocessor(
        &self,
        id: SubprocessorId,
        words: &Personal,
    ) -> Result<u64, Error> {
        #[derive(Deserialize)]
        struct Objected {
            number: u64,
        }
        let body = json!({ "words": words.expose() });
        Ok(self.post::<Objected>(&format!("/subprocessors/{id}/objections"), &body).await?.number)
    }

    /// Reads the objections.
    pub(crate) async fn read_objections(
        &self,
        id: SubprocessorId,
    ) -> Result<Vec<(Timestamp, Personal)>, Error> {
        #[derive(Deserialize)]
        struct Objection {
            at: Timestamp,
            words: String,
        }
        let all: All<Objection> = self.get(&format!("/subprocessors/{id}/objections")).await?;
        Ok(all.items.into_iter().map(|one| (one.at, Personal::new(one.words))).collect())
    }

    /// Asks at an address.
    pub(crate) async fn add_subscriber(
        &self,
        email: &Personal,
        language: Option<Language>,
    ) -> Result<SubscriberId, Error> {
        #[derive(Deserialize)]
        struct Asked {
            subscriber: SubscriberId,
        }
        let body = json!({ "email": email.expose(), "language": language.map(Language::as_str) });
        Ok(self.post::<Asked>("/subscribers", &body).await?.subscriber)
    }

    /// Who is told. Where they get mail is not.
    pub(crate) async fn list_subscribers(&self) -> Result<Vec<Subscriber>, Error> {
        #[derive(Deserialize)]
        struct One {
            id: SubscriberId,
            language: String,
            asked_at: Timestamp,
            confirmed_at: Option<Timestamp>,
        }
        let all: All<One> = self.get("/subscribers").await?;
        let subscriber = |one: One| Subscriber {
            id: one.id,
            organization: nobody(),
            digest: Vec::new(),
            contact: Vec::new(),
            language: one.language,
            asked_at: one.asked_at,
            confirmed_at: one.confirmed_at,
        };
        Ok(all.items.into_iter().map(subscriber).collect())
    }

    /// Forgets somebody.
    pub(crate) async fn remove_subscriber(&self, id: SubscriberId) -> Result<(), Error> {
        self.delete(&format!("/subscribers/{id}")).await
    }
}
