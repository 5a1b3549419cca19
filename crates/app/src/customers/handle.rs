//! The sealed handle of somebody who was looked up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt_base::{ActorId, Personal, Secret, Timestamp};
use exeunt_engine::people::Known;

use crate::access::Permission;
use crate::actor::Actor;
use crate::customers::HANDLE_SECONDS;
use crate::error::Error;
use crate::office::Office;
use crate::requests::submit::accept;

/// The keyring's word for what seals handles.
const PURPOSE: &str = "customer handles";
/// Bytes in front of the identifiers: until when it opens.
const TIME: usize = 8;

impl Office {
    /// A handle for whoever is known by these identifiers. Says nothing about whether anybody is.
    pub async fn customer_handle(
        &self,
        actor: &Actor,
        identifiers: &[(String, Personal)],
    ) -> Result<String, Error> {
        self.allow(actor, Permission::FindCustomers)?;
        let accepted = accept(identifiers)?;
        self.known_to_the_map(&accepted)?;
        let until = self.engine.world.now().plus_seconds(HANDLE_SECONDS);
        let mut plain = until.as_micros().to_be_bytes().to_vec();
        plain.extend(Known::given(accepted).to_bytes());
        let sealed = self.engine.keyring.seal_for(
            self.organization.id,
            PURPOSE,
            &context(actor.id),
            &Secret::new(plain),
            &self.chance(),
        )?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The identifiers of a handle of this very actor, while it opens.
    pub(crate) fn open_handle(&self, actor: &Actor, handle: &str) -> Result<Vec<(String, Personal)>, Error> {
        let over = || {
            let words = "this look at a customer is over, or was somebody else's; look them up again";
            Error::Refused("E0325", String::from(words))
        };
        let sealed = URL_SAFE_NO_PAD.decode(handle).map_err(|_| over())?;
        let opened = self.engine.keyring.open_for(self.organization.id, PURPOSE, &context(actor.id), &sealed);
        let plain = match opened {
            Err(exeunt_vault::Error::WrongKey { .. }) => return Err(over()),
            other => other?,
        };
        let (until, known) = plain.expose().split_at_checked(TIME).ok_or_else(over)?;
        let until = until.try_into().map(i64::from_be_bytes).map_err(|_| over())?;
        if self.engine.world.now() > Timestamp::from_micros(until) {
            return Err(over());
        }
        Ok(Known::from_bytes(known).map_err(|_| over())?.given)
    }
}

fn context(actor: Option<ActorId>) -> Vec<u8> {
    actor.map(|actor| actor.to_string()).unwrap_or_default().into_bytes()
}
