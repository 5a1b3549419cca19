//! How the pages look: short words, one column, large enough to read on any screen. Every value is escaped.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use exeunt_app::links::fetch::Offered;
use exeunt_app::links::find::Found;
use exeunt_base::{Secret, Timestamp};
use exeunt_mail::{Language, escaped};

/// The portal's own: whoever comes from there is still at the same place.
const STYLE: &str = include_str!("../../assets/portal.css");

/// What the pages are dressed in.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// A page being put together.
pub(super) struct Page<'a> {
    language: Language,
    /// The word for what stands above it.
    title: &'static str,
    up: &'a str,
    token: &'a str,
    body: String,
    /// Whose it is: its name, and its word in addresses where it has one.
    from: Option<(String, Option<String>)>,
}

/// A page that says one thing.
pub(super) fn message(language: Language, word: &str) -> Page<'static> {
    let mut page = Page { language, title: "page_title", up: "", token: "", body: String::new(), from: None };
    page.heading();
    page.say(word, &[]);
    page
}

/// That there is no such page.
pub(super) fn nowhere(language: Language) -> Page<'static> {
    let mut page =
        Page { language, title: "p_closed_title", up: "/d/", token: "", body: String::new(), from: None };
    page.heading();
    page.say("p_closed", &[]);
    page
}

/// That a link's time is over.
pub(super) fn ended(language: Language, at: Timestamp) -> Page<'static> {
    let mut page = Page { language, title: "page_title", up: "", token: "", body: String::new(), from: None };
    page.heading();
    page.say("page_ended", &[("until", &language.day(at))]);
    page
}

/// The page about notices: what is said, and the button below with the token it is for and what it does.
pub(super) fn notices<'a>(
    language: Language,
    up: &'a str,
    said: &[(&str, &[(&str, &str)])],
    button: Option<(&str, &str, &str)>,
) -> Page<'a> {
    let mut page = Page { language, title: "notices_title", up, token: "", body: String::new(), from: None };
    page.heading();
    for (word, values) in said {
        page.say(word, values);
    }
    if let Some((token, act, word)) = button {
        let (token, word) = (escaped(token), page.word(word));
        page.body.push_str(&format!(
            "<form method=\"post\" action=\"{token}\">\n<input type=\"hidden\" name=\"act\" value=\"{act}\">\n\
             <p><button>{word}</button></p>\n</form>\n"
        ));
    }
    page
}

impl<'a> Page<'a> {
    /// The page of a link that can be used. `up` leads from where it is shown to the link's own folder.
    pub(super) fn of(found: &Found, token: &'a str, up: &'a str) -> Self {
        let own = &found.office.organization.name;
        let name = found.portal.as_ref().map_or(own, |portal| &portal.name);
        let word = found.portal.as_ref().map(|portal| portal.word.clone());
        let from = Some((name.clone(), word));
        let (language, title) = (found.language, "page_title");
        let mut page = Self { language, title, up, token, body: String::new(), from };
        page.heading();
        page.say("page_intro", &[("organization", name)]);
        page.say("page_until", &[("until", &found.language.day(found.link.expires_at))]);
        match found.link.downloads_left {
            1 => page.say("page_left_one", &[]),
            left => page.say("page_left", &[("downloads", &left.to_string())]),
        }
        page.say("page_size", &[("size", &size(found.package.bytes))]);
        page
    }

    /// Shown from further below.
    pub(super) fn up(mut self, up: &'a str) -> Self {
        self.up = up;
        self
    }

    /// With the button that asks for a code.
    pub(super) fn ask(mut self) -> Self {
        self.say("page_how", &[]);
        self.button("page_ask");
        self
    }

    /// With the field for a code; after a wrong one, with how many tries are left.
    pub(super) fn typing(
        mut self,
        found: &Found,
        form: &Secret<String>,
        wrong: Option<u64>,
        portions: &[Offered],
        chosen: &str,
    ) -> Self {
        match wrong {
            None => self.say("page_sent", &[]),
            Some(1) => self.problem("page_wrong_one", &[]),
            Some(left) => self.problem("page_wrong", &[("left", &left.to_string())]),
        }
        let (up, token, form) = (self.up, self.token, escaped(form.expose()));
        let (code, get) = (self.word("page_code"), self.word("page_get"));
        let choice = self.choice(found, portions, chosen);
        self.body.push_str(&format!(
            "<form method=\"post\" action=\"{up}{token}\">\n\
             <input type=\"hidden\" name=\"form\" value=\"{form}\">\n{choice}\
             <label for=\"code\">{code}</label>\n\
             <input id=\"code\" name=\"code\" inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"12\" required>\n\
             <p><button>{get}</button></p>\n</form>\n"
        ));
        self.say("page_broken", &[]);
        self.button("page_again");
        self.how_to_open(found);
        self
    }

