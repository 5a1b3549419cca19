//! The doors of the console: who gets in, from where, and what everybody else is told.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use exeunt_app::access::{Permission, Role};
use exeunt_server::console;

use crate::home::{Answer, Home};
use crate::visitor::form;

/// What a page asks of whoever opens it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// To be signed in.
    Self_,
    /// This permission.
    May(Permission),
}
use Needs::{May, Self_};

/// What each page asks. A new one is missing here until somebody has thought about it.
const NEEDS: &[(&str, &str, Needs)] = &[
    ("GET", "/", Self_),
    ("GET", "/customers", May(Permission::FindCustomers)),
    ("POST", "/customers", May(Permission::FindCustomers)),
    ("GET", "/customers/{customer}", May(Permission::FindCustomers)),
    ("POST", "/customers/{customer}/reveal", May(Permission::FindCustomers)),
    ("POST", "/customers/{customer}/ask", May(Permission::SubmitRequests)),
    ("POST", "/sign-out", Self_),
    ("GET", "/me", Self_),
    ("POST", "/me/password", Self_),
    ("POST", "/me/keys", Self_),
    ("POST", "/me/sessions/end-others", Self_),
    ("POST", "/me/sessions/{session}/end", Self_),
    ("GET", "/requests/{id}", May(Permission::ReadRequests)),
    ("POST", "/requests/{id}/acts/{act}", May(Permission::ReadRequests)),
    ("POST", "/requests/{id}/statement", May(Permission::ReadStatements)),
    ("POST", "/requests/{id}/proposals/{proposal}/confirm", May(Permission::ReadJobs)),
    ("POST", "/requests/{id}/proposals/{proposal}/withdraw", May(Permission::ReadJobs)),
    ("GET", "/requests/{id}/plan", May(Permission::ReadPlans)),
    ("POST", "/requests/{id}/plan", May(Permission::MakePlans)),
    ("POST", "/requests/{id}/plan/count", May(Permission::MakePlans)),
    ("POST", "/requests/{id}/plan/rehearse", May(Permission::MakePlans)),
    ("GET", "/requests/{id}/approve", May(Permission::ApprovePlans)),
    ("POST", "/requests/{id}/approve", May(Permission::ApprovePlans)),
    ("GET", "/requests/{id}/run", May(Permission::ReadJobs)),
    ("GET", "/requests/{id}/progress", May(Permission::ReadJobs)),
    ("POST", "/requests/{id}/run", May(Permission::RunJobs)),
    ("POST", "/requests/{id}/run/cancel", May(Permission::RunJobs)),
    ("POST", "/requests/{id}/run/sources/{source}/pause", May(Permission::PauseWork)),
    ("POST", "/requests/{id}/run/sources/{source}/resume", May(Permission::PauseWork)),
    ("POST", "/requests/{id}/run/retry", May(Permission::RunJobs)),
    ("POST", "/requests/{id}/run/leave", May(Permission::RunJobs)),
    ("GET", "/requests/{id}/package", May(Permission::ReadPackages)),
    ("POST", "/requests/{id}/package", May(Permission::MakePackages)),
    ("POST", "/requests/{id}/package/link", May(Permission::MakeLinks)),
    ("POST", "/requests/{id}/package/links/{link}/revoke", May(Permission::MakeLinks)),
    ("POST", "/requests/{id}/package/fetch", May(Permission::OpenPackages)),
    ("POST", "/requests/{id}/package/remove", May(Permission::MakePackages)),
    ("GET", "/requests/{id}/recovery", May(Permission::ReadRequests)),
    ("POST", "/requests/{id}/recovery/restore", May(Permission::Restore)),
    ("POST", "/requests/{id}/recovery/purge", May(Permission::Purge)),
    ("POST", "/requests/{id}/recovery/answer", May(Permission::Purge)),
    ("GET", "/requests/{id}/letters", May(Permission::ReadLetters)),
    ("GET", "/requests/{id}/letters/places/{letter}", May(Permission::DecideRequests)),
    ("POST", "/requests/{id}/letters/places/{letter}", May(Permission::DecideRequests)),
    ("POST", "/requests/{id}/letters/{letter}/resend", May(Permission::SendLetters)),
    ("GET", "/requests/{id}/evidence", May(Permission::ReadAudit)),
    ("POST", "/requests/{id}/evidence", May(Permission::ReadAudit)),
    ("GET", "/requests/{id}/evidence/{receipt}/receipt", May(Permission::ReadAudit)),
    ("GET", "/requests/{id}/evidence/{receipt}/proof", May(Permission::ReadAudit)),
    ("GET", "/recovery", May(Permission::ReadRequests)),
    ("POST", "/recovery/{request}/restore", May(Permission::Restore)),
    ("GET", "/exports", May(Permission::ReadPackages)),
    ("POST", "/exports/{package}/link", May(Permission::MakeLinks)),
    ("POST", "/exports/{package}/remove", May(Permission::MakePackages)),
    ("POST", "/exports/links/{link}/revoke", May(Permission::MakeLinks)),
    ("GET", "/holds", May(Permission::ReadRequests)),
    ("POST", "/holds", May(Permission::HoldRequests)),
    ("POST", "/holds/{hold}/lift", May(Permission::HoldRequests)),
    ("POST", "/holds/requests/{request}/release", May(Permission::HoldRequests)),
    ("GET", "/retention", May(Permission::ReadRequests)),
    ("POST", "/retention/check", May(Permission::RunJobs)),
    ("GET", "/suppression", May(Permission::ReadSuppression)),
    ("POST", "/suppression", May(Permission::AddSuppression)),
    ("POST", "/suppression/check", May(Permission::CheckSuppression)),
    ("POST", "/suppression/remove", May(Permission::RemoveSuppression)),
    ("GET", "/audit", May(Permission::ReadAudit)),
    ("GET", "/audit/entries/{entry}", May(Permission::ReadAudit)),
    ("GET", "/audit/entries/{entry}/proof", May(Permission::ReadAudit)),
    ("GET", "/audit/checkpoint", May(Permission::ReadAudit)),
    ("POST", "/audit/verify", May(Permission::ReadAudit)),
    ("POST", "/audit/export", May(Permission::ReadAudit)),
    ("POST", "/audit/evidence", May(Permission::ReadAudit)),
    ("GET", "/audit/sample", May(Permission::ReadAudit)),
    ("POST", "/audit/sample", May(Permission::ReadAudit)),
    ("GET", "/audit/sample/{entry}", May(Permission::ReadAudit)),
    ("GET", "/reports", May(Permission::ReadRequests)),
    ("GET", "/reports.csv", May(Permission::ReadRequests)),
    ("GET", "/reports/ccpa", May(Permission::ReadRequests)),
    ("GET", "/reports/processing", May(Permission::ReadMap)),
    ("GET", "/reports/processing.csv", May(Permission::ReadMap)),
    ("GET", "/subprocessors", May(Permission::ReadSubprocessors)),
    ("POST", "/subprocessors", May(Permission::ManageSubprocessors)),
    ("GET", "/subprocessors/{subprocessor}", May(Permission::ReadSubprocessors)),
    ("POST", "/subprocessors/{subprocessor}/acts/{act}", May(Permission::ManageSubprocessors)),
    ("POST", "/subprocessors/subscribers", May(Permission::ManageSubprocessors)),
    ("POST", "/subprocessors/subscribers/{subscriber}/remove", May(Permission::ManageSubprocessors)),
    ("POST", "/requests/{id}/complaints/{number}", May(Permission::ReadStatements)),
    ("GET", "/settings/portal", May(Permission::ManagePortal)),
    ("POST", "/settings/portal", May(Permission::ManagePortal)),
    ("GET", "/requests", May(Permission::ReadRequests)),
    ("GET", "/requests.csv", May(Permission::ReadRequests)),
    ("GET", "/requests/calendar", May(Permission::ReadRequests)),
    ("POST", "/requests/bulk", May(Permission::ReadRequests)),
    ("POST", "/requests/bulk/commit", May(Permission::ReadRequests)),
    ("GET", "/requests/new", May(Permission::SubmitRequests)),
    ("POST", "/requests/new", May(Permission::SubmitRequests)),
    ("GET", "/requests/taken/{request}", May(Permission::ReadRequests)),
    ("GET", "/requests/import", May(Permission::SubmitRequests)),
    ("POST", "/requests/import", May(Permission::SubmitRequests)),
    ("POST", "/requests/views", May(Permission::ReadRequests)),
    ("POST", "/requests/views/{view}/remove", May(Permission::ReadRequests)),
    ("GET", "/map", May(Permission::ReadMap)),
    ("GET", "/map.yaml", May(Permission::ReadMap)),
    ("POST", "/map/check", May(Permission::ReadMap)),
    ("GET", "/map/discover", May(Permission::DraftMap)),
    ("POST", "/map/discover", May(Permission::DraftMap)),
    ("GET", "/map/changes", May(Permission::ReadMap)),
    ("POST", "/map/changes", May(Permission::DraftMap)),
    ("POST", "/map/changes/discard", May(Permission::DraftMap)),
    ("POST", "/map/changes/publish", May(Permission::PublishMap)),
    ("GET", "/map/test", May(Permission::MakePlans)),
    ("POST", "/map/test", May(Permission::MakePlans)),
    ("GET", "/map/{source}/{model}", May(Permission::ReadMap)),
    ("GET", "/sources", May(Permission::CheckSources)),
    ("POST", "/sources", May(Permission::ManageSources)),
    ("POST", "/sources/lines", May(Permission::CheckSources)),
    ("GET", "/sources/{source}", May(Permission::CheckSources)),
    ("POST", "/sources/{source}/check", May(Permission::CheckSources)),
    ("POST", "/sources/{source}/reach", May(Permission::ManageSources)),
    ("POST", "/sources/{source}/remove", May(Permission::ManageSources)),
    ("GET", "/settings", Self_),
    ("POST", "/settings/organization/key", May(Permission::RotateKeys)),
    ("GET", "/settings/law", May(Permission::ReadRequests)),
    ("GET", "/settings/letters", May(Permission::ReadLetters)),
    ("GET", "/settings/people", May(Permission::ManageUsers)),
    ("POST", "/settings/people", May(Permission::ManageUsers)),
    ("GET", "/settings/people/{user}", May(Permission::ManageUsers)),
    ("POST", "/settings/people/{user}/roles", May(Permission::ManageUsers)),
    ("POST", "/settings/people/{user}/reset", May(Permission::ManageUsers)),
    ("POST", "/settings/people/{user}/disable", May(Permission::ManageUsers)),
    ("GET", "/settings/sign-in", May(Permission::ManageProviders)),
    ("POST", "/settings/sign-in", May(Permission::ManageProviders)),
    ("POST", "/settings/sign-in/{provider}/change", May(Permission::ManageProviders)),
    ("POST", "/settings/sign-in/{provider}/remove", May(Permission::ManageProviders)),
    ("GET", "/settings/webhooks", May(Permission::ManageWebhooks)),
    ("POST", "/settings/webhooks", May(Permission::ManageWebhooks)),
    ("GET", "/settings/webhooks/{webhook}", May(Permission::ManageWebhooks)),
    ("POST", "/settings/webhooks/{webhook}/change", May(Permission::ManageWebhooks)),
    ("POST", "/settings/webhooks/{webhook}/turn", May(Permission::ManageWebhooks)),
    ("POST", "/settings/webhooks/{webhook}/rotate", May(Permission::ManageWebhooks)),
    ("POST", "/settings/webhooks/{webhook}/test", May(Permission::ManageWebhooks)),
    ("POST", "/settings/webhooks/{webhook}/remove", May(Permission::ManageWebhooks)),
    ("POST", "/settings/webhooks/{webhook}/deliveries/{event}/resend", May(Permission::ManageWebhooks)),
    ("GET", "/settings/api-keys", Self_),
    ("POST", "/settings/api-keys", Self_),
    ("POST", "/settings/api-keys/{key}/revoke", Self_),
];

