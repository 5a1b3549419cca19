//! The pages of words: the answer and the information about the processing, in each form that was asked for.

use exeunt_base::Timestamp;
use serde_json::{Map, Value, json};

use crate::about::About;
use crate::error::Error;
use crate::formats::Setting;
use crate::formats::docx::{File, Paper};
use crate::formats::markup::{Rules, put_attribute, put_text};
use crate::formats::page::{self, Measure, count, put, put_paragraph};
use crate::formats::xml::{NAMESPACE, put_declaration};
use crate::manifest::Manifest;
use crate::spec::Format;

/// A page of words.
pub(crate) struct Document {
    /// Its key in JSON and XML.
    pub(crate) key: &'static str,
    pub(crate) title: String,
    pub(crate) sections: Vec<Section>,
}

/// One part of it.
pub(crate) struct Section {
    pub(crate) key: &'static str,
    /// Empty for the opening.
    pub(crate) heading: String,
    pub(crate) paragraphs: Vec<String>,
    pub(crate) items: Vec<String>,
}

/// The answer: what the caller says, then what the package itself has to tell.
pub(crate) fn answer(text: &str, manifest: &Manifest) -> Document {
    let mut sections = vec![Section {
        key: "answer",
        heading: String::new(),
        paragraphs: text
            .split("\n\n")
            .map(|part| part.trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect(),
        items: Vec::new(),
    }];
    sections.extend(incomplete(manifest));
    if manifest.is_empty() {
        sections.push(nothing_held(manifest));
    } else {
        sections.push(held(manifest));
    }
    sections.extend(scheduled(manifest));
    sections.extend(withheld(manifest));
    sections.extend(redacted(manifest));
    sections.extend(left_out(manifest));
    sections.extend(snapshots(manifest));
    let title = if manifest.right == "portability" {
        "Your data, to take with you"
    } else {
        "The answer to your request"
    };
    Document { key: "answer", title: title.to_owned(), sections }
}

/// The information about the processing.
pub(crate) fn about(about: &About) -> Document {
    let sections = about
        .parts()
        .into_iter()
        .filter(|part| !part.statements.is_empty())
        .map(|part| {
            let heading = part.heading.to_owned();
            // one statement reads as a paragraph, several as a list
            let (paragraphs, items) = if part.statements.len() == 1 {
                (part.statements.to_vec(), Vec::new())
            } else {
                (Vec::new(), part.statements.to_vec())
            };
            Section { key: part.key, heading, paragraphs, items }
        })
        .collect();
    Document { key: "about_our_processing", title: "About our processing of your data".to_owned(), sections }
}

fn incomplete(manifest: &Manifest) -> Option<Section> {
    (!manifest.failed.is_empty()).then(|| Section {
        key: "incomplete",
        heading: "This answer is not complete".to_owned(),
        paragraphs: vec![
            "The following systems could not be read when it was made. Their data, if any, is missing here."
                .to_owned(),
        ],
        items: manifest.failed.iter().map(|failed| format!("{}: {}", failed.source, failed.why)).collect(),
    })
}

fn nothing_held(manifest: &Manifest) -> Section {
    let everything_was_read = manifest.failed.is_empty();
    let sentence = if everything_was_read {
        "We searched the systems listed here and hold no data about you in them."
    } else {
        "We found no data about you in the systems that could be read."
    };
    Section {
        key: "no_data_held",
        heading: if everything_was_read { "We hold no data about you" } else { "Nothing found so far" }
            .to_owned(),
        paragraphs: vec![sentence.to_owned()],
        items: manifest
            .searched
            .iter()
            .map(|searched| match searched.identifiers.as_slice() {
                [] => searched.system.clone(),
                kinds => format!("{}, searched by {}", searched.system, kinds.join(", ")),
            })
            .collect(),
    }
}

fn held(manifest: &Manifest) -> Section {
    let found = || manifest.models.iter().filter(|model| model.rows > 0);
    Section {
        key: "data_held",
        heading: "What we hold".to_owned(),
        paragraphs: vec![format!(
            "{} of {}. They are in the folder 2-your-data.",
            count(manifest.rows(), "record", "records"),
            count(found().count() as u64, "kind", "kinds"),
        )],
        items: found()
            .map(|model| format!("{}: {}", model.title, count(model.rows, "record", "records")))
            .collect(),
    }
}

fn scheduled(manifest: &Manifest) -> Option<Section> {
    section(
        "scheduled_for_erasure",
        "Already erased, still recoverable",
        "These records are gone from our systems and wait in a recovery window. After the day given they are destroyed for good.",
        manifest.models.iter().filter(|model| model.rows > 0).filter_map(|model| {
            let due = model.erasure_due.as_ref()?;
            Some(format!(
                "{}: {}, until {}",
                model.title,
                count(model.rows, "record", "records"),
                moment(due)
            ))
        }),
    )
}

fn withheld(manifest: &Manifest) -> Option<Section> {
    section(
        "held_but_not_shown",
        "Held, but not shown",
        "Some data would do you harm if this package fell into wrong hands. We hold it, but do not show it:",
        manifest.models.iter().flat_map(|model| {
            model
                .withheld
                .iter()
                .filter(|withheld| withheld.values > 0)
                .map(|withheld| format!("{}, with {}", withheld.kind, model.title))
        }),
    )
}

fn redacted(manifest: &Manifest) -> Option<Section> {
    section(
        "hidden_for_others",
        "Hidden for the sake of others",
        "Some records tell about other people too. What concerns only them is hidden; each place says so.",
        manifest.models.iter().flat_map(|model| {
            model.redactions.iter().map(|redaction| {
                format!(
                    "{}, {}: {}, because {}",
                    model.title,
                    redaction.title,
                    count(redaction.cells, "value", "values"),
                    redaction.ground
                )
            })
        }),
    )
}

fn left_out(manifest: &Manifest) -> Option<Section> {
    section(
        "inferred_left_out",
        "Left out because it is inferred",
        "A copy to take along holds what you gave us and what was observed. What we computed from it is part of an access answer instead.",
        manifest
            .models
            .iter()
            .flat_map(|model| model.left_out.iter().map(|column| format!("{}: {column}", model.title))),
    )
}

fn snapshots(manifest: &Manifest) -> Option<Section> {
    section(
        "as_of",
        "As of",
        "Each system was read as it was at one moment.",
        manifest.snapshots.iter().map(|snapshot| format!("{}: {}", snapshot.source, moment(&snapshot.at))),
    )
}

/// A point in time as a letter writes it.
fn moment(text: &str) -> String {
    text.parse().map_or_else(
        |_| text.to_owned(),
        |at: Timestamp| {
            let (hour, minute, second) = at.to_utc().to_hms();
            format!("{}, {hour:02}:{minute:02}:{second:02} UTC", page::day(at))
        },
    )
}

fn section(
    key: &'static str,
    heading: &str,
    paragraph: &str,
    items: impl Iterator<Item = String>,
) -> Option<Section> {
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then(|| Section {
        key,
        heading: heading.to_owned(),
        paragraphs: vec![paragraph.to_owned()],
        items,
    })
}

impl Document {
    /// The document in one form. CSV has no room for words: there is none.
    pub(crate) fn render(&self, format: Format, setting: &Setting) -> Result<Option<Vec<u8>>, Error> {
        Ok(match format {
            Format::Html => Some(self.html(setting)),
            Format::Json => Some(self.json()),
            Format::Xml => Some(self.xml()),
            Format::Docx => Some(self.docx(setting)?),
            Format::Csv => None,
        })
    }

    fn html(&self, setting: &Setting) -> Vec<u8> {
        let mut out = Vec::new();
        page::put_head(
            &mut out,
            &self.title,
            &page::day(setting.made_at),
            Some("index.html"),
            Measure::Letter,
        );
        for section in &self.sections {
            if !section.heading.is_empty() {
                put(&mut out, "<h2>");
                put_text(&mut out, &section.heading, Rules::Html);
                put(&mut out, "</h2>\n");
            }
            for paragraph in &section.paragraphs {
                put_paragraph(&mut out, paragraph);
            }
            if !section.items.is_empty() {
                put(&mut out, "<ul>\n");
                for item in &section.items {
                    put(&mut out, "<li>");
                    put_text(&mut out, item, Rules::Html);
                    put(&mut out, "</li>\n");
                }
                put(&mut out, "</ul>\n");
            }
        }
        page::put_foot(&mut out, setting);
        out
    }

    fn json(&self) -> Vec<u8> {
        let sections: Map<String, Value> = self
            .sections
            .iter()
            .map(|section| {
                let statements: Vec<_> = section.paragraphs.iter().chain(&section.items).collect();
                (section.key.to_owned(), json!(statements))
            })
            .collect();
        let mut bytes = serde_json::to_vec_pretty(&json!({ "title": self.title, self.key: sections }))
            .expect("text and lists are always JSON");
        bytes.push(b'\n');
        bytes
    }

    fn xml(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_declaration(&mut out);
        put(&mut out, &format!("<document xmlns=\"{NAMESPACE}\" name=\"{}\" title=\"", self.key));
        put_attribute(&mut out, &self.title, Rules::Xml);
        put(&mut out, "\">\n");
        for section in &self.sections {
            put(&mut out, &format!("<part name=\"{}\" heading=\"", section.key));
            put_attribute(&mut out, &section.heading, Rules::Xml);
            put(&mut out, "\">\n");
            for statement in section.paragraphs.iter().chain(&section.items) {
                put(&mut out, "<statement>");
                put_text(&mut out, statement, Rules::Xml);
                put(&mut out, "</statement>\n");
            }
            put(&mut out, "</part>\n");
        }
        put(&mut out, "</document>\n");
        out
    }

    fn docx(&self, setting: &Setting) -> Result<Vec<u8>, Error> {
        let mut file = File::begin()?;
        file.paragraph("Title", &self.title);
        let over = format!("Made for {} on {}.", setting.subject.expose(), page::day(setting.made_at));
        file.paragraph("Over", &over);
        for section in &self.sections {
            if !section.heading.is_empty() {
                file.paragraph("Heading1", &section.heading);
            }
            for paragraph in &section.paragraphs {
                file.paragraph("Normal", paragraph);
            }
            for item in &section.items {
                file.paragraph("Item", item);
            }
        }
        let mut out = Vec::new();
        file.finish(Paper::Portrait, &mut out)?;
        Ok(out)
    }
}
