//! Looking through an organization's requests. One builder for lists, counts and choices, made of pieces that stand here and of
//! places for values; what it filters by stands in indexes (`requests_listed`, `deadlines_listed`, `deadlines_open`).

use exeunt_base::{OrganizationId, RequestId, Timestamp};

use crate::bulk;
use crate::connect::Store;
use crate::database::{Query, Value, made};
use crate::error::Error;
use crate::rows::Reading;

/// What is looked for: every test holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// The tests.
    pub tests: Vec<Test>,
    /// The order.
    pub order: Order,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Whether it must not hold.
    pub not: bool,
    /// What.
    pub what: What,
}

/// What a request is tested for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It asks for one of these.
    Kind(Vec<String>),
    /// It is in one of these states.
    State(Vec<String>),
    /// It is ruled by one of these regimes.
    Regime(Vec<String>),
    /// Its id begins with one of these.
    Id(Vec<String>),
    /// It is in none of these states, and there is one of these to look at twice.
    Signal(Vec<Hint>, Vec<String>),
    /// A hold keeps it.
    Held,
    /// This actor entered it; nobody did where there is none.
    EnteredBy(String),
    /// Not answered, and due within these days, both among them.
    Due(Option<String>, Option<String>),
    /// Not answered though its day was over on this day.
    Overdue(String),
    /// Its rows can come back, until a time from the one on, and before the other.
    Window(Option<Timestamp>, Option<Timestamp>),
    /// Received from the one time on, and before the other.
    Received(Option<Timestamp>, Option<Timestamp>),
}

/// Something to look at twice, as far as the store can tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// It, or a request that shares a mark with it, was stopped by the link in a letter.
    Stopped,
    /// An agent asked, and it was established by none of these ways who asks.
    Agent(Vec<String>),
    /// More rows than so many belong to it.
    Rows(u64),
}

impl Hint {
    /// The requests of it; asked once, not for each request.
    fn condition(&self, organization: &str) -> Condition {
        match self {
            Self::Stopped => Condition::new(
                "r.id IN (SELECT s.request FROM stops s WHERE s.organization = ?
                 UNION ALL SELECT o.request FROM stops s JOIN request_marks m ON m.request = s.request
                 JOIN request_marks o ON o.organization = m.organization AND o.mark = m.mark WHERE s.organization = ?)",
            )
            .with([organization, organization]),
            // in so many words, so that the index of agents alone is read
            Self::Agent(proofs) => Condition::new(format!(
                "r.id IN (SELECT i.request FROM intakes i WHERE i.channel = 'agent' AND i.level_how NOT IN ({}))",
                bulk::places(proofs.len())
            ))
            .with(proofs),
            Self::Rows(most) => Condition::new(
                "r.id IN (SELECT c.request FROM blob_claims c GROUP BY c.request HAVING sum(c.rows) > ?)",
            )
            .with([i64::try_from(*most).unwrap_or(i64::MAX)]),
        }
    }
}

/// In which order they come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Those entered last first.
    #[default]
    Newest,
    /// Those entered first first.
    Oldest,
    /// Those due first first; only those that are not answered.
    Due,
}

/// Where a page ended: the next one begins after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The last one of the page.
    pub id: RequestId,
    /// The day it is due, where that is the order.
    pub due: Option<String>,
}

/// A condition and what it binds.
struct Condition {
    text: String,
    values: Vec<Value>,
}

impl Condition {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }

    fn with(mut self, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        self.values.extend(values.into_iter().map(Into::into));
        self
    }
}

/// One of these texts.
fn one_of(column: &str, words: &[String]) -> Condition {
    Condition::new(format!("{column} IN ({})", bulk::places(words.len()))).with(words)
}

/// Its deadline is so.
fn deadline(rest: Condition) -> Condition {
    let text = format!("EXISTS (SELECT 1 FROM deadlines t WHERE t.request = r.id AND {})", rest.text);
    Condition { text, values: rest.values }
}

