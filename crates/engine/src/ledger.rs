//! The ledger at work: are erased people back, in a restored backup or an import? Keyed digests of every person's
//! identifiers in a source are compared with those of the erased; identifiers leave no trace.

pub(crate) mod absent;

use std::collections::{BTreeMap, BTreeSet};

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, Name, Personal, RequestId, TableRef};
use exeunt_plan::document::Document;
use exeunt_source::{KeyBy, Read, Rows};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::job::prepare::ledger_mac;
use crate::states;

/// An erased person who is back.
pub struct Back {
    /// The request that had erased them.
    pub erased_by: RequestId,
    /// Where they were seen: models and kinds of identifier.
    pub seen: BTreeSet<(String, String)>,
    /// The identifiers by which they are to be erased again. Cannot be printed.
    pub identifiers: Vec<(String, Personal)>,
}

impl std::fmt::Debug for Back {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Back({}, {} places)", self.erased_by, self.seen.len())
    }
}

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// People looked at.
    pub looked_at: u64,
    /// Erased people who are back, one entry for each request.
    pub back: Vec<Back>,
}

/// A subject model to be looked through: its table, key, and the columns that identify people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The source.
    pub source: Name,
    /// The model, with its source.
    pub model: String,
    /// Its table.
    pub table: TableRef,
    /// How its rows are told apart.
    pub key: KeyBy,
    /// Kind of identifier and column.
    pub identities: Vec<(String, Name)>,
}

/// The registers of a plan: its subject models.
pub fn registers_of(document: &Document) -> Vec<Register> {
    document
        .sets
        .iter()
        .filter(|set| set.subject)
        .map(|set| Register {
            source: set.model.source.clone(),
            model: set.model.to_string(),
            table: set.table().clone(),
            key: set.key().clone(),
            identities: set.identities.clone(),
        })
        .collect()
}

impl Engine {
    /// The request by which somebody of these identifiers was erased, if there was one.
    pub async fn erased_before(&self, given: &[(String, Personal)]) -> Result<Option<RequestId>, Error> {
        let key = self.keyring.purpose_key(self.organization, "ledger")?;
        for (kind, value) in given {
            let Some(mac) = ledger_mac(&key, kind, value.expose()) else { continue };
            if let Some(request) = self.store.in_ledger(self.organization, kind, &mac).await? {
                return Ok(Some(request));
            }
        }
        Ok(None)
    }

    /// Looks through registers for people who were erased.
    pub async fn check_ledger(
        &self,
        registers: &[Register],
        actor: Option<ActorId>,
    ) -> Result<Checked, Error> {
        let key = self.keyring.purpose_key(self.organization, "ledger")?;
        let mut checked = Checked::default();
        let mut back: BTreeMap<RequestId, Back> = BTreeMap::new();
        for register in registers {
            let mut erased = BTreeMap::new();
            for (kind, _) in &register.identities {
                erased.insert(kind.as_str(), self.store.ledger_of(self.organization, kind).await?);
            }
            let source = self.source(&register.source)?;
            // makes the connector learn the table's types
            source.describe().await.map_err(Error::at(&register.source))?;
            let mut reader = source.snapshot().await.map_err(Error::at(&register.source))?;
            let read = Read {
                table: register.table.clone(),
                columns: register.identities.iter().map(|(_, column)| column.clone()).collect(),
                rows: Rows::Every(register.key.clone()),
            };
            let mut pages = reader.read(&read).await.map_err(Error::at(&register.source))?;
            while let Some(page) = pages.next().await.map_err(Error::at(&register.source))? {
                for row in page {
                    checked.looked_at += 1;
                    for ((kind, _), cell) in register.identities.iter().zip(&row) {
                        let Some(value) = cell.to_plain() else { continue };
                        let Some(mac) = ledger_mac(&key, kind, &value) else { continue };
                        let Some(request) =
                            erased.get(kind.as_str()).and_then(|erased| erased.get(mac.as_slice()))
                        else {
                            continue;
                        };
                        let entry = back.entry(*request).or_insert_with(|| Back {
                            erased_by: *request,
                            seen: BTreeSet::new(),
                            identifiers: Vec::new(),
                        });
                        entry.seen.insert((register.model.clone(), kind.clone()));
                        let found = (kind.clone(), Personal::new(value));
                        if !entry.identifiers.contains(&found) {
                            entry.identifiers.push(found);
                        }
                    }
                }
            }
        }
        for (request, found) in back {
            // somebody who was asked back, of whom not everything could come
            if self.store.request(request).await?.state != states::PARTLY_RESTORED {
                checked.back.push(found);
            }
        }
        let event = self
            .event(Kind::LedgerChecked, actor)
            .count("looked-at", checked.looked_at)
            .count("back", checked.back.len() as u64);
        let change = self.store.begin().await?;
        change.commit(self.organization, &[event]).await?;
        Ok(checked)
    }
}
