//! What is there of a customer, without showing any of it: rows by model, requests, and whether they were erased before.

use std::collections::{BTreeSet, HashSet};

use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, RequestId};
use exeunt_datamap::model::IdentityKind;
use exeunt_engine::look::Model;
use exeunt_plan::document::{Document, Right};
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::customers::remains::Remains;
use crate::error::Error;
use crate::office::Office;
use crate::suppression::Standing;

/// Most requests that are shown with a customer.
const MOST_REQUESTS: u32 = 50;

/// What is there of a customer. Nothing of what the rows say.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Kinds of the identifiers they were looked up by.
    pub kinds: Vec<String>,
    /// The models of which they have rows.
    pub models: Vec<Model>,
    /// Their requests, newest first: those that gave one of these identifiers.
    pub requests: Vec<Request>,
    /// The request by which somebody of these identifiers was erased.
    pub erased_by: Option<RequestId>,
    /// For what one of these identifiers stands in the suppression list.
    pub suppressed: Vec<Standing>,
    /// What is still there because of these requests.
    pub remains: Vec<Remains>,
}

impl Office {
    /// Looks at the customer of a handle. Each look is written down, without saying at whom.
    pub async fn find_customer(&self, actor: &Actor, handle: &str) -> Result<Customer, Error> {
        self.allow(actor, Permission::FindCustomers)?;
        let given = self.open_handle(actor, handle)?;
        let document = self.looking_document(&given).await?;
        let look = self.engine.look(&document, given.clone(), &HashSet::new()).await?;
        let models = look.models();
        drop(look);
        let requests = self.requests_of_person(&given).await?;
        let remains = self.remains_of(&requests).await?;
        let erased_by = self.engine.erased_before(&given).await?;
        let suppressed = self.standing_of(&given).await?;
        let rows = models.iter().map(|model| model.rows).sum();
        let event = self
            .event(Kind::CustomerFound, actor)
            .count("models", models.len() as u64)
            .count("rows", rows)
            .count("requests", requests.len() as u64);
        self.engine.store.begin().await?.commit(self.organization.id, &[event]).await?;
        let kinds: BTreeSet<String> = given.into_iter().map(|(kind, _)| kind).collect();
        Ok(Customer { kinds: kinds.into_iter().collect(), models, requests, erased_by, suppressed, remains })
    }

    /// What a package for somebody of these identifiers would be made by, as of now.
    pub(crate) async fn looking_document(&self, given: &[(String, Personal)]) -> Result<Document, Error> {
        let kinds: BTreeSet<IdentityKind> =
            given.iter().filter_map(|(kind, _)| IdentityKind::new(kind)).collect();
        let plan = self.plan(Right::Access, &kinds).await?;
        self.may_handle(plan.document())?;
        Ok(plan.document().clone())
    }

    async fn requests_of_person(&self, given: &[(String, Personal)]) -> Result<Vec<Request>, Error> {
        let marks = self.marks_of(given)?;
        let ids = self.engine.store.requests_marked(self.organization.id, &marks, MOST_REQUESTS).await?;
        let mut requests = self.engine.store.requests_named(&ids).await?;
        requests.sort_by_key(|request| std::cmp::Reverse(request.id));
        Ok(requests)
    }
}
