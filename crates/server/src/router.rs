//! Every route there is. The document is made from this list, and from nothing else.

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{
    api_keys, audit, complaints, deltas, enrollments, evidence, holds, jobs, letters, map, organization,
    packages, plans, proposals, providers, regimes, reports, requests, sessions, sign_ins, sources,
    subprocessors, suppression, tasks, users, webhooks, work,
};
use crate::body::MOST_BYTES;
use crate::pages;
use crate::problem::Problem;
use crate::service::Service;
use crate::{call, conditional, console, health, log, metrics};

/// What the document says of itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Exeunt",
        description = "Privacy rights that are really carried out: give me my data, forget me.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem)),
    security(("key" = [])),
    tags(
        (name = "requests", description = "Somebody asks for a right"),
        (name = "holds", description = "What must not be destroyed for now, beyond one request"),
        (name = "plans", description = "What will be done, read before it is approved"),
        (name = "jobs", description = "A plan being carried out"),
        (name = "packages", description = "The answer to access and portability"),
        (name = "letters", description = "What people are told by e-mail"),
        (name = "complaints", description = "Requests stopped by the link in a letter, and complaints"),
        (name = "tasks", description = "Work that was asked for"),
        (name = "deltas", description = "Tables in sources that tell who is to be left out"),
        (name = "map", description = "The data map, and the draft of the next one"),
        (name = "sources", description = "The databases that hold people's data"),
        (name = "reports", description = "What a period came to, and the record of processing"),
        (name = "work", description = "Pausing and stopping what workers do"),
        (name = "subprocessors", description = "Who handles data for the organization, and who is told before"),
        (name = "suppression", description = "Who must not come back by an import, or be written to"),
        (name = "audit", description = "The log of what was done"),
        (name = "webhooks", description = "Addresses that are told what happens to requests"),
        (name = "people", description = "Those who work here, and their programs"),
        (name = "operations", description = "Whether the service is up, and this document"),
    ),
)]
struct Document;

