//! What names of tables and columns say: their words, their singular, the roles words stand for.

use exeunt_base::Name;
use exeunt_source::catalog::Table;

/// The words of a name, in lower case: `shipToName`, `SHIP_TO_NAME` and `ship-to-name` are three words each.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last_lower = false;
    for c in name.chars().take(200) {
        if !c.is_alphanumeric() {
            words.push(String::new());
            last_lower = false;
            continue;
        }
        if c.is_uppercase() && last_lower || words.is_empty() {
            words.push(String::new());
        }
        last_lower = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A noun in the singular, well enough for table names.
pub(super) fn singular(word: &str) -> String {
    match word {
        "people" | "persons" => return String::from("person"),
        "men" => return String::from("man"),
        "children" => return String::from("child"),
        "staff" | "news" | "series" => return word.to_owned(),
        _ => {}
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes", "zes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    let keeps = ["ss", "us", "is", "as"].iter().any(|ending| word.ends_with(ending));
    match word.strip_suffix('s').filter(|stem| !keeps && stem.len() > 1) {
        Some(stem) => stem.to_owned(),
        None => word.to_owned(),
    }
}

/// The last word of a table's name in the singular: `auth_user`, `wp_users` and `Users` are all `user`.
pub(super) fn noun(table: &str) -> String {
    words(table).last().map(|word| singular(word)).unwrap_or_default()
}

/// What a reference column points at, in its own words: `ship_address_id` is `ship address`.
pub(super) fn pointed(column: &str) -> Vec<String> {
    let mut words = words(column);
    if words.len() > 1
        && words
            .last()
            .is_some_and(|word| matches!(word.as_str(), "id" | "uuid" | "fk" | "key" | "pk" | "ref"))
    {
        words.pop();
    }
    words
}

pub(super) fn is_log(table: &str) -> bool {
    let named = ["log", "audit", "history", "journal", "version", "event", "archive", "changelog"];
    words(table).iter().any(|word| named.contains(&singular(word).as_str()))
}

/// Pairs of columns that point at rows of any table: `record_type` and `record_id`.
pub(super) fn polymorphic(table: &Table) -> Vec<(Name, Name)> {
    let mut pairs = Vec::new();
    for id in &table.columns {
        let Some(stem) = id.name.as_str().strip_suffix("_id") else { continue };
        for sort in ["type", "content_type_id", "content_type"] {
            let wanted = if sort == "type" { format!("{stem}_type") } else { sort.to_owned() };
            let generic = sort == "type" || stem == "object";
            let other = table.columns.iter().find(|column| generic && column.name.as_str() == wanted);
            if let Some(other) = other.filter(|other| other.name != id.name) {
                pairs.push((other.name.clone(), id.name.clone()));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::{noun, pointed, singular, words};

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("shipToName"), ["ship", "to", "name"]);
        assert_eq!(words("SHIP_TO_NAME"), ["ship", "to", "name"]);
        assert_eq!(words("comment_post_ID"), ["comment", "post", "id"]);
        assert_eq!(pointed("ship_address_id"), ["ship", "address"]);
        assert_eq!(pointed("id"), ["id"]);
    }

    #[test]
    fn tables_have_a_noun() {
        for (table, word) in [
            ("wp_users", "user"),
            ("auth_user", "user"),
            ("People", "person"),
            ("addresses", "address"),
            ("categories", "category"),
            ("order_status", "status"),
            ("boxes", "box"),
            ("news", "news"),
        ] {
            assert_eq!(noun(table), word);
        }
        assert_eq!(singular("s"), "s");
    }
}
