//! Rows that could not be struck: looked at, tried again, or left with a reason.

use exeunt_base::JobId;
use exeunt_store::reviews::Review;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// A job's flagged rows, oldest first.
    pub async fn list_reviews(&self, _: &Actor, id: JobId) -> Result<Vec<Review>, Error> {
        let job = self.engine.store.job(id).await?;
        self.own(job.organization, "job", &id.to_string())?;
        Ok(self.engine.store.reviews(id).await?)
    }
}
