//! How sub-processors are announced, in the settings.

use exeunt_app::subprocessors::Rules;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::settings::serve::Switch;

/// Sub-processors.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SubprocessorSettings {
    /// Days between a notice and the first day on which a sub-processor may be engaged; 0 to 365.
    #[schemars(range(max = 365))]
    pub(crate) notice_days: u32,
    /// Whether anybody may read those that are announced or engaged, at `/api/v1/organizations/ID/subprocessors`.
    pub(crate) public: Switch,
}

impl Default for SubprocessorSettings {
    fn default() -> Self {
        Self { notice_days: Rules::default().notice_days, public: Switch::Off }
    }
}

impl SubprocessorSettings {
    /// As the office wants it.
    pub(crate) fn rules(&self) -> Rules {
        Rules { notice_days: self.notice_days, is_public: self.public == Switch::On }
    }
}
