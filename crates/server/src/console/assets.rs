//! What the pages are dressed in: one style sheet and one script, named by their contents, so that browsers keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_plan::digest;

/// One file.
pub(crate) struct Asset {
    /// Where it is.
    pub(crate) href: String,
    kind: &'static str,
    text: &'static str,
}

/// Letters of the digest in a name.
const DIGEST: usize = 16;

/// The style sheet.
pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("app", "css", "text/css; charset=utf-8", include_str!("../../assets/app.css"))
});

/// The script.
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("app", "js", "text/javascript; charset=utf-8", include_str!("../../assets/app.js"))
});

/// What pages for people who are no users are dressed in.
pub(crate) static PORTAL_STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("portal", "css", "text/css; charset=utf-8", include_str!("../../assets/portal.css"))
});

impl Asset {
    fn new(name: &str, ending: &str, kind: &'static str, text: &'static str) -> Self {
        let mut digest = digest::of_text(text);
        digest.truncate(DIGEST);
        Self { href: format!("/assets/{name}-{digest}.{ending}"), kind, text }
    }
}

/// One of them; a name of another release is not there.
pub(crate) async fn show(Path(name): Path<String>) -> Response {
    let wanted = format!("/assets/{name}");
    for asset in [&*STYLE, &*SCRIPT, &*PORTAL_STYLE] {
        if asset.href == wanted {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
            ];
            return (headers, asset.text).into_response();
        }
    }
    StatusCode::NOT_FOUND.into_response()
}

#[cfg(test)]
mod tests {
    use super::{PORTAL_STYLE, SCRIPT, STYLE};

    #[test]
    fn they_are_small_and_load_nothing_from_elsewhere() {
        for asset in [&*STYLE, &*SCRIPT, &*PORTAL_STYLE] {
            assert!(asset.text.len() < 30_000, "{} has {} bytes", asset.href, asset.text.len());
            for word in ["http://", "https://", "@import", "eval("] {
                assert!(!asset.text.contains(word), "{} holds {word}", asset.href);
            }
        }
    }
}