/// A path that leads to nothing in particular: ids of the right form that nobody has.
fn nowhere(path: &str) -> String {
    let mut out = String::new();
    for part in path.split_inclusive('/') {
        let (name, slash) = part.strip_suffix('/').map_or((part, ""), |name| (name, "/"));
        match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                let prefix = match name {
                    "session" => "ses",
                    "provider" => "idp",
                    "webhook" => "whk",
                    "event" => "evt",
                    "user" => "usr",
                    "view" => "viw",
                    "hold" => "hld",
                    "package" => "pkg",
                    "link" => "lnk",
                    "subprocessor" => "spr",
                    "subscriber" => "sbs",
                    _ => name.get(..3).unwrap_or(name),
                };
                out.push_str(&format!("{prefix}_00000000000000000000000000"));
            }
            None => out.push_str(name),
        }
        out.push_str(slash);
    }
    out
}

fn got(path: &str) -> Request<Body> {
    Request::get(path).header(header::ACCEPT, "text/html,*/*;q=0.8").body(Body::empty()).unwrap()
}

/// How many entries the log of the first organization has.
async fn entries(home: &Home) -> String {
    let head = home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/checkpoint", None).await;
    assert_eq!(head.status, StatusCode::OK, "{}", head.text());
    head.text().lines().nth(1).unwrap().to_owned()
}

