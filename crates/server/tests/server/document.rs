//! The document: of version 3.1, complete, and what the service serves.

use crate::home::Home;

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_and_whole() {
    let home = Home::new().await;
    let served = home.send("", "GET", "/api/v1/openapi.json", None).await.json();
    assert_eq!(served, serde_json::to_value(exeunt_server::document()).unwrap());
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, methods) in served["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(operation["summary"].is_string(), "{at} has no summary");
            let problem =
                &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{at}");
            for name in path.split('/').filter_map(|part| part.strip_prefix('{')) {
                let name = name.trim_end_matches('}');
                let named = operation["parameters"].as_array().unwrap();
                assert!(named.iter().any(|parameter| parameter["name"] == name), "{at} does not tell {name}");
            }
        }
    }
    let text = served.to_string();
    for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(served["components"]["schemas"][name].is_object(), "{name} is named and not there");
    }
}
