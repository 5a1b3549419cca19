//! The regimes there are.

use axum::Json;
use exeunt_app::law::KeptPack;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::deadlines::{RegimeView, Regimes};

/// List the regimes there are
///
/// Those that came with the program, and those of the settings.
#[utoipa::path(
    get, path = "/api/v1/regimes", tag = "requests",
    responses((status = 200, description = "They", body = Regimes))
)]
pub(crate) async fn list_regimes(caller: Caller) -> Result<Json<Regimes>, Problem> {
    let law = caller.office.law(&caller.actor)?;
    let view = |kept: &KeptPack| {
        let pack = serde_json::to_value(&kept.pack).unwrap_or_default();
        RegimeView {
            id: kept.pack.id.clone(),
            version: kept.pack.version,
            name: kept.pack.name.clone(),
            status: pack["status"].as_str().unwrap_or_default().to_owned(),
            usual: kept.pack.id == law.usual(),
            signed_by: kept.signed_by.clone(),
            pack,
        }
    };
    Ok(Json(Regimes { regimes: law.packs().map(view).collect() }))
}
