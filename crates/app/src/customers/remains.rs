//! What is still there of a customer because of what was asked by them or for them, and until when: rows that can come back, rows
//! that stay because a law says so, packages.

use std::collections::BTreeMap;

use exeunt_base::{PackageId, RequestId, Timestamp};
use exeunt_engine::states;
use exeunt_rights::Day;
use exeunt_store::requests::Request;

use crate::error::Error;
use crate::office::Office;

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sort {
    /// Rows that were erased and can come back.
    Hidden,
    /// Rows of a model that stay because a law says so.
    Kept(String),
    /// A package of what they asked for.
    Package(PackageId),
}

/// Until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// A moment.
    At(Timestamp),
    /// The end of a day.
    Over(Day),
    /// Nobody knows yet.
    Unknown,
}

/// Something that is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remains {
    /// What it is.
    pub sort: Sort,
    /// The request it came of.
    pub request: RequestId,
    /// How many rows.
    pub rows: u64,
    /// Until when.
    pub until: Until,
    /// A hold keeps it for longer.
    pub held: bool,
}

impl Remains {
    /// The last day on which it is there, as far as anybody knows.
    pub fn last_day(&self, office: &Office) -> Option<Day> {
        match self.until {
            _ if self.held => None,
            Until::At(at) => Some(office.policy.law.zone.day_of(at)),
            Until::Over(day) => Some(day),
            Until::Unknown => None,
        }
    }
}

impl Office {
    /// What is still there of these requests, what falls away first at the top.
    pub(super) async fn remains_of(&self, requests: &[Request]) -> Result<Vec<Remains>, Error> {
        let store = &self.engine.store;
        let mut all = Vec::new();
        for request in requests {
            let remains = |sort, rows, until| Remains { sort, request: request.id, rows, until, held: false };
            if states::WAITING.contains(&request.state.as_str()) {
                let rows: u64 = store.claims_of(request.id).await?.iter().map(|(_, rows)| rows).sum();
                let until = request.window_ends_at.map_or(Until::Unknown, Until::At);
                if rows > 0 {
                    let held = request.held_because.is_some();
                    all.push(Remains { held, ..remains(Sort::Hidden, rows, until) });
                }
            }
            let mut kept: BTreeMap<(String, Option<String>), u64> = BTreeMap::new();
            for part in store.kept_of(request.id).await? {
                *kept.entry((part.model, part.ends)).or_default() += part.rows;
            }
            for ((model, ends), rows) in kept {
                let until = ends.and_then(|day| day.parse().ok()).map_or(Until::Unknown, Until::Over);
                all.push(remains(Sort::Kept(model), rows, until));
            }
            let package = store.last_package_of(request.id).await?;
            if let Some(package) = package.filter(|package| package.removed_at.is_none()) {
                all.push(remains(Sort::Package(package.id), package.rows, Until::At(package.expires_at)));
            }
        }
        all.sort_by_key(|one| {
            let day = one.last_day(self);
            (day.is_none(), day)
        });
        Ok(all)
    }
}
