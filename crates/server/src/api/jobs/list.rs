//! The organization's jobs.

use axum::response::Response;

use crate::body::Query;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::jobs::JobView;
use crate::wire::page::{self, Page, PageQuery};

/// List jobs, newest first
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "jobs", params(PageQuery),
    responses(
        (status = 200, description = "A page of jobs", body = Page<JobView>,
            headers(("Link" = Option<String>, description = "The next page"))),
    )
)]
pub(crate) async fn list_jobs(caller: Caller, Query(wanted): Query<PageQuery>) -> Result<Response, Problem> {
    let limit = page::limit(wanted.limit)?;
    let before = page::cursor(wanted.cursor.as_ref())?;
    let found = caller.office.page_of_jobs(&caller.actor, before, limit + 1).await?;
    let page = Page::of(found.iter().map(JobView::from).collect(), limit, |view| view.id.clone());
    Ok(page.answer("/api/v1/jobs", &format!("&limit={limit}")))
}
