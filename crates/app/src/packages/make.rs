//! Answering an access or portability request with a package.
//!
//! It changes no row, so a plan made here is approved by the same act: whoever asks for the package approves it.

use std::collections::BTreeSet;

use exeunt_audit::kind::Kind;
use exeunt_base::{LetterId, Personal, RequestId};
use exeunt_engine::export::{Made, Order, To};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::letters;
use exeunt_engine::progress::Watcher;
use exeunt_mail::{Contact, Letter};
use exeunt_package::Format;
use exeunt_plan::document::{Document, Note};
use exeunt_rights::state::RequestState;
use exeunt_store::requests::Request;
use tracing::{Instrument, error_span};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::links::make::NewLink;
use crate::office::Office;
use crate::packages::about::about;
use crate::requests::changes_rows;

/// What is wanted.
pub struct Wanted {
    /// Forms.
    pub formats: BTreeSet<Format>,
    /// Who can open it.
    pub to: To,
    /// What people confirmed over the guards.
    pub confirmed: Confirmed,
    /// A link to it is mailed to the person as soon as it is made.
    pub deliver: bool,
    /// This program's version.
    pub version: String,
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wanted({:?})", self.formats)
    }
}

/// A package that was made.
#[derive(Debug, Clone)]
pub struct Answered {
    /// It.
    pub made: Made,
    /// Parts of the information on processing that the map says nothing about.
    pub silent: Vec<&'static str>,
}

impl Office {
    /// Makes the package that answers a request.
    pub async fn make_package(
        &self,
        actor: &Actor,
        id: RequestId,
        wanted: Wanted,
        watcher: &dyn Watcher,
    ) -> Result<Answered, Error> {
        self.allow(actor, Permission::MakePackages)?;
        let request = self.request(id).await?;
        if changes_rows(&request.kind) {
            return Err(Error::Usage(
                "E0311",
                format!(
                    "request `{id}` is for {}; a package answers access or portability. Submit a request of its own for it",
                    request.kind
                ),
            ));
        }
        self.not_stopped(&[id]).await?;
        // whoever was believed dead may answer while this is made: the person is told of one package
        let answer_before = self.engine.store.last_answer(id).await?;
        let document = self.approved_document(actor, &request).await?;
        self.may_handle(&document)?;
        let map = self.map()?;
        let told = about(&map.map, &document, &self.organization.name);
        let known = self.engine.open_known(&request)?;
        let subject =
            known.given.first().map_or_else(|| Personal::new(id.to_string()), |(_, value)| value.clone());
        let order = Order {
            formats: wanted.formats,
            to: wanted.to,
            answer: answer(&request.kind, &self.organization.name),
            about: told.about,
            subject,
            confirmed: wanted.confirmed,
            version: wanted.version,
        };
        let span = error_span!("export", request.id = %id);
        let made = self.engine.export(id, &document, order, watcher, actor.id).instrument(span).await?;
        let rows: u64 = made.rows.iter().map(|(_, rows)| rows).sum();
        let nothing = (rows == 0 && made.complete).then(|| letters::nothing(&request, &document, None));
        let link = match wanted.deliver && nothing.is_none() {
            true => {
                self.allow(actor, Permission::MakeLinks)?;
                Some(self.new_link(&self.package(made.package).await?).await?)
            }
            false => None,
        };
        let nothing = known.contact.as_ref().zip(nothing);
        self.mark_ready(actor, &request, answer_before, nothing, link.as_ref()).await?;
        Ok(Answered { made, silent: told.silent })
    }

    /// The plan that answers the request, made and approved now unless that was done before and still holds.
    async fn approved_document(&self, actor: &Actor, request: &Request) -> Result<Document, Error> {
        let approved = ["approved", "ready", "delivered"].contains(&request.state.as_str());
        if let Some(plan) = request.plan.filter(|_| approved) {
            return Ok(self.show_plan(actor, plan).await?.plan.document().clone());
        }
        let (id, digest, document) = match request.plan {
            Some(plan) if request.state == RequestState::AwaitingApproval.as_str() => {
                let shown = self.show_plan(actor, plan).await?;
                (plan, shown.stored.digest.clone(), shown.plan.document().clone())
            }
            _ => {
                let made = self.make_plan(actor, &[request.id]).await?;
                (made.id, made.digest, made.plan.document().clone())
            }
        };
        if document.notes.iter().any(Note::blocks) {
            return Err(Error::Refused(
                "E0307",
                format!(
                    "plan `{id}` has errors that must be mended first; `exeunt plan show {id}` lists them"
                ),
            ));
        }
        self.approve_plan(actor, id, &digest).await?;
        Ok(document)
    }

    async fn mark_ready(
        &self,
        actor: &Actor,
        request: &Request,
        answer_before: Option<LetterId>,
        letter: Option<(&Contact, Letter)>,
        link: Option<&NewLink>,
    ) -> Result<(), Error> {
        let id = request.id;
        let state = self.request(id).await?.state;
        let mut change = self.engine.store.begin().await?;
        change.move_request(id, &[&state], RequestState::Ready.as_str()).await?;
        if link.is_some() || letter.is_some() {
            change.last_answer_must_be(id, answer_before).await?;
        }
        change.note_answered(id, self.engine.world.now()).await?;
        let mut events = vec![self.event(Kind::RequestAnswered, actor).about(id).fact("by", "package")];
        if let Some(link) = link {
            events.extend(self.add_link(&mut change, actor, link).await?);
        }
        if let Some((contact, letter)) = letter {
            self.engine.write_to_person(&mut change, id, Some(contact), &letter).await?;
        }
        change.commit(self.organization.id, &events).await?;
        Ok(())
    }
}

fn answer(kind: &str, organization: &str) -> String {
    match kind {
        "portability" => format!(
            "You asked {organization} for the data you provided, in a form that another service can read.\n\n\
             It is in this package. The folder `json` is meant for machines; its schema says what each field is."
        ),
        _ => format!(
            "You asked {organization} which data about you is held.\n\n\
             All of it is in this package, with what it is used for, where it came from, who has received it, and how \
             long it is kept. What was worked out about you, rather than given by you, is marked as inferred. Where \
             something is withheld for another person's sake, it says so."
        ),
    }
}
