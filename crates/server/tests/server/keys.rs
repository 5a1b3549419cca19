//! Another key of an organization, taken into use while the service runs.

use axum::http::StatusCode;
use exeunt_app::access::Role;
use serde_json::json;

use crate::home::Home;

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_gets_another_key_and_goes_on() {
    let home = Home::new().await;
    let (admin, agent) = (home.acme.key(Role::Admin), home.acme.key(Role::Agent));
    let asked = json!({ "right": "access", "identifiers": [{ "kind": "customer_id", "value": "1" }] });
    let first = home.send(agent, "POST", "/api/v1/requests", Some(asked.clone())).await.word("id");
    for version in 1..3 {
        let answer = home.send(admin, "POST", "/api/v1/organization/key/rotate", None).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json(), json!({ "version": version }));
    }
    // what was sealed before is read, and another organization's is what it was
    let shown = home.send(agent, "GET", &format!("/api/v1/requests/{first}"), None).await;
    assert_eq!(shown.status, StatusCode::OK);
    let second = home.send(agent, "POST", "/api/v1/requests", Some(asked)).await;
    assert_eq!(second.status, StatusCode::CREATED);
}
