//! The list as a CSV file: the same columns, page by page, so that a long one takes no more memory than a short one.

use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::requests::search::Listed;
use exeunt_rights::search::{Flaw, Search};
use futures_util::stream;

use crate::console::door::Visitor;
use crate::console::requests::list::Wanted;
use crate::console::trouble::Trouble;

/// Requests read at a time.
const AT_ONCE: u32 = 500;

const HEADING: &str = "id,right,state,asked,due,regime,overdue,held\r\n";

/// The file. Whoever takes it away is written down before the first line goes out.
pub(crate) async fn download(
    visitor: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let (search, flaws) = Search::parse(&wanted.q);
    if !flaws.is_empty() {
        let why = match flaws.first() {
            Some(Flaw::Word { word, known }) => format!("`{word}` is not known in a search: {known}"),
            _ => String::from("this search cannot be used; open the list and search there"),
        };
        return Err(Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "E0906", &why));
    }
    visitor.office.take_list_away(&visitor.actor, &search).await?;
    let lines =
        stream::try_unfold((visitor, search, None, true), |(visitor, search, after, begins)| async move {
            if !begins && after.is_none() {
                return Ok::<_, std::io::Error>(None);
            }
            let found =
                visitor.office.search_requests(&visitor.actor, &search, after.as_ref(), AT_ONCE).await;
            let found = found.map_err(|error| {
                // the file ends in the middle, and the browser says so
                tracing::error!(error.code = error.code(), "could not go on with a list: {error}");
                std::io::Error::other("the list could not be read to its end")
            })?;
            let mut text = String::from(if begins { HEADING } else { "" });
            for listed in &found.requests {
                text.push_str(&line(listed));
            }
            Ok(Some((Bytes::from(text), (visitor, search, found.next, false))))
        });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"requests.csv\"")),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

fn line(listed: &Listed) -> String {
    let standing = listed.standing.as_ref();
    let deadline = standing.map(|standing| &standing.deadline);
    let yes = |is: bool| String::from(if is { "yes" } else { "no" });
    let cells = [
        listed.request.id.to_string(),
        listed.request.kind.clone(),
        listed.request.state.clone(),
        deadline.map_or_else(|| listed.request.received_at.to_string(), |one| one.received_on.clone()),
        deadline.map(|one| one.answer_by.clone()).unwrap_or_default(),
        deadline.map(|one| one.regime.clone()).unwrap_or_default(),
        yes(standing.is_some_and(|standing| standing.overdue)),
        yes(listed.held),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| safe(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell that no spreadsheet takes for a formula.
pub(crate) fn safe(cell: &str) -> String {
    let begins = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if begins { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\r', '\n']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn no_cell_is_a_formula_or_breaks_out() {
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(safe("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(safe("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(safe("erasure"), "erasure");
    }
}
