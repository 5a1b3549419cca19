//! The logs as files, as witnesses, monitors and other people's tools read them (C2SP tlog-tiles): a head that changes, and
//! tiles and bundles that never do.
//!
//! They are no part of the API's document: a tile's path has as many parts as its number needs, which OpenAPI cannot say.

use std::io::Write;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use exeunt_app::{Actor, Office};
use exeunt_audit::tile::{Content, Tile};
use exeunt_base::OrganizationId;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::service::Service;

/// Every file there is, by method and path.
pub const ROUTES: [(&str, &str); 3] = [
    ("GET", "/log/{organization}/checkpoint"),
    ("GET", "/log/{organization}/policy"),
    ("GET", "/log/{organization}/tile/{*path}"),
];

/// The files.
pub(crate) fn routes() -> Router<Service> {
    let [(_, checkpoint), (_, policy), (_, tile)] = ROUTES;
    Router::new()
        .route(checkpoint, get(show_checkpoint))
        .route(policy, get(show_policy))
        .route(tile, get(show_tile))
}

/// Whoever reads a log: somebody of its organization, or anybody where it is open to everybody.
struct Reader {
    actor: Actor,
    office: Office,
    /// Whether others may keep a copy for everybody.
    public: bool,
}

impl FromRequestParts<Service> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let path = Path::<std::collections::HashMap<String, String>>::from_request_parts(parts, service);
        let wanted = path.await.ok().and_then(|Path(parts)| parts.get("organization")?.parse().ok());
        let office = wanted.and_then(|wanted: OrganizationId| service.house.office(wanted).ok()).cloned();
        if let Some(office) = &office
            && let Some(actor) = office.anybody()
        {
            return Ok(Self { actor, office: office.clone(), public: true });
        }
        // nobody learns by asking which organizations there are
        let caller = Caller::from_request_parts(parts, service).await?;
        match office {
            Some(office) if office.organization.id == caller.office.organization.id => {
                Ok(Self { actor: caller.actor, office, public: false })
            }
            _ => Err(Problem::not_found()),
        }
    }
}

/// The signed head.
async fn show_checkpoint(reader: Reader) -> Result<Response, Problem> {
    let checkpoint = reader.office.published_checkpoint(&reader.actor).await?;
    if checkpoint.is_empty() {
        return Err(Problem::not_found());
    }
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, checkpoint).into_response())
}

/// Whom to trust about it.
async fn show_policy(reader: Reader) -> Result<Response, Problem> {
    let policy = reader.office.trust_policy(&reader.actor)?.to_string();
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, policy).into_response())
}

/// A tile of hashes or a bundle of entries.
async fn show_tile(
    reader: Reader,
    Path((_, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile: Tile = format!("tile/{path}").parse().map_err(|_| Problem::not_found())?;
    let bytes = reader.office.log_tile(&reader.actor, &tile).await?;
    // what a tile holds never changes
    let keep = match reader.public {
        true => "public, max-age=31536000, immutable",
        false => "private, max-age=31536000, immutable",
    };
    let mut told: Vec<(HeaderName, HeaderValue)> = vec![
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    // hashes do not get smaller
    let body = match tile.content() {
        Content::Entries if takes_gzip(&headers) => {
            told.push((header::CONTENT_ENCODING, HeaderValue::from_static("gzip")));
            pressed(&bytes)
        }
        _ => bytes,
    };
    Ok((axum::response::AppendHeaders(told), body).into_response())
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut wanted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    wanted.any(|value| {
        value.split(',').any(|one| {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            let refused =
                weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()) == Some(0.0);
            name.trim().eq_ignore_ascii_case("gzip") && !refused
        })
    })
}

fn pressed(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).and_then(|()| out.finish()).expect("memory takes what is written to it")
}
