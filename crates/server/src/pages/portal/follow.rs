//! How a request stands: a landing page, a code, and then the page for as long as the browser holds what the code gave it.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::links::code::Checked;
use exeunt_app::portal::LOOK_SECONDS;
use exeunt_app::portal::follow::Way;
use exeunt_app::portal::pages::Link;
use exeunt_base::Secret;
use exeunt_store::requests::Request;

use crate::caller::From;
use crate::pages::portal::around::{Code, Come, Sent, page};
use crate::pages::portal::{confirm, status};
use crate::service::Service;

/// The cookie of whoever typed a code in. It holds no name, counts for one request and an hour, and goes nowhere else.
const COOKIE: &str = "__Host-exeunt-look";

/// Has the browser hold on to it.
pub(super) fn put(held: &Secret<String>) -> HeaderValue {
    let held = held.expose();
    confirm::secret(format!(
        "{COOKIE}={held}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={LOOK_SECONDS}"
    ))
}

fn drop_cookie() -> HeaderValue {
    confirm::secret(format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"))
}

fn held(headers: &HeaderMap) -> String {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned()).unwrap_or_default()
}

/// A request that somebody followed a link to.
pub(super) struct Followed {
    pub(super) come: Come,
    pub(super) request: Request,
    pub(super) token: String,
    /// Whether they may see it, and hold a cookie for it.
    pub(super) sees: bool,
    way: Way,
}

impl Followed {
    pub(super) async fn to(
        service: &Service,
        from: &From,
        query: Option<&str>,
        headers: &HeaderMap,
        (word, token): (String, String),
    ) -> Result<Self, Response> {
        let come = Come::to(service, &word, query, headers, false).await?;
        let found = async {
            let Some(request) = come.found.request_of(Link::Follow, &token, &from.0).await? else {
                return Ok(None);
            };
            let way = come.found.way_to(&request)?;
            let sees = way == Way::Link || come.found.is_in_session(request.id, &held(headers))?;
            Ok::<_, exeunt_app::Error>(Some((request, way, sees)))
        };
        match found.await {
            // nobody ever said where to write to, so that no code can be mailed
            Ok(None | Some((_, Way::None, _))) => Err(come.unknown()),
            Ok(Some((request, way, sees))) => Ok(Self { come, request, token, sees, way }),
            Err(error) => Err(come.trouble(&error)),
        }
    }

    /// Where the request's page is.
    pub(super) fn place(&self) -> String {
        format!("/requests/{}", self.token)
    }

    /// An answer that lets the browser look for another hour.
    pub(super) fn renewed(&self, mut response: Response) -> Response {
        if self.way == Way::Code
            && let Ok(held) = self.come.found.session_of(self.request.id)
        {
            response.headers_mut().append(header::SET_COOKIE, put(&held));
        }
        response
    }

    /// The landing page.
    pub(super) fn landing(&self) -> Response {
        let say = self.come.say();
        let around = self.come.around("p_status_title", Some(&self.place()));
        let code = Code {
            heading: around.title.clone(),
            problem: None,
            texts: vec![say.w("p_land").to_owned()],
            form: String::new(),
            action: String::new(),
            button: String::new(),
            again: Some((around.at(&format!("{}/code", self.place())), say.w("page_ask").to_owned())),
            after: Vec::new(),
            link: None,
            around,
        };
        page(StatusCode::OK, &code)
    }

    /// The field for the code.
    fn typing(&self, form: &Secret<String>, wrong: Option<u64>) -> Response {
        let say = self.come.say();
        let problem = wrong.map(|left| match left {
            1 => say.w("page_wrong_one").to_owned(),
            left => say.f("page_wrong", &[("left", &left.to_string())]),
        });
        let along = [("form", form.expose().as_str())];
        let around = self.come.around("p_confirm_title", None).typed(&self.come.found, &self.place(), &along);
        let code = Code {
            heading: around.title.clone(),
            problem,
            texts: vec![say.w("page_sent").to_owned()],
            form: form.expose().clone(),
            action: around.at(&self.place()),
            button: say.w("p_look").to_owned(),
            again: Some((around.at(&format!("{}/code", self.place())), say.w("page_again").to_owned())),
            after: Vec::new(),
            link: None,
            around,
        };
        page(if wrong.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK }, &code)
    }

    fn stopped(&self) -> Response {
        let say = self.come.say();
        let around = self.come.around("p_confirm_title", Some(&self.place()));
        let code = Code {
            heading: around.title.clone(),
            problem: Some(say.w("page_stopped").to_owned()),
            texts: Vec::new(),
            form: String::new(),
            action: String::new(),
            button: String::new(),
            again: Some((around.at(&format!("{}/code", self.place())), say.w("page_again").to_owned())),
            after: Vec::new(),
            link: None,
            around,
        };
        page(StatusCode::FORBIDDEN, &code)
    }
}

