//! The form as it is shown, with whatever was typed.

use askama::Template;
use exeunt_app::requests::duplicates::Duplicate;
use exeunt_app::signals::see::Draft;
use exeunt_rights::Right;
use exeunt_rights::pasted::Proposed;
use exeunt_rights::regime::Status;
use exeunt_rights::wording::{self, Explanation};

use crate::console::door::Visitor;
use crate::console::form::Fields;
use crate::console::frame::Frame;
use crate::console::requests::new::read::{FieldFlaw, kinds, personal};
use crate::console::signals::Signals;
use crate::console::words::moment::Moment;

/// Something to choose.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) name: String,
    pub(super) hint: &'static str,
    pub(super) chosen: bool,
}

/// What the person is known by, of one kind.
pub(super) struct Identifier {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) value: String,
}

/// The explanations of one language.
pub(super) struct Explained {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) texts: Vec<Explanation>,
    pub(super) open: bool,
}

/// A request of the same person that waits.
pub(super) struct Waiting {
    pub(super) id: String,
    pub(super) asked: Moment,
}

/// What a pasted e-mail seems to say, in words.
pub(super) struct Told {
    pub(super) what: String,
}

#[derive(Template)]
#[template(path = "console/requests/new.html")]
pub(super) struct Page {
    pub(super) frame: Frame,
    pub(super) once: String,
    pub(super) flaws: Vec<FieldFlaw>,
    pub(super) waiting: Option<Waiting>,
    pub(super) told: Option<Told>,
    /// What to look at twice in what was typed so far.
    pub(super) signals: Signals,
    pub(super) pasted: String,
    pub(super) rights: Vec<Choice>,
    pub(super) identifiers: Vec<Identifier>,
    pub(super) asked: String,
    pub(super) today: String,
    pub(super) regimes: Vec<Choice>,
    pub(super) channels: Vec<Choice>,
    pub(super) levels: Vec<Choice>,
    pub(super) ways: Vec<Choice>,
    pub(super) statement: String,
    pub(super) complications: String,
    pub(super) explained: bool,
    pub(super) explained_on: String,
    pub(super) explanations: Vec<Explained>,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) languages: Vec<Choice>,
}

const LANGUAGES: [(&str, &str); 4] =
    [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")];

const LEVELS: [(&str, &str); 4] = [
    ("0", "0 – not known yet"),
    ("1", "1 – met on a proven channel: signed in, or by a confirmed address"),
    ("2", "2 – staff compared further data"),
    ("3", "3 – further evidence was seen"),
];

const WAYS: [(&str, &str); 6] = [
    ("vouched", "I vouch for it: they wrote or called by a way we know"),
    ("login", "signed in to their account"),
    ("address", "confirmed their address by a code or link"),
    ("compared", "data they gave was compared with ours"),
    ("document", "a document was shown"),
    ("agent", "an agent with an authority acts for them"),
];

const CHANNELS: [(&str, &str); 3] = [
    ("staff", "mail, call, letter or counter"),
    ("form", "a form of ours"),
    ("agent", "an agent who acts for the person"),
];

fn choices(all: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    let one = |(value, name): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        name: (*name).to_owned(),
        hint: "",
        chosen: *value == chosen,
    };
    all.iter().map(one).collect()
}

fn rights(chosen: &str) -> Vec<Choice> {
    Right::ALL
        .into_iter()
        .map(|right| {
            let (name, hint) = match right {
                Right::Access => ("A copy of their data", "“What do you know about me?”"),
                Right::Portability => ("Their data to take with them", "“I am changing to another service.”"),
                Right::Erasure => ("Deleting their data", "“Delete everything about me.”"),
                Right::Anonymization => ("Making them anonymous", "“Keep the records, without me in them.”"),
            };
            let value = right.as_str().to_owned();
            Choice { chosen: value == chosen, value, name: name.to_owned(), hint }
        })
        .collect()
}

impl Page {
    /// The form with what was typed; with what is usual where nothing was.
    pub(super) async fn new(by: &Visitor, fields: &Fields, once: &str) -> Self {
        let today = by.clock().today().to_string();
        let or = |name: &str, usual: &str| {
            if fields.has(name) { fields.text(name).to_owned() } else { usual.to_owned() }
        };
        let law = &by.office.policy.law;
        let packs: Vec<_> = law.packs().filter(|kept| kept.pack.status == Status::InForce).collect();
        // a choice of one is none
        let regime = or("regime", if packs.len() == 1 { law.usual() } else { "" });
        let regimes = packs.iter().map(|kept| Choice {
            value: kept.pack.id.clone(),
            name: format!("{} ({})", place(&kept.pack.id, &kept.pack.short), kept.pack.short),
            hint: "",
            chosen: kept.pack.id == regime,
        });
        let language = or("language", by.office.usual_language().as_str());
        let identifiers = kinds(by).into_iter().map(|kind| Identifier {
            name: said(&kind),
            value: fields.raw(&format!("id-{kind}")).to_owned(),
            kind,
        });
        Self {
            frame: by.frame("New request", "requests").await,
            once: once.to_owned(),
            flaws: Vec::new(),
            waiting: None,
            told: None,
            signals: Signals::default(),
            pasted: fields.raw("pasted").to_owned(),
            rights: rights(fields.text("right")),
            identifiers: identifiers.collect(),
            asked: or("asked", &today),
            regimes: regimes.collect(),
            channels: choices(&CHANNELS, &or("channel", "staff")),
            levels: choices(&LEVELS, &or("level", "1")),
            ways: choices(&WAYS, &or("how", "vouched")),
            statement: fields.raw("statement").to_owned(),
            complications: fields.raw("complications").to_owned(),
            explained: fields.has("explained"),
            explained_on: or("explained_on", &today),
            explanations: explanations(&language),
            email: fields.raw("email").to_owned(),
            name: fields.raw("name").to_owned(),
            languages: choices(&LANGUAGES, &language),
            today,
        }
    }

