//! Bringing erased rows back, whole or in part, within the window.

use exeunt_base::RequestId;
use exeunt_datamap::suggest;
use exeunt_engine::restore::Choice;
use exeunt_engine::restore::restored::Restored;
use tracing::{Instrument, error_span};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Brings rows back. Rows that lived on are never overwritten; each refusal says why.
    pub async fn restore(
        &self,
        actor: &Actor,
        id: RequestId,
        choice: &Choice,
        owner: &str,
    ) -> Result<Restored, Error> {
        self.allow(actor, Permission::Restore)?;
        self.restorable(actor, id, choice).await?;
        self.may_handle_request(&self.request(id).await?).await?;
        let span = error_span!("restore", request.id = %id);
        Ok(self.engine.restore(id, choice, owner, actor.id).instrument(span).await?)
    }

    /// Refuses a choice that the request's plan does not know.
    pub(crate) async fn restorable(
        &self,
        actor: &Actor,
        id: RequestId,
        choice: &Choice,
    ) -> Result<(), Error> {
        let request = self.request(id).await?;
        if let (Choice::Rows { model, .. }, Some(plan)) = (choice, request.plan) {
            let shown = self.show_plan(actor, plan).await?;
            let models: Vec<String> =
                shown.plan.document().sets.iter().map(|set| set.model.to_string()).collect();
            if !models.contains(model) {
                let near = suggest::did_you_mean(model, models.iter().map(String::as_str));
                let hint = near.map(|hint| format!("; {hint}")).unwrap_or_default();
                let model = suggest::shown(model);
                return Err(Error::Usage(
                    "E0801",
                    format!("the plan of request `{id}` knows no model `{model}`{hint}"),
                ));
            }
        }
        Ok(())
    }
}
