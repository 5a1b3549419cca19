//! Asking: four plain choices, an address, and what it means. Whatever is wrong comes back with all that was typed, and nothing
//! ever tells whether somebody is known.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use exeunt_app::portal::ask::{Flaw, Typed};
use exeunt_base::Personal;
use exeunt_rights::Right;

use crate::caller::From;
use crate::pages::portal::around::{Around, Come, Fields, Say, Sent, page};
use crate::pages::portal::confirm;
use crate::service::Service;

/// The rights, as the page offers them.
const RIGHTS: [Right; 4] = [Right::Access, Right::Portability, Right::Erasure, Right::Anonymization];

/// Somewhere no law of ours is meant for: the usual one counts.
const ELSE: &str = "else";

struct Choice {
    value: String,
    name: String,
    hint: &'static str,
    chosen: bool,
}

struct Kind {
    field: String,
    name: String,
    typed: String,
}

/// A field that is wrong.
struct Wrong {
    field: String,
    words: String,
}

#[derive(Template)]
#[template(path = "portal/ask.html")]
struct Ask {
    around: Around,
    flaws: Vec<Wrong>,
    intro: String,
    rights: Vec<Choice>,
    terms: Vec<(&'static str, String)>,
    email: String,
    name: String,
    kinds: Vec<Kind>,
    laws: Vec<Choice>,
    words: String,
    next_due: String,
}

impl Ask {
    fn new(come: &Come, fields: &Fields, flaws: Vec<Wrong>) -> Self {
        let say = come.say();
        let found = &come.found;
        let laws = found.laws();
        let due = laws.first().map(|(_, due)| say.day(*due)).unwrap_or_default();
        let chosen = fields.text("regime");
        let mut places: Vec<Choice> = laws
            .iter()
            .filter_map(|(id, _)| {
                let name = format!("p_in_{}", id.replace('-', "_"));
                let named = say.has(&name).then(|| say.w(&name).to_owned())?;
                Some(Choice { value: id.clone(), name: named, hint: "", chosen: chosen == id.as_str() })
            })
            .collect();
        let name = say.w("p_in_else").to_owned();
        places.push(Choice { value: ELSE.to_owned(), name, hint: "", chosen: chosen == ELSE });
        Self {
            around: match fields.all().as_slice() {
                [] => come.around("p_ask_title", Some("")),
                typed => come.around("p_ask_title", None).typed(found, "", typed),
            },
            intro: say.f("p_ask_intro", &[("organization", &found.portal.name)]),
            rights: RIGHTS.map(|right| pick(say, right, fields.text("right"))).into(),
            terms: terms(say, found.window_days()),
            email: fields.raw("email").to_owned(),
            name: fields.raw("name").to_owned(),
            kinds: kinds(come, fields),
            laws: places,
            words: fields.raw("words").to_owned(),
            next_due: say.f("p_next_due", &[("due", &due)]),
            flaws,
        }
    }

