//! Writing a sub-processor down: one that is to be engaged, or one that was before there was a register.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::SubprocessorId;
use exeunt_datamap::region::Region;
use exeunt_datamap::{categories, suggest};
use exeunt_engine::world::chance_for_id;
use exeunt_rights::Day;
use exeunt_store::subprocessors::Subprocessor;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// Most characters of a word about a sub-processor.
const LONGEST: usize = 500;
/// Most categories of data.
const MOST: usize = 50;

/// What is to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Which data it gets: categories of the taxonomy.
    pub categories: Vec<String>,
    /// Where it handles them.
    pub region: String,
    /// How to reach it.
    pub contact: String,
    /// Since when it has been engaged, where that was before the register; a day that was.
    pub engaged_since: Option<Day>,
}

impl Office {
    /// Adds a sub-processor. Nobody is told yet.
    pub async fn add_subprocessor(&self, actor: &Actor, new: New) -> Result<SubprocessorId, Error> {
        self.allow(actor, Permission::ManageSubprocessors)?;
        let words = [("name", &new.name), ("purpose", &new.purpose), ("contact", &new.contact)];
        for (what, word) in words {
            if word.trim().is_empty() || word.chars().count() > LONGEST || word.chars().any(char::is_control)
            {
                return Err(usage(format!("the {what} is one line of 1 to {LONGEST} characters")));
            }
        }
        if new.categories.is_empty() || new.categories.len() > MOST {
            return Err(usage(format!("name 1 to {MOST} categories of data, such as `user.contact.email`")));
        }
        for category in &new.categories {
            if !categories::is_known(category) {
                let near = suggest::did_you_mean(category, categories::all());
                let (hint, shown) =
                    (near.map(|hint| format!("; {hint}")).unwrap_or_default(), suggest::shown(category));
                return Err(usage(format!("`{shown}` is no category of data{hint}")));
            }
        }
        let region: Region = new.region.parse().map_err(|bad| usage(format!("the region: {bad}")))?;
        if new.engaged_since.is_some_and(|since| since > self.today()) {
            return Err(usage(String::from(
                "one that is engaged already was so on a day that is past; announce one that is to be",
            )));
        }
        let now = self.now();
        let one = Subprocessor {
            id: SubprocessorId::new(now, chance_for_id(&*self.engine.world)),
            organization: self.organization.id,
            name: new.name.trim().to_owned(),
            purpose: new.purpose.trim().to_owned(),
            categories: serde_json::Value::from(new.categories).to_string(),
            region: region.to_string(),
            contact: new.contact.trim().to_owned(),
            added_at: now,
            announced_at: None,
            told: 0,
            effective_on: new.engaged_since.map(|since| since.to_string()),
            engaged_at: new.engaged_since.map(|_| now),
            ended_at: None,
        };
        let mut event = self
            .event(Kind::SubprocessorAdded, actor)
            .about(one.id)
            .fact("region", &one.region)
            .commit("name", Commitment::new(&self.chance(), "sub-processor", one.name.as_bytes()));
        if let Some(since) = new.engaged_since {
            event = event.fact("engaged_since", since);
        }
        let mut change = self.engine.store.begin().await?;
        if !change.add_subprocessor(&one).await? {
            change.rollback().await?;
            return Err(Error::Refused(
                "E0987",
                String::from("a sub-processor of this name is in the register already; end that one first"),
            ));
        }
        change.commit(self.organization.id, &[event]).await?;
        Ok(one.id)
    }
}

fn usage(what: String) -> Error {
    Error::Usage("E0801", what)
}
