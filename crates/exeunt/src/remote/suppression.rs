//! The suppression list of a service.

use exeunt_app::suppression::Purpose;
use exeunt_app::suppression::add::Addition;
use exeunt_app::suppression::show::Line;
use exeunt_base::{Personal, Timestamp};
use exeunt_store::suppressions::Counted;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::remote::{Error, Remote};

/// An answer for one identifier.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Match,
    NoMatch,
}

/// What an entry is for.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum For {
    Erased,
    Marketing,
}

/// Entries of one purpose and kind.
#[derive(Deserialize)]
struct Told {
    purpose: For,
    kind: String,
    entries: u64,
    oldest: Timestamp,
    first_ends: Timestamp,
    last_ends: Timestamp,
}

fn sent(identifiers: &[(String, Personal)]) -> Vec<Value> {
    identifiers.iter().map(|(kind, value)| json!({ "kind": kind, "value": value.expose() })).collect()
}

impl Remote {
    /// Whether people are on the list, in their order.
    pub(crate) async fn check_suppression(
        &self,
        purpose: Purpose,
        identifiers: &[(String, Personal)],
    ) -> Result<Vec<bool>, Error> {
        #[derive(Deserialize)]
        struct Checked {
            results: Vec<Verdict>,
        }
        let body = json!({ "purpose": purpose.as_str(), "identifiers": sent(identifiers) });
        let checked: Checked = self.post_again("/suppression/check", &body).await?;
        Ok(checked.results.into_iter().map(|verdict| verdict == Verdict::Match).collect())
    }

    /// Enters somebody; says until when.
    pub(crate) async fn add_suppression(&self, new: &Addition) -> Result<Timestamp, Error> {
        #[derive(Deserialize)]
        struct Added {
            until: Timestamp,
        }
        let body = json!({
            "purpose": new.purpose.as_str(),
            "identifiers": sent(&new.identifiers),
            "because": new.because,
            "request": new.request,
        });
        Ok(self.post::<Added>("/suppression", &body).await?.until)
    }

    /// Takes somebody out.
    pub(crate) async fn remove_suppression(
        &self,
        purpose: Purpose,
        (kind, value): &(String, Personal),
        because: &str,
    ) -> Result<(), Error> {
        let identifier = json!({ "kind": kind, "value": value.expose() });
        let body = json!({ "purpose": purpose.as_str(), "identifier": identifier, "because": because });
        self.tell("/suppression/remove", &body).await
    }

    /// What the list holds, and for how many days: those who were erased, and those who objected.
    pub(crate) async fn show_suppression(&self) -> Result<(Vec<Line>, [i64; 2]), Error> {
        #[derive(Deserialize)]
        struct All {
            suppression_days: i64,
            objection_days: i64,
            items: Vec<Told>,
        }
        let all: All = self.get("/suppression").await?;
        let line = |told: Told| Line {
            counted: Counted {
                purpose: match told.purpose {
                    For::Erased => Purpose::Erased,
                    For::Marketing => Purpose::Marketing,
                },
                kind: told.kind,
                entries: told.entries,
                oldest: told.oldest,
                // a service tells when they go, which is all that is shown
                newest: told.oldest,
            },
            first_ends: told.first_ends,
            last_ends: told.last_ends,
        };
        let days = [all.suppression_days, all.objection_days];
        Ok((all.items.into_iter().map(line).collect(), days))
    }
}
