//! The door: finds the home, reads the settings, asks for the key, and lets a command into the office.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use exeunt_app::home::Layout;
use exeunt_app::home::open::{self, Kept, Opening, Room};
use exeunt_app::sources::added::Connector;
use exeunt_app::{Actor, House, Office, Policy};
use exeunt_base::{Name, hex};
use exeunt_engine::World;
use exeunt_vault::{InToken, Keeper, KeyFile, Passphrase};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::passphrase;
use crate::remote::{self, Remote};
use crate::settings::{Settings, Switch};
use crate::sources::{self, InConsole};
use crate::world::System;

/// The folder a home is in when nobody says.
const USUAL: &str = ".exeunt";

/// Whether a command talks to databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Only our own memory.
    Home,
    /// The sources too.
    Sources,
    /// Everything that a service needs: the password of the mail server, too.
    Service,
}

/// Who is asked.
pub(crate) enum Way {
    /// The office of the home on this machine.
    Here(Box<Office>, Actor),
    /// A running service.
    There(Arc<Remote>),
}

/// The way in.
pub(crate) struct Door {
    /// The home folder.
    pub(crate) home: PathBuf,
    /// The settings file, when it is another than the home's.
    settings: Option<PathBuf>,
    /// Whether to answer in JSON.
    pub(crate) json: bool,
    /// Time and chance.
    pub(crate) world: Arc<System>,
    /// Sources at other addresses than the settings say.
    pub(crate) at: Vec<(Name, String)>,
    /// Whose office to open; the home's own when nobody says.
    pub(crate) organization: Option<String>,
    /// The service to ask instead of a home.
    pub(crate) remote: Option<Arc<Remote>>,
}

impl Door {
    /// By the global options.
    pub(crate) fn new(cli: &Cli) -> Result<Self, Failure> {
        let named = cli.home.clone().or_else(|| std::env::var_os("EXEUNT_HOME").map(PathBuf::from));
        let door = Self::of(&named.unwrap_or_else(|| PathBuf::from(USUAL)), cli.json);
        let settings =
            cli.settings.clone().or_else(|| std::env::var_os("EXEUNT_SETTINGS").map(PathBuf::from));
        let door = Self { organization: cli.organization.clone(), settings, ..door };
        let remote = Remote::by_options(cli, &door.world)?.map(Arc::new);
        Ok(Self { remote, ..door })
    }

    /// Whom to ask: the service that was named, or the office here.
    pub(crate) async fn way(&self, needs: Needs) -> Result<Way, Failure> {
        if let Some(remote) = &self.remote {
            return Ok(Way::There(Arc::clone(remote)));
        }
        let (office, actor) = self.office(needs).await?;
        Ok(Way::Here(Box::new(office), actor))
    }

    /// To a home.
    pub(crate) fn of(home: &Path, json: bool) -> Self {
        Self {
            home: home.to_owned(),
            settings: None,
            json,
            world: Arc::new(System::default()),
            at: Vec::new(),
            organization: None,
            remote: None,
        }
    }

    /// Some sources are to be found elsewhere.
    pub(crate) fn at(mut self, at: &[(Name, String)]) -> Self {
        self.at = at.to_vec();
        self
    }

    /// The day, in UTC.
    pub(crate) fn today(&self) -> time::Date {
        self.world.now().to_utc().date()
    }

    /// The settings file that was named, when it is another than the home's.
    pub(crate) fn named_settings(&self) -> Option<&Path> {
        self.settings.as_deref()
    }

