//! Every route of the document, tried as nobody, in every role, and by another organization.

use axum::http::StatusCode;
use exeunt_app::access::{Permission, Powers, Role};
use serde_json::{Value, json};

use crate::home::Home;

/// What an operation asks of its caller.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Not even a name.
    Nothing,
    /// To be somebody: it is about the caller's own.
    Self_,
    /// The token of whoever watches the machine, which belongs to no organization.
    Token,
    /// This permission.
    May(Permission),
}
use Needs::{May, Nothing, Self_, Token};

/// What each operation asks of its caller. A new one is missing here until somebody has thought about it.
const NEEDS: &[(&str, Needs)] = &[
    ("submit_request", May(Permission::SubmitRequests)),
    ("list_requests", May(Permission::ReadRequests)),
    ("show_request", May(Permission::ReadRequests)),
    ("import_requests", May(Permission::SubmitRequests)),
    // for the act that is tried here; each needs what it needs for one request
    ("preview_bulk", May(Permission::HoldRequests)),
    ("commit_bulk", May(Permission::HoldRequests)),
    ("read_statement", May(Permission::ReadStatements)),
    ("identify_request", May(Permission::IdentifyRequests)),
    ("refuse_request", May(Permission::DecideRequests)),
    ("withdraw_request", May(Permission::DecideRequests)),
    ("acknowledge_request", May(Permission::DecideRequests)),
    ("pause_deadline", May(Permission::DecideRequests)),
    ("resume_deadline", May(Permission::DecideRequests)),
    ("extend_deadline", May(Permission::DecideRequests)),
    ("correct_received", May(Permission::DecideRequests)),
    ("cannot_identify", May(Permission::IdentifyRequests)),
    ("reopen_request", May(Permission::IdentifyRequests)),
    ("list_regimes", May(Permission::ReadRequests)),
    ("report_metrics", May(Permission::ReadRequests)),
    ("record_of_processing", May(Permission::ReadMap)),
    ("report_retention", May(Permission::ReadAudit)),
    ("hold_request", May(Permission::HoldRequests)),
    ("release_request", May(Permission::HoldRequests)),
    ("place_hold", May(Permission::HoldRequests)),
    ("list_holds", May(Permission::ReadRequests)),
    ("read_held_rows", May(Permission::HoldRequests)),
    ("lift_hold", May(Permission::HoldRequests)),
    ("check_suppression", May(Permission::CheckSuppression)),
    ("show_suppression", May(Permission::ReadSuppression)),
    ("add_suppression", May(Permission::AddSuppression)),
    ("remove_suppression", May(Permission::RemoveSuppression)),
    ("restore_request", May(Permission::Restore)),
    ("purge_request", May(Permission::Purge)),
    ("make_package", May(Permission::MakePackages)),
    ("show_map", May(Permission::ReadMap)),
    ("list_map_versions", May(Permission::ReadMap)),
    ("check_map", May(Permission::ReadMap)),
    ("show_map_draft", May(Permission::ReadMap)),
    ("save_map_draft", May(Permission::DraftMap)),
    ("discard_map_draft", May(Permission::DraftMap)),
    ("diff_map_draft", May(Permission::ReadMap)),
    ("check_map_draft", May(Permission::ReadMap)),
    ("publish_map", May(Permission::PublishMap)),
    ("list_sources", May(Permission::CheckSources)),
    ("show_source", May(Permission::CheckSources)),
    ("check_source", May(Permission::CheckSources)),
    ("add_source", May(Permission::ManageSources)),
    ("remove_source", May(Permission::ManageSources)),
    ("make_plan", May(Permission::MakePlans)),
    ("show_plan", May(Permission::ReadPlans)),
    ("approve_plan", May(Permission::ApprovePlans)),
    ("count_plan", May(Permission::MakePlans)),
    ("start_job", May(Permission::RunJobs)),
    ("list_jobs", May(Permission::ReadJobs)),
    ("show_job", May(Permission::ReadJobs)),
    ("follow_job", May(Permission::ReadJobs)),
    ("run_job", May(Permission::RunJobs)),
    ("cancel_job", May(Permission::RunJobs)),
    ("list_reviews", May(Permission::ReadJobs)),
    ("retry_reviews", May(Permission::RunJobs)),
    ("leave_reviews", May(Permission::RunJobs)),
    ("list_packages", May(Permission::ReadPackages)),
    ("show_package", May(Permission::ReadPackages)),
    ("remove_package", May(Permission::MakePackages)),
    ("download_package", May(Permission::OpenPackages)),
    ("show_task", May(Permission::ReadJobs)),
    ("list_halts", May(Permission::ReadJobs)),
    ("pause_source", May(Permission::PauseWork)),
    ("resume_source", May(Permission::PauseWork)),
    ("stop_work", May(Permission::StopWork)),
    ("lift_stop", May(Permission::LiftStop)),
    ("list_deltas", May(Permission::ReadJobs)),
    ("push_deltas", May(Permission::PushDeltas)),
    ("make_link", May(Permission::MakeLinks)),
    ("list_links", May(Permission::ReadPackages)),
    ("revoke_link", May(Permission::MakeLinks)),
    ("list_letters", May(Permission::ReadLetters)),
    ("resend_letter", May(Permission::SendLetters)),
    ("list_letter_places", May(Permission::DecideRequests)),
    ("draft_letter", May(Permission::DecideRequests)),
    ("write_letter_places", May(Permission::DecideRequests)),
    ("list_stops", May(Permission::ReadRequests)),
    ("show_stop", May(Permission::ReadRequests)),
    ("list_open_complaints", May(Permission::ReadRequests)),
    ("list_complaints", May(Permission::ReadRequests)),
    ("read_complaint", May(Permission::ReadStatements)),
    ("answer_complaint", May(Permission::DecideRequests)),
    ("add_subprocessor", May(Permission::ManageSubprocessors)),
    ("list_subprocessors", May(Permission::ReadSubprocessors)),
    ("show_subprocessor", May(Permission::ReadSubprocessors)),
    ("list_public_subprocessors", Nothing),
    ("announce_subprocessor", May(Permission::ManageSubprocessors)),
    ("engage_subprocessor", May(Permission::ManageSubprocessors)),
    ("end_subprocessor", May(Permission::ManageSubprocessors)),
    ("object_to_subprocessor", May(Permission::ManageSubprocessors)),
    ("read_objections", May(Permission::ManageSubprocessors)),
    ("add_subscriber", May(Permission::ManageSubprocessors)),
    ("list_subscribers", May(Permission::ManageSubprocessors)),
    ("remove_subscriber", May(Permission::ManageSubprocessors)),
    ("show_checkpoint", May(Permission::ReadAudit)),
    ("export_audit", May(Permission::ReadAudit)),
    ("make_request_evidence", May(Permission::ReadAudit)),
    ("make_period_evidence", May(Permission::ReadAudit)),
    ("show_enrollment", Nothing),
    ("set_up_first_admin", Nothing),
    ("accept_invitation", Nothing),
    ("finish_reset", Nothing),
    ("sign_in", Nothing),
    ("step_up", Self_),
    ("sign_out", Self_),
    ("list_sessions", May(Permission::ManageUsers)),
    ("end_session", Self_),
    ("invite_user", May(Permission::ManageUsers)),
    ("list_users", May(Permission::ManageUsers)),
    ("show_user", May(Permission::ManageUsers)),
    ("change_roles", May(Permission::ManageUsers)),
    ("start_reset", May(Permission::ManageUsers)),
    ("disable_user", May(Permission::ManageUsers)),
    ("make_api_key", May(Permission::ManageApiKeys)),
    ("list_api_keys", May(Permission::ManageApiKeys)),
    ("show_api_key", May(Permission::ManageApiKeys)),
    ("revoke_api_key", Self_),
    ("list_proposals", May(Permission::ReadJobs)),
    ("confirm_proposal", Self_),
    ("withdraw_proposal", Self_),
    ("add_identity_provider", May(Permission::ManageProviders)),
    ("list_identity_providers", May(Permission::ManageProviders)),
    ("change_identity_provider", May(Permission::ManageProviders)),
    ("remove_identity_provider", May(Permission::ManageProviders)),
    ("unbind_user", May(Permission::ManageProviders)),
    ("add_webhook", May(Permission::ManageWebhooks)),
    ("list_webhooks", May(Permission::ManageWebhooks)),
    ("show_webhook", May(Permission::ManageWebhooks)),
    ("change_webhook", May(Permission::ManageWebhooks)),
    ("remove_webhook", May(Permission::ManageWebhooks)),
    ("rotate_webhook", May(Permission::ManageWebhooks)),
    ("test_webhook", May(Permission::ManageWebhooks)),
    ("list_webhook_deliveries", May(Permission::ManageWebhooks)),
    ("resend_webhook_delivery", May(Permission::ManageWebhooks)),
    ("rotate_organization_key", May(Permission::RotateKeys)),
    ("begin_sign_in", Nothing),
    ("finish_sign_in", Nothing),
    ("show_health", Nothing),
    ("show_readiness", Nothing),
    ("show_metrics", Token),
    ("show_document", Nothing),
];

