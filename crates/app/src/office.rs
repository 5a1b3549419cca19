//! What every use case works with: the engine, the home's places, and what the organization chose.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_audit::note::VerifyingKey;
use exeunt_base::{JobId, OrganizationId, RequestId, Secret};
use exeunt_engine::Engine;
use exeunt_engine::world::secret_bytes;
use exeunt_mail::{Language, Post};
use exeunt_outbound::Outbound;
use exeunt_plan::residency::Residency;
use exeunt_store::organizations::Organization;
use exeunt_store::requests::Request;
use tokio::sync::Notify;

use crate::access::Permission;
use crate::actor::Actor;
use crate::audits::publication::Publication;
use crate::error::Error;
use crate::home::gate;
use crate::home::layout::Layout;
use crate::law::Law;
use crate::maps::Map;
use crate::maps::kept::Kept;
use crate::people::Guards;
use crate::people::providers::KnownProviders;
use crate::requests::intake::Intake;
use crate::sources::added::Connector;
use crate::subprocessors;

/// What an organization chose about its plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Days that erased rows can be restored.
    pub window_days: u32,
    /// Days that purging and looking again may take at the end of the window.
    pub purge_days: u32,
    /// Days for which it is known whose an answered request was.
    pub identities_days: u32,
    /// Days for which somebody who objected to marketing stands in the suppression list.
    pub objection_days: u32,
    /// Most rows one person may have before somebody must confirm.
    pub row_cap: u64,
    /// Whether what is most dangerous takes two people.
    pub two_people: bool,
    /// How sub-processors are announced.
    pub subprocessors: subprocessors::Rules,
    /// Where the organization's data may be, and where this installation is.
    pub residency: Arc<Residency>,
    /// The law it answers to, and its days.
    pub law: Arc<Law>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            window_days: 14,
            purge_days: 2,
            identities_days: 365,
            objection_days: 3_650,
            row_cap: 1_000_000,
            two_people: true,
            subprocessors: subprocessors::Rules::default(),
            residency: Arc::default(),
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
    /// Whether it is the one that the home was made for.
    pub is_own: bool,
    /// Whether it acts although the gate is shut: only to erase again whoever is back.
    pub(crate) through_the_gate: bool,
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
    /// Who makes sources of what is typed in the console; absent where the settings alone say which there are.
    pub connector: Option<Arc<dyn Connector>>,
    /// Told when sources of the console changed.
    pub refurnish: Arc<Notify>,
    /// What keeps guessers slow.
    pub guards: Arc<Guards>,
    /// The way to its mail server; absent where it sends no letters.
    pub post: Option<Arc<Post>>,
    /// Which organizations of this home send letters, and their usual language.
    pub senders: Arc<BTreeMap<OrganizationId, Language>>,
    /// Where people find this service from outside: `https://privacy.example.com`.
    pub public_url: Option<String>,
    /// Who reads its log.
    pub publication: Arc<Publication>,
    /// What identity providers said of themselves lately.
    pub known_providers: Arc<KnownProviders>,
    /// The way to what its people say is to be called.
    pub outbound: Outbound,
}

/// Where there is neither file nor version.
const NO_MAP: &str =
    "there is no data map yet: publish one in the console, or name its files under `map:` in the settings";

/// Most objects one entry names; a wave's events come in several.
const OBJECTS: usize = 1_000;

impl Office {
    /// Lets an actor of this organization pass who may do this. Every use case begins with it. Nobody reaches people's data
    /// while the gate is shut.
    pub fn allow(&self, actor: &Actor, permission: Permission) -> Result<(), Error> {
        if actor.organization != self.organization.id || !actor.powers.has(permission) {
            return Err(Error::Denied(permission));
        }
        if permission.reaches_people() && !self.through_the_gate {
            return self.at_the_gate();
        }
        Ok(())
    }

    /// The same for a job: one that erases again whoever is back goes through the gate.
    pub(crate) fn allow_job(&self, actor: &Actor, job: JobId) -> Result<(), Error> {
        match self.allow(actor, Permission::RunJobs) {
            Err(Error::GateShut { .. }) if gate::lets(&self.layout, self.organization.id, job) => Ok(()),
            allowed => allowed,
        }
    }

    /// Refuses while the gate is shut.
    pub(crate) fn at_the_gate(&self) -> Result<(), Error> {
        if !gate::is_shut(&self.layout, self.organization.id) {
            return Ok(());
        }
        let name = &self.organization.name;
        let of = if self.is_own { String::new() } else { format!(" --organization '{name}'") };
        Err(Error::GateShut { of })
    }

    /// The data map as its files are now; where no files hold it, the version that was published last.
    pub(crate) fn map(&self) -> Result<Arc<Map>, Error> {
        if !self.maps.is_empty() {
            return self.kept_map.read(&self.maps);
        }
        match self.kept_map.published() {
            Some((_, Some(map))) => Ok(map),
            Some((version, None)) => Err(Error::Damaged {
                what: format!("version {version} of the data map"),
                why: String::from("this release does not understand it; publish another one"),
            }),
            None => Err(Error::Usage("E0103", String::from(NO_MAP))),
        }
    }

    /// Looks whether another version of the map was published meanwhile, by this process or another one. Every door does so
    /// for whoever comes in, and every worker before it begins: what was published holds from the next act on.
    pub async fn look_at_map(&self) -> Result<(), Error> {
        if !self.maps.is_empty() {
            return Ok(());
        }
        let Some(newest) = self.engine.store.newest_map(self.organization.id).await? else { return Ok(()) };
        if self.kept_map.published().is_some_and(|(version, _)| version == newest.version) {
            return Ok(());
        }
        let text = self.engine.store.map_text(self.organization.id, newest.version).await?;
        // nobody is kept out by a map that cannot be read: whoever needs it is told
        let map = crate::maps::read::of(&[(crate::maps::NAME.to_owned(), text)]).ok().map(Arc::new);
        self.kept_map.publish(newest.version, map);
        Ok(())
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
