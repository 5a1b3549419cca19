//! A session: one transaction on one connection, and the reads in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use exeunt_base::{Cell, Fault, FaultKind, Name, Row};
use exeunt_source::pages::{PAGE_BYTES, PAGE_ROWS};
use exeunt_source::sql::{self, Anchors, Statement};
use exeunt_source::{Anchor, Pages, Read, Reader, Rows, Sample, Sampled, Search, SearchHit, Selection};
use futures_util::TryStreamExt;
use tokio::sync::oneshot;
use tokio_postgres::{Client, RowStream};

use crate::bind::{self, Bound};
use crate::cells;
use crate::connect::Lease;
use crate::placing::{AsIs, Placing, Shaper};
use crate::schema::Schema;
use crate::source::Facts;
use exeunt_postgres::fault::{Blame, fault};

/// A transaction on a connection of its own. Dropped, it is rolled back.
pub(crate) struct Session {
    /// Always there, but for the moment it ends.
    lease: Option<Lease>,
    pub(crate) schema: Arc<Schema>,
    pub(crate) facts: Arc<Facts>,
    /// Set while an answer is under way; stays set when nobody listened to its end.
    answering: Arc<AtomicBool>,
    sender: Option<oneshot::Receiver<()>>,
}

impl Session {
    /// Begins a transaction with the words given.
    pub(crate) async fn begin(
        lease: Lease,
        schema: Arc<Schema>,
        facts: Arc<Facts>,
        begin: &str,
    ) -> Result<Self, Fault> {
        let session = Self { lease: Some(lease), schema, facts, answering: Arc::default(), sender: None };
        session.run("beginning a transaction", begin).await?;
        Ok(session)
    }

    pub(crate) fn client(&self) -> &Arc<Client> {
        self.lease().client()
    }

    /// Has a statement planned for the very values it is given next: how many rows it finds depends on them.
    pub(crate) fn plan_afresh(&mut self, statement: &Statement) {
        let lease = self.lease.as_mut().expect("only the end of a session takes its connection");
        lease.plan_afresh(&statement.text);
    }

    fn lease(&self) -> &Lease {
        self.lease.as_ref().expect("only the end of a session takes its connection")
    }

    /// Waits until the last answer was sent on, so that nothing of it is still to come.
    pub(crate) async fn settle(&mut self) {
        if let Some(sender) = self.sender.take() {
            let _ = sender.await;
        }
    }

    /// Runs words of our own, without parameters and without an answer.
    pub(crate) async fn run(&self, doing: &str, words: &str) -> Result<(), Fault> {
        self.client().batch_execute(words).await.map_err(|error| fault(doing, Blame::Shape, &error))
    }

    /// Asks, and gives the whole answer.
    pub(crate) async fn ask(
        &mut self,
        doing: &str,
        blame: Blame,
        statement: &Statement,
        bound: &[Bound],
    ) -> Result<Vec<Row>, Fault> {
        let rows = self.start(doing, blame, statement, bound).await?;
        let rows: Vec<tokio_postgres::Row> =
            rows.try_collect().await.map_err(|error| self.fault(doing, blame, &error))?;
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let decoders = cells::decoders(first.columns())?;
        rows.iter().map(|row| cells::row(row, &decoders)).collect()
    }

