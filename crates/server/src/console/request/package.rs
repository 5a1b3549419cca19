//! The answer to access and portability: making the package, the link the person fetches it by, and what became of both.

use std::io;

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_app::tasks::wanted::PackageWanted;
use exeunt_base::{LinkId, RequestId};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_store::links::Link;
use exeunt_store::packages::Package;
use futures_util::stream;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::request::form::{Choice, Field, Form, Kind};
use crate::console::request::progress::{self, Part};
use crate::console::request::{About, AboutPart, Head, Named, around, back, freshened, keep, said};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;
use crate::console::words::number;

/// A package as the page shows it.
struct Told {
    id: String,
    made: Moment,
    rows: String,
    size: String,
    digest: String,
    opened: u64,
    /// Until when it is there, or since when it is not.
    ends: Moment,
    gone: bool,
    passphrase: bool,
}

/// A link as the page shows it.
struct Way {
    id: String,
    made: Moment,
    ends: Moment,
    left: u64,
    state: &'static str,
    revocable: bool,
}

#[derive(Template)]
#[template(path = "console/request/package.html")]
struct Page {
    frame: Frame,
    head: Head,
    problem: Option<String>,
    part: Option<Part>,
    package: Option<Told>,
    links: Vec<Way>,
    make: Option<Form>,
    link: Option<Form>,
    fetch: Option<Form>,
    remove: Option<Form>,
}

/// Shows it.
pub(crate) async fn show(by: Visitor, Named(id): Named) -> Result<Response, Trouble> {
    Ok(shown(&made(&by, id).await?))
}

/// Asks for the package.
pub(crate) async fn make(About(id, sent): About) -> Result<Response, Trouble> {
    let Sent { mut by, fields } = sent;
    by.office.show_request(&by.actor, id).await?;
    let passphrase = Some(fields.raw("passphrase")).filter(|phrase| !phrase.is_empty());
    let deliver = fields.text("handover") == "link";
    let flaw = match passphrase {
        None if fields.text("handover") == "passphrase" => Some((
            "passphrase",
            "Choose a passphrase of at least 12 characters, or another way to hand it over.",
        )),
        _ if fields.all("format").next().is_none() => Some(("format", "Choose at least one format.")),
        _ => None,
    };
    if let Some((field, why)) = flaw {
        let typed = Some(("make", &fields, Some((field, why))));
        return again(&by, id, Trouble::flaw(why), typed, None).await;
    }
    let wanted = PackageWanted {
        formats: fields.all("format").map(str::to_owned).collect(),
        recipients: Vec::new(),
        passphrase: passphrase.map(str::to_owned),
        confirmed: Confirmed {
            nobody: fields.all("confirm").any(|word| word == "nobody"),
            identity: fields.all("confirm").any(|word| word == "identity"),
            ..Confirmed::default()
        },
        deliver,
    };
    // what goes out takes a fresh factor
    let (cookie, fresh) = if deliver { freshened(&mut by, &fields).await } else { (None, Ok(())) };
    let done = match fresh {
        Ok(()) => by.office.ask_package(&by.actor, id, wanted, None).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(back(id, "package", "package", cookie)),
        Err(error) => again(&by, id, error.into(), Some(("make", &fields, None)), cookie).await,
    }
}

/// Makes a link and mails it.
pub(crate) async fn link(About(id, sent): About) -> Result<Response, Trouble> {
    let Sent { mut by, fields } = sent;
    let package = package_of(&by, id).await?;
    let (cookie, fresh) = freshened(&mut by, &fields).await;
    let done = match fresh {
        Ok(()) => by.office.make_link(&by.actor, package.id, None).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(back(id, "package", "link", cookie)),
        Err(error) => again(&by, id, error.into(), None, cookie).await,
    }
}

/// Revokes a link of this request's package.
pub(crate) async fn unlink(AboutPart(id, link, sent): AboutPart<LinkId>) -> Result<Response, Trouble> {
    let by = sent.by;
    let package = package_of(&by, id).await?;
    let links = by.office.list_links(&by.actor, package.id).await?;
    if !links.iter().any(|known| known.id == link) {
        return Err(Trouble::not_found());
    }
    match by.office.revoke_link(&by.actor, link).await {
        Ok(()) => Ok(back(id, "package", "unlinked", None)),
        Err(error) => again(&by, id, error.into(), None, None).await,
    }
}

