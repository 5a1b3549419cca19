//! What the answer to a request must tell by law, and what is there to tell it with: for whoever looks before it goes out.

use exeunt_datamap::model::Processing;

use exeunt_base::{ModelRef, RequestId};
use exeunt_rights::Right;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::reports::processing::kept;
use crate::requests::changes_rows;

/// Something that the answer must tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Point {
    /// Which law the right stands in.
    Law,
    /// Who decides about the data, and how to reach their data protection officer.
    Controller,
    /// What the data is used for, and on which ground.
    Purposes,
    /// Who gets it, and so who has to be told.
    Recipients,
    /// How long it is kept.
    Retention,
    /// What stays because a law says so, with that law and its end.
    KeptByLaw,
    /// Where it came from.
    Source,
    /// Whether machines decide alone.
    Automated,
    /// Transfers to other countries.
    Transfers,
    /// That the person may complain, and where.
    Authority,
    /// That they may go to court.
    Court,
}

/// A point of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What.
    pub point: Point,
    /// What there is to tell; nothing where nobody wrote it down.
    pub told: Vec<String>,
    /// Whether the answer is wrong without it; else it is only said where there is something to say.
    pub needed: bool,
}

impl Item {
    /// Whether something has to be written down before the answer is whole.
    pub fn is_missing(&self) -> bool {
        self.needed && self.told.is_empty()
    }
}

impl Office {
    /// The checklist of the answer to a request, and whether the data map could be read for it.
    pub async fn check_answer(&self, actor: &Actor, id: RequestId) -> Result<(Vec<Item>, bool), Error> {
        self.allow(actor, Permission::ReadLetters)?;
        let request = self.request(id).await?;
        let law = match self.deadline_of(id).await {
            Ok(deadline) => {
                let pack = self.pack_of(&deadline).await?;
                let right = request.kind.parse::<Right>().map(Right::as_str).unwrap_or_default();
                let citation = pack.rights.get(right).map(|citation| format!(", {citation}"));
                vec![format!("{}{}", pack.name, citation.unwrap_or_default())]
            }
            // of the time before there were deadlines
            Err(_) => Vec::new(),
        };
        let plan = match request.plan {
            Some(plan) => self.show_plan(actor, plan).await.ok(),
            None => None,
        };
        let planned: Option<Vec<ModelRef>> =
            plan.map(|shown| shown.plan.document().sets.iter().map(|set| set.model.clone()).collect());
        let read = self.map();
        let mut known: Vec<Processing> = Vec::new();
        let mut stays: Vec<String> = Vec::new();
        if let Ok(read) = &read {
            for (name, model) in read.map.models() {
                if planned.as_ref().is_some_and(|planned| !planned.contains(&name)) {
                    continue;
                }
                known.push(read.map.processing(&name));
                stays.extend(model.keep.as_ref().map(|keep| format!("{name}: {}", kept(keep))));
            }
        }
        let one = |pick: fn(&Processing) -> &Option<String>| {
            distinct(known.iter().filter_map(|said| pick(said).clone()))
        };
        let many = |pick: fn(&Processing) -> &Vec<String>| {
            distinct(known.iter().flat_map(|said| pick(said).clone()))
        };
        let both = |first: Vec<String>, rest: Vec<String>| first.into_iter().chain(rest).collect::<Vec<_>>();
        let erases = changes_rows(&request.kind);
        let item = |point, told, needed| Item { point, told, needed };
        let mut items = vec![
            item(Point::Law, law, true),
            item(
                Point::Controller,
                both(
                    distinct(
                        one(|said| &said.controller).into_iter().chain([self.organization.name.clone()]),
                    ),
                    one(|said| &said.contact),
                ),
                true,
            ),
        ];
        if !erases {
            items.push(item(
                Point::Purposes,
                both(many(|said| &said.purposes), many(|said| &said.legal_basis)),
                true,
            ));
        }
        items.push(item(Point::Recipients, many(|said| &said.recipients), true));
        if erases {
            items.push(item(Point::KeptByLaw, stays, false));
        } else {
            items.push(item(Point::Retention, both(one(|said| &said.retention), stays), true));
            items.push(item(Point::Source, one(|said| &said.data_source), false));
            items.push(item(Point::Automated, one(|said| &said.automated_decisions), false));
            items.push(item(Point::Transfers, one(|said| &said.transfers), false));
        }
        items.push(item(Point::Authority, one(|said| &said.authority), true));
        let court = String::from("every letter of an answer says it, in the person’s language");
        items.push(item(Point::Court, vec![court], true));
        Ok((items, read.is_ok()))
    }
}

fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !text.trim().is_empty() && !found.contains(&text) {
            found.push(text);
        }
    }
    found
}
