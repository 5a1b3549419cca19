//! The organization's packages.

use axum::response::Response;

use crate::body::Query;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::packages::PackageView;
use crate::wire::page::{self, Page, PageQuery};

/// List packages, newest first; removed ones too
#[utoipa::path(
    get, path = "/api/v1/packages", tag = "packages", params(PageQuery),
    responses(
        (status = 200, description = "A page of packages", body = Page<PackageView>,
            headers(("Link" = Option<String>, description = "The next page"))),
    )
)]
pub(crate) async fn list_packages(
    caller: Caller,
    Query(wanted): Query<PageQuery>,
) -> Result<Response, Problem> {
    let limit = page::limit(wanted.limit)?;
    let before = page::cursor(wanted.cursor.as_ref())?;
    let found = caller.office.page_of_packages(&caller.actor, before, limit + 1).await?;
    let page = Page::of(found.iter().map(PackageView::from).collect(), limit, |view| view.id.clone());
    Ok(page.answer("/api/v1/packages", &format!("&limit={limit}")))
}
