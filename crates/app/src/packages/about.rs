//! What a person is told about the processing (GDPR art. 15), put together from the map for what this answer holds.

use exeunt_datamap::DataMap;
use exeunt_datamap::model::Processing;
use exeunt_package::About;
use exeunt_plan::document::Document;

/// The information part, and which of its parts the map says nothing about.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The information part. Nothing is left empty: what is not known is said to be not recorded.
    pub about: About,
    /// Parts the map is silent about.
    pub silent: Vec<&'static str>,
}

/// Puts it together.
pub fn about(map: &DataMap, document: &Document, organization: &str) -> Told {
    let all: Vec<Processing> =
        document.reads.iter().map(|read| map.processing(&document.sets[read.set].model)).collect();
    let one =
        |pick: fn(&Processing) -> &Option<String>| distinct(all.iter().filter_map(|said| pick(said).clone()));
    let many =
        |pick: fn(&Processing) -> &Vec<String>| distinct(all.iter().flat_map(|said| pick(said).clone()));
    let mut controller = one(|said| &said.controller);
    let contact = one(|said| &said.contact);
    if controller.is_empty() {
        controller.push(organization.to_owned());
    }
    controller.extend(contact.iter().map(|contact| format!("Data protection: {contact}")));
    let mut purposes = many(|said| &said.purposes);
    purposes.extend(many(|said| &said.legal_basis).iter().map(|ground| format!("Ground: {ground}")));
    let categories =
        document.reads.iter().flat_map(|read| &read.fields).filter(|field| !field.category.is_empty());
    let mut told = Told {
        about: About {
            confirmation: vec![format!(
                "Yes: {organization} processes the data about you that this package holds."
            )],
            controller,
            purposes,
            categories: distinct(categories.map(|field| readable(&field.category))),
            recipients: many(|said| &said.recipients),
            retention: one(|said| &said.retention),
            rights: one(|said| &said.rights),
            complaint: one(|said| &said.authority),
            source: one(|said| &said.data_source),
            automated_decisions: one(|said| &said.automated_decisions),
            transfers: one(|said| &said.transfers),
        },
        silent: Vec::new(),
    };
    fill(&mut told, organization);
    told
}

/// Says of every silent part that it is not recorded, so that nobody takes silence for *none*.
fn fill(told: &mut Told, organization: &str) {
    let about = &mut told.about;
    if about.rights.is_empty() {
        about.rights.push(String::from(
            "You may ask for a copy, for correction, for erasure, for restriction, for your data to take elsewhere, and you may object.",
        ));
    }
    if about.complaint.is_empty() {
        about
            .complaint
            .push(String::from("You may complain to the data protection authority where you live or work."));
    }
    for (part, statements) in [
        ("purposes", &mut about.purposes),
        ("categories", &mut about.categories),
        ("recipients", &mut about.recipients),
        ("retention", &mut about.retention),
        ("source", &mut about.source),
        ("automated_decisions", &mut about.automated_decisions),
        ("transfers", &mut about.transfers),
    ] {
        if statements.is_empty() {
            statements.push(format!("This is not recorded in our data map yet. Ask {organization}."));
            told.silent.push(part);
        }
    }
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !text.trim().is_empty() && !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

/// `user.contact.email` as people say it: `contact: email`.
fn readable(category: &str) -> String {
    let words: Vec<String> = category.split('.').skip(1).map(|word| word.replace('_', " ")).collect();
    if words.is_empty() { category.replace('_', " ") } else { words.join(": ") }
}
