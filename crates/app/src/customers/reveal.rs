//! Showing what the sources hold of a customer: a page of one model, with a reason, each time written down.

use std::collections::HashSet;

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{Cell, Personal};
use exeunt_engine::look::Model;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;

/// Rows of a page.
pub const PAGE: usize = 25;

/// What is to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The model, by its place among those that [`find_customer`](Office::find_customer) told.
    pub read: usize,
    /// Which page, from 0.
    pub page: usize,
}

/// A field of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its title for people.
    pub title: String,
    /// Its category.
    pub category: String,
    /// Inferred or computed.
    pub computed: bool,
    /// Left out to protect another person.
    pub redacted: bool,
}

/// A page of a model.
#[derive(Clone)]
pub struct Revealed {
    /// The model.
    pub model: Model,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The rows: a text for each field; nothing where the source holds nothing.
    pub rows: Vec<Vec<Option<Personal>>>,
    /// Which page it is.
    pub page: usize,
    /// Whether there is another.
    pub more: bool,
}

impl std::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Revealed({}, {} rows)", self.model.model, self.rows.len())
    }
}

impl Office {
    /// Shows a page of what the sources hold of the customer of a handle.
    pub async fn reveal_customer(
        &self,
        actor: &Actor,
        handle: &str,
        wanted: Wanted,
        because: &str,
    ) -> Result<Revealed, Error> {
        self.allow(actor, Permission::FindCustomers)?;
        self.allow(actor, Permission::OpenPackages)?;
        let because = reason(because)?;
        let given = self.open_handle(actor, handle)?;
        let document = self.looking_document(&given).await?;
        let nothing = || {
            Error::Refused(
                "E0325",
                String::from("this customer has no rows there any more; look them up again"),
            )
        };
        let read = document.reads.get(wanted.read).ok_or_else(nothing)?;
        let mut look = self.engine.look(&document, given, &HashSet::from([read.set])).await?;
        let model = look.models().into_iter().find(|model| model.read == wanted.read).ok_or_else(nothing)?;
        // what is shown is written down before it is
        let event = self
            .event(Kind::CustomerRevealed, actor)
            .fact("model", &model.model)
            .count("page", wanted.page as u64)
            .commit("because", Commitment::new(&self.chance(), "because", because.as_bytes()));
        self.engine.store.begin().await?.commit(self.organization.id, &[event]).await?;
        let page = look.page(wanted.read, wanted.page.saturating_mul(PAGE), PAGE).await?;
        let fields = read.fields.iter().map(|field| Field {
            title: if field.title.is_empty() { field.column.to_string() } else { field.title.clone() },
            category: field.category.clone(),
            computed: field.computed,
            redacted: field.redacted,
        });
        let text = |cell: &Cell| cell.to_plain().map(Personal::new);
        Ok(Revealed {
            model,
            fields: fields.collect(),
            rows: page.rows.iter().map(|row| row.iter().map(text).collect()).collect(),
            page: wanted.page,
            more: page.more,
        })
    }
}
