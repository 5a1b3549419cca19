//! Writing down what happened to a request, in the change that makes it happen.

use std::collections::BTreeMap;

use exeunt_base::{RequestId, Secret};
use exeunt_plan::document::Document;
use exeunt_store::Change;
use exeunt_store::deltas::DeltaEvent;

use crate::cabinet::Engine;
use crate::delta::keys::{self, Keys};
use crate::error::Error;
use crate::people::Known;
use crate::sealing;

/// What happened to a request for erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// It came in.
    Requested,
    /// The person's rows are out of sight; the window runs.
    Hidden,
    /// All of them are back.
    Restored,
    /// It came to nothing: taken back, refused, or its job ended before it had touched anything.
    Cancelled,
    /// They are destroyed for ever.
    Purged,
}

impl Happened {
    /// Its word, as delta tables have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Hidden => "hidden",
            Self::Restored => "restored",
            Self::Cancelled => "cancelled",
            Self::Purged => "purged",
        }
    }
}

impl Engine {
    /// Whether anybody wants to know.
    pub fn tells_deltas(&self) -> bool {
        !self.settings.deltas.is_empty()
    }

    /// An event for each Users model. Nothing is known of the keys where there are none; where there is no map, one event
    /// tells of the request alone.
    pub fn delta_events(
        &self,
        request: RequestId,
        happened: Happened,
        models: &BTreeMap<String, Option<Keys>>,
    ) -> Result<Vec<DeltaEvent>, Error> {
        let at = self.world.now();
        let key = self.delta_key()?;
        let event = |model: Option<&String>, keys: Option<&Keys>| {
            let id = self.new_event();
            let keys = keys.map(|keys| self.seal_keys(&key, &id.to_string(), &keys.to_json()));
            DeltaEvent { id, request, event: happened.as_str().to_owned(), model: model.cloned(), keys, at }
        };
        if models.is_empty() {
            return Ok(vec![event(None, None)]);
        }
        Ok(models.iter().map(|(model, keys)| event(Some(model), keys.as_ref())).collect())
    }

    /// Writes down in a change what happened to people of whom this is known; nothing where no census was taken yet.
    pub(crate) async fn tell_deltas(
        &self,
        change: &mut Change<'_>,
        happened: Happened,
        document: &Document,
        people: &[(RequestId, Option<&Known>)],
    ) -> Result<(), Error> {
        // what goes when the time of kept rows is over is nobody's request: the tables told of that person long ago
        if !self.tells_deltas() || document.follows_up() {
            return Ok(());
        }
        let mut events = Vec::new();
        for (request, known) in people {
            events.extend(self.delta_events(*request, happened, &keys::of_person(document, *known))?);
        }
        Ok(change.add_delta_events(self.organization, &events, self.world.now()).await?)
    }

    pub(crate) fn delta_key(&self) -> Result<Secret<[u8; 32]>, Error> {
        Ok(self.keyring.purpose_key(self.organization, "deltas")?)
    }

    pub(crate) fn seal_keys(&self, key: &Secret<[u8; 32]>, context: &str, plain: &str) -> Vec<u8> {
        let mut nonce = [0; 12];
        self.world.chance(&mut nonce);
        sealing::seal(key, context, nonce, plain.as_bytes())
    }
}
