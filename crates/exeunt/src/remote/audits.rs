//! The log of a service, what proves what stands in it, and the laws it answers to.

use exeunt_app::audits::export::Form;
use exeunt_app::law::{self, KeptPack};
use exeunt_base::RequestId;
use exeunt_rights::Day;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::remote::{Error, Remote};

impl Remote {
    /// The log, whole.
    pub(crate) async fn export_audit(&self, form: Form) -> Result<Vec<u8>, Error> {
        let word = match form {
            Form::JsonLines => "jsonl",
            Form::Csv => "csv",
        };
        self.file(&format!("/audit/export?format={word}")).await
    }

    /// Has the pack of a request made.
    pub(crate) async fn make_request_evidence(&self, request: RequestId) -> Result<Vec<u8>, Error> {
        self.made_file(&format!("/requests/{request}/evidence"), &json!({})).await
    }

    /// Has the pack of a period made.
    pub(crate) async fn make_period_evidence(&self, from: Day, to: Day) -> Result<Vec<u8>, Error> {
        self.made_file("/evidence", &json!({ "from": from.to_string(), "to": to.to_string() })).await
    }

    /// The regimes there are, and the id of the usual one. The texts they were read from are not told.
    pub(crate) async fn list_regimes(&self) -> Result<(Vec<KeptPack>, String), Error> {
        #[derive(Deserialize)]
        struct All {
            regimes: Vec<One>,
        }
        #[derive(Deserialize)]
        struct One {
            usual: bool,
            signed_by: Option<String>,
            pack: Value,
        }
        let all: All = self.get("/regimes").await?;
        let (mut packs, mut usual) = (Vec::new(), String::new());
        for one in all.regimes {
            let pack: exeunt_rights::regime::Pack = serde_json::from_value(one.pack)
                .map_err(|_| Error::Unreadable { host: self.host().to_owned(), status: 200 })?;
            if one.usual {
                usual.clone_from(&pack.id);
            }
            packs.push(KeptPack { pack, body: String::new(), signed_by: one.signed_by });
        }
        Ok((packs, usual))
    }

    /// One regime.
    pub(crate) async fn show_regime(&self, id: &str) -> Result<KeptPack, Failure> {
        let (packs, _) = self.list_regimes().await?;
        Ok(law::named(packs.iter().map(|kept| (kept.pack.id.as_str(), kept)), id)?.clone())
    }
}