/// Whether what is there is taken away as a file, and is no page.
fn is_file(path: &str) -> bool {
    [".csv", ".yaml"].iter().any(|ending| path.ends_with(ending))
        || ["/audit/export", "/audit/checkpoint"].contains(&path)
}

/// What holds for every page.
fn is_page(answer: &Answer, what: &str) {
    let header = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap());
    assert_eq!(header("content-type"), "text/html; charset=utf-8", "{what}: {}", answer.text());
    assert_eq!(header("cache-control"), "no-store", "{what}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert!(header("strict-transport-security").starts_with("max-age=31536000"), "{what}");
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'self'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{what}: {policy}");
    let text = answer.text();
    for inline in [" style=\"", "<style", "<script>", " onclick=", " onload=", "src=\"http", "href=\"http"] {
        assert!(!text.contains(inline), "{what} has {inline}");
    }
    assert_eq!(text.matches("<h1").count(), 1, "{what}");
}

#[test]
fn every_page_says_what_it_needs() {
    let mut known: Vec<(&str, &str)> = NEEDS.iter().map(|(method, path, _)| (*method, *path)).collect();
    let mut found = console::ROUTES.to_vec();
    known.sort_unstable();
    found.sort_unstable();
    assert_eq!(known, found);
}

#[tokio::test]
async fn nobody_sees_a_page_or_changes_anything() {
    let home = Home::new().await;
    let before = entries(&home).await;
    for (method, path) in console::ROUTES {
        let path = nowhere(path);
        for cookie in
            ["", "__Host-exeunt=", "__Host-exeunt=exs_0", "__Host-exeunt=exs_1; __Host-exeunt=exs_2"]
        {
            let mut request = if *method == "GET" { got(&path) } else { form(&path, &[("_form", "0")]) };
            request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
            let answer = home.call(request).await;
            if *method == "GET" {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text());
                let to = answer.headers["location"].to_str().unwrap();
                assert!(to.starts_with("/sign-in"), "{path} leads to {to}");
                assert_eq!(to.contains("?then=/"), path != "/", "{path} leads to {to}");
            } else {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}: {}", answer.text());
                is_page(&answer, &path);
            }
        }
    }
    assert_eq!(entries(&home).await, before);
}

