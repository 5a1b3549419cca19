//! Reports of a service.

use exeunt_app::reports::retention::Retained;
use exeunt_base::Timestamp;
use exeunt_rights::Day;
use exeunt_store::retention::{Class, Kept};
use serde::Deserialize;

use crate::commands::report::Told;
use crate::remote::{Error, Remote};

impl Remote {
    /// What a period came to.
    pub(crate) async fn report_metrics(&self, from: Day, to: Day) -> Result<Told, Error> {
        self.get(&format!("/reports/metrics?from={from}&to={to}")).await
    }

    /// What is kept.
    pub(crate) async fn report_retention(&self) -> Result<Vec<Retained>, Error> {
        #[derive(Deserialize)]
        struct All {
            items: Vec<One>,
        }
        #[derive(Deserialize)]
        struct One {
            class: String,
            items: u64,
            oldest: Option<Timestamp>,
            limit_seconds: Option<i64>,
            overdue: bool,
        }
        let all: All = self.get("/reports/retention").await?;
        let known = |one: &One| Class::ALL.into_iter().find(|class| class.as_str() == one.class);
        let retained = |one: One| {
            let class = known(&one)?;
            let kept = Kept { class, items: one.items, oldest: one.oldest };
            Some(Retained { kept, limit: one.limit_seconds, overdue: one.overdue })
        };
        Ok(all.items.into_iter().filter_map(retained).collect())
    }
}
