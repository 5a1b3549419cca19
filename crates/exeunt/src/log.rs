//! Logs: to standard error when asked for, as lines for people or as JSON for machines; and who was let in and who was not,
//! to a file of its own. None of it holds personal data.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::failure::Failure;
use crate::traces;

/// What is logged: `info`, `exeunt_engine=debug`. Nothing when it is not set.
const WANTED: &str = "EXEUNT_LOG";
/// `text` (when it is not set) or `json`: one object a line.
const FORMAT: &str = "EXEUNT_LOG_FORMAT";
/// A file that gets, as JSON, what concerns who was let in and who was not.
const SECURITY: &str = "EXEUNT_SECURITY_LOG";
/// What the server calls that.
const SECURITY_TARGET: &str = "exeunt::security";

type Boxed = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts logging as the environment asks. A log that was asked for and cannot be kept is an error: whoever wants a record
/// of who was let in should not find out later that there is none. `traces` listens to the same spans.
pub(crate) fn start(traces: Option<traces::Layer>) -> Result<(), Failure> {
    let mut layers: Vec<Boxed> = Vec::new();
    if let Ok(wanted) = std::env::var(WANTED) {
        let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new("info"));
        let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(false);
        layers.push(match std::env::var(FORMAT).as_deref() {
            Ok("json") => lines.json().flatten_event(true).with_filter(filter).boxed(),
            Ok("text") | Err(_) => lines.with_filter(filter).boxed(),
            Ok(_) => return Err(Failure::Usage(format!("`{FORMAT}` is `text` or `json`"))),
        });
    }
    if let Some(path) = std::env::var_os(SECURITY).filter(|path| !path.is_empty()) {
        let path = Path::new(&path);
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        let file = file.map_err(|source| Failure::file("open the security log", path, source))?;
        let lines = fmt::layer().with_writer(Mutex::new(file)).with_ansi(false).json().flatten_event(true);
        // the spans tell which call it was
        let filter = filter_fn(|about| about.is_span() || about.target() == SECURITY_TARGET);
        layers.push(lines.with_filter(filter).boxed());
    }
    if let Some(traces) = traces {
        layers.push(traces.with_filter(filter_fn(traces::Layer::wants)).boxed());
    }
    if !layers.is_empty() {
        // one process has one log: there is nobody who could have started it before
        let _ = tracing_subscriber::registry().with(layers).try_init();
    }
    Ok(())
}
