//! What delta tables are told of requests that no job has touched.

use exeunt_engine::delta::Happened;
use exeunt_store::deltas::DeltaEvent;
use exeunt_store::requests::Request;

use crate::error::Error;
use crate::office::Office;

/// Rights whose requests delta tables tell of.
const TOLD: &[&str] = &["erasure", "anonymization"];

impl Office {
    /// Events of each Users model of the map, whose keys are looked up when they are pushed.
    pub(crate) fn told_to_deltas(
        &self,
        request: &Request,
        happened: Happened,
    ) -> Result<Vec<DeltaEvent>, Error> {
        if !self.engine.tells_deltas() || !TOLD.contains(&request.kind.as_str()) {
            return Ok(Vec::new());
        }
        let models = self.map().map_or_else(
            |_| Default::default(),
            |read| read.map.subjects().map(|(model, _)| (model.to_string(), None)).collect(),
        );
        Ok(self.engine.delta_events(request.id, happened, &models)?)
    }
}
