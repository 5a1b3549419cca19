//! Fetching a package by its link. The house opens its own encryption and gives the archive over the protected connection;
//! what only a passphrase opens is given as it lies there. A download counts when its last piece is handed out, and its last
//! piece is handed out only once it is counted.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, Secret};
use exeunt_engine::sealing;
use exeunt_package::{Extent, Key, Portion, Revealed};
use exeunt_vault::storage::Reader;

use crate::actor::Actor;
use crate::error::Error;
use crate::links::code::over;
use crate::links::find::Found;
use crate::links::{DOWNLOADS, PURPOSE};
use crate::packages::pieces::Pieces;

/// A package, or a portion of it, on its way to a person.
pub struct Download {
    /// How the file is called: ours, so that it holds nothing strange.
    pub name: String,
    /// Its size, where it is known before.
    pub bytes: Option<u64>,
    given: u64,
    ahead: Option<Result<Vec<u8>, Error>>,
    begun: bool,
    pieces: Pieces,
    portion: Option<Portion>,
    found: Found,
    place: Personal,
    agent: Personal,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Download({}, {:?}, {:?} bytes)", self.found.link.id, self.portion, self.bytes)
    }
}

/// A portion that can be taken, and how often still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// Its word: `summary`.
    pub portion: &'static str,
    /// What it takes, packed.
    pub bytes: u64,
    /// How often.
    pub left: u64,
}

impl Found {
    /// Portions of the package that can be taken alone: none where only a passphrase opens it.
    pub async fn portions(&self) -> Result<Vec<Offered>, Error> {
        if self.package.key.is_none() {
            return Ok(Vec::new());
        }
        let used = self.office.engine.store.portions_used(self.link.id).await?;
        let found = self.clone();
        let known = tokio::task::spawn_blocking(move || -> Result<Vec<Extent>, Error> {
            Ok(exeunt_package::portions(found.plain()?)?)
        });
        let known = known.await.map_err(|_| damaged("looking into it broke off"))??;
        let left = |extent: Extent| {
            let used =
                used.iter().find(|(word, _)| word == extent.portion.as_str()).map_or(0, |(_, used)| *used);
            Offered {
                portion: extent.portion.as_str(),
                bytes: extent.bytes,
                left: DOWNLOADS.saturating_sub(used),
            }
        };
        Ok(known.into_iter().map(left).collect())
    }

    fn plain(&self) -> Result<Revealed<Reader>, Error> {
        let file = Reader::new(self.office.engine.packages.open(&self.package.file)?);
        let key = Key::Identity(self.office.engine.package_identity(&self.package)?);
        Ok(exeunt_package::reveal(file, &key)?)
    }

    /// Begins a download of a portion of the package by its word, or of the whole where there is none of that word. Whoever calls has checked a code; `place` and `agent` are from where
    /// and with what.
    pub fn fetch(self, portion: &str, place: Personal, agent: Personal) -> Result<Download, Error> {
        let portion = Portion::from_word(portion);
        let id = self.package.id;
        let (name, bytes, pieces) = match (portion, &self.package.key) {
            (Some(portion), Some(_)) => {
                let plain = self.plain()?;
                let pieces = Pieces::made(move |out| exeunt_package::write_portion(plain, portion, out));
                (format!("{id}-{}.zip", portion.as_str()), None, pieces)
            }
            (Some(_), None) => return Err(over()),
            (None, Some(_)) => {
                let plain = self.plain()?;
                (format!("{id}.zip"), Some(plain.size()), Pieces::of(Box::new(plain)))
            }
            (None, None) => {
                let file = Reader::new(self.office.engine.packages.open(&self.package.file)?);
                (format!("{id}.zip.age"), Some(self.package.bytes), Pieces::of(Box::new(file)))
            }
        };
        Ok(Download {
            name,
            bytes,
            given: 0,
            ahead: None,
            begun: false,
            pieces,
            portion,
            found: self,
            place,
            agent,
        })
    }
}

impl Download {
    /// The next piece; `None` after the last one, which is handed out only once the download is counted.
    pub async fn next(&mut self) -> Option<Result<Vec<u8>, Error>> {
        if !self.begun {
            self.begun = true;
            self.ahead = self.pieces.next().await;
        }
        let piece = match self.ahead.take()? {
            Ok(piece) => piece,
            Err(error) => return Some(Err(error)),
        };
        self.given += piece.len() as u64;
        self.ahead = self.pieces.next().await;
        if self.ahead.is_none() {
            // one that ends early is not the whole
            if self.bytes.is_some_and(|bytes| bytes != self.given) {
                return Some(Err(damaged("it ended early")));
            }
            if let Err(error) = self.count().await {
                return Some(Err(error));
            }
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
            .count("bytes", self.given)
            .fact("portion", self.portion.map_or("whole", Portion::as_str));
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
        let used = match self.portion {
            Some(portion) => change.use_portion(link.id, portion.as_str(), DOWNLOADS, now).await?,
            None => change.use_link(link.id, now).await?,
        };
        if !used {
            change.rollback().await?;
            return Err(over());
        }
        change.count_opening(link.package).await?;
        change.add_link_download(link.id, now, &caller).await?;
        Ok(change.commit(office.organization.id, &[event]).await?)
    }
}

fn damaged(why: &str) -> Error {
    Error::Damaged { what: String::from("a package"), why: why.to_owned() }
}
