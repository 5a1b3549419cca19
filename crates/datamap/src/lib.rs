//! The data map: where people's data lives, as text, checked against a live catalog
