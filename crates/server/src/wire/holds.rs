//! Holds beyond one request, over the wire.

use axum::http::StatusCode;
use exeunt_app::holds::rows::HeldRow;
use exeunt_base::Timestamp;
use exeunt_engine::holds::Scope;
use exeunt_rights::Day;
use exeunt_store::holds::{Hold, Kept};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::wire::requests::Identifier;

/// What is to be held: a person, every row of a model, or some of its rows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHold {
    /// The person, by identifiers; one that a request gives or finds is enough. Not together with a model.
    #[serde(default)]
    #[schema(max_items = 64)]
    identifiers: Vec<Identifier>,
    /// The model.
    #[serde(default)]
    #[schema(example = "shop.orders")]
    model: Option<String>,
    /// Rows of the model by their keys, each a list of its columns' values as text; every row when there are none.
    #[serde(default)]
    #[schema(max_items = 1000, example = json!([["4711"]]))]
    keys: Vec<Vec<String>>,
    /// The reason, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
    /// The last day of the hold, in the organization's zone; then what was held goes on by itself.
    #[serde(default)]
    #[schema(format = Date)]
    until: Option<String>,
}

impl NewHold {
    /// What it covers, and its last day.
    pub(crate) fn read(self) -> Result<(Scope, String, Option<Day>), Problem> {
        let flaw = |at, wanted| Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, at, wanted);
        let until = self.until.as_deref().map(str::parse).transpose();
        let until = until.map_err(|_| flaw("/until", "a day such as 2026-12-31"))?;
        let scope = match (self.model, self.identifiers.is_empty()) {
            (Some(_), false) => {
                return Err(flaw("/model", "either identifiers of a person or a model, not both"));
            }
            (Some(model), true) if self.keys.is_empty() => Scope::Model(model),
            (Some(model), true) => Scope::Rows { model, keys: self.keys },
            (None, _) if !self.keys.is_empty() => return Err(flaw("/keys", "keys belong to a model")),
            (None, true) => return Err(flaw("/identifiers", "identifiers of a person, or a model")),
            (None, false) => {
                Scope::Person(self.identifiers.into_iter().map(|one| (one.kind, one.value)).collect())
            }
        };
        Ok((scope, self.because, until))
    }
}

/// What was placed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Placed {
    /// Its id.
    #[schema(example = "hld_01m81cf077eb8npjdnn33sww60")]
    pub(crate) hold: String,
}

/// What was lifted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Lifted {
    /// Rows it had kept, gone for ever now.
    pub(crate) rows: u64,
}

/// Holds beyond one request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Holds {
    /// The last placed first.
    pub(crate) items: Vec<HoldView>,
}

impl From<Vec<(Hold, Kept)>> for Holds {
    fn from(all: Vec<(Hold, Kept)>) -> Self {
        Self { items: all.into_iter().map(HoldView::from).collect() }
    }
}

/// A hold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoldView {
    /// Its id.
    #[schema(example = "hld_01m81cf077eb8npjdnn33sww60")]
    pub(crate) hold: String,
    /// What it covers: `person`, `model` or `rows`.
    pub(crate) scope: String,
    /// The model, unless it covers a person.
    pub(crate) model: Option<String>,
    /// Why.
    pub(crate) because: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) placed_at: Timestamp,
    /// When it ends by itself, if it does.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) ends_at: Option<Timestamp>,
    /// When it was lifted, or had ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) lifted_at: Option<Timestamp>,
    /// Requests whose purge waits for it.
    pub(crate) stopped: u64,
    /// Rows it keeps although their request was purged.
    pub(crate) rows: u64,
}

impl From<(Hold, Kept)> for HoldView {
    fn from((hold, kept): (Hold, Kept)) -> Self {
        Self {
            hold: hold.id.to_string(),
            scope: hold.scope,
            model: hold.model,
            because: hold.because,
            placed_at: hold.placed_at,
            ends_at: hold.ends_at,
            lifted_at: hold.lifted_at,
            stopped: kept.stopped,
            rows: kept.rows,
        }
    }
}

/// Rows that a hold keeps.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeldRows {
    /// As they were before they were erased.
    pub(crate) items: Vec<HeldRowView>,
}

/// A row.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeldRowView {
    /// The model.
    pub(crate) model: String,
    /// What had been done to it.
    #[schema(example = "delete")]
    pub(crate) action: String,
    /// Its columns, as text.
    #[schema(value_type = Object)]
    pub(crate) columns: serde_json::Map<String, serde_json::Value>,
}

impl From<Vec<HeldRow>> for HeldRows {
    fn from(rows: Vec<HeldRow>) -> Self {
        let view = |row: HeldRow| HeldRowView { model: row.model, action: row.action, columns: row.columns };
        Self { items: rows.into_iter().map(view).collect() }
    }
}
