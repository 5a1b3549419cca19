//! What a period came to.

use axum::Json;
use axum::http::StatusCode;
use exeunt_rights::Day;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::body::Query;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::reports::MetricsView;

/// Of which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Period {
    /// The first day on which requests were received.
    #[param(value_type = String, format = Date, example = "2026-01-01")]
    from: String,
    /// The last one.
    #[param(value_type = String, format = Date, example = "2026-12-31")]
    to: String,
}

/// Add up the requests received within a period
///
/// How many, how answered, how long it took, and how many in time; as they stand today.
#[utoipa::path(
    get, path = "/api/v1/reports/metrics", tag = "reports", params(Period),
    responses((status = 200, description = "The figures", body = MetricsView))
)]
pub(crate) async fn report_metrics(
    caller: Caller,
    Query(period): Query<Period>,
) -> Result<Json<MetricsView>, Problem> {
    let day = |name: &str, text: &str| {
        let flaw = |_| Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, name, "a day such as `2026-12-31`");
        text.parse::<Day>().map_err(flaw)
    };
    let (from, to) = (day("from", &period.from)?, day("to", &period.to)?);
    let report = caller.office.report_metrics(&caller.actor, from, to).await?;
    let rights = report.metrics.by_right.iter();
    Ok(Json(MetricsView {
        from: report.from.to_string(),
        to: report.to.to_string(),
        as_of: report.as_of.to_string(),
        all: (&report.metrics.all).into(),
        by_right: rights.map(|(right, figures)| (right.as_str().to_owned(), figures.into())).collect(),
    }))
}