#[tokio::test]
async fn a_form_that_is_not_of_a_page_of_this_session_does_nothing() {
    let home = Home::new().await;
    let admin = home.visitor(Role::Admin).await;
    let other = home.visitor(Role::Admin).await;
    let before = entries(&home).await;
    let refused = |answer: Answer, what: &str| {
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}: {}", answer.text());
        assert!(answer.text().contains("E0904"), "{what}: {}", answer.text());
        is_page(&answer, what);
    };
    for (method, path) in console::ROUTES.iter().chain(console::OPEN) {
        if *method != "POST" {
            continue;
        }
        let path = nowhere(path);
        let token = admin.form_token();
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "none"),
            ("origin", "https://evil.test"),
        ] {
            let mut request = form(&path, &[("_form", &token)]);
            request.headers_mut().remove("sec-fetch-site");
            request.headers_mut().insert(name, value.parse().unwrap());
            refused(admin.send(request).await, &format!("{path} from {value}"));
        }
        let mut request = form(&path, &[("_form", &token)]);
        request.headers_mut().remove("sec-fetch-site");
        refused(admin.send(request).await, &format!("{path} from who knows where"));
        if console::OPEN.contains(&("POST", path.as_str())) || path.starts_with("/sign-in/") {
            continue;
        }
        for wrong in ["", "0", &other.form_token(), &token[1..]] {
            refused(admin.send(form(&path, &[("_form", wrong)])).await, &format!("{path} with `{wrong}`"));
        }
        refused(admin.send(form(&path, &[])).await, &format!("{path} without a token"));
    }
    assert_eq!(entries(&home).await, before);
}

