//! What an operator should know of a source's connection.

use std::sync::Arc;

use exeunt_base::Name;
use exeunt_source::Source;

use crate::error::Error;
use crate::maps::check::describe;

/// A source that could be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its name.
    pub name: Name,
    /// Its kind.
    pub kind: &'static str,
    /// Tables seen.
    pub tables: usize,
    /// Sentences worth reading.
    pub advice: Vec<String>,
}

/// Reaches a source, reads its schema and asks for advice.
pub async fn check(name: &Name, source: &Arc<dyn Source>) -> Result<Checked, Error> {
    let catalog = describe(name, source).await?;
    let advice = source.advise().await;
    let advice = advice.map_err(|fault| exeunt_engine::Error::Source { source_name: name.clone(), fault })?;
    Ok(Checked { name: name.clone(), kind: source.abilities().kind, tables: catalog.tables.len(), advice })
}
