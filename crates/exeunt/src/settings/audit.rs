//! Who may read an organization's log, and who watches it grow.

use exeunt_app::audits::publication::{Publication, Witness};
use exeunt_audit::note::{Algorithm, VerifyingKey};
use exeunt_audit::policy::MOST;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::settings::serve::Switch;

/// Settings of the log.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AuditSettings {
    /// Whether anybody may read the log at `/log/…`; absent: only whoever may read the audit.
    pub(crate) public: Switch,
    /// Who signs the log's heads beside us.
    pub(crate) witnesses: Vec<WitnessSettings>,
    /// How many of them must have signed before a head is shown; absent: none.
    pub(crate) quorum: u32,
}

/// A witness.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WitnessSettings {
    /// Its public key, as `exeunt witness init` prints it: `name+id+key`.
    pub(crate) key: String,
    /// Where it takes heads: `https://witness.example`; plain HTTP only on this machine.
    pub(crate) url: String,
}

impl AuditSettings {
    /// What was chosen, or what is wrong with it.
    pub(crate) fn publication(&self) -> Result<Publication, String> {
        let mut witnesses: Vec<Witness> = Vec::new();
        for one in &self.witnesses {
            let key: VerifyingKey =
                one.key.trim().parse().map_err(|error| format!("`key` of a witness: {error}"))?;
            if key.algorithm() != Algorithm::Cosignature {
                return Err(String::from("`key` of a witness: that is a log's key, not a witness's"));
            }
            if witnesses.iter().any(|known| known.key.material() == key.material()) {
                return Err(format!("the witness `{}` is named twice", key.name()));
            }
            let address = one.url.parse().map_err(|error| format!("`url` of a witness: {error}"))?;
            witnesses.push(Witness { key, address });
        }
        let quorum = self.quorum as usize;
        if quorum > witnesses.len() || witnesses.len() > MOST {
            return Err(format!(
                "`quorum` is 0 to the number of witnesses, and there are at most {MOST} of them"
            ));
        }
        let public = self.public == Switch::On;
        Ok(Publication { public, witnesses, quorum, ..Publication::default() })
    }
}
