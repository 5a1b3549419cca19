//! Doors for people: signing in and out, joining, a new password, and what concerns oneself.

pub(crate) mod join;
pub(crate) mod me;
pub(crate) mod provider;
pub(crate) mod reset;
pub(crate) mod sign_in;

/// The field that a refusal is about, where it is about one.
fn flawed(code: &str) -> &'static str {
    match code {
        "E0915" => "password",
        "E0916" => "code",
        "E0917" => "token",
        "E0918" => "email",
        _ => "",
    }
}