    /// What can be got: everything first, then each portion that has something in it. Nothing to choose where only a passphrase opens
    /// the package.
    fn choice(&self, found: &Found, portions: &[Offered], chosen: &str) -> String {
        let offered: Vec<&Offered> = portions.iter().filter(|one| one.left > 0).collect();
        if offered.is_empty() {
            return String::new();
        }
        let one = |value: &str, word: &str, bytes: u64, left: u64, checked: bool| {
            let amount = if left == 1 { "page_amount_one" } else { "page_amount" };
            let amount = self.filled(amount, &[("size", &size(bytes)), ("left", &left.to_string())]);
            let checked = if checked { " checked" } else { "" };
            format!(
                "<label class=\"pick\"><input type=\"radio\" name=\"portion\" value=\"{value}\"{checked}> <span>{} \
                 <span class=\"hint\">{amount}</span></span></label>\n",
                self.word(word)
            )
        };
        let chosen = offered.iter().map(|one| one.portion).find(|portion| *portion == chosen);
        let mut all = one("", "page_all", found.package.bytes, found.link.downloads_left, chosen.is_none());
        for Offered { portion, bytes, left } in offered {
            let word = format!("page_{portion}");
            all.push_str(&one(portion, &word, *bytes, *left, chosen == Some(*portion)));
        }
        let each = self.filled("page_each", &[("until", &found.language.day(found.link.expires_at))]);
        format!(
            "<fieldset>\n<legend>{}</legend>\n{all}<p class=\"hint\">{each}</p>\n</fieldset>\n",
            self.word("page_what")
        )
    }

    fn how_to_open(&mut self, found: &Found) {
        let ways: &[&str] = match found.package.key {
            Some(_) => &["page_open_phone", "page_open_windows", "page_open_mac"],
            None => &["page_open_age"],
        };
        let ways: String = ways.iter().map(|word| format!("<p>{}</p>\n", self.word(word))).collect();
        let title = self.word("page_open_title");
        self.body.push_str(&format!("<details>\n<summary>{title}</summary>\n{ways}</details>\n"));
    }

    /// After too many tries, or too late.
    pub(super) fn stopped(mut self) -> Self {
        self.problem("page_stopped", &[]);
        self.button("page_again");
        self
    }

    /// The page as an answer.
    pub(super) fn answer(self, status: StatusCode) -> Response {
        let (mut color, mut sender) = (String::new(), String::new());
        if let Some((name, word)) = &self.from {
            sender = format!("<header class=\"sender\"><p translate=\"no\">{}</p></header>\n", escaped(name));
            color = word.as_ref().map_or(String::new(), |word| {
                format!("<link rel=\"stylesheet\" href=\"/portal/{}/color.css\">\n", escaped(word))
            });
        }
        let html = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{}</title>\n\
             <link rel=\"stylesheet\" href=\"{}style.css\">\n{color}</head>\n<body>\n{sender}<main>\n{}</main>\n</body>\n</html>\n",
            self.language.as_str(),
            self.word(self.title),
            self.up,
            self.body,
        );
        let mut response = (status, Html(html)).into_response();
        let policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        response
    }

    fn heading(&mut self) {
        let title = self.word(self.title);
        self.body.push_str(&format!("<h1>{title}</h1>\n"));
    }

    fn say(&mut self, word: &str, values: &[(&str, &str)]) {
        let text = self.filled(word, values);
        self.body.push_str(&format!("<p>{text}</p>\n"));
    }

    fn problem(&mut self, word: &str, values: &[(&str, &str)]) {
        let (heading, text) = (self.word("page_problem"), self.filled(word, values));
        self.body.push_str(&format!(
            "<div class=\"problem\" role=\"alert\">\n<h2>{heading}</h2>\n<p>{text}</p>\n</div>\n"
        ));
    }

    fn button(&mut self, word: &str) {
        let (up, token, text) = (self.up, self.token, self.word(word));
        self.body.push_str(&format!(
            "<form method=\"post\" action=\"{up}{token}/code\">\n<p><button>{text}</button></p>\n</form>\n"
        ));
    }

    fn word(&self, name: &str) -> String {
        escaped(self.language.word(name))
    }

    fn filled(&self, word: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.word(word), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), &escaped(value))
        })
    }
}

/// A size as people say it.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::{escaped, size};

    #[test]
    fn sizes_and_values_are_shown_plainly() {
        assert_eq!(
            (size(1), size(65_536), size(2_500_000)),
            ("1 kB".into(), "66 kB".into(), "2.5 MB".into())
        );
        assert_eq!(escaped("<b>'\"&"), "&lt;b&gt;&#39;&quot;&amp;");
    }
}
