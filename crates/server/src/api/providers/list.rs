//! Identity providers.

use axum::Json;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::wire::page::Page;
use crate::wire::providers::ProviderView;

/// List identity providers
#[utoipa::path(
    get, path = "/api/v1/identity-providers", tag = "people",
    responses((status = 200, description = "All of them", body = Page<ProviderView>))
)]
pub(crate) async fn list_identity_providers(caller: Caller) -> Result<Json<Page<ProviderView>>, Problem> {
    let found = caller.office.list_providers(&caller.actor).await?;
    Ok(Json(Page { items: found.iter().map(ProviderView::from).collect(), next: None }))
}