    /// Fills in what a pasted e-mail seems to say. Nothing that was typed is overwritten; somebody checks it.
    pub(super) fn propose(&mut self, proposed: &Proposed) {
        let mut what = Vec::new();
        let none_chosen = self.rights.iter().all(|right| !right.chosen);
        if let Some(right) = proposed.right.filter(|_| none_chosen) {
            for choice in &mut self.rights {
                choice.chosen = choice.value == right.as_str();
            }
            what.push("what they ask for");
        }
        if let Some(address) = &proposed.address {
            if let Some(one) =
                self.identifiers.iter_mut().find(|one| one.kind == "email" && one.value.is_empty())
            {
                one.value = address.expose().to_owned();
                what.push("their address");
            }
            if self.email.is_empty() {
                self.email = address.expose().to_owned();
            }
        }
        if let Some(day) = proposed.day.map(|day| day.to_string()).filter(|_| self.asked == self.today) {
            self.asked = day;
            what.push("the day");
        }
        if let Some(code) = proposed.language {
            for choice in &mut self.languages {
                choice.chosen = choice.value == code;
            }
            self.explanations = explanations(code);
            what.push("the language");
        }
        if self.statement.trim().is_empty() && !self.pasted.trim().is_empty() {
            self.statement = self.pasted.trim().to_owned();
        }
        let what = if what.is_empty() {
            String::from("Nothing certain was found in it. Fill in the form by hand.")
        } else {
            format!("Proposed from the e-mail: {}. Check each of them.", what.join(", "))
        };
        self.told = Some(Told { what });
    }

    /// Says what to look at twice in what stands in the form now, with the day the law would give for that.
    pub(super) async fn look_twice(&mut self, by: &Visitor) {
        let chosen = |all: &[Choice]| {
            all.iter().find(|one| one.chosen).map(|one| one.value.clone()).unwrap_or_default()
        };
        let given = |one: &Identifier| {
            let values: Vec<_> = one.value.lines().filter_map(personal).collect();
            values.into_iter().map(|value| (one.kind.clone(), value)).collect::<Vec<_>>()
        };
        let texts = [&self.pasted, &self.statement, &self.complications];
        let draft = Draft {
            identifiers: self.identifiers.iter().flat_map(given).collect(),
            letters_to: personal(&self.email),
            channel: chosen(&self.channels),
            how: chosen(&self.ways),
            texts: texts.into_iter().filter_map(|text| personal(text)).collect(),
        };
        // the page is about something else: without signals it is whole, too
        let Ok(list) = by.office.signals_of_draft(&by.actor, &draft).await else { return };
        let regime = chosen(&self.regimes);
        let regime = if regime.is_empty() { by.office.policy.law.usual() } else { &regime };
        let received = self.asked.parse().unwrap_or_else(|_| by.clock().today());
        let answer = by.office.deadline_if_received(&by.actor, regime, received);
        self.signals = Signals::of_draft(by, list, answer.ok());
    }

    /// Tells of a request of the same person that waits.
    pub(super) fn duplicate(&mut self, by: &Visitor, duplicate: &Duplicate) {
        self.waiting =
            Some(Waiting { id: duplicate.id.to_string(), asked: by.clock().day(duplicate.received_on) });
    }

    /// What is wrong with a field.
    fn flaw(&self, field: &str) -> Option<&str> {
        self.flaws.iter().find(|flaw| flaw.field == field).map(|flaw| flaw.words.as_str())
    }
}

fn explanations(open: &str) -> Vec<Explained> {
    let one = |(code, name): (&'static str, &'static str)| Explained {
        code,
        name,
        texts: [wording::difference_in(code)]
            .into_iter()
            .chain(Right::ALL.into_iter().map(|right| wording::explain_in(right, code)))
            .collect(),
        open: code == open,
    };
    LANGUAGES.into_iter().map(one).collect()
}

/// Where the person lives, as far as a regime's id tells it.
fn place(id: &str, short: &str) -> String {
    let known = match id {
        "eu-gdpr" => "European Union, Iceland, Liechtenstein or Norway",
        "uk-gdpr" => "United Kingdom",
        "us-ca-ccpa" | "ccpa" | "us-ca" => "California",
        _ => short,
    };
    known.to_owned()
}

/// A kind of identifier as people say it.
fn said(kind: &str) -> String {
    match kind {
        "email" => String::from("E-mail address of the account"),
        "phone" => String::from("Phone number"),
        kind => {
            let words = kind.replace('_', " ");
            let mut letters = words.chars();
            let first =
                letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
            format!("{first}{}", letters.as_str())
        }
    }
}