/// Shows how it stands to whoever may see it, and the landing page to everybody else. Looking changes nothing.
pub(super) async fn show(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    path: Path<(String, String)>,
) -> Response {
    let followed = match Followed::to(&service, &from, query.as_deref(), &headers, path.0).await {
        Ok(followed) => followed,
        Err(page) => return page,
    };
    if !followed.sees {
        return followed.landing();
    }
    let made = query.as_deref().unwrap_or_default().split('&').any(|word| word == "made");
    match status::shown(&followed, made, !held(&headers).is_empty()).await {
        Ok(response) => followed.renewed(response),
        Err(error) => followed.come.trouble(&error),
    }
}

/// Mails a code.
pub(super) async fn send_code(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    path: Path<(String, String)>,
    sent: Sent,
) -> Response {
    let followed = match Followed::to(&service, &from, query.as_deref(), &headers, path.0).await {
        Ok(followed) => followed,
        Err(page) => return page,
    };
    if let Err(page) = followed.come.fields(&headers, sent) {
        return *page;
    }
    if followed.way == Way::Link {
        return back(&followed, false);
    }
    match followed.come.found.send_look(&followed.request, &from.0).await {
        Ok(form) => followed.typing(&form, None),
        Err(error) => followed.come.trouble(&error),
    }
}

/// Checks the code.
pub(super) async fn check(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    path: Path<(String, String)>,
    sent: Sent,
) -> Response {
    let followed = match Followed::to(&service, &from, query.as_deref(), &headers, path.0).await {
        Ok(followed) => followed,
        Err(page) => return page,
    };
    let fields = match followed.come.fields(&headers, sent) {
        Ok(fields) => fields,
        Err(page) => return *page,
    };
    let form = Secret::new(fields.text("form").to_owned());
    if fields.only_shows() {
        return followed.typing(&form, None);
    }
    match followed.come.found.check_look(&followed.request, form.expose(), fields.text("code")).await {
        Ok(Checked::Right) => back(&followed, true),
        Ok(Checked::Wrong(left)) => followed.typing(&form, Some(left)),
        Ok(Checked::Stopped) => followed.stopped(),
        Err(error) => followed.come.trouble(&error),
    }
}

/// Back to the page; the browser holds on to what the code gave.
fn back(followed: &Followed, looks: bool) -> Response {
    let around = followed.come.around("p_status_title", None);
    let response = Redirect::to(&around.at(&followed.place())).into_response();
    if looks { followed.renewed(response) } else { response }
}

/// Closes the page for others: the browser lets go of what the code gave it.
pub(super) async fn leave(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    path: Path<(String, String)>,
    sent: Sent,
) -> Response {
    let followed = match Followed::to(&service, &from, query.as_deref(), &headers, path.0).await {
        Ok(followed) => followed,
        Err(page) => return page,
    };
    if let Err(page) = followed.come.fields(&headers, sent) {
        return *page;
    }
    let mut response = back(&followed, false);
    response.headers_mut().append(header::SET_COOKIE, drop_cookie());
    response
}

/// The receipt as a file. It names nobody.
pub(super) async fn receipt(
    service: State<Service>,
    from: From,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    path: Path<(String, String)>,
) -> Response {
    let followed = match Followed::to(&service, &from, query.as_deref(), &headers, path.0).await {
        Ok(followed) => followed,
        Err(page) => return page,
    };
    if !followed.sees {
        return followed.landing();
    }
    match followed.come.found.receipt_of(&followed.request).await {
        Ok(Some((id, body))) => {
            let mut response = body.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            // the name is ours: an id and an ending
            if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{id}.json\"")) {
                headers.insert(header::CONTENT_DISPOSITION, value);
            }
            response
        }
        Ok(None) => followed.come.unknown(),
        Err(error) => followed.come.trouble(&error),
    }
}
