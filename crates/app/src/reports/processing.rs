//! The record of processing (GDPR Article 30), put together from the data map: what is held where, why, for whom, how long.

use exeunt_datamap::model::action::{Action, Keep, KeepFrom, Starting, Then};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

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
}

/// The record of processing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose.
    pub organization: String,
    /// The digest of the map it was made from.
    pub map_digest: String,
    /// Its lines.
    pub activities: Vec<Activity>,
    /// Lines on which something that Article 30 asks for is not recorded: the model, and what.
    pub gaps: Vec<(String, &'static str)>,
}

impl Office {
    /// Puts the record together from the data map as it is now.
    pub fn record_of_processing(&self, actor: &Actor) -> Result<Record, Error> {
        self.allow(actor, Permission::ReadMap)?;
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
fn kept(keep: &Keep) -> String {
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
