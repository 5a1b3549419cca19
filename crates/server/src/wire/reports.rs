//! Reports over the wire.

use std::collections::BTreeMap;

use exeunt_app::reports::processing::Activity;
use exeunt_app::reports::retention::Retained;
use exeunt_base::Timestamp;
use exeunt_rights::metrics::Figures;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::subprocessors::SubprocessorView;

/// What the requests received within a period came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricsView {
    /// Its first day.
    #[schema(format = Date)]
    pub(crate) from: String,
    /// Its last day.
    #[schema(format = Date)]
    pub(crate) to: String,
    /// The day the figures are of.
    #[schema(format = Date)]
    pub(crate) as_of: String,
    /// Every right together.
    pub(crate) all: FiguresView,
    /// By right.
    pub(crate) by_right: BTreeMap<String, FiguresView>,
}

/// Figures of one right, or of all of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FiguresView {
    /// Asked for in the period.
    pub(crate) received: u64,
    /// Answered in full.
    pub(crate) complied: u64,
    /// Answered with exceptions.
    pub(crate) partly: u64,
    /// Refused.
    pub(crate) denied: u64,
    /// Taken back.
    pub(crate) withdrawn: u64,
    /// Not answered yet.
    pub(crate) open: u64,
    /// Of those, past their day.
    pub(crate) overdue: u64,
    /// Answered by their day.
    pub(crate) on_time: u64,
    /// Answered after it.
    pub(crate) late: u64,
    /// Extended.
    pub(crate) extended: u64,
    /// The mean of the days until the answer.
    pub(crate) mean_days: Option<f64>,
    /// The median of them.
    pub(crate) median_days: Option<f64>,
    /// The days within which nine of ten were answered.
    pub(crate) ninetieth_days: Option<u32>,
    /// The share answered in time, of those answered and those overdue.
    pub(crate) on_time_share: Option<f64>,
    /// Refusals by ground.
    pub(crate) denials_by_ground: BTreeMap<String, u64>,
}

impl From<&Figures> for FiguresView {
    fn from(figures: &Figures) -> Self {
        Self {
            received: figures.received,
            complied: figures.complied,
            partly: figures.partly,
            denied: figures.denied,
            withdrawn: figures.withdrawn,
            open: figures.open,
            overdue: figures.overdue,
            on_time: figures.on_time,
            late: figures.late,
            extended: figures.extended,
            mean_days: figures.mean_days(),
            median_days: figures.median_days(),
            ninetieth_days: figures.ninetieth_days(),
            on_time_share: figures.on_time_share(),
            denials_by_ground: figures.grounds.clone(),
        }
    }
}

/// The record of processing (GDPR Article 30).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// Whose.
    pub(crate) organization: String,
    /// The digest of the map it was made from.
    pub(crate) map: String,
    /// Where the organization's data may be.
    pub(crate) regions: Vec<String>,
    /// Who handles data for the organization, or was announced to.
    pub(crate) subprocessors: Vec<SubprocessorView>,
    /// Its lines, one for each model of the map.
    pub(crate) activities: Vec<ActivityView>,
    /// What Article 30 asks for and the map does not say.
    pub(crate) gaps: Vec<Gap>,
}

/// Something the map does not say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gap {
    /// Of which model.
    pub(crate) model: String,
    /// What.
    pub(crate) missing: String,
}

/// One line of the record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivityView {
    /// The model, with its source.
    pub(crate) model: String,
    /// Its table.
    pub(crate) table: String,
    /// Who decides why and how.
    pub(crate) controller: String,
    /// How to reach the data protection officer.
    pub(crate) contact: String,
    /// What the data is used for.
    pub(crate) purposes: Vec<String>,
    /// The grounds for using it.
    pub(crate) legal_basis: Vec<String>,
    /// Whose rows they are.
    pub(crate) people: String,
    /// Categories of data.
    pub(crate) categories: Vec<String>,
    /// Whether data of the special categories is among it.
    pub(crate) special_categories: bool,
    /// Who gets it.
    pub(crate) recipients: Vec<String>,
    /// Transfers to other countries and their safeguards.
    pub(crate) transfers: String,
    /// What happens on erasure, and how long it is kept.
    pub(crate) time_limits: Vec<String>,
    /// Where the data is; empty where the map does not say.
    pub(crate) region: String,
}

impl From<Activity> for ActivityView {
    fn from(activity: Activity) -> Self {
        Self {
            model: activity.model,
            table: activity.table,
            controller: activity.controller,
            contact: activity.contact,
            purposes: activity.purposes,
            legal_basis: activity.legal_basis,
            people: activity.people,
            categories: activity.categories,
            special_categories: activity.special,
            recipients: activity.recipients,
            transfers: activity.transfers,
            time_limits: activity.time_limits,
            region: activity.region,
        }
    }
}

/// What is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetentionView {
    /// The classes.
    pub(crate) items: Vec<RetainedView>,
}

/// What is kept of one class.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetainedView {
    /// Which.
    pub(crate) class: &'static str,
    /// How many items.
    pub(crate) items: u64,
    /// Since when the oldest has been there.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) oldest: Option<Timestamp>,
    /// For how many seconds it is kept at the most, where a time is set.
    pub(crate) limit_seconds: Option<i64>,
    /// Whether the oldest has been there for longer.
    pub(crate) overdue: bool,
}

impl From<&Retained> for RetainedView {
    fn from(class: &Retained) -> Self {
        Self {
            class: class.kept.class.as_str(),
            items: class.kept.items,
            oldest: class.kept.oldest,
            limit_seconds: class.limit,
            overdue: class.overdue,
        }
    }
}
