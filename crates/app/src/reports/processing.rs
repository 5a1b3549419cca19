//! The record of processing (GDPR Article 30), put together from the data map: what is held where, why, for whom, how long.

use exeunt_datamap::model::action::{Action, Keep, KeepFrom, Starting, Then};

use exeunt_store::subprocessors::Subprocessor;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::subprocessors::list::Stands;

/// One model of the map, as the record tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The model, with its source.
    pub model: String,
    /// Its table.
    pub table: String,
    /// Who decides why and how.
    pub controller: String,
    /// How to reach the data protection officer.
    pub contact: String,
    /// What the data is used for.
    pub purposes: Vec<String>,
    /// The grounds for using it.
    pub legal_basis: Vec<String>,
    /// Categories of people: whose rows they are.
    pub people: String,
    /// Categories of data.
    pub categories: Vec<String>,
    /// Whether data of the special categories is among it.
    pub special: bool,
    /// Who gets it.
    pub recipients: Vec<String>,
    /// Transfers to other countries and their safeguards.
    pub transfers: String,
    /// What happens to it on erasure, and how long it is kept.
    pub time_limits: Vec<String>,
    /// Where the data is; empty where the map does not say.
    pub region: String,
}

/// The record of processing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose.
    pub organization: String,
    /// The digest of the map it was made from.
    pub map_digest: String,
    /// Where the organization's data may be.
    pub regions: Vec<String>,
    /// Who handles data for the organization, or was announced to.
    pub subprocessors: Vec<Subprocessor>,
    /// Its lines.
    pub activities: Vec<Activity>,
    /// Lines on which something that Article 30 asks for is not recorded: the model, and what.
    pub gaps: Vec<(String, &'static str)>,
}

impl Office {
    /// Puts the record together from the data map as it is now.
    pub async fn record_of_processing(&self, actor: &Actor) -> Result<Record, Error> {
        self.allow(actor, Permission::ReadMap)?;
        let mut subprocessors = self.engine.store.subprocessors(self.organization.id).await?;
        subprocessors.retain(|one| matches!(Stands::of(one), Stands::Announced | Stands::Engaged));
        let read = self.map()?;
        let mut activities = Vec::new();
        let mut gaps = Vec::new();
        for (name, model) in read.map.models() {
            let said = read.map.processing(&name);
            let mut categories: Vec<String> =
                model.fields.values().filter_map(|field| field.category.clone()).collect();
            categories.sort_unstable();
            categories.dedup();
            let mut time_limits = vec![fate(&model.on_erase)];
            time_limits.extend(model.keep.iter().map(kept));
            time_limits.extend(said.retention.clone());
            let activity = Activity {
                table: model.table.to_string(),
                controller: said.controller.unwrap_or_else(|| self.organization.name.clone()),
                contact: said.contact.unwrap_or_default(),
                purposes: said.purposes,
                legal_basis: said.legal_basis,
                people: if model.subject.is_none() {
                    String::from("people of other models")
                } else {
                    name.model.as_str().to_owned()
                },
                special: categories.iter().any(|key| exeunt_datamap::categories::is_special(key)),
                categories,
                recipients: said.recipients,
                transfers: said.transfers.unwrap_or_default(),
                time_limits,
                region: read
                    .map
                    .sources
                    .get(&name.source)
                    .and_then(|source| source.residence.region.as_ref())
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                model: name.to_string(),
            };
            for (missing, what) in [
                (activity.purposes.is_empty(), "purposes"),
                (activity.legal_basis.is_empty(), "legal_basis"),
                (activity.recipients.is_empty(), "recipients"),
                (activity.contact.is_empty(), "contact"),
            ] {
                if missing {
                    gaps.push((activity.model.clone(), what));
                }
            }
            activities.push(activity);
        }
        Ok(Record {
            organization: self.organization.name.clone(),
            map_digest: read.digest.clone(),
            regions: self.policy.residency.allowed.iter().map(ToString::to_string).collect(),
            subprocessors,
            activities,
            gaps,
        })
    }
}

/// What erasure does to a row.
fn fate(action: &Action) -> String {
    String::from(match action {
        Action::Delete => "deleted on erasure",
        Action::Anonymize(_) => "anonymized on erasure",
        Action::Keep => "kept on erasure",
        Action::Detach => "no longer linked to the person after erasure",
    })
}

/// How long a law holds rows back.
pub(crate) fn kept(keep: &Keep) -> String {
    let from = match &keep.from {
        KeepFrom::Column(column) => format!("`{}`", column.as_str()),
        KeepFrom::Request => String::from("the request"),
    };
    let starting = match keep.starting {
        Starting::Date => "",
        Starting::EndOfYear => ", counted from the end of that year",
        Starting::EndOfMonth => ", counted from the end of that month",
    };
    let then = match keep.then {
        Then::Delete => "deleted",
        Then::Anonymize(_) => "anonymized",
    };
    let some = if keep.when.is_empty() { "" } else { "some rows " };
    format!("{some}kept for {} from {from}{starting}, because: {}; then {then}", keep.period, keep.because)
}