struct Operation {
    name: String,
    method: String,
    path: String,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(exeunt_server::document()).unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.push(Operation {
                name: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
            });
        }
    }
    found
}

fn needs(operation: &Operation) -> Needs {
    NEEDS.iter().find(|(name, _)| *name == operation.name).unwrap().1
}

/// Things of one organization, so that every path has something to lead to.
struct Things(Vec<(&'static str, String)>);

impl Things {
    async fn of(home: &Home, officer: &str, agent: &str) -> Self {
        let sent = json!({ "right": "erasure", "identifiers": [{ "kind": "customer_id", "value": "3" }] });
        let request = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
        let planned =
            home.send(officer, "POST", "/api/v1/plans", Some(json!({ "requests": [request] }))).await;
        let approve = format!("/api/v1/plans/{}/approve", planned.word("id"));
        home.send(officer, "POST", &approve, Some(json!({ "digest": planned.word("digest") }))).await;
        let started =
            home.send(officer, "POST", "/api/v1/jobs", Some(json!({ "plan": planned.word("id") }))).await;
        let sent = json!({ "right": "access", "identifiers": [{ "kind": "customer_id", "value": "2" }] });
        let access = home.send(agent, "POST", "/api/v1/requests", Some(sent)).await.word("id");
        let path = format!("/api/v1/requests/{access}/packages");
        let asked = home.send(officer, "POST", &path, Some(json!({}))).await.word("task");
        let (stop, worker) = home.work();
        let made = home.ended(officer, &asked).await.json();
        home.ended(officer, &started.word("task")).await;
        stop.now();
        worker.await.unwrap();
        let admin = home.acme.key(Role::Admin);
        let sent = json!({ "name": "Not Yet", "email": "not.yet@acme.test", "roles": ["viewer"] });
        let user = home.send(admin, "POST", "/api/v1/users", Some(sent)).await.word("user");
        let keys = home.send(admin, "GET", "/api/v1/api-keys", None).await.json();
        let sessions = home.send(admin, "GET", "/api/v1/sessions", None).await.json();
        let letter = home.letter(&home.acme).await;
        let (webhook, event) = home.webhook(&home.acme).await;
        let first = |list: &Value, field: &str| list["items"][0][field].as_str().unwrap().to_owned();
        let sent = subprocessor();
        let added = home.send(officer, "POST", "/api/v1/subprocessors", Some(sent)).await.json();
        let sent = json!({ "model": "shop.orders", "keys": [["1"]], "because": "a court" });
        let hold = home.send(officer, "POST", "/api/v1/holds", Some(sent)).await.word("hold");
        Self(vec![
            ("{hold}", hold),
            ("{source}", String::from("no-source-of-anybody")),
            ("{user}", user.clone()),
            ("{provider}", home.provider(&home.acme).await),
            ("{webhook}", webhook),
            ("{event}", event),
            ("{proposal}", home.proposal(&home.acme).await),
            ("{subprocessor}", first(&added, "id")),
            ("{subscriber}", home.subscriber(&home.acme).await),
            ("{organization}", home.acme.id.to_string()),
            ("{letter}", letter),
            ("{complaint}", String::from("770077007700")),
            ("{link}", home.link(&home.acme, made["outcome"]["package"].as_str().unwrap()).await),
            ("{key}", first(&keys, "key")),
            ("{session}", first(&sessions, "session")),
            ("{request}", request),
            ("{plan}", planned.word("id")),
            ("{job}", started.word("job")),
            ("{task}", started.word("task")),
            ("{package}", made["outcome"]["package"].as_str().unwrap().to_owned()),
        ])
    }

    fn path(&self, path: &str) -> String {
        if path.ends_with("/reports/metrics") {
            return format!("{path}?from=2026-01-01&to=2026-12-31");
        }
        if path.ends_with("/map/draft") {
            return format!("{path}?revision=0");
        }
        self.0.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id))
    }

    /// A body that each operation takes, naming these things.
    fn body(&self, operation: &str) -> Option<Value> {
        let of = |name: &str| self.0.iter().find(|(known, _)| *known == name).unwrap().1.clone();
        Some(match operation {
            "submit_request" => {
                json!({ "right": "access", "identifiers": [{ "kind": "email", "value": "a@b.test" }] })
            }
            "hold_request" | "withdraw_request" | "stop_work" | "reopen_request" => {
                json!({ "because": "a court" })
            }
            "place_hold" => json!({ "model": "shop.orders", "because": "a court" }),
            "check_suppression" => json!({ "identifiers": [{ "kind": "email", "value": "a@b.test" }] }),
            "add_suppression" => json!({
                "purpose": "marketing",
                "identifiers": [{ "kind": "email", "value": "a@b.test" }],
                "because": "on the phone",
            }),
            "remove_suppression" => json!({
                "purpose": "marketing",
                "identifier": { "kind": "email", "value": "a@b.test" },
                "because": "they want it again",
            }),
            "preview_bulk" => {
                json!({ "do": { "act": "hold", "because": "a court" }, "filter": { "right": "erasure" } })
            }
            "commit_bulk" => json!({
                "do": { "act": "hold", "because": "a court" },
                "previewed_at": "2026-01-01T00:00:00Z",
                "requests": [{ "request": of("{request}"), "version": "0" }],
                "digest": "0".repeat(64),
            }),
            "save_map_draft" => json!({ "text": "models: {}", "revision": 0 }),
            "publish_map" => json!({ "revision": 0 }),
            "add_source" => {
                json!({ "name": "crm", "reach": { "kind": "sqlite", "file": "crm.db" } })
            }
            "write_letter_places" => json!({ "note": "thank you" }),
            "read_complaint" => json!({ "because": "to answer it" }),
            "answer_complaint" => json!({ "because": "by phone" }),
            "identify_request" => json!({ "level": 1, "how": "login" }),
            "refuse_request" => json!({ "grounds": ["unfounded"], "because": "the fifth time" }),
            "pause_deadline" => json!({ "ground": "identity", "because": "who are they" }),
            "correct_received" => json!({ "received_at": "2026-01-01T00:00:00Z", "because": "by letter" }),
            "cannot_identify" => json!({ "wanted": "a customer number" }),
            "extend_deadline" => json!({ "kind": "number", "because": "many" }),
            "pause_source" => json!({ "source": "shop", "because": "a new disk" }),
            "resume_source" => json!({ "source": "shop" }),
            "make_plan" => json!({ "requests": [of("{request}")] }),
            "leave_reviews" => json!({ "because": "the shop keeps it" }),
            "approve_plan" => json!({ "digest": "sha256:000000000000" }),
            "start_job" => json!({ "plan": of("{plan}") }),
            "invite_user" => json!({ "name": "A B", "email": "a.b@acme.test", "roles": ["agent"] }),
            "change_roles" => json!({ "roles": ["agent"] }),
            "make_api_key" => {
                json!({ "user": of("{user}"), "label": "x", "scopes": ["users:manage"], "days": 1 })
            }
            "add_subprocessor" => subprocessor(),
            "announce_subprocessor" | "engage_subprocessor" => json!({}),
            "end_subprocessor" => json!({ "because": "too dear" }),
            "object_to_subprocessor" => json!({ "words": "no" }),
            "add_subscriber" => json!({ "email": "a.b@acme.test" }),
            "make_period_evidence" => json!({ "from": "2026-01-01", "to": "2026-12-31" }),
            "step_up" => json!({ "code": "000000" }),
            "add_identity_provider" => {
                json!({ "name": "x", "issuer": "https://intranet", "client_id": "exeunt" })
            }
            "change_identity_provider" => json!({ "client_id": "other" }),
            "add_webhook" => json!({ "address": "https://hooks.example.com/exeunt" }),
            "change_webhook" => json!({ "note": "the shop" }),
            "unbind_user" => json!({ "user": of("{user}") }),
            "restore_request" | "purge_request" | "make_package" | "run_job" | "count_plan" => json!({}),
            _ => return None,
        })
    }
}

