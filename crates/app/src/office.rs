//! What every use case works with: the engine, the home's places, and what the organization chose.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_audit::note::VerifyingKey;
use exeunt_base::{OrganizationId, RequestId, Secret};
use exeunt_engine::Engine;
use exeunt_engine::world::secret_bytes;
use exeunt_mail::{Language, Post};
use exeunt_store::organizations::Organization;
use exeunt_store::requests::Request;
use tokio::sync::Notify;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::home::layout::Layout;
use crate::law::Law;
use crate::maps::Map;
use crate::maps::kept::Kept;
use crate::people::Guards;
use crate::requests::intake::Intake;

/// What an organization chose about its plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Days that erased rows can be restored.
    pub window_days: u32,
    /// Days that purging and looking again may take at the end of the window.
    pub purge_days: u32,
    /// Most rows one person may have before somebody must confirm.
    pub row_cap: u64,
    /// Where the organization keeps its data: `eu`.
    pub region: String,
    /// The law it answers to, and its days.
    pub law: Arc<Law>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            window_days: 14,
            purge_days: 2,
            row_cap: 1_000_000,
            region: String::from("eu"),
            law: Arc::default(),
        }
    }
}

/// An open home.
#[derive(Debug, Clone)]
pub struct Office {
    /// The hands.
    pub engine: Engine,
    /// What lies where.
    pub layout: Layout,
    /// Whose office it is.
    pub organization: Organization,
    /// What it chose.
    pub policy: Policy,
    /// Files of the map.
    pub maps: Vec<PathBuf>,
    /// The map as it was read last.
    pub kept_map: Arc<Kept>,
    /// Requests that wait to be written down.
    pub intake: Arc<Intake>,
    /// The key that checks its log.
    pub log_key: VerifyingKey,
    /// Rung when there is new work for this process's workers.
    pub bell: Arc<Notify>,
    /// What keeps guessers slow.
    pub guards: Arc<Guards>,
    /// The way to its mail server; absent where it sends no letters.
    pub post: Option<Arc<Post>>,
    /// Which organizations of this home send letters, and their usual language.
    pub senders: Arc<BTreeMap<OrganizationId, Language>>,
    /// Where people find this service from outside: `https://privacy.example.com`.
    pub public_url: Option<String>,
}

/// Most objects one entry names; a wave's events come in several.
const OBJECTS: usize = 1_000;

impl Office {
    /// Lets an actor of this organization pass who may do this. Every use case begins with it.
    pub fn allow(&self, actor: &Actor, permission: Permission) -> Result<(), Error> {
        if actor.organization == self.organization.id && actor.powers.has(permission) {
            return Ok(());
        }
        Err(Error::Denied(permission))
    }

    /// The data map as its files are now.
    pub(crate) fn map(&self) -> Result<Arc<Map>, Error> {
        self.kept_map.read(&self.maps)
    }

    /// An event by this actor.
    pub(crate) fn event(&self, kind: Kind, actor: &Actor) -> Event {
        self.engine.event(kind, actor.id)
    }

    /// The same event for many requests: as many entries as it takes.
    pub(crate) fn events_about(&self, event: &Event, requests: &[RequestId]) -> Vec<Event> {
        if requests.is_empty() {
            return vec![event.clone()];
        }
        let total = requests.len() as u64;
        requests
            .chunks(OBJECTS)
            .map(|chunk| {
                let event = event.clone().count("requests", total);
                chunk.iter().fold(event, |event, request| event.about(*request))
            })
            .collect()
    }

    /// Fresh secret bytes.
    pub(crate) fn chance(&self) -> Secret<[u8; 32]> {
        secret_bytes(&*self.engine.world)
    }

    /// A request of this organization. Another's answers *not found*.
    pub async fn request(&self, id: RequestId) -> Result<Request, Error> {
        let request = self.engine.store.request(id).await?;
        self.own(request.organization, "request", &id.to_string())?;
        Ok(request)
    }

    pub(crate) fn own(
        &self,
        found: exeunt_base::OrganizationId,
        what: &'static str,
        id: &str,
    ) -> Result<(), Error> {
        if found == self.organization.id {
            return Ok(());
        }
        Err(exeunt_store::Error::NotFound { what, id: id.to_owned() }.into())
    }
}
