//! Keeping a search by a name.

use exeunt_audit::kind::Kind;
use exeunt_base::ViewId;
use exeunt_engine::world::chance_for_id;
use exeunt_plan::digest;
use exeunt_rights::search::{Search, tells_of_somebody};
use exeunt_store::views::View;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// Most views that somebody sees: more are no help.
pub const MOST: usize = 50;
/// Longest name.
pub const LONGEST_NAME: usize = 60;

/// A view to be kept.
#[derive(Debug, Clone)]
pub struct NewView {
    /// Its name.
    pub name: String,
    /// What it looks for.
    pub search: Search,
    /// Whether everybody of the organization is to see it.
    pub shared: bool,
}

impl Office {
    /// Keeps a view. For everybody it is kept by whoever takes requests in or decides on them.
    pub async fn save_view(&self, actor: &Actor, new: &NewView) -> Result<ViewId, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        if new.shared {
            self.allow(actor, Permission::SubmitRequests)?;
        }
        let usage = |why: String| Err(Error::Usage("E0801", why));
        let Some(owner) = actor.id else { return usage(String::from("a view belongs to somebody")) };
        let name = new.name.trim();
        if !(1..=LONGEST_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return usage(format!("a view has a name of 1 to {LONGEST_NAME} characters, on one line"));
        }
        if tells_of_somebody(name) {
            return usage(String::from(
                "the name of a view tells nothing of a person: no address and no long number",
            ));
        }
        let (organization, now) = (self.organization.id, self.engine.world.now());
        let view = View {
            id: ViewId::new(now, chance_for_id(&*self.engine.world)),
            organization,
            owner,
            shared: new.shared,
            name: name.to_owned(),
            search: new.search.to_string(),
            made_at: now,
        };
        let mut change = self.engine.store.begin().await?;
        let known = change.views(organization, owner).await?;
        let refused = if known.len() >= MOST {
            Some(format!("there are {MOST} views; take one away first"))
        } else if known.iter().any(|one| one.name == view.name && one.shared == view.shared) {
            Some(String::from("there is a view of this name; choose another name, or take it away first"))
        } else {
            None
        };
        if let Some(why) = refused {
            change.rollback().await?;
            return usage(why);
        }
        change.add_view(&view).await?;
        let event = self
            .event(Kind::ViewSaved, actor)
            .fact("view", view.id)
            .fact("search", format_args!("sha256:{}", digest::of_text(&view.search)))
            .fact("shared", view.shared);
        change.commit(organization, &[event]).await?;
        Ok(view.id)
    }
}