    /// The settings; *no home* when there are none.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        if self.remote.is_some() {
            return Err(remote::Error::NoForm.into());
        }
        if let Some(path) = &self.settings {
            return Settings::read(path);
        }
        let path = Layout::new(&self.home).settings();
        if !path.exists() {
            return Err(exeunt_app::Error::NoHome(self.home.clone()).into());
        }
        Settings::read(&path)
    }

    /// The settings, or none: some commands need no home.
    pub(crate) fn settings_if_any(&self) -> Result<Option<Settings>, Failure> {
        if self.remote.is_some() {
            return Ok(None);
        }
        let there = self.settings.is_some() || Layout::new(&self.home).settings().exists();
        if there { self.settings().map(Some) } else { Ok(None) }
    }

    /// Where everything lies, as the settings have it.
    pub(crate) fn layout(&self, settings: &Settings) -> Layout {
        let mut layout = Layout::new(&self.home);
        if let Some(path) = &settings.checkpoints {
            layout.checkpoints = settings.path(path);
        }
        if let Some(path) = &settings.packages {
            layout.packages = settings.path(path);
        }
        layout
    }

    /// Where blobs and packages are kept, when that is not in folders of the home. Nothing is called yet.
    pub(crate) fn kept(&self, settings: &Settings) -> Result<Option<Kept>, Failure> {
        let Some(storage) = &settings.storage else { return Ok(None) };
        let bucket = storage
            .bucket(&settings.base, Arc::clone(&self.world) as Arc<dyn exeunt_bucket::Pace>)
            .map_err(|error| Failure::Settings(format!("the storage: {error}")))?;
        Ok(bucket.map(|bucket| Kept {
            vault: Arc::new(bucket.part("vault")),
            packages: Arc::new(bucket.part("packages")),
        }))
    }

    /// Opens the office: of the organization that was named, or of the home's own.
    pub(crate) async fn office(&self, needs: Needs) -> Result<(Office, Actor), Failure> {
        let settings = self.settings()?;
        let keeper = self.keeper(&settings)?;
        let operator = operator();
        let opening = self.opening(&settings, &*keeper, needs, &operator).await?;
        Ok(open::open(opening, self.organization.as_deref()).await?)
    }

    /// Opens the house with all its offices.
    pub(crate) async fn house(&self) -> Result<House, Failure> {
        let settings = self.settings()?;
        let keeper = self.keeper(&settings)?;
        let operator = operator();
        let opening = self.opening(&settings, &*keeper, Needs::Service, &operator).await?;
        Ok(open::open_house(opening).await?)
    }

    /// What the house is opened with.
    pub(crate) async fn opening<'a>(
        &self,
        settings: &Settings,
        keeper: &'a dyn Keeper,
        needs: Needs,
        operator: &'a str,
    ) -> Result<Opening<'a>, Failure> {
        let layout = self.layout(settings);
        let public_url = settings.serve.as_ref().and_then(|serve| serve.public_url.clone());
        let mut others = Vec::new();
        for path in &settings.organizations {
            let other = Settings::read_other(&settings.path(path))?;
            // whoever works in one office does not wait for another one's databases
            let needs = match &self.organization {
                Some(name) if *name != other.organization => Needs::Home,
                _ => needs,
            };
            others.push(self.room((&other, settings), &layout, needs, &public_url).await?);
        }
        Ok(Opening {
            store: settings.place(&layout.store())?,
            own: self.room((settings, settings), &layout, needs, &public_url).await?,
            others,
            layout,
            kept: self.kept(settings)?,
            keeper,
            world: Arc::clone(&self.world) as Arc<dyn World>,
            operator,
        })
    }

    /// What one organization chose, in a home with these settings.
    async fn room(
        &self,
        (settings, home): (&Settings, &Settings),
        layout: &Layout,
        needs: Needs,
        public_url: &Option<String>,
    ) -> Result<Room, Failure> {
        let mail = settings.mail.as_ref().map(|mail| match needs {
            Needs::Service => mail.with_password(&settings.organization, &settings.base),
            Needs::Home | Needs::Sources => mail.without_password(&settings.organization),
        });
        let mail = mail.transpose().map_err(Failure::Settings)?;
        let outbound = settings.outbound.as_ref().map(|outbound| match needs {
            Needs::Service => outbound.way(&settings.base),
            // who only looks is not kept from it by a file that is gone; nothing more is called without it
            Needs::Home | Needs::Sources => Ok(outbound.way(&settings.base).unwrap_or_default()),
        });
        let outbound = outbound.transpose().map_err(Failure::Settings)?.unwrap_or_default();
        let sources = match needs {
            Needs::Home => Default::default(),
            Needs::Sources | Needs::Service => sources::connect(Some(settings), &self.at).await?,
        };
        let (mut known, mut deltas, mut work_hours) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        for (name, source) in &settings.sources {
            let Ok(name) = Name::new(name) else { continue };
            deltas.extend(source.target().map(|target| (name.clone(), target)));
            work_hours.extend(source.hours().map(|hours| (name.clone(), hours)));
            known.insert(name);
        }
        let alone = home.organizations.is_empty();
        let in_console = settings.sources_in_console.map_or(alone, |switch| switch == Switch::On);
        // one organization names no file of another
        let folder = std::ptr::eq(settings, home).then(|| layout.sources());
        let connector = in_console.then(|| Arc::new(InConsole { folder }) as Arc<dyn Connector>);
        Ok(Room {
            name: settings.organization.clone(),
            sources,
            // whoever asks no source waits for none
            connector: connector.filter(|_| needs != Needs::Home),
            maps: settings.map.0.iter().map(|path| settings.path(path)).collect(),
            policy: Policy {
                window_days: settings.window_days,
                purge_days: settings.purge_days,
                identities_days: settings.identities_days,
                objection_days: settings.objection_days,
                law: Arc::new(settings.law.read(&settings.base)?),
                row_cap: settings.row_cap,
                two_people: settings.two_people,
                subprocessors: settings.subprocessors.rules(),
                residency: Arc::new(settings.residency(home)?),
            },
            settings: exeunt_engine::Settings {
                rows_per_second: settings.rows_per_second,
                jobs_at_a_time: settings.jobs_at_a_time,
                batch_rows: settings.batch_rows,
                matches_cap: settings.matches_cap,
                scratch: layout.packages.clone(),
                package_days: settings.package_days,
                suppression_days: settings.suppression_days,
                sources: known,
                deltas,
                work_hours,
                ..exeunt_engine::Settings::default()
            },
            mail: mail.map(|(post, language)| (Arc::new(post), language)),
            public_url: public_url.clone(),
            publication: Arc::new(settings.audit.publication().map_err(Failure::Settings)?),
            outbound,
        })
    }

    /// Who keeps the unseal secret.
    pub(crate) fn keeper(&self, settings: &Settings) -> Result<Box<dyn Keeper>, Failure> {
        let layout = Layout::new(&self.home);
        let unseal = &settings.unseal;
        if let Some(token) = &unseal.token {
            return Ok(Box::new(InToken(Arc::new(token.open(&settings.base)?))));
        }
        if let Some(phrase) = passphrase::of(settings)? {
            return Ok(Box::new(Passphrase::open(&layout.passphrase_salt(), &phrase)?));
        }
        let path = unseal.key_file.as_ref().map_or_else(|| layout.key_file(), |path| settings.path(path));
        Ok(Box::new(KeyFile::open(&path)?))
    }

    /// A name for this process, for leases.
    pub(crate) fn owner(&self) -> String {
        let mut chance = [0; 4];
        self.world.chance(&mut chance);
        format!("pid-{}-{}", std::process::id(), hex::encode(&chance))
    }
}

/// The word the log's operator file is named by: the user the system runs us as.
pub(crate) fn operator() -> String {
    match std::fs::metadata("/proc/self") {
        Ok(about) => format!("uid-{}", about.uid()),
        Err(_) => String::from("operator"),
    }
}
