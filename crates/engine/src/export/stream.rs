//! From the sources' readers to the package writer: rows flow through a short channel to a blocking thread that formats,
//! packs and encrypts them, so that memory stays bounded however many there are.

use std::collections::BTreeMap;
use std::io::BufWriter;
use std::sync::Arc;

use exeunt_base::{Name, Row};
use exeunt_package::{
    Encryption, Field, Layer, ModelSpec, Reason, Redaction, Scratch, Spec, Summary, Writer,
};
use exeunt_plan::document::{Document, ReadModel, RowSet};
use exeunt_source::catalog::Catalog;
use exeunt_source::{KeyBy, Pages, Read, Rows};
use exeunt_vault::storage::Writing;
use tokio::sync::mpsc;

use crate::census::Finder;
use crate::error::Error;
use crate::export::Readers;
use crate::export::once::Once;
use crate::export::waiting::Waiting;
use crate::people::Claimant;
use crate::progress::{Progress, Watcher};

/// Keys read at once where rows are named by key.
const KEY_PAGE: usize = 2_000;

/// What is read.
pub(crate) struct Job<'a> {
    pub(crate) document: &'a Document,
    pub(crate) catalogs: &'a BTreeMap<Name, Catalog>,
    pub(crate) finder: &'a Finder<'a>,
    pub(crate) claimants: &'a [Claimant],
}

/// Where it is written.
pub(crate) struct Out {
    pub(crate) file: BufWriter<Writing>,
    pub(crate) spec: Spec,
    pub(crate) encryption: Encryption,
    pub(crate) scratch: Scratch,
}

enum Message {
    Begin(Box<ModelSpec>),
    Rows(Vec<Row>),
    End,
    Failed(String, String),
    Done,
}

/// Reads all models and writes the package. A source that fails is listed in the package, which is then incomplete.
pub(crate) async fn write(
    job: Job<'_>,
    readers: &mut Readers,
    waiting: Vec<Waiting>,
    out: Out,
    watcher: &dyn Watcher,
) -> Result<(Summary, BufWriter<Writing>), Error> {
    let (sender, receiver) = mpsc::channel::<Message>(8);
    let writing = tokio::task::spawn_blocking(move || run_writer(out, receiver));
    let mut done = 0;
    let mut failed: Vec<Name> = Vec::new();
    let mut once = Once::new(job.document);
    for read in &job.document.reads {
        let set = &job.document.sets[read.set];
        if failed.contains(&set.model.source) {
            continue;
        }
        match read_model(&job, readers, read, &mut once, &sender, &mut done, watcher).await {
            Ok(true) => {}
            // the writer is gone: its own error tells why
            Ok(false) => break,
            Err(Error::Source { source_name, fault }) => {
                let _ = sender.send(Message::Failed(source_name.to_string(), fault.to_string())).await;
                failed.push(source_name);
            }
            Err(error) => return Err(error),
        }
    }
    for Waiting { spec, rows } in waiting {
        // a writer that is gone tells why itself
        let _ = sender.send(Message::Begin(Box::new(spec))).await;
        let _ = sender.send(Message::Rows(rows)).await;
        let _ = sender.send(Message::End).await;
    }
    let _ = sender.send(Message::Done).await;
    drop(sender);
    let written = writing.await.map_err(|_| Error::Package(String::from("its writer stopped")))?;
    match written {
        Ok(Some(done)) => Ok(done),
        Ok(None) => Err(Error::Package(String::from("reading stopped before the end"))),
        Err(error) => Err(Error::of_package(error)),
    }
}

/// `None` when the reader went away without saying that it was done: such a package must not look finished.
fn run_writer(
    out: Out,
    mut receiver: mpsc::Receiver<Message>,
) -> Result<Option<(Summary, BufWriter<Writing>)>, exeunt_package::Error> {
    let mut writer = Writer::create(out.file, out.spec, &out.encryption, out.scratch)?;
    let mut open = false;
    while let Some(message) = receiver.blocking_recv() {
        match message {
            Message::Begin(spec) => {
                writer.begin_model(*spec)?;
                open = true;
            }
            Message::Rows(rows) => writer.rows(&rows, &[])?,
            Message::End => {
                writer.end_model()?;
                open = false;
            }
            Message::Failed(source, why) => {
                if open {
                    writer.end_model()?;
                    open = false;
                }
                writer.failed_source(&source, &why);
            }
            Message::Done => return writer.finish_into().map(Some),
        }
    }
    Ok(None)
}