fn all() -> OpenApiRouter<Service> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(requests::submit::submit_request, requests::list::list_requests))
        .routes(routes!(requests::show::show_request))
        .routes(routes!(requests::import::import_requests))
        .routes(routes!(requests::bulk::preview_bulk))
        .routes(routes!(requests::bulk::commit_bulk))
        .routes(routes!(requests::decide::read_statement))
        .routes(routes!(requests::decide::identify_request))
        .routes(routes!(requests::decide::refuse_request))
        .routes(routes!(requests::decide::withdraw_request))
        .routes(routes!(requests::deadline::acknowledge_request))
        .routes(routes!(requests::deadline::pause_deadline))
        .routes(routes!(requests::deadline::resume_deadline))
        .routes(routes!(requests::deadline::extend_deadline))
        .routes(routes!(requests::deadline::correct_received))
        .routes(routes!(requests::decide::cannot_identify))
        .routes(routes!(requests::decide::reopen_request))
        .routes(routes!(regimes::list::list_regimes))
        .routes(routes!(reports::metrics::report_metrics))
        .routes(routes!(reports::processing::record_of_processing))
        .routes(routes!(reports::retention::report_retention))
        .routes(routes!(requests::hold::hold_request))
        .routes(routes!(requests::release::release_request))
        .routes(routes!(holds::place::place_hold, holds::list::list_holds))
        .routes(routes!(holds::list::read_held_rows))
        .routes(routes!(holds::place::lift_hold))
        .routes(routes!(requests::restore::restore_request))
        .routes(routes!(requests::purge::purge_request))
        .routes(routes!(requests::package::make_package))
        .routes(routes!(map::show::show_map))
        .routes(routes!(map::show::list_map_versions))
        .routes(routes!(map::check::check_map))
        .routes(routes!(
            map::draft::show_map_draft,
            map::draft::save_map_draft,
            map::draft::discard_map_draft
        ))
        .routes(routes!(map::draft::diff_map_draft))
        .routes(routes!(map::check::check_map_draft))
        .routes(routes!(map::publish::publish_map))
        .routes(routes!(sources::list::list_sources, sources::add::add_source))
        .routes(routes!(sources::list::show_source, sources::remove::remove_source))
        .routes(routes!(sources::check::check_source))
        .routes(routes!(plans::make::make_plan))
        .routes(routes!(plans::show::show_plan))
        .routes(routes!(plans::approve::approve_plan))
        .routes(routes!(plans::count::count_plan))
        .routes(routes!(jobs::start::start_job, jobs::list::list_jobs))
        .routes(routes!(jobs::show::show_job))
        .routes(routes!(jobs::events::follow_job))
        .routes(routes!(jobs::run::run_job))
        .routes(routes!(jobs::cancel::cancel_job))
        .routes(routes!(jobs::review::list_reviews))
        .routes(routes!(jobs::review::retry_reviews))
        .routes(routes!(jobs::review::leave_reviews))
        .routes(routes!(packages::list::list_packages))
        .routes(routes!(packages::show::show_package, packages::remove::remove_package))
        .routes(routes!(packages::download::download_package))
        .routes(routes!(packages::link::make_link, packages::links::list_links))
        .routes(routes!(packages::unlink::revoke_link))
        .routes(routes!(tasks::show::show_task))
        .routes(routes!(deltas::list::list_deltas))
        .routes(routes!(deltas::push::push_deltas))
        .routes(routes!(letters::list::list_letters))
        .routes(routes!(letters::resend::resend_letter))
        .routes(routes!(letters::places::list_letter_places))
        .routes(routes!(letters::places::draft_letter, letters::places::write_letter_places))
        .routes(routes!(complaints::list::list_stops))
        .routes(routes!(complaints::list::show_stop))
        .routes(routes!(complaints::list::list_open_complaints))
        .routes(routes!(complaints::list::list_complaints))
        .routes(routes!(complaints::read::read_complaint))
        .routes(routes!(complaints::answer::answer_complaint))
        .routes(routes!(work::list::list_halts))
        .routes(routes!(work::pause::pause_source))
        .routes(routes!(work::resume::resume_source))
        .routes(routes!(work::stop::stop_work))
        .routes(routes!(work::lift::lift_stop))
        .routes(routes!(proposals::list::list_proposals))
        .routes(routes!(proposals::confirm::confirm_proposal))
        .routes(routes!(proposals::withdraw::withdraw_proposal))
        .routes(routes!(subprocessors::register::add_subprocessor, subprocessors::list::list_subprocessors))
        .routes(routes!(subprocessors::list::list_public_subprocessors))
        .routes(routes!(subprocessors::show::show_subprocessor))
        .routes(routes!(subprocessors::register::announce_subprocessor))
        .routes(routes!(subprocessors::register::engage_subprocessor))
        .routes(routes!(subprocessors::register::end_subprocessor))
        .routes(routes!(
            subprocessors::register::object_to_subprocessor,
            subprocessors::register::read_objections
        ))
        .routes(routes!(
            subprocessors::subscribers::add_subscriber,
            subprocessors::subscribers::list_subscribers
        ))
        .routes(routes!(subprocessors::subscribers::remove_subscriber))
        .routes(routes!(suppression::add::add_suppression, suppression::show::show_suppression))
        .routes(routes!(suppression::check::check_suppression))
        .routes(routes!(suppression::remove::remove_suppression))
        .routes(routes!(audit::checkpoint::show_checkpoint))
        .routes(routes!(audit::export::export_audit))
        .routes(routes!(evidence::make::make_request_evidence))
        .routes(routes!(evidence::make::make_period_evidence))
        .routes(routes!(enrollments::show::show_enrollment))
        .routes(routes!(enrollments::set_up::set_up_first_admin))
        .routes(routes!(enrollments::accept::accept_invitation))
        .routes(routes!(enrollments::reset::finish_reset))
        .routes(routes!(sessions::sign_in::sign_in, sessions::list::list_sessions))
        .routes(routes!(sessions::step_up::step_up))
        .routes(routes!(sessions::sign_out::sign_out))
        .routes(routes!(sessions::end::end_session))
        .routes(routes!(users::invite::invite_user, users::list::list_users))
        .routes(routes!(users::show::show_user))
        .routes(routes!(users::roles::change_roles))
        .routes(routes!(users::reset::start_reset))
        .routes(routes!(users::disable::disable_user))
        .routes(routes!(api_keys::make::make_api_key, api_keys::list::list_api_keys))
        .routes(routes!(api_keys::revoke::revoke_api_key, api_keys::show::show_api_key))
        .routes(routes!(providers::add::add_identity_provider, providers::list::list_identity_providers))
        .routes(routes!(
            providers::remove::remove_identity_provider,
            providers::change::change_identity_provider
        ))
        .routes(routes!(providers::unbind::unbind_user))
        .routes(routes!(webhooks::add::add_webhook, webhooks::list::list_webhooks))
        .routes(routes!(
            webhooks::show::show_webhook,
            webhooks::change::change_webhook,
            webhooks::remove::remove_webhook
        ))
        .routes(routes!(webhooks::rotate::rotate_webhook))
        .routes(routes!(webhooks::test::test_webhook))
        .routes(routes!(webhooks::deliveries::list_webhook_deliveries))
        .routes(routes!(webhooks::resend::resend_webhook_delivery))
        .routes(routes!(organization::rotate_key::rotate_organization_key))
        .routes(routes!(sign_ins::begin::begin_sign_in))
        .routes(routes!(sign_ins::finish::finish_sign_in))
        .routes(routes!(health::show_health))
        .routes(routes!(health::show_readiness))
        .routes(routes!(metrics::show_metrics))
        .routes(routes!(show_document))
}