    fn flaw(&self, field: &str) -> Option<&str> {
        self.flaws.iter().find(|flaw| flaw.field == field).map(|flaw| flaw.words.as_str())
    }
}

/// What the words mean that people choose by.
fn terms(say: Say, days: u32) -> Vec<(&'static str, String)> {
    let plain = |term: &str, text: &str| (say.w(term), say.w(text).to_owned());
    let window = match days {
        0 => None,
        1 => Some(plain("p_term_window", "p_text_window_one")),
        _ => Some((say.w("p_term_window"), say.f("p_text_window", &[("days", &days.to_string())]))),
    };
    let mut terms = vec![
        plain("p_term_delete", "p_text_delete"),
        plain("p_term_anonymous", "p_text_anonymous"),
        plain("p_term_kept", "p_text_kept"),
    ];
    terms.extend(window);
    terms.push(plain("p_term_backups", "p_text_backups"));
    terms
}

fn pick(say: Say, right: Right, chosen: &str) -> Choice {
    let word = right.as_str();
    Choice {
        value: word.to_owned(),
        name: say.w(&format!("p_pick_{word}")).to_owned(),
        hint: say.w(&format!("p_hint_{word}")),
        chosen: chosen == word,
    }
}

fn kinds(come: &Come, fields: &Fields) -> Vec<Kind> {
    let say = come.say();
    let named = |kind: &String| {
        let known = format!("p_kind_{kind}");
        let name = match say.has(&known) && kind != "hint" && kind != "other" {
            true => say.w(&known).to_owned(),
            false => say.f("p_kind_other", &[("kind", &kind.replace('_', " "))]),
        };
        let field = format!("id-{kind}");
        Kind { typed: fields.raw(&field).to_owned(), field, name }
    };
    come.found.other_kinds().iter().map(named).collect()
}

/// The empty form.
pub(super) async fn show(
    service: State<Service>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Path(word): Path<String>,
) -> Response {
    match Come::to(&service, &word, query.as_deref(), &headers, true).await {
        Ok(come) => page(StatusCode::OK, &Ask::new(&come, &Fields::default(), Vec::new())),
        Err(page) => page,
    }
}

/// Takes what was typed in, and mails a code.
pub(super) async fn send(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Path(word): Path<String>,
    sent: Sent,
) -> Response {
    let come = match Come::to(&service, &word, query.as_deref(), &headers, true).await {
        Ok(come) => come,
        Err(page) => return page,
    };
    let fields = match come.fields(&headers, sent) {
        Ok(fields) => fields,
        Err(page) => return *page,
    };
    if fields.only_shows() {
        return page(StatusCode::OK, &Ask::new(&come, &fields, Vec::new()));
    }
    let (typed, flaws) = read(&come, &fields);
    let Some(typed) = typed.filter(|_| flaws.is_empty()) else {
        return page(StatusCode::UNPROCESSABLE_ENTITY, &Ask::new(&come, &fields, flaws));
    };
    // a person leaves it empty; a program that does not is told nothing, and nothing is mailed
    let form = match fields.raw("website").is_empty() {
        true => come.found.ask(&typed, &from.0).await,
        false => Ok(come.found.nothing_asked()),
    };
    match form {
        Ok(form) => confirm::typing(&come, &form, typed.right, typed.email.expose().trim(), None),
        Err(error) => come.trouble(&error),
    }
}

fn read(come: &Come, fields: &Fields) -> (Option<Typed>, Vec<Wrong>) {
    let say = come.say();
    let mut flaws = Vec::new();
    let mut wrong = |field: &str, word: &str| {
        flaws.push(Wrong { field: field.to_owned(), words: say.w(word).to_owned() });
    };
    let right = fields.text("right").parse::<Right>().ok().filter(|right| RIGHTS.contains(right));
    if right.is_none() {
        wrong("right", "p_err_right");
    }
    let personal = |name: &str| Personal::new(fields.raw(name).trim().to_owned());
    let others = come.found.other_kinds();
    let typed = Typed {
        right: right.unwrap_or(Right::Access),
        email: personal("email"),
        name: personal("name"),
        others: others.into_iter().map(|kind| (kind.clone(), personal(&format!("id-{kind}")))).collect(),
        regime: Some(fields.text("regime"))
            .filter(|regime| !regime.is_empty() && *regime != ELSE)
            .map(str::to_owned),
        words: Personal::new(fields.raw("words").replace("\r\n", "\n")),
        language: come.language,
    };
    for flaw in come.found.flaws(&typed) {
        match flaw {
            Flaw::Email => wrong("email", "p_err_email"),
            Flaw::Name => wrong("name", "p_err_name"),
            Flaw::Kind(kind) => wrong(&format!("id-{kind}"), "p_err_kind"),
            Flaw::Regime => wrong("regime", "p_err_country"),
            Flaw::Words => wrong("words", "p_err_words"),
        }
    }
    (right.map(|_| typed), flaws)
}
