//! Placing a hold beyond one request. It counts from this moment, for purges that have begun too, as long as the key is there.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::HoldId;
use exeunt_datamap::suggest;
use exeunt_engine::holds::Scope;
use exeunt_engine::world::chance_for_id;
use exeunt_rights::Day;
use exeunt_store::holds::Hold;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;
use crate::requests::submit::accept;

/// Most rows one hold names.
pub const MOST_ROWS: usize = 1_000;
/// Longest cell of a key, in bytes.
const LONGEST_CELL: usize = 1_000;

impl Office {
    /// Places a hold, with its reason. It ends by itself at the end of a day, where one is named.
    pub async fn place_hold(
        &self,
        actor: &Actor,
        scope: Scope,
        because: &str,
        until: Option<Day>,
    ) -> Result<HoldId, Error> {
        self.allow(actor, Permission::HoldRequests)?;
        let because = reason(because)?;
        let scope = self.checked_scope(scope)?;
        if let Some(until) = until.filter(|until| *until < self.today()) {
            return Err(Error::Usage("E0801", format!("a hold cannot end on {until}: that day is over")));
        }
        let now = self.engine.world.now();
        let id = HoldId::new(now, chance_for_id(&*self.engine.world));
        let salt = self.chance().expose().to_vec();
        let hold = Hold {
            id,
            organization: self.organization.id,
            scope: scope.word().to_owned(),
            model: scope.model().map(str::to_owned),
            sealed: self.engine.seal_scope(id, &salt, &scope)?,
            salt: Some(salt),
            because,
            placed_by: actor.id,
            placed_at: now,
            ends_at: until.map(|until| self.policy.law.zone.start_of(until.plus_days(1))),
            lifted_at: None,
        };
        let mut event = self
            .event(Kind::HoldPlaced, actor)
            .about(id)
            .fact("scope", scope.word())
            // the reason is people's words: the log only commits to it
            .commit("reason", Commitment::new(&self.chance(), "hold", hold.because.as_bytes()));
        if let Scope::Rows { keys, .. } = &scope {
            event = event.count("rows", keys.len() as u64);
        }
        if let Some(ends) = hold.ends_at {
            event = event.fact("until", ends);
        }
        let mut change = self.engine.store.begin().await?;
        change.lock_holds(self.organization.id).await?;
        change.add_hold(&hold).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(id)
    }

    /// Refuses what would hold nobody's rows.
    fn checked_scope(&self, scope: Scope) -> Result<Scope, Error> {
        match scope {
            Scope::Person(identifiers) => {
                let accepted = accept(&identifiers)?;
                self.known_to_the_map(&accepted)?;
                Ok(Scope::Person(accepted))
            }
            Scope::Model(model) => {
                self.columns_of_key(&model)?;
                Ok(Scope::Model(model))
            }
            Scope::Rows { model, mut keys } => {
                let columns = self.columns_of_key(&model)?;
                keys.sort_unstable();
                keys.dedup();
                if keys.is_empty() || keys.len() > MOST_ROWS {
                    return Err(Error::Usage("E0801", format!("a hold names 1 to {MOST_ROWS} rows")));
                }
                for (place, key) in keys.iter().enumerate() {
                    let long = key.iter().any(|cell| cell.is_empty() || cell.len() > LONGEST_CELL);
                    if long || columns.is_some_and(|columns| columns != key.len()) {
                        let wanted = columns.map_or_else(String::new, |columns| format!("{columns} "));
                        return Err(Error::Usage(
                            "E0801",
                            format!(
                                "the {} key is none of `{model}`: its rows are told apart by {wanted}values of 1 to \
                                 {LONGEST_CELL} bytes",
                                crate::requests::submit::ordinal(place + 1)
                            ),
                        ));
                    }
                }
                Ok(Scope::Rows { model, keys })
            }
        }
    }

    /// How many columns tell rows of a model apart; nobody can say without a map that can be read.
    fn columns_of_key(&self, model: &str) -> Result<Option<usize>, Error> {
        let Ok(read) = self.map() else { return Ok(None) };
        let known: Vec<String> = read.map.models().map(|(at, _)| at.to_string()).collect();
        if let Some((_, found)) = read.map.models().find(|(at, _)| at.to_string() == model) {
            if found.key.is_empty() {
                return Err(Error::Usage(
                    "E0801",
                    format!("`{model}` has no key in the data map; hold the whole model, or the person"),
                ));
            }
            return Ok(Some(found.key.len()));
        }
        let near = suggest::did_you_mean(model, known.iter().map(String::as_str)).unwrap_or_default();
        Err(Error::Usage(
            "E0801",
            format!(
                "the data map has no model `{}`; {near} it has {}",
                suggest::shown(model),
                known.join(", ")
            ),
        ))
    }
}
