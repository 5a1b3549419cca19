//! A request in the name of a customer who was looked up.

use exeunt_base::RequestId;
use exeunt_rights::Right;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::details::Details;
use crate::requests::submit::Submission;

impl Office {
    /// Takes a request in for the customer of a handle.
    pub async fn request_for_customer(
        &self,
        actor: &Actor,
        handle: &str,
        right: Right,
        details: Details,
    ) -> Result<RequestId, Error> {
        let identifiers = self.open_handle(actor, handle)?;
        let submission = Submission { right, identifiers, received_at: None, details, contact: None };
        self.submit_request(actor, submission, None).await
    }
}
