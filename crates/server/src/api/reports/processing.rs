//! The record of processing.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::reports::{Gap, RecordView};
use crate::wire::subprocessors::SubprocessorView;

/// Show the record of processing
///
/// As GDPR Article 30 asks for it, put together from the data map as it is now.
#[utoipa::path(
    get, path = "/api/v1/reports/processing", tag = "reports",
    responses((status = 200, description = "It", body = RecordView))
)]
pub(crate) async fn record_of_processing(caller: Caller) -> Result<Json<RecordView>, Problem> {
    let record = caller.office.record_of_processing(&caller.actor).await?;
    let gap = |(model, what): (String, &str)| Gap { model, missing: what.to_owned() };
    Ok(Json(RecordView {
        organization: record.organization,
        map: format!("sha256:{}", record.map_digest),
        regions: record.regions,
        subprocessors: record.subprocessors.iter().map(SubprocessorView::from).collect(),
        activities: record.activities.into_iter().map(Into::into).collect(),
        gaps: record.gaps.into_iter().map(gap).collect(),
    }))
}