    /// Asks, and sends the answer on page by page; `after` is run on the connection when all rows have come.
    pub(crate) async fn stream(
        &mut self,
        doing: String,
        blame: Blame,
        statement: &Statement,
        bound: &[Bound],
        shaper: impl Shaper,
        after: Option<&'static str>,
    ) -> Result<Pages, Fault> {
        let rows = self.start(&doing, blame, statement, bound).await?;
        let (sender, pages) = Pages::channel();
        let answering = Arc::clone(&self.answering);
        answering.store(true, Ordering::Release);
        let client = Arc::clone(self.client());
        let (ended, end) = oneshot::channel();
        self.sender = Some(end);
        self.lease().run(Box::pin(async move {
            // Told, whatever happens, by being dropped.
            let _ended: oneshot::Sender<()> = ended;
            let sent = pump(&doing, blame, rows, &sender, shaper).await;
            let closed = match after {
                Some(words) if sent.is_ok() => {
                    client.batch_execute(words).await.map_err(|error| fault(&doing, blame, &error))
                }
                _ => Ok(()),
            };
            match sent.and_then(|listened| closed.map(|()| listened)) {
                Ok(true) => {
                    answering.store(false, Ordering::Release);
                    sender.finish().await;
                }
                // Nobody listens: the driver throws the rest away as it comes.
                Ok(false) => {}
                Err(fault) => {
                    answering.store(false, Ordering::Release);
                    sender.fail(fault).await;
                }
            }
        }));
        Ok(pages)
    }

    async fn start(
        &mut self,
        doing: &str,
        blame: Blame,
        statement: &Statement,
        bound: &[Bound],
    ) -> Result<RowStream, Fault> {
        self.settle().await;
        let lease = self.lease.as_mut().expect("only the end of a session takes its connection");
        let prepared = match lease.prepare(&statement.text, bind::length(bound)).await {
            Ok(prepared) => prepared,
            Err(error) => return Err(self.fault(doing, blame, &error)),
        };
        let started = self.client().query_raw(&prepared, bound.iter()).await;
        started.map_err(|error| self.fault(doing, blame, &error))
    }

    fn fault(&mut self, doing: &str, blame: Blame, error: &tokio_postgres::Error) -> Fault {
        let fault = fault(doing, blame, error);
        if matches!(fault.kind, FaultKind::Drifted | FaultKind::Missing)
            && let Some(lease) = &mut self.lease
        {
            lease.forget_statements();
        }
        fault
    }

    /// Ends the transaction with the words given, and gives the connection back.
    pub(crate) async fn end(mut self, doing: &str, words: &str) -> Result<(), Fault> {
        self.settle().await;
        self.run(doing, words).await?;
        if let Some(lease) = self.lease.take()
            && !self.answering.load(Ordering::Acquire)
        {
            lease.give_back();
        }
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take() else { return };
        let answering = self.answering.load(Ordering::Acquire);
        // Without a runtime to wait on, the connection is simply closed, which rolls back as well.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(lease.clean_up(answering));
        }
    }
}

/// Sends rows in pages; `false` when nobody listens any more.
async fn pump(
    doing: &str,
    blame: Blame,
    rows: RowStream,
    to: &exeunt_source::PageSender,
    mut shaper: impl Shaper,
) -> Result<bool, Fault> {
    let mut rows = std::pin::pin!(rows);
    let mut decoders = None;
    let (mut page, mut weight) = (Vec::with_capacity(PAGE_ROWS), 0);
    while let Some(row) = rows.try_next().await.map_err(|error| fault(doing, blame, &error))? {
        let decoders = match &decoders {
            Some(known) => known,
            None => decoders.insert(cells::decoders(row.columns())?),
        };
        let row = shaper.shape(cells::row(&row, decoders)?)?;
        weight += row.iter().map(Cell::weight).sum::<usize>();
        page.push(row);
        if page.len() >= PAGE_ROWS || weight >= PAGE_BYTES {
            weight = 0;
            if !to.send(std::mem::replace(&mut page, Vec::with_capacity(PAGE_ROWS))).await {
                return Ok(false);
            }
        }
    }
    shaper.end()?;
    Ok(to.send(page).await)
}

#[async_trait]
impl Reader for Session {
    async fn find(&mut self, what: &Selection, anchors: &[Anchor], carried: &[Name]) -> Result<Pages, Fault> {
        let statement = sql::find(&*self.schema, what, &Anchors::Arrays, carried)?;
        let bound = bind::question(&statement, anchors)?;
        let doing = format!("finding rows of `{}`", what.table);
        self.stream(doing, Blame::Shape, &statement, &bound, AsIs, None).await
    }

