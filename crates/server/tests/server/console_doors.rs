//! The doors of the console: who gets in, from where, and what everybody else is told.

use axum::http::StatusCode;
use exeunt_app::access::Role;

use crate::home::Home;

#[tokio::test]
async fn a_page_is_shown_to_whoever_is_signed_in_and_its_forms_are_taken() {
    let home = Home::new().await;
    let officer = home.visitor(Role::Officer).await;
    let page = officer.get("/").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert!(page.text().contains(&officer.form_token()), "{}", page.text());
    let left = officer.post("/sign-out", &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.text());
    assert_eq!(left.headers["location"], "/sign-in");
}