/// Gives the file to somebody who works here, encrypted as it lies there, for a reason that is sealed into the log.
pub(crate) async fn fetch(About(id, sent): About) -> Result<Response, Trouble> {
    let Sent { mut by, fields } = sent;
    let package = package_of(&by, id).await?;
    let (cookie, fresh) = freshened(&mut by, &fields).await;
    let done = match fresh {
        Ok(()) => by.office.fetch_package_because(&by.actor, package.id, fields.text("because")).await,
        Err(error) => Err(error),
    };
    let (package, pieces) = match done {
        Ok(found) => found,
        Err(error) => return again(&by, id, error.into(), Some(("fetch", &fields, None)), cookie).await,
    };
    let body = Body::from_stream(stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.next().await?;
        Some((piece.map_err(io::Error::other), pieces))
    }));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(package.bytes));
    // the name is ours: an id and an ending
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}.zip.age\"", package.id)) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    keep(&mut response, cookie);
    Ok(response)
}

/// Destroys it.
pub(crate) async fn remove(About(id, sent): About) -> Result<Response, Trouble> {
    let by = sent.by;
    let package = package_of(&by, id).await?;
    match by.office.remove_package(&by.actor, package.id).await {
        Ok(()) => Ok(back(id, "package", "removed", None)),
        Err(error) => again(&by, id, error.into(), None, None).await,
    }
}

async fn package_of(by: &Visitor, id: RequestId) -> Result<Package, Trouble> {
    by.office.show_request(&by.actor, id).await?;
    by.office.package_of_request(&by.actor, id).await?.ok_or_else(Trouble::not_found)
}

type Typed<'a> = (&'a str, &'a Fields, Option<(&'a str, &'a str)>);

async fn again(
    by: &Visitor,
    id: RequestId,
    trouble: Trouble,
    typed: Option<Typed<'_>>,
    cookie: Option<HeaderValue>,
) -> Result<Response, Trouble> {
    if trouble.status().is_server_error() || trouble.status() == StatusCode::NOT_FOUND {
        return Err(trouble);
    }
    let mut made = made(by, id).await?;
    made.problem = Some(trouble.sentence());
    if let Some((key, fields, flaw)) = typed {
        let forms = [&mut made.make, &mut made.fetch];
        if let Some(form) = forms.into_iter().flatten().find(|form| form.key == key) {
            made.head.at = form.refill(fields, flaw.map(|(name, why)| (name, why.to_owned())));
            // a passphrase is given back by nobody
            form.fields
                .iter_mut()
                .filter(|field| field.name == "passphrase")
                .for_each(|field| field.value.clear());
        }
    }
    let mut response = page(trouble.status(), &made);
    keep(&mut response, cookie);
    Ok(response)
}

