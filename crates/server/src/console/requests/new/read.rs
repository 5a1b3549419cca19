//! Reading the form. Everything that is wrong is told at once, each at its field.

use exeunt_app::requests::details::Details;
use exeunt_app::requests::submit::Submission;
use exeunt_base::Personal;
use exeunt_mail::{BadContact, Contact, Language};
use exeunt_rights::{Day, Right};

use crate::console::door::Visitor;
use crate::console::form::Fields;

/// What is wrong with a field.
pub(crate) struct FieldFlaw {
    /// The field's name, which is its id on the page.
    pub(crate) field: String,
    /// What is wrong, and how to go on.
    pub(crate) words: String,
}

/// Everything that is wrong.
#[derive(Default)]
pub(crate) struct Flaws(pub(crate) Vec<FieldFlaw>);

impl Flaws {
    pub(crate) fn add(&mut self, field: impl Into<String>, words: impl Into<String>) {
        self.0.push(FieldFlaw { field: field.into(), words: words.into() });
    }
}

pub(super) fn personal(text: &str) -> Option<Personal> {
    (!text.trim().is_empty()).then(|| Personal::new(text.trim().to_owned()))
}

/// What the form says.
pub(crate) fn read(by: &Visitor, fields: &Fields) -> Result<Submission, Flaws> {
    let mut flaws = Flaws::default();
    let right = fields.text("right").parse::<Right>().unwrap_or_else(|_| {
        flaws.add("right", "Choose what the person asks for.");
        Right::Access
    });
    let identifiers = identifiers(by, fields, &mut flaws);
    let received_at = asked_on(by, fields, &mut flaws);
    let regime = fields.text("regime");
    if regime.is_empty() {
        flaws.add("regime", "Choose a country; it decides the deadline.");
    } else if let Err(error) = by.office.policy.law.in_force(Some(regime)) {
        flaws.add("regime", crate::console::trouble::sentence(&error.to_string()));
    }
    if fields.text("statement").is_empty() {
        flaws.add("statement", "Write what the person asked for, in their words.");
    }
    let level = fields.text("level").parse::<u8>().ok().filter(|level| *level <= 3);
    if level.is_none() {
        flaws.add("level", "Choose how surely it is known who asks.");
    }
    let how = fields.text("how");
    let most = match how {
        "vouched" | "login" | "address" => 1,
        "compared" | "agent" => 2,
        "document" => 3,
        _ => {
            flaws.add("how", "Choose how it was established who asks.");
            3
        }
    };
    if level.is_some_and(|level| level > most) {
        flaws.add("level", format!("What was chosen below establishes level {most} at most."));
    }
    let explained = explained(by, fields, right, &mut flaws);
    let contact = contact(by, fields, &mut flaws);
    for (name, most) in [("statement", 20_000), ("complications", 20_000)] {
        if fields.text(name).chars().count() > most {
            flaws.add(name, "This is too long; write at most 20,000 characters.");
        }
    }
    if !flaws.0.is_empty() {
        return Err(flaws);
    }
    let channel = match fields.text("channel") {
        known @ ("form" | "agent") => known,
        _ => "staff",
    };
    let ground = (right == Right::Erasure).then(|| fields.text("ground").chars().next()).flatten();
    Ok(Submission {
        right,
        identifiers,
        received_at,
        contact,
        details: Details {
            channel: Some(channel.to_owned()),
            regime: Some(regime.to_owned()),
            identity: level.map(|level| (level, how.to_owned())),
            ground: ground.filter(|letter| ('a'..='f').contains(letter)),
            statement: personal(fields.text("statement")),
            explained: explained.map(Personal::new),
            complications: personal(fields.text("complications")),
        },
    })
}

/// What the person is known by: a line each, under the kind it is of.
fn identifiers(by: &Visitor, fields: &Fields, flaws: &mut Flaws) -> Vec<(String, Personal)> {
    let mut given = Vec::new();
    for kind in kinds(by) {
        let lines = fields.raw(&format!("id-{kind}")).lines();
        given.extend(lines.filter_map(personal).map(|value| (kind.clone(), value)));
    }
    if given.is_empty() {
        let first =
            kinds(by).first().map_or_else(|| String::from("identifiers"), |kind| format!("id-{kind}"));
        flaws.add(
            first,
            "Give at least one thing the person is known by, such as the e-mail address of their account.",
        );
    }
    given
}

/// The kinds the map finds people by, the address first; the address alone where no map can be read.
pub(crate) fn kinds(by: &Visitor) -> Vec<String> {
    let mut kinds = by.office.kinds_of_identifiers();
    if kinds.is_empty() {
        kinds.push(String::from("email"));
    }
    kinds.sort_by_key(|kind| kind != "email");
    kinds
}

fn asked_on(by: &Visitor, fields: &Fields, flaws: &mut Flaws) -> Option<exeunt_base::Timestamp> {
    let today = by.clock().today();
    match fields.text("asked").parse::<Day>() {
        Err(_) => {
            flaws.add("asked", "Give the day the person first asked, such as 2026-11-23.");
            None
        }
        Ok(day) if day > today => {
            flaws.add("asked", "The request date cannot be after today.");
            None
        }
        // what came in today came in now
        Ok(day) if day == today => None,
        // the hour is not known, and the law counts days
        Ok(day) => Some(by.office.policy.law.zone.start_of(day).plus_seconds(12 * 3_600)),
    }
}

/// That it was explained, when, and in which language.
fn explained(by: &Visitor, fields: &Fields, right: Right, flaws: &mut Flaws) -> Option<String> {
    if !fields.has("explained") {
        return None;
    }
    let day = match fields.text("explained_on").parse::<Day>() {
        Ok(day) if day <= by.clock().today() => day,
        _ => {
            flaws.add("explained_on", "Give the day it was explained, today or earlier.");
            return None;
        }
    };
    let language = fields.text("language");
    let language = if language.is_empty() { "en" } else { language };
    Some(format!("{right}, and how deleting and making anonymous differ; on {day}, in `{language}`"))
}

fn contact(by: &Visitor, fields: &Fields, flaws: &mut Flaws) -> Option<Contact> {
    let name = personal(fields.text("name"));
    let Some(email) = personal(fields.text("email")) else {
        if name.is_some() {
            flaws.add("email", "Give the address letters go to, or leave the name out as well.");
        }
        return None;
    };
    let language = Language::from_code(fields.text("language")).unwrap_or_else(|| by.office.usual_language());
    match Contact::new(&email, name.as_ref(), language) {
        Ok(contact) => Some(contact),
        Err(BadContact::Address) => {
            flaws.add(
                "email",
                "This is not an e-mail address letters could be sent to. Check it for typing errors.",
            );
            None
        }
        Err(BadContact::Name) => {
            flaws.add("name", "A name is one line of at most 200 characters.");
            None
        }
    }
}