/// Streams one model. `false` when nobody takes the rows any more.
async fn read_model(
    job: &Job<'_>,
    readers: &mut Readers,
    read: &ReadModel,
    once: &mut Once,
    sender: &mpsc::Sender<Message>,
    done: &mut u64,
    watcher: &dyn Watcher,
) -> Result<bool, Error> {
    let set = &job.document.sets[read.set];
    let mut columns: Vec<Name> = read.fields.iter().map(|field| field.column.clone()).collect();
    let shown = columns.len();
    if sender.send(Message::Begin(Box::new(spec_of(job, set, read)))).await.is_err() {
        return Ok(false);
    }
    let table = set.table().clone();
    let compares = once.compares(set.number);
    let keys = match set.key() {
        _ if job.finder.in_rounds(set) => Some(job.finder.keys_of(set)),
        KeyBy::WholeRow if compares => Some(find_keys(job, readers, set).await?),
        _ => None,
    };
    if let KeyBy::Columns(key) = set.key()
        && compares
    {
        columns.extend(key.iter().cloned());
    }
    let mut out = Passing { sender, done, watcher, once, set, shown, numbered: keys.is_some() };
    if let Some(mut keys) = keys {
        if *set.key() == KeyBy::WholeRow {
            keys.retain(|key| out.once.is_new(set.number, key));
        }
        for keys in keys.chunks(KEY_PAGE) {
            let rows = Rows::Keyed(set.key().clone(), keys.to_vec());
            let what = Read { table: table.clone(), columns: columns.clone(), rows };
            if !out.pass_on(ask(readers, set, &what).await?).await? {
                return Ok(false);
            }
        }
    } else {
        let anchors = job.finder.anchors(set, job.claimants)?;
        let what = Read { table, columns, rows: Rows::Selected(set.selection.clone(), anchors) };
        if !out.pass_on(ask(readers, set, &what).await?).await? {
            return Ok(false);
        }
    }
    Ok(sender.send(Message::End).await.is_ok())
}

/// Keys of the rows of a set that is found by one statement.
async fn find_keys(job: &Job<'_>, readers: &mut Readers, set: &RowSet) -> Result<Vec<Row>, Error> {
    let source = &set.model.source;
    let anchors = job.finder.anchors(set, job.claimants)?;
    let reader = readers.get_mut(source).ok_or_else(|| Error::NoSource(source.clone()))?;
    let found = reader.find(&set.selection, &anchors, &[]).await.map_err(Error::at(source))?;
    let mut keys: Vec<Row> = found.collect().await.map_err(Error::at(source))?;
    keys.iter_mut().for_each(|row| {
        // the claimant: there is only one
        row.remove(0);
    });
    Ok(keys)
}

async fn ask(readers: &mut Readers, set: &RowSet, what: &Read) -> Result<Pages, Error> {
    let source = &set.model.source;
    let reader = readers.get_mut(source).ok_or_else(|| Error::NoSource(source.clone()))?;
    reader.read(what).await.map_err(Error::at(source))
}

/// Rows on their way to the writer.
struct Passing<'a> {
    sender: &'a mpsc::Sender<Message>,
    done: &'a mut u64,
    watcher: &'a dyn Watcher,
    once: &'a mut Once,
    set: &'a RowSet,
    /// Columns that are shown; key columns may follow them.
    shown: usize,
    /// Whether rows begin with their place in the list that was asked for.
    numbered: bool,
}

impl Passing<'_> {
    async fn pass_on(&mut self, mut pages: Pages) -> Result<bool, Error> {
        while let Some(mut page) = pages.next().await.map_err(Error::at(&self.set.model.source))? {
            page.retain_mut(|row| {
                if self.numbered {
                    row.remove(0);
                }
                let key = row.split_off(self.shown.min(row.len()));
                key.is_empty() || self.once.is_new(self.set.number, &key)
            });
            *self.done += page.len() as u64;
            self.watcher.on(&Progress { done: *self.done, total: 0, failed: 0, rate: None, left: None });
            if self.sender.send(Message::Rows(page)).await.is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn spec_of(job: &Job<'_>, set: &RowSet, read: &ReadModel) -> ModelSpec {
    let table = job.catalogs.get(&set.model.source).and_then(|catalog| catalog.table(set.table()));
    let ground: Arc<str> = Arc::from("left out to protect another person");
    ModelSpec {
        model: set.model.clone(),
        title: set.model.model.to_string(),
        description: None,
        fields: read
            .fields
            .iter()
            .map(|field| {
                let column = table.and_then(|table| table.column(&field.column));
                let kind = column.map_or(exeunt_base::Kind::Any, |column| column.kind.clone());
                Field {
                    title: (!field.title.is_empty()).then(|| field.title.clone()),
                    category: (!field.category.is_empty()).then(|| field.category.clone()),
                    computed: field.computed,
                    ..Field::new(field.column.as_str(), kind)
                }
            })
            .collect(),
        reason: if read.accessed { Reason::Accessed } else { Reason::Owned },
        redactions: read
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.redacted)
            .map(|(column, _)| Redaction { column, ground: ground.clone() })
            .collect(),
        layer: match set.key() {
            KeyBy::WholeRow => Layer::Technical,
            KeyBy::Columns(_) => Layer::Everyday,
        },
        erasure_due: None,
    }
}