async fn made(by: &Visitor, id: RequestId) -> Result<Page, Trouble> {
    let (shown, frame, head) = around(by, id, "package").await?;
    let request = &shown.request;
    if said::erases(&request.kind) {
        return Err(Trouble::not_found());
    }
    let package = by.office.package_of_request(&by.actor, id).await?;
    let part = match by.may(Permission::ReadJobs) {
        true => Some(progress::part(&by.office, &by.actor, request).await?),
        false => None,
    };
    let (clock, now) = (by.clock(), by.now());
    let links = match &package {
        Some(package) => by.office.list_links(&by.actor, package.id).await?,
        None => Vec::new(),
    };
    let alive =
        package.as_ref().is_some_and(|package| package.removed_at.is_none() && package.expires_at > now);
    let working = part.as_ref().is_some_and(|part| part.live);
    let open =
        ["received", "awaiting_approval", "approved", "ready", "delivered"].contains(&request.state.as_str());
    let links_too = by.may(Permission::MakeLinks);
    let told = package.as_ref().map(|package| Told {
        id: package.id.to_string(),
        made: clock.at(package.made_at),
        rows: number::counted(package.rows, "row", "rows"),
        size: number::bytes(package.bytes),
        digest: package.digest.clone(),
        opened: package.opened,
        ends: clock.at(package.removed_at.unwrap_or(package.expires_at)),
        gone: !alive,
        passphrase: package.key.is_none(),
    });
    let place = |what: &str| format!("/requests/{id}/package/{what}");
    let link = (alive && links_too).then(|| {
        let says = "It is mailed to the person: three downloads within seven days, each with a code. Links made before are revoked.";
        Form::new(place("link"), "link", "Make a new link", says, "Mail a new link").asks_code()
    });
    let fetch = (alive && by.may(Permission::OpenPackages)).then(|| {
        let says = "The file comes encrypted; only whoever it was made for opens it. That you fetched it, and a seal of why, is written down.";
        Form::new(place("fetch"), "fetch", "Fetch it yourself", says, "Fetch the file")
            .with(Field::because("One line. The log keeps a seal of it, not the words."))
            .asks_code()
    });
    let remove = (alive && by.may(Permission::MakePackages)).then(|| {
        let says =
            "Its key is destroyed first, then its file. It cannot be undone; another package can be made.";
        Form::new(place("remove"), "remove", "Destroy it", says, "Destroy this package").dangerous()
    });
    Ok(Page {
        make: (by.may(Permission::MakePackages) && open && !working)
            .then(|| make_form(id, alive || told.is_some(), links_too)),
        package: told,
        links: links.iter().map(|link| way(by, link)).collect(),
        link,
        fetch,
        remove,
        part,
        frame,
        head,
        problem: None,
    })
}

fn way(by: &Visitor, link: &Link) -> Way {
    let (clock, now) = (by.clock(), by.now());
    let state = match () {
        () if link.revoked_at.is_some() => "revoked",
        () if link.expires_at <= now => "over",
        () if link.downloads_left == 0 => "used up",
        () => "open",
    };
    Way {
        id: link.id.to_string(),
        made: clock.at(link.made_at),
        ends: clock.at(link.revoked_at.unwrap_or(link.expires_at)),
        left: link.downloads_left,
        revocable: state == "open" && by.may(Permission::MakeLinks),
        state,
    }
}

fn make_form(id: RequestId, again: bool, links: bool) -> Form {
    let (heading, button) = if again {
        ("Make another", "Make another package")
    } else {
        ("Make the package", "Make the package")
    };
    let says = "It reads the sources and changes nothing. Whoever makes it approves the plan behind it. It is encrypted from its first byte.";
    let formats = [
        ("json", "JSON, exact and for machines"),
        ("csv", "CSV tables"),
        ("html", "A page to read"),
        ("xml", "XML"),
        ("docx", "A Word document"),
    ];
    let formats = formats.into_iter().enumerate().map(|(place, (word, label))| {
        let choice = Choice::new(word, label);
        if place < 3 { choice.chosen() } else { choice }
    });
    let mut ways = Vec::new();
    if links {
        ways.push(Choice::new("link", "Mail the person a link; each download takes a code"));
    }
    ways.push(Choice::new("passphrase", "Lock it with a passphrase that you tell the person"));
    ways.push(Choice::new("here", "Keep it here for now"));
    let ticks = vec![
        Choice::new("identity", "Identifiers that disagree really are one person"),
        Choice::new("nobody", "Nothing is held of this person, and that is the answer"),
    ];
    let form = Form::new(format!("/requests/{id}/package"), "make", heading, says, button)
        .with(Field::ticks("format", "Formats", "", formats.collect()))
        .with(Field::choice("handover", "How the person gets it", "", ways))
        .with(
            Field::line(
                "passphrase",
                "Passphrase",
                "At least 12 characters, and told by another way than the link. It is kept nowhere.",
            )
            .optional(),
        )
        .with(
            Field::ticks("confirm", "What you confirm", "Only where a guard asked for it.", ticks).optional(),
        );
    if links { form.asks_code() } else { form }
}