/// This document
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "operations", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"))
)]
async fn show_document() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}

/// The OpenAPI document.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, mut document) = all().split_for_parts();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let key = SecurityScheme::Http(
        Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A session's token (`exs_…`) or an API key (`exk_…`)"))
            .build(),
    );
    document.components.get_or_insert_default().security_schemes.insert("key".into(), RefOr::T(key));
    let watch = SecurityScheme::Http(
        Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The token that the settings name for whoever watches the machine"))
            .build(),
    );
    document.components.get_or_insert_default().security_schemes.insert("watch".into(), RefOr::T(watch));
    for path in document.paths.paths.values_mut() {
        for operation in [&mut path.get, &mut path.post, &mut path.put, &mut path.delete, &mut path.patch]
            .into_iter()
            .flatten()
        {
            // whatever else can happen to a call is told in one form
            let problem =
                Content::builder().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
            let response = ResponseBuilder::new()
                .description("Anything else: problem details")
                .content("application/problem+json", problem)
                .build();
            operation.responses.responses.insert("default".into(), RefOr::T(response));
        }
    }
    document
}

/// The service's routes.
pub fn router(service: Service) -> Router {
    let (router, _) = all().split_for_parts();
    finished(router.merge(pages::routes()).merge(console::routes()).merge(log::routes()), service)
}

fn finished(router: Router<Service>, service: Service) -> Router {
    router
        .fallback(|uri: Uri, headers: HeaderMap| async move {
            console::told(Problem::not_found(), &uri, &headers)
        })
        .method_not_allowed_fallback(|uri: Uri, headers: HeaderMap| async move {
            let words = "this is not called by that method; see `/api/v1/openapi.json`";
            let problem = Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "E0905", words);
            console::told(problem, &uri, &headers)
        })
        .layer(middleware::from_fn_with_state(service.clone(), conditional::read))
        .layer(middleware::from_fn_with_state(service.clone(), around))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(middleware::from_fn_with_state(service.clone(), call::told))
        .with_state(service)
}

/// What a process serves that answers no calls of the API, or beside it: whether it is up, and its numbers.
pub fn watching(service: Service) -> Router {
    let (router, _) = OpenApiRouter::new()
        .routes(routes!(health::show_health))
        .routes(routes!(health::show_readiness))
        .routes(routes!(metrics::show_metrics))
        .split_for_parts();
    finished(router, service)
}

/// What holds for every answer: nobody keeps it, nobody guesses its kind, nobody learns where it came from.
async fn around(service: State<Service>, request: Request, next: Next) -> Response {
    let mut response = if service.stop.is_said() && request.uri().path().starts_with("/api/") {
        let mut problem = Problem::new(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            "E0907",
            "the service is ending; ask again in a moment",
        );
        problem.retry_after = Some(2);
        problem.into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
        ("cross-origin-opener-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ] {
        // a page says for itself what it may load
        let entry = response.headers_mut().entry(HeaderName::from_static(name));
        entry.or_insert(HeaderValue::from_static(value));
    }
    response
}