/// Both ends of a span of something, as far as it has them.
fn between<T: Into<Value>>(column: &str, from: Option<T>, to: Option<T>, last: &str) -> Condition {
    let mut span = Condition::new("1 = 1");
    for (end, sign) in [(from, ">="), (to, last)] {
        if let Some(end) = end {
            span.text.push_str(&format!(" AND {column} {sign} ?"));
            span = span.with([end]);
        }
    }
    span
}

impl What {
    /// Whether it speaks of deadlines that are not answered.
    fn is_about_deadlines(&self) -> bool {
        matches!(self, Self::Due(..) | Self::Overdue(_))
    }

    /// The same of a deadline `d` that is joined, and not answered.
    fn of_joined(&self) -> Option<Condition> {
        match self {
            Self::Due(from, to) => Some(between("d.answer_by", from.as_ref(), to.as_ref(), "<=")),
            Self::Overdue(today) => {
                // the second half alone would read every deadline: the first leads there by an index
                let late = "d.answer_by < ? AND d.answer_by < coalesce(d.paused_on, ?)";
                Some(Condition::new(late).with([today, today]))
            }
            Self::Regime(regimes) => Some(one_of("d.regime", regimes)),
            _ => None,
        }
    }

    fn condition(&self, organization: &str) -> Condition {
        match self {
            Self::Kind(kinds) => one_of("r.kind", kinds),
            Self::State(states) => one_of("r.state", states),
            Self::Regime(regimes) => deadline(one_of("t.regime", regimes)),
            Self::Id(starts) => {
                // plain ranges, so that an index leads there
                let ranges = vec!["r.id >= ? AND r.id < ?"; starts.len()];
                // `~` comes after every letter of an id
                let ends = starts.iter().flat_map(|start| [start.clone(), format!("{start}~")]);
                Condition::new(ranges.join(" OR ")).with(ends)
            }
            Self::Signal(hints, over) => {
                let open = one_of("r.state", over);
                let mut whole = Condition::new(format!("NOT ({})", open.text));
                whole.values.extend(open.values);
                let hints: Vec<Condition> = hints.iter().map(|hint| hint.condition(organization)).collect();
                let texts: Vec<&str> = hints.iter().map(|hint| hint.text.as_str()).collect();
                whole.text.push_str(&format!(" AND ({})", texts.join(" OR ")));
                whole.values.extend(hints.into_iter().flat_map(|hint| hint.values));
                whole
            }
            // asked once, not for each request
            Self::Held => Condition::new(
                "r.id IN (SELECT h.id FROM requests h WHERE h.organization = ? AND h.held_because IS NOT NULL
                 UNION ALL SELECT s.request FROM held_requests s WHERE s.state = 'stopped')",
            )
            .with([organization]),
            Self::EnteredBy(actor) => Condition::new("coalesce(r.entered_by, '') = ?").with([actor]),
            Self::Due(from, to) => {
                let mut due = between("t.answer_by", from.as_ref(), to.as_ref(), "<=");
                due.text.push_str(" AND t.answered_at IS NULL");
                deadline(due)
            }
            Self::Overdue(today) => {
                // while the clock stands still, it stands as it stood then
                let late = "t.answered_at IS NULL AND t.answer_by < coalesce(t.paused_on, ?)";
                deadline(Condition::new(late).with([today]))
            }
            Self::Window(from, before) => {
                let micros = |at: &Option<Timestamp>| at.map(Timestamp::as_micros);
                let span = between("w.window_ends_at", micros(from), micros(before), "<");
                let text = format!(
                    "r.id IN (SELECT w.id FROM requests w WHERE w.organization = ? AND w.window_ends_at IS NOT NULL AND w.salt IS NOT \
                     NULL AND w.state IN ('hidden', 'partly_restored') AND {})",
                    span.text
                );
                let mut whole = Condition::new(text).with([organization]);
                whole.values.extend(span.values);
                whole
            }
            Self::Received(from, before) => {
                let micros = |at: &Option<Timestamp>| at.map(Timestamp::as_micros);
                between("r.received_at", micros(from), micros(before), "<")
            }
        }
    }
}

