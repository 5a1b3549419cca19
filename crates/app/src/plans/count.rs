//! What a plan would touch right now: counted, or with its steps carried out and rolled back.

use exeunt_base::RequestId;
use exeunt_engine::dry_run::Preview;
use exeunt_engine::job::prepare::Confirmed;
use exeunt_plan::document::Document;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Counts. Needs the identifiers, which are destroyed at the end of a request's life.
    pub async fn count_plan(
        &self,
        actor: &Actor,
        document: &Document,
        requests: &[RequestId],
        confirmed: Confirmed,
    ) -> Result<Preview, Error> {
        self.allow(actor, Permission::MakePlans)?;
        self.may_handle(document)?;
        let people = self.engine.people(requests).await?;
        Ok(self.engine.preview(document, people, confirmed).await?)
    }

    /// Executes the plan's statements in transactions that are rolled back.
    pub async fn dry_run_plan(
        &self,
        actor: &Actor,
        document: &Document,
        requests: &[RequestId],
        confirmed: Confirmed,
    ) -> Result<Preview, Error> {
        self.allow(actor, Permission::MakePlans)?;
        self.may_handle(document)?;
        let people = self.engine.people(requests).await?;
        Ok(self.engine.dry_run(document, people, confirmed).await?)
    }
}
