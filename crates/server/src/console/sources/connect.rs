//! Connecting a source, reaching it another way, taking it away.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_base::Name;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::page;
use crate::console::map::part;
use crate::console::sources::asked::Asked;
use crate::console::sources::{list, one};
use crate::console::trouble::Trouble;
use crate::service::Service;

/// How long an answer waits for this process to open the sources anew, so that the page it leads to knows them.
const PATIENCE: Duration = Duration::from_secs(2);

/// Connects a source.
pub(crate) async fn add(
    State(service): State<Service>,
    Sent { mut by, fields }: Sent,
) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ManageSources)?;
    let asked = Asked::of(&fields);
    let name = asked.name.clone();
    match kept(&mut by, &name, &asked, &fields).await {
        (Ok(()), renewed) => Ok(opened(&service, &name, "connected", renewed).await),
        (Err((problem, status)), renewed) => {
            Ok(with(page(status, &list::of(&by, asked, None, Some(problem)).await?), renewed))
        }
    }
}

/// Says how a source is reached from now on.
pub(crate) async fn change(
    State(service): State<Service>,
    Path(source): Path<String>,
    Sent { mut by, fields }: Sent,
) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ManageSources)?;
    let asked = Asked::of(&fields);
    let added = by.office.added_sources(&by.actor).await?;
    if !added.iter().any(|known| known.name.as_str() == source) {
        return Err(Trouble::not_found());
    }
    match kept(&mut by, &source, &asked, &fields).await {
        (Ok(()), renewed) => Ok(opened(&service, &source, "reached", renewed).await),
        (Err((problem, status)), renewed) => {
            let mut again = one::of(&by, &source).await?;
            again.asked = asked;
            again.problem = Some(problem);
            Ok(with(page(status, &again), renewed))
        }
    }
}

/// Takes a source away.
pub(crate) async fn remove(
    State(service): State<Service>,
    Path(source): Path<String>,
    Sent { mut by, fields }: Sent,
) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::ManageSources)?;
    let name = Name::new(&source).map_err(|_| Trouble::not_found())?;
    let mut renewed = None;
    let removed = match by.freshen(fields.text("code")).await {
        Ok(cookie) => {
            renewed = cookie;
            by.office.remove_source(&by.actor, &name).await
        }
        Err(error) => Err(error),
    };
    match removed.map_err(Trouble::from) {
        Ok(()) => {
            wait(&service).await;
            Ok(with(Redirect::to("/sources").into_response(), renewed))
        }
        Err(trouble) if trouble.is_mendable() || trouble.status() == StatusCode::FORBIDDEN => {
            let mut again = one::of(&by, &source).await?;
            again.problem = Some(trouble.sentence());
            Ok(with(page(trouble.status(), &again), renewed))
        }
        Err(trouble) => Err(trouble),
    }
}

/// What came of keeping a source, and the cookie of a session that was made fresh for it.
type Kept = (Result<(), (String, StatusCode)>, Option<HeaderValue>);

async fn kept(by: &mut Visitor, name: &str, asked: &Asked, fields: &Fields) -> Kept {
    let reach = match asked.reach(fields.raw("password")) {
        Ok(reach) => reach,
        Err(why) => return (Err((why.to_owned(), StatusCode::UNPROCESSABLE_ENTITY)), None),
    };
    let told = |error: exeunt_app::Error| {
        // what stops a database from answering stands in the causes
        let told = Trouble::told(&error);
        (told, Trouble::from(error).status())
    };
    let renewed = match by.freshen(fields.text("code")).await {
        Ok(renewed) => renewed,
        Err(error) => return (Err(told(error)), None),
    };
    let kept = by.office.add_source(&by.actor, name, &reach).await;
    (kept.map(|_| ()).map_err(told), renewed)
}

async fn opened(service: &Service, name: &str, done: &str, renewed: Option<HeaderValue>) -> Response {
    wait(service).await;
    with(Redirect::to(&format!("/sources/{}?done={done}", part(name))).into_response(), renewed)
}

/// This round of the process ends when its sources are opened anew; the next call is answered by the one after it.
async fn wait(service: &Service) {
    tokio::select! {
        () = service.stop.said() => {}
        () = service.house.world.wait(PATIENCE) => {}
    }
}

/// An answer that puts a renewed session into the browser.
fn with(mut answer: Response, renewed: Option<HeaderValue>) -> Response {
    if let Some(cookie) = renewed {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}