#[tokio::test]
async fn each_role_opens_what_it_may_and_nothing_else() {
    let home = Home::new().await;
    for role in Role::ALL {
        for (method, path, needs) in NEEDS {
            let may = match needs {
                Self_ => true,
                May(permission) => role.permissions().contains(permission),
            };
            let visitor = home.visitor(role).await;
            let path = nowhere(path);
            let answer = match *method {
                "GET" => visitor.get(&path).await,
                _ => visitor.post(&path, &[]).await,
            };
            let what = format!("{method} {path} as {}", role.as_str());
            assert!(!answer.status.is_server_error(), "{what}: {}", answer.text());
            let shut = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&answer.status);
            if !may {
                assert!(shut, "{what}: {} {}", answer.status, answer.text());
            } else if !path.contains('_') {
                assert!(!shut, "{what}: {} {}", answer.status, answer.text());
            }
            let file = may && is_file(&path);
            if !(answer.status.is_redirection() || file) {
                is_page(&answer, &what);
            }
        }
    }
}

#[tokio::test]
async fn pages_tell_nobody_elsewhere_and_what_dresses_them_is_kept_for_good() {
    let home = Home::new().await;
    let everything = home.visitor_of(&home.acme, &Role::ALL).await;
    for (method, path) in console::ROUTES.iter().chain(console::OPEN) {
        if *method == "GET" && !path.contains('{') {
            let answer = everything.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
            if !is_file(path) {
                is_page(&answer, path);
            }
        }
    }
    let text = everything.get("/").await.text();
    let mut assets = text.split('"').filter(|part| part.starts_with("/assets/"));
    for kind in ["text/css; charset=utf-8", "text/javascript; charset=utf-8"] {
        let path = assets.next().unwrap();
        let asset = home.call(got(path)).await;
        assert_eq!((asset.status, &asset.headers["content-type"]), (StatusCode::OK, &kind.parse().unwrap()));
        assert_eq!(asset.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(asset.headers["x-content-type-options"], "nosniff");
    }
    assert_eq!(home.call(got("/assets/app-0000000000000000.css")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_not_there_is_a_page_for_browsers_and_a_document_for_programs() {
    let home = Home::new().await;
    let asked = |method: Method, path: &str, accept: &str| {
        let request = Request::builder().method(method).uri(path).header(header::ACCEPT, accept);
        home.call(request.body(Body::empty()).unwrap())
    };
    for (method, path, status) in
        [(Method::GET, "/nowhere", StatusCode::NOT_FOUND), (Method::PUT, "/", StatusCode::METHOD_NOT_ALLOWED)]
    {
        let page = asked(method.clone(), path, "text/html,application/xhtml+xml;q=0.9").await;
        assert_eq!(page.status, status, "{}", page.text());
        is_page(&page, path);
        for accept in ["*/*", "application/json"] {
            let document = asked(method.clone(), path, accept).await;
            assert_eq!((document.status, document.word("code").as_str()), (status, "E0905"));
            assert_eq!(document.headers["content-type"], "application/problem+json");
        }
    }
    let document = asked(Method::GET, "/api/v1/nowhere", "text/html").await;
    assert_eq!(document.headers["content-type"], "application/problem+json");
    // an id that is none, and one that nobody has, are both a page
    for id in ["x", "idp_00000000000000000000000000"] {
        let page = home.call(got(&format!("/sign-in/{id}"))).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text());
        is_page(&page, id);
    }
}
