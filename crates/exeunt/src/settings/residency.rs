//! Where the organization's data may be, and where this installation is, in the settings.

use exeunt_datamap::region::{NoRegion, Region, Regions};
use exeunt_plan::residency::{Residency, Server};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The variable that says where this process runs.
pub(crate) const HERE: &str = "EXEUNT_REGION";

/// One region or a list of them.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[schemars(inline)]
#[serde(untagged)]
pub(crate) enum Words {
    /// One.
    One(Word),
    /// Several.
    Many(Vec<Word>),
}

/// A region as it is written: Norway without quotes is a *false* for YAML.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[schemars(inline, with = "String")]
#[serde(untagged)]
pub(crate) enum Word {
    /// As text.
    Text(String),
    /// As something else.
    Flag(bool),
}

impl Word {
    fn read(&self) -> Result<Region, String> {
        match self {
            Self::Text(word) => word.parse().map_err(|bad: NoRegion| bad.to_string()),
            Self::Flag(_) => Err(String::from(
                "without quotes this is *true* or *false* and no region; Norway is written `\"no\"`",
            )),
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Words {
    pub(crate) fn one(word: &str) -> Self {
        Self::One(Word::Text(word.to_owned()))
    }

    /// As regions.
    pub(crate) fn read(&self) -> Result<Regions, String> {
        let words = match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Many(words) => words,
        };
        words.iter().map(Word::read).collect()
    }
}

/// Where this installation is. Once anything here or a `region:` in the map is said, all must be.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ResidencySettings {
    /// Where the home's files are, vault and packages among them: `eu-de`.
    pub(crate) storage: Option<String>,
    /// Where the server of the control store is; a file of the home is where the home is.
    pub(crate) store: Option<String>,
    /// Where work is carried out, one region or several. Where there are several, `EXEUNT_REGION` tells each process its own.
    pub(crate) workers: Words,
}

impl ResidencySettings {
    /// Says what cannot be read, by its key.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        for (key, word) in [("storage", &self.storage), ("store", &self.store)] {
            region(word.as_deref()).map_err(|bad| (key, bad.to_string()))?;
        }
        self.workers.read().map(drop).map_err(|bad| ("workers", bad))
    }

    /// With what an organization allows. `on_server` is whether the control store is on one; an error is what stands in the way.
    pub(crate) fn of(&self, allowed: &Words, on_server: bool) -> Result<Residency, String> {
        let told = |bad: NoRegion| bad.to_string();
        let workers = self.workers.read()?;
        let named = std::env::var(HERE).ok().filter(|word| !word.is_empty());
        let named = region(named.as_deref()).map_err(|bad| format!("the variable {HERE}: {bad}"))?;
        let only = workers.iter().next().filter(|_| workers.iter().count() == 1).cloned();
        Ok(Residency {
            allowed: allowed.read()?,
            storage: region(self.storage.as_deref()).map_err(told)?,
            store: match (on_server, region(self.store.as_deref()).map_err(told)?) {
                (false, _) => Server::None,
                (true, None) => Server::Somewhere,
                (true, Some(region)) => Server::In(region),
            },
            here: named.or(only),
            workers,
        })
    }
}

fn region(word: Option<&str>) -> Result<Option<Region>, NoRegion> {
    word.map(str::parse).transpose()
}
