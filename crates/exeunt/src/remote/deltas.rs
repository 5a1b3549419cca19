//! Delta tables of a service.

use exeunt_base::TaskId;
use serde::Deserialize;
use serde_json::json;

use crate::commands::delta::{Pushed, Table};
use crate::remote::{Error, Remote};

impl Remote {
    /// How far each table is.
    pub(crate) async fn list_deltas(&self) -> Result<Vec<Table>, Error> {
        #[derive(Deserialize)]
        struct All {
            items: Vec<Table>,
        }
        Ok(self.get::<All>("/deltas").await?.items)
    }

    /// Has everything that waits pushed.
    pub(crate) async fn push_deltas(&self) -> Result<Vec<Pushed>, Error> {
        #[derive(Deserialize)]
        struct Asked {
            task: TaskId,
        }
        #[derive(Deserialize)]
        struct Done {
            sources: Vec<Pushed>,
        }
        let asked: Asked = self.make("/deltas/push", &json!({})).await?;
        let outcome = self.ended(asked.task).await?;
        let done: Done = serde_json::from_value(outcome)
            .map_err(|_| Error::Unreadable { host: self.host().to_owned(), status: 200 })?;
        Ok(done.sources)
    }
}
