//! Fields: a category alone, or a category and more.

use std::collections::BTreeMap;

use exeunt_base::Name;

use crate::categories;
use crate::model::Field;
use crate::parse::entry::Entry;
use crate::suggest::{did_you_mean, shown};

pub(super) fn read(entry: &Entry<'_>) -> BTreeMap<Name, Field> {
    entry.named().into_iter().filter_map(|(name, entry)| Some((name, field(&entry)?))).collect()
}

fn field(entry: &Entry<'_>) -> Option<Field> {
    if entry.is_blank() {
        return Some(Field::structural(entry.span()));
    }
    if !entry.is_map() {
        let category = category(entry);
        return Some(Field { category, ..Field::structural(entry.span()) });
    }
    let mut keys = entry.keys()?;
    let field = Field {
        category: keys.take("category").and_then(|entry| category(&entry)),
        computed: keys.take("computed").and_then(|entry| entry.flag()).unwrap_or(false),
        title: keys.take("title").and_then(|entry| entry.words()),
        description: keys.take("description").and_then(|entry| entry.words()),
        values: keys.take("values").map(|entry| values(&entry)).unwrap_or_default(),
        search: keys.take("search").and_then(|entry| entry.flag()).unwrap_or(true),
        hidden: keys.take("hidden").and_then(|entry| entry.flag()).unwrap_or(false),
        extra: keys.take("extra").map(|entry| entry.extra()).unwrap_or_default(),
        span: entry.span(),
    };
    keys.finish();
    Some(field)
}

fn values(entry: &Entry<'_>) -> BTreeMap<String, String> {
    let named = entry.named().into_iter();
    named.filter_map(|(code, entry)| Some((code.as_str().to_owned(), entry.text()?))).collect()
}

/// A category of the taxonomy. A wrong one is reported and answered with what was written, so that nothing more is
/// said about the same field.
fn category(entry: &Entry<'_>) -> Option<String> {
    let key = entry.text()?;
    if !categories::is_known(&key) {
        let fix = did_you_mean(&key, categories::all()).unwrap_or_else(|| {
            let last = key.rsplit('.').next().unwrap_or(&key);
            let near = categories::all().find(|known| known.rsplit('.').next() == Some(last));
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => String::from(
                    "use a Fideslang key such as `user.contact.email`, or `system.operations` for none",
                ),
            }
        });
        entry.wrong(format!("`{}` is not a data category", shown(&key)), fix);
    }
    Some(key)
}
