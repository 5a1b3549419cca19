//! What stands around every page of a portal: whose it is, in which languages it is there, and where help is.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use exeunt_app::portal::color::{Color, INK};
use exeunt_app::portal::find::Found;
use exeunt_app::{Class, Error};
use exeunt_mail::{Language, fill};
use exeunt_rights::Day;

use crate::call;
use crate::console::PORTAL_STYLE;
use crate::service::Service;

/// What a page may load and where it may send forms: ours alone (SEC-68).
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src \
                      'none'";

/// The words of a page in its language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Say(pub(super) Language);

impl Say {
    /// The language's code.
    pub(super) fn code(&self) -> &'static str {
        self.0.as_str()
    }

    /// A word or sentence.
    pub(super) fn w(&self, name: &str) -> &'static str {
        self.0.word(name)
    }

    /// A sentence with its places filled.
    pub(super) fn f(&self, name: &str, values: &[(&str, &str)]) -> String {
        fill(self.0.word(name), values)
    }

    /// A day, as people write it.
    pub(super) fn day(&self, day: Day) -> String {
        self.0.date(day.year(), day.month(), day.day())
    }

    /// Where there is a sentence of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        !self.0.word(name).is_empty()
    }
}

/// A language that the page is there in, too.
pub(super) struct Other {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) href: String,
    pub(super) current: bool,
    /// What was typed in, where the page answers a form: it is sent along, so that nothing of it is lost.
    pub(super) typed: Vec<(String, String)>,
}

/// The field by which a form only asks to be shown again, in another language.
const SHOW: &str = "show";

/// What stands around a page.
pub(super) struct Around {
    pub(super) title: String,
    pub(super) name: String,
    pub(super) say: Say,
    pub(super) languages: Vec<Other>,
    pub(super) style: &'static str,
    pub(super) color: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) post: String,
    pub(super) notice: String,
    word: String,
}

impl Around {
    /// Around a page that stands below the portal's own: `/requests/…`. One that answers a form has no such place, and no choice
    /// of languages unless [`Self::typed`] says what goes along.
    pub(super) fn new(found: &Found, language: Language, title: &str, place: Option<&str>) -> Self {
        let say = Say(language);
        let portal = &found.portal;
        let here = |language: Language| {
            let place = place.unwrap_or_default();
            format!("/portal/{}{place}?lang={}", portal.word, language.as_str())
        };
        let languages = found.languages.iter().filter(|_| place.is_some()).map(|other| Other {
            code: other.as_str(),
            name: name_of(*other),
            href: here(*other),
            current: *other == language,
            typed: Vec::new(),
        });
        Self {
            title: say.w(title).to_owned(),
            name: portal.name.clone(),
            say,
            languages: languages.collect(),
            style: &PORTAL_STYLE.href,
            color: format!("/portal/{}/color.css", portal.word),
            email: portal.email.clone(),
            phone: portal.phone.clone(),
            post: portal.post.clone(),
            notice: portal.notice.clone(),
            word: portal.word.clone(),
        }
    }

    /// Around a page that answers a form sent to this place: another language shows it again with what was typed in.
    pub(super) fn typed(mut self, found: &Found, place: &str, fields: &[(&str, &str)]) -> Self {
        let with = |other: &Language| {
            let shown = [(SHOW, "yes")];
            let typed = fields.iter().chain(&shown);
            Other {
                code: other.as_str(),
                name: name_of(*other),
                href: format!("/portal/{}{place}?lang={}", self.word, other.as_str()),
                current: *other == self.say.0,
                typed: typed.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            }
        };
        self.languages = found.languages.iter().map(with).collect();
        self
    }

    /// An address below the portal's own, in this language.
    pub(super) fn at(&self, place: &str) -> String {
        format!("/portal/{}{place}?lang={}", self.word, self.say.code())
    }

    /// The portal's own.
    pub(super) fn home(&self) -> String {
        self.at("")
    }

    /// Whether there are other ways to ask.
    pub(super) fn has_ways(&self) -> bool {
        !(self.email.is_empty() && self.phone.is_empty() && self.post.is_empty())
    }

    /// The phone number as a telephone dials it.
    pub(super) fn dialed(&self) -> String {
        self.phone.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect()
    }
}

fn name_of(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::German => "Deutsch",
        Language::French => "Français",
        Language::Spanish => "Español",
    }
}