    async fn read(&mut self, what: &Read) -> Result<Pages, Fault> {
        let doing = format!("reading rows of `{}`", what.table);
        match &what.rows {
            Rows::Selected(selection, anchors) => {
                let statement =
                    sql::read_selected(&*self.schema, &what.columns, selection, &Anchors::Arrays)?;
                let bound = bind::question(&statement, anchors)?;
                self.stream(doing, Blame::Shape, &statement, &bound, AsIs, None).await
            }
            Rows::Every(key) => {
                let statement = sql::read_every(&*self.schema, &what.columns, &what.table, key)?;
                let bound = bind::question(&statement, &[])?;
                self.stream(doing, Blame::Shape, &statement, &bound, AsIs, None).await
            }
            Rows::Keyed(key, keys) => {
                let (placing, given) = Placing::of(&self.schema, &what.table, key, keys)?;
                let statement = sql::read_keyed(&*self.schema, &what.table, key, &what.columns, &given)?;
                let bound = bind::rows(&statement, keys.clone(), false)?;
                self.stream(doing, Blame::Shape, &statement, &bound, placing, None).await
            }
        }
    }

    async fn search(&mut self, what: &Search) -> Result<Vec<SearchHit>, Fault> {
        // A needle that cannot be in any text is not looked for; an empty one would be found everywhere.
        let needles: Vec<(usize, &String)> = what
            .needles
            .iter()
            .enumerate()
            .filter(|(_, needle)| !needle.is_empty() && !needle.contains('\0'))
            .collect();
        let mut hits = Vec::new();
        // A row of the answer may have no more than some 1,600 columns.
        let together = (1_500 / what.columns.len().max(1)).max(1);
        for needles in needles.chunks(together) {
            for columns in what.columns.chunks(1_500) {
                let part = Search {
                    table: what.table.clone(),
                    columns: columns.to_vec(),
                    needles: needles.iter().map(|(_, needle)| (*needle).clone()).collect(),
                };
                let statement = sql::search(&*self.schema, &part)?;
                let bound = bind::question(&statement, &[])?;
                let doing = format!("searching `{}`", what.table);
                let answer = self.ask(&doing, Blame::Shape, &statement, &bound).await?;
                let counts = answer.first().map(Vec::as_slice).unwrap_or_default();
                let places = columns.iter().flat_map(|column| needles.iter().map(move |(n, _)| (column, *n)));
                hits.extend(places.zip(counts).filter_map(|((column, needle), count)| {
                    let rows = u64::try_from(count.as_int()?).ok().filter(|rows| *rows > 0)?;
                    Some(SearchHit { column: column.clone(), needle, rows })
                }));
            }
        }
        Ok(hits)
    }

    async fn sample(&mut self, what: &Sample) -> Result<Sampled, Fault> {
        let statement = sql::sample(&*self.schema, what)?;
        let bound = bind::question(&statement, &[])?;
        let doing = format!("following references of `{}`", what.table);
        self.settle().await;
        // Nobody waits long for what is only good to know; rolled back, the limit is as it was.
        self.run(&doing, "SAVEPOINT exeunt_sample; SET LOCAL statement_timeout = '5s'").await?;
        let answer = self.ask(&doing, Blame::Shape, &statement, &bound).await;
        self.run(&doing, "ROLLBACK TO SAVEPOINT exeunt_sample; RELEASE SAVEPOINT exeunt_sample").await?;
        let answer = answer?;
        let row = answer.first().map(Vec::as_slice).unwrap_or_default();
        let count =
            |place: usize| row.get(place).and_then(Cell::as_int).and_then(|count| count.try_into().ok());
        Ok(Sampled { followed: count(0).unwrap_or(0), found: count(1).unwrap_or(0) })
    }
}