fn subprocessor() -> Value {
    json!({ "name": "Post Ltd", "purpose": "letters", "categories": ["user.contact.email"], "region": "eu-de",
            "contact": "privacy@post.test" })
}

#[test]
fn every_operation_says_what_it_needs() {
    let mut known: Vec<&str> = NEEDS.iter().map(|(name, _)| *name).collect();
    let mut found: Vec<String> = operations().into_iter().map(|operation| operation.name).collect();
    known.sort_unstable();
    found.sort_unstable();
    assert_eq!(known, found);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_key_that_counts() {
    let home = Home::new().await;
    let stale = home.acme.key(Role::Officer).to_owned();
    let mut cut = stale.clone();
    cut.pop();
    for operation in operations() {
        let open = needs(&operation) == Nothing;
        for key in ["", "exk_0", cut.as_str(), "Bearer", &"x".repeat(5_000)] {
            let answer = home.send(key, &operation.method, &operation.path, None).await;
            let refused = answer.status == StatusCode::UNAUTHORIZED;
            assert_eq!(refused, !open, "{} with `{:.9}`: {}", operation.name, key, answer.text());
        }
    }
    home.world.skip_days(400);
    let answer = home.send(&stale, "GET", "/api/v1/requests", None).await;
    assert_eq!((answer.status, answer.word("code").as_str()), (StatusCode::UNAUTHORIZED, "E0912"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_may_what_the_matrix_says_and_nothing_else() {
    let home = Home::new().await;
    let things = Things::of(&home, home.acme.key(Role::Officer), home.acme.key(Role::Agent)).await;
    for operation in operations() {
        for role in Role::ALL {
            let may = match needs(&operation) {
                Nothing | Self_ | Token => true,
                May(permission) => Powers::of(role).has(permission),
            };
            let body = things.body(&operation.name);
            // who may is let through to a thing that is not there, so that nothing changes under the next one
            let nobody = Things(
                things
                    .0
                    .iter()
                    .map(|(name, id)| (*name, format!("{}{}", &id[..id.len() - 4], "0000")))
                    .collect(),
            );
            let path = if may { nobody.path(&operation.path) } else { things.path(&operation.path) };
            let answer = home.send(home.acme.key(role), &operation.method, &path, body).await;
            let denied = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(denied, !may, "{} as {}: {}", operation.name, role.as_str(), answer.text());
            assert_ne!(
                answer.status,
                StatusCode::INTERNAL_SERVER_ERROR,
                "{}: {}",
                operation.name,
                answer.text()
            );
            if denied {
                assert_eq!(answer.word("code"), "E0901");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_finds_nothing() {
    let home = Home::new().await;
    let things = Things::of(&home, home.acme.key(Role::Officer), home.acme.key(Role::Agent)).await;
    let before =
        home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/checkpoint", None).await.text();
    for operation in operations() {
        let role = match needs(&operation) {
            Nothing | Token => continue,
            Self_ => Role::Admin,
            May(permission) => Role::ALL.into_iter().find(|role| Powers::of(*role).has(permission)).unwrap(),
        };
        let path = things.path(&operation.path);
        let body = things.body(&operation.name);
        let answer = home.send(home.globex.key(role), &operation.method, &path, body).await;
        let names_something =
            operation.path.contains('{') || ["make_plan", "start_job"].contains(&operation.name.as_str());
        if names_something {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}: {}", operation.name, answer.text());
        } else {
            for (_, id) in &things.0 {
                assert!(!answer.text().contains(id), "{}: {}", operation.name, answer.text());
            }
        }
    }
    let after = home.send(home.acme.key(Role::Auditor), "GET", "/api/v1/audit/checkpoint", None).await.text();
    assert_eq!(before, after, "nothing was done in the other one's name");
    assert_ne!(home.acme.id, home.globex.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_no_more_than_its_scopes_and_dies_with_what_gave_it() {
    let home = Home::new().await;
    let office = home.house.office(home.acme.id).unwrap();
    let operator = exeunt_app::Actor { id: None, organization: home.acme.id, powers: Powers::all() };
    let officer = home.acme.key(Role::Officer);
    let path = "/api/v1/requests";
    assert_eq!(home.send(officer, "GET", path, None).await.status, StatusCode::OK);
    let keys = office.list_api_keys(&operator, None).await.unwrap();
    let of = |permission| keys.iter().find(|key| key.scopes.contains(&permission)).unwrap().user;
    let user = of(Permission::ApprovePlans);
    office.change_roles(&operator, user, &[Role::Engineer]).await.unwrap();
    let answer = home.send(officer, "GET", path, None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "at once: {}", answer.text());
    office.disable_user(&operator, user).await.unwrap();
    assert_eq!(home.send(officer, "GET", path, None).await.status, StatusCode::UNAUTHORIZED);
}