/// A portal, and the language somebody reads it in.
pub(super) struct Come {
    pub(super) found: Found,
    pub(super) language: Language,
}

impl Come {
    /// The portal of a word in an address. `open` where only one that is open counts.
    pub(super) async fn to(
        service: &Service,
        word: &str,
        query: Option<&str>,
        headers: &HeaderMap,
        open: bool,
    ) -> Result<Self, Response> {
        let spoken = spoken(query, headers);
        let found = match service.house.portal_of(word).await {
            Ok(Some(found)) if found.portal.opened || !open => found,
            Ok(_) => return Err(nowhere(first(&spoken, &Language::ALL))),
            Err(error) => return Err(broken(&error, first(&spoken, &Language::ALL))),
        };
        let language = first(&spoken, &found.languages);
        Ok(Self { found, language })
    }

    pub(super) fn say(&self) -> Say {
        Say(self.language)
    }

    pub(super) fn around(&self, title: &str, place: Option<&str>) -> Around {
        Around::new(&self.found, self.language, title, place)
    }

    /// A page that says a few things.
    pub(super) fn said(
        &self,
        status: StatusCode,
        title: &str,
        texts: Vec<String>,
        link: Option<(String, String)>,
    ) -> Response {
        let around = self.around(title, None);
        let heading = around.title.clone();
        page(status, &Said { around, heading, texts, link })
    }

    /// What a person is told when something does not work; the log is told more.
    pub(super) fn trouble(&self, error: &Error) -> Response {
        let (status, word) = match error.class() {
            Class::Busy => (StatusCode::TOO_MANY_REQUESTS, "page_too_many"),
            _ => {
                tracing::error!(error.code = error.code(), "could not show a page of the portal: {error}");
                (StatusCode::SERVICE_UNAVAILABLE, "p_later")
            }
        };
        let mut response = self.said(status, "page_problem", vec![self.say().w(word).to_owned()], None);
        if let Some(seconds) = error.retry_seconds() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(call::Code(error.code()));
        response
    }

    /// A form's fields; or what is told instead.
    pub(super) fn fields(&self, headers: &HeaderMap, sent: Sent) -> Result<Fields, Box<Response>> {
        if !comes_from_here(headers) {
            let texts = vec![self.say().w("p_foreign").to_owned()];
            return Err(Box::new(self.said(StatusCode::FORBIDDEN, "page_problem", texts, None)));
        }
        match sent {
            Ok(Form(fields)) => Ok(Fields(fields)),
            Err(FormRejection::BytesRejection(_)) => {
                let texts = vec![self.say().w("p_too_long").to_owned()];
                Err(Box::new(self.said(StatusCode::PAYLOAD_TOO_LARGE, "page_problem", texts, None)))
            }
            // what is no form says nothing
            Err(_) => Ok(Fields::default()),
        }
    }

    /// That a link leads nowhere. Nobody is told whether it ever did.
    pub(super) fn unknown(&self) -> Response {
        let texts = vec![self.say().w("page_unknown").to_owned()];
        self.said(StatusCode::NOT_FOUND, "p_closed_title", texts, None)
    }
}

/// A form as it came.
pub(super) type Sent = Result<Form<Vec<(String, String)>>, FormRejection>;

/// What a form says.
#[derive(Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field as it was typed; empty when it is not there.
    pub(super) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// All of them, as they were typed.
    pub(super) fn all(&self) -> Vec<(&str, &str)> {
        let typed = self.0.iter().filter(|(name, _)| name != SHOW);
        typed.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Whether the page is only to be shown again, in another language.
    pub(super) fn only_shows(&self) -> bool {
        self.raw(SHOW) == "yes"
    }

    /// The same without what stands around it.
    pub(super) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }
}

#[derive(Template)]
#[template(path = "portal/said.html")]
struct Said {
    around: Around,
    heading: String,
    texts: Vec<String>,
    link: Option<(String, String)>,
}

/// A page with a field for a code.
#[derive(Template)]
#[template(path = "portal/code.html")]
pub(super) struct Code {
    pub(super) around: Around,
    pub(super) heading: String,
    pub(super) problem: Option<String>,
    pub(super) texts: Vec<String>,
    /// What the page holds; empty where there is no code to type in.
    pub(super) form: String,
    pub(super) action: String,
    pub(super) button: String,
    /// Where another one is asked for, and that button.
    pub(super) again: Option<(String, String)>,
    pub(super) after: Vec<String>,
    pub(super) link: Option<(String, String)>,
}

