//! Fetching a package by its link. The house opens its own encryption and gives the archive over the protected connection;
//! what only a passphrase opens is given as it lies there. A download counts when its last piece is handed out, and its last
//! piece is handed out only once it is counted.

use std::io::Read;

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, Secret};
use exeunt_engine::sealing;
use exeunt_package::Key;
use exeunt_vault::storage::Reader;

use crate::actor::Actor;
use crate::error::Error;
use crate::links::PURPOSE;
use crate::links::code::over;
use crate::links::find::Found;
use crate::packages::pieces::Pieces;

/// A package on its way to a person.
pub struct Download {
    /// How the file is called: ours, so that it holds nothing strange.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    left: u64,
    pieces: Pieces,
    found: Found,
    place: Personal,
    agent: Personal,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Download({}, {} bytes)", self.found.link.id, self.bytes)
    }
}

impl Found {
    /// Begins a download. Whoever calls has checked a code; `place` and `agent` are from where and with what.
    pub fn fetch(self, place: Personal, agent: Personal) -> Result<Download, Error> {
        let file = Reader::new(self.office.engine.packages.open(&self.package.file)?);
        let (name, bytes, source): (String, u64, Box<dyn Read + Send>) = match &self.package.key {
            Some(_) => {
                let key = Key::Identity(self.office.engine.package_identity(&self.package)?);
                let plain = exeunt_package::reveal(file, &key)?;
                (format!("{}.zip", self.package.id), plain.size(), Box::new(plain))
            }
            None => (format!("{}.zip.age", self.package.id), self.package.bytes, Box::new(file)),
        };
        let pieces = Pieces::of(source);
        Ok(Download { name, bytes, left: bytes, pieces, found: self, place, agent })
    }
}

impl Download {
    /// The next piece; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<Vec<u8>, Error>> {
        let piece = match self.pieces.next().await? {
            Ok(piece) => piece,
            Err(error) => return Some(Err(error)),
        };
        self.left = self.left.saturating_sub(piece.len() as u64);
        if self.left == 0
            && let Err(error) = self.count().await
        {
            return Some(Err(error));
        }
        Some(Ok(piece))
    }

    async fn count(&self) -> Result<(), Error> {
        let Found { office, link, .. } = &self.found;
        let now = office.now();
        let request = office.engine.store.request(link.request).await?;
        let (place, agent) = (self.place.expose(), self.agent.expose());
        let mut event = office
            .event(Kind::LinkUsed, &Actor::service(office.organization.id))
            .about(link.id)
            .about(link.package)
            .about(link.request)
            .count("bytes", self.bytes);
        // the salt lives with the request and dies with it
        if let Some(salt) = request.salt.as_deref().and_then(|salt| <[u8; 32]>::try_from(salt).ok()) {
            let salt = Secret::new(salt);
            event = event
                .commit("place", Commitment::new(&salt, "place", place.as_bytes()))
                .commit("agent", Commitment::new(&salt, "agent", agent.as_bytes()));
        }
        let key = office.engine.keyring.purpose_key(office.organization.id, PURPOSE)?;
        let plain = serde_json::to_vec(&(place, agent)).unwrap_or_default();
        let mut nonce = [0; 12];
        office.engine.world.chance(&mut nonce);
        let caller = sealing::seal(&key, &format!("{} caller", link.id), nonce, &plain);
        let mut change = office.engine.store.begin().await?;
        if !change.use_link(link.id, now).await? {
            change.rollback().await?;
            return Err(over());
        }
        change.count_opening(link.package).await?;
        change.add_link_download(link.id, now, &caller).await?;
        Ok(change.commit(office.organization.id, &[event]).await?)
    }
}
