//! A source without tables that are ours: they are nobody's business when its schema is looked at. Without this, making
//! one would be a change of schema, which stops every plan.

use std::sync::Arc;

use async_trait::async_trait;
use exeunt_base::{Fault, TableRef, Timestamp};

use crate::abilities::Abilities;
use crate::catalog::Catalog;
use crate::journal::Journals;
use crate::strike::{Fate, Marker, Residue};
use crate::traits::{Reader, Source, Transaction};

/// A source, and tables that its catalog does not tell of.
pub struct Without {
    /// The source.
    pub source: Arc<dyn Source>,
    /// The tables.
    pub tables: Vec<TableRef>,
}

impl std::fmt::Debug for Without {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Without").field("tables", &self.tables).finish_non_exhaustive()
    }
}

#[async_trait]
impl Source for Without {
    fn abilities(&self) -> Abilities {
        self.source.abilities()
    }

    async fn describe(&self) -> Result<Catalog, Fault> {
        let mut catalog = self.source.describe().await?;
        catalog.tables.retain(|table| !self.tables.contains(&table.name));
        Ok(catalog)
    }

    async fn snapshot(&self) -> Result<Box<dyn Reader>, Fault> {
        self.source.snapshot().await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        self.source.begin().await
    }

    async fn fate(&self, marker: &Marker) -> Result<Fate, Fault> {
        self.source.fate(marker).await
    }

    async fn scrub(&self, tables: &[TableRef], now: Timestamp) -> Result<Residue, Fault> {
        self.source.scrub(tables, now).await
    }

    async fn advise(&self) -> Result<Vec<String>, Fault> {
        self.source.advise().await
    }

    fn grants(&self, tables: &[TableRef]) -> Option<String> {
        self.source.grants(tables)
    }

    fn journals(&self) -> Option<&dyn Journals> {
        self.source.journals()
    }
}