/// A page with one button.
#[derive(Template)]
#[template(path = "portal/press.html")]
pub(super) struct Press {
    pub(super) around: Around,
    pub(super) heading: String,
    pub(super) texts: Vec<String>,
    pub(super) action: String,
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) button: String,
    pub(super) after: Vec<String>,
    pub(super) link: Option<(String, String)>,
}

/// A page as an answer.
pub(super) fn page(status: StatusCode, page: &impl Template) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!("could not render a page: {error}");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// That there is no such portal: in the look of the pages that belong to nobody.
fn nowhere(language: Language) -> Response {
    crate::pages::html::nowhere(language).answer(StatusCode::NOT_FOUND)
}

fn broken(error: &Error, language: Language) -> Response {
    crate::pages::link::trouble(error, language, "/d/")
}

/// The languages somebody asks for, the one they chose first, then as their browser says.
fn spoken(query: Option<&str>, headers: &HeaderMap) -> Vec<Language> {
    let chosen = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("lang="));
    let mut all: Vec<Language> = chosen.and_then(Language::from_code).into_iter().collect();
    let accepted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut weighed: Vec<(f32, Language)> = Vec::new();
    for part in accepted.split(',').take(20) {
        let (code, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(0.0);
        if let Some(language) = Language::from_code(code.trim()).filter(|_| weight > 0.0) {
            weighed.push((weight, language));
        }
    }
    // of the same weight the first one stays first
    weighed.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    all.extend(weighed.into_iter().map(|(_, language)| language));
    all
}

/// The first one that is offered, or the usual one.
fn first(spoken: &[Language], offered: &[Language]) -> Language {
    let usual = offered.first().copied().unwrap_or_default();
    spoken.iter().copied().find(|language| offered.contains(language)).unwrap_or(usual)
}

/// Refuses forms of other sites' pages, where the browser says so. Nothing here is done in somebody's name without a code or a
/// link, so that a browser that says nothing is believed.
fn comes_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return ["same-origin", "none"].contains(&site);
    }
    match (text("origin"), text(header::HOST.as_str())) {
        (Some(origin), Some(host)) if origin != "null" => {
            origin.split_once("://").is_some_and(|(_, from)| from == host)
        }
        _ => true,
    }
}

/// The organization's color, as light and as dark pages use it: readable, whatever was chosen.
pub(super) async fn color(service: State<Service>, Path(word): Path<String>) -> Response {
    let chosen: Option<Color> = match service.house.portal_of(&word).await {
        Ok(Some(found)) => found.portal.color.parse().ok(),
        _ => None,
    };
    let Some(chosen) = chosen else { return StatusCode::NOT_FOUND.into_response() };
    let (light, dark) = (chosen.on_light(), chosen.on_dark());
    let text = format!(
        ":root {{ --accent: {light}; --on-accent: #fff; }}\n\
         @media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; --on-accent: {INK}; }} }}\n"
    );
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], text).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use exeunt_mail::Language;

    use super::{comes_from_here, first, spoken};

    fn chosen(query: &str, accepted: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accepted).unwrap());
        first(&spoken(Some(query), &headers), &[Language::German, Language::English, Language::French])
    }

    #[test]
    fn the_language_is_the_one_chosen_then_the_one_spoken_then_the_usual_one() {
        assert_eq!(chosen("lang=fr", "en"), Language::French);
        assert_eq!(chosen("", "es, en;q=0.5, fr;q=0.8"), Language::French);
        assert_eq!(chosen("lang=es", "fr-CA,fr;q=0.9"), Language::French);
        assert_eq!(chosen("lang=%00", "tlh, en;q=0"), Language::German);
    }

    #[test]
    fn another_sites_form_is_refused_where_the_browser_tells() {
        let from = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("privacy.test"));
            headers.insert(name, HeaderValue::from_static(value));
            comes_from_here(&headers)
        };
        assert!(from("sec-fetch-site", "same-origin") && from("origin", "null"));
        assert!(from("origin", "https://privacy.test") && from("accept", "*/*"));
        assert!(!from("sec-fetch-site", "cross-site") && !from("origin", "https://evil.test"));
    }
}