impl Search {
    /// Where to look, and what for; the values in the order of their places.
    fn conditions(&self, organization: OrganizationId, joined: bool) -> Condition {
        let from = if joined {
            "deadlines d JOIN requests r ON r.id = d.request AND r.organization = d.organization
             WHERE d.answered_at IS NULL AND d.organization = ?"
        } else {
            "requests r WHERE r.organization = ?"
        };
        let organization = organization.to_string();
        let mut whole = Condition::new(from).with([&organization]);
        for test in &self.tests {
            let joined = test.what.of_joined().filter(|_| joined);
            let Condition { text, values } = joined.unwrap_or_else(|| test.what.condition(&organization));
            let not = if test.not { "NOT " } else { "" };
            whole.text.push_str(&format!(" AND {not}({text})"));
            whole.values.extend(values);
        }
        whole
    }
}

fn bound(text: String, values: Vec<Value>) -> Query {
    values.into_iter().fold(made(text), Query::bind)
}

impl Store {
    /// At most `limit` requests that are looked for, after a place; each with the day it is due where that is the order.
    pub async fn search_requests(
        &self,
        organization: OrganizationId,
        search: &Search,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Vec<Place>, Error> {
        let joined = search.order == Order::Due;
        let Condition { mut text, mut values } = search.conditions(organization, joined);
        let (due, order) = match search.order {
            Order::Newest => ("NULL", "r.id DESC"),
            Order::Oldest => ("NULL", "r.id"),
            Order::Due => ("d.answer_by", "d.answer_by, d.request"),
        };
        if let Some(Place { id, due }) = after {
            let id = id.to_string();
            match (search.order, due) {
                (Order::Newest, _) => text.push_str(" AND r.id < ?"),
                (Order::Oldest, _) => text.push_str(" AND r.id > ?"),
                (Order::Due, due) => {
                    let due = due.clone().unwrap_or_default();
                    text.push_str(" AND d.answer_by >= ? AND (d.answer_by > ? OR d.request > ?)");
                    values.extend([due.clone().into(), due.into()]);
                }
            }
            values.push(id.into());
        }
        values.push(i64::from(limit).into());
        let text = format!("SELECT r.id AS id, {due} AS due FROM {text} ORDER BY {order} LIMIT ?");
        let mut connection = self.reader().await;
        let rows = bound(text, values).fetch_all(&mut connection).await;
        let rows = rows.map_err(Error::while_doing("look through requests"))?;
        let read = |row| {
            let reading = Reading { row, what: "request" };
            Ok(Place { id: reading.id("id")?, due: reading.get("due")? })
        };
        rows.iter().map(read).collect()
    }

    /// How many there are, counted up to `most`.
    pub async fn count_requests(
        &self,
        organization: OrganizationId,
        search: &Search,
        most: u32,
    ) -> Result<u64, Error> {
        // no order to keep: the few that wait for an answer are looked at first
        let few = search.tests.iter().any(|test| !test.not && test.what.is_about_deadlines());
        let joined = few || search.order == Order::Due;
        let Condition { text, mut values } = search.conditions(organization, joined);
        values.push(i64::from(most).into());
        let text = format!("SELECT count(*) AS many FROM (SELECT 1 FROM {text} LIMIT ?) AS found");
        let mut connection = self.reader().await;
        let row = bound(text, values).fetch_one(&mut connection).await;
        let row = row.map_err(Error::while_doing("count requests"))?;
        Reading { row: &row, what: "request" }.count("many")
    }
}

impl Test {
    /// Whether another test only adds a word to this one.
    pub fn takes(&self, other: &Self) -> bool {
        self.not == other.not
            && matches!(
                (&self.what, &other.what),
                (What::Kind(_), What::Kind(_))
                    | (What::State(_), What::State(_))
                    | (What::Regime(_), What::Regime(_))
                    | (What::Id(_), What::Id(_))
                    | (What::Signal(..), What::Signal(..))
            )
    }

    /// Adds another's words.
    pub fn add(&mut self, other: Self) {
        match (&mut self.what, other.what) {
            (What::Kind(ours), What::Kind(more))
            | (What::State(ours), What::State(more))
            | (What::Regime(ours), What::Regime(more))
            | (What::Id(ours), What::Id(more)) => ours.extend(more),
            (What::Signal(ours, _), What::Signal(more, _)) => ours.extend(more),
            _ => {}
        }
    }
}
