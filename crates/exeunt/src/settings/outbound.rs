//! What an organization's own settings of calls may reach, in the settings: the operator's word, not its people's.

use std::path::{Path, PathBuf};

use exeunt_outbound::{Internal, Outbound};
use schemars::JsonSchema;
use serde::Deserialize;

/// Settings of calls to addresses that an organization's people write down. They go out into the internet alone, by https.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutboundSettings {
    /// Places inside that may be called all the same: `https://login.corp:8443`, or `http://127.0.0.1:9000` on this machine.
    #[serde(default)]
    pub(crate) internal: Vec<String>,
    /// A file with certificates of authorities that are trusted beside those this machine trusts.
    #[serde(default)]
    pub(crate) ca_file: Option<PathBuf>,
}

impl OutboundSettings {
    /// Says what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.internal().map(|_| ())
    }

    /// The way out; relative paths start from `base`.
    pub(crate) fn way(&self, base: &Path) -> Result<Outbound, String> {
        let authority = match self.ca_file.as_ref().map(|path| base.join(path)) {
            Some(path) => Some(std::fs::read(&path).map_err(|error| {
                format!("could not read the authorities of `outbound` in `{}`: {error}", path.display())
            })?),
            None => None,
        };
        Ok(Outbound::new(self.internal()?, authority))
    }

    fn internal(&self) -> Result<Vec<Internal>, String> {
        let read =
            |text: &String| Internal::parse(text).map_err(|why| format!("`internal` of `outbound`: {why}"));
        self.internal.iter().map(read).collect()
    }
}
