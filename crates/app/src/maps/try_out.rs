//! Trying a map out with one person: what access would answer and what erasure would do, executed and rolled back. Nothing is
//! changed, and nothing that could tell of whom is written down.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use exeunt_audit::kind::Kind;
use exeunt_base::Personal;
use exeunt_datamap::model::IdentityKind;
use exeunt_datamap::suggest;
use exeunt_engine::job::prepare::Confirmed;
use exeunt_plan::document::Right;
use exeunt_plan::table;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::maps::Map;
use crate::office::Office;
use crate::requests::submit::accept;

/// Which map is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one in force.
    InForce,
    /// The draft.
    Draft,
}

/// What becomes of one model's rows of the person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows that access would show.
    pub shown: u64,
    /// Rows that erasure deletes.
    pub delete: u64,
    /// Rows that it anonymizes.
    pub anonymize: u64,
    /// Rows that stay by law.
    pub keep: u64,
    /// Rows whose link to the person is cut.
    pub detach: u64,
}

/// What trying came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// By model.
    pub models: BTreeMap<String, Rows>,
    /// Rows that a source would hold back, with why.
    pub held_back: Vec<(String, u64, Vec<String>)>,
    /// Milliseconds that looking took.
    pub access_millis: u64,
    /// Milliseconds that erasing and rolling back took.
    pub erasure_millis: u64,
}

impl Office {
    /// Kinds of identifiers that a map finds people by, by name.
    pub async fn kinds_of_map(&self, actor: &Actor, which: Which) -> Result<Vec<String>, Error> {
        self.allow(actor, Permission::ReadMap)?;
        Ok(kinds(&*self.map_of(which).await?))
    }

    /// Tries a map out with the person of these identifiers.
    pub async fn try_map(
        &self,
        actor: &Actor,
        which: Which,
        identifiers: &[(String, Personal)],
    ) -> Result<Tried, Error> {
        self.allow(actor, Permission::ReadMap)?;
        self.allow(actor, Permission::MakePlans)?;
        let given = accept(identifiers)?;
        let map = self.map_of(which).await?;
        let known = kinds(&map);
        if let Some((kind, _)) = given.iter().find(|(kind, _)| !known.contains(kind)) {
            let why =
                format!("the map finds nobody by `{}`; it knows {}", suggest::shown(kind), known.join(", "));
            return Err(Error::Usage("E0302", why));
        }
        let asked: BTreeSet<IdentityKind> =
            given.iter().filter_map(|(kind, _)| IdentityKind::new(kind)).collect();
        let plans = self.plans_by(map, &[Right::Access, Right::Erasure], &asked).await?;
        let [access, erasure] = plans.as_slice() else { return Ok(Tried::nothing()) };
        let world = &self.engine.world;
        let begun = world.now();
        let mut tried = Tried::nothing();
        let look = self.engine.look(access.document(), given.clone(), &HashSet::new()).await?;
        for model in look.models() {
            tried.models.entry(model.model).or_default().shown += model.rows;
        }
        drop(look);
        let looked = world.now();
        let people = vec![self.engine.nobodys_claimant(given)];
        let document = erasure.document();
        let preview = self.engine.dry_run(document, people, Confirmed::default()).await?;
        let ended = world.now();
        for line in table::lines(document, Some(&preview.once)) {
            let rows = tried.models.entry(line.model.to_string()).or_default();
            rows.delete += line.delete.unwrap_or(0);
            rows.anonymize += line.anonymize.unwrap_or(0);
            rows.keep += line.keep.unwrap_or(0);
            rows.detach += line.detach.unwrap_or(0);
        }
        let back = preview.lines.into_iter().filter(|line| line.held_back > 0);
        tried.held_back = back.map(|line| (line.model, line.held_back, line.why)).collect();
        let millis = |from: exeunt_base::Timestamp, to: exeunt_base::Timestamp| {
            u64::try_from((to.as_micros() - from.as_micros()) / 1_000).unwrap_or(0)
        };
        (tried.access_millis, tried.erasure_millis) = (millis(begun, looked), millis(looked, ended));
        let sum = |of: fn(&Rows) -> u64| tried.models.values().map(of).sum::<u64>();
        let event = self
            .event(Kind::MapTried, actor)
            .count("models", tried.models.len() as u64)
            .count("shown", sum(|rows| rows.shown))
            .count("erased", sum(|rows| rows.delete + rows.anonymize))
            .fact("map", if which == Which::Draft { "draft" } else { "in_force" });
        self.engine.store.begin().await?.commit(self.organization.id, &[event]).await?;
        Ok(tried)
    }

    async fn map_of(&self, which: Which) -> Result<Arc<Map>, Error> {
        match which {
            Which::InForce => self.map(),
            Which::Draft => match self.engine.store.map_draft(self.organization.id).await? {
                Some(draft) => Ok(self.kept_map.read_draft(&draft.text)?),
                None => self.map(),
            },
        }
    }
}

impl Tried {
    fn nothing() -> Self {
        Self { models: BTreeMap::new(), held_back: Vec::new(), access_millis: 0, erasure_millis: 0 }
    }
}

fn kinds(map: &Map) -> Vec<String> {
    let all: BTreeSet<String> = map
        .map
        .models()
        .flat_map(|(_, model)| model.subject.iter().flatten().map(|(kind, _)| kind.to_string()))
        .collect();
    all.into_iter().collect()
}
