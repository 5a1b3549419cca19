//! Holds beyond one request, at a service.

use exeunt_app::holds::rows::HeldRow;
use exeunt_base::{HoldId, Timestamp};
use exeunt_engine::holds::Scope;
use exeunt_rights::Day;
use exeunt_store::holds::{Hold, Kept};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::remote::{Error, Remote, nobody};

/// A list without pages.
#[derive(Deserialize)]
struct All<T> {
    items: Vec<T>,
}

/// A hold as the API tells it.
#[derive(Deserialize)]
struct Told {
    hold: HoldId,
    scope: String,
    model: Option<String>,
    because: String,
    placed_at: Timestamp,
    ends_at: Option<Timestamp>,
    lifted_at: Option<Timestamp>,
    stopped: u64,
    rows: u64,
}

/// A row that one keeps.
#[derive(Deserialize)]
struct Row {
    model: String,
    action: String,
    columns: Map<String, Value>,
}

impl Remote {
    /// Places a hold.
    pub(crate) async fn place_hold(
        &self,
        scope: &Scope,
        because: &str,
        until: Option<Day>,
    ) -> Result<HoldId, Error> {
        #[derive(Deserialize)]
        struct Placed {
            hold: HoldId,
        }
        let mut sent = match scope {
            Scope::Person(identifiers) => {
                let one = |(kind, value): &(String, exeunt_base::Personal)| json!({ "kind": kind, "value": value.expose() });
                json!({ "identifiers": identifiers.iter().map(one).collect::<Vec<_>>() })
            }
            Scope::Model(model) => json!({ "model": model }),
            Scope::Rows { model, keys } => json!({ "model": model, "keys": keys }),
        };
        sent["because"] = json!(because);
        sent["until"] = json!(until.map(|day| day.to_string()));
        Ok(self.post::<Placed>("/holds", &sent).await?.hold)
    }

    /// What is held.
    pub(crate) async fn list_holds(&self) -> Result<Vec<(Hold, Kept)>, Error> {
        let all: All<Told> = self.get("/holds").await?;
        let hold = |told: Told| {
            let hold = Hold {
                id: told.hold,
                organization: nobody(),
                scope: told.scope,
                model: told.model,
                sealed: None,
                salt: None,
                because: told.because,
                placed_by: None,
                placed_at: told.placed_at,
                ends_at: told.ends_at,
                lifted_at: told.lifted_at,
            };
            (hold, Kept { stopped: told.stopped, rows: told.rows })
        };
        Ok(all.items.into_iter().map(hold).collect())
    }

    /// The rows that one keeps.
    pub(crate) async fn read_held_rows(&self, id: HoldId) -> Result<Vec<HeldRow>, Error> {
        let all: All<Row> = self.get(&format!("/holds/{id}/rows")).await?;
        let row = |row: Row| HeldRow { model: row.model, action: row.action, columns: row.columns };
        Ok(all.items.into_iter().map(row).collect())
    }

    /// Lifts one; says how many rows it had kept.
    pub(crate) async fn lift_hold(&self, id: HoldId) -> Result<u64, Error> {
        #[derive(Deserialize)]
        struct Lifted {
            rows: u64,
        }
        Ok(self.post::<Lifted>(&format!("/holds/{id}/lift"), &json!({})).await?.rows)
    }
}
