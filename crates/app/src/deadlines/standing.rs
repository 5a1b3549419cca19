//! How a request stands to its deadline today.

use std::collections::HashMap;

use exeunt_base::RequestId;
use exeunt_rights::{Day, Pack};
use exeunt_store::deadlines::Deadline;

use crate::access::Permission;
use crate::actor::Actor;
use crate::deadlines::open::day;
use crate::error::Error;
use crate::office::Office;

/// A deadline as of today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// It.
    pub deadline: Deadline,
    /// Days left until the answer is due; negative when that is past. While the clock stands still, as it stood then.
    pub days_left: i64,
    /// The answer is late: not given, not paused, and the day is over.
    pub overdue: bool,
}

impl Office {
    /// How requests stand to their deadlines; those that have one.
    pub async fn standings(
        &self,
        actor: &Actor,
        ids: &[RequestId],
    ) -> Result<HashMap<RequestId, Standing>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let today = self.today();
        let mut all = HashMap::new();
        for deadline in self.engine.store.deadlines(ids).await? {
            if deadline.organization == self.organization.id {
                all.insert(deadline.request, standing(deadline, today)?);
            }
        }
        Ok(all)
    }

    /// How one request stands to its deadline. Whoever is let near the request may know.
    pub async fn standing(&self, id: RequestId) -> Result<Standing, Error> {
        standing(self.deadline_of(id).await?, self.today())
    }

    /// The law of a request, in the version it was opened under; requests from before there were deadlines have none.
    pub async fn law_of_request(&self, actor: &Actor, id: RequestId) -> Result<Option<Pack>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        self.request(id).await?;
        match self.engine.store.deadline(id).await? {
            Some(deadline) => Ok(Some(self.pack_of(&deadline).await?)),
            None => Ok(None),
        }
    }

    /// Requests not answered yet whose answer is due by a day, the most urgent first.
    pub async fn due_by(&self, actor: &Actor, by: Day, limit: u32) -> Result<Vec<Standing>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let (organization, today) = (self.organization.id, self.today());
        let open = self.engine.store.open_deadlines(organization, &by.to_string(), limit).await?;
        open.into_iter().map(|deadline| standing(deadline, today)).collect()
    }

    /// The fewest days that are left for one of these requests, as a plan has to fit them; `None` where none has a
    /// deadline.
    pub(crate) async fn fewest_days_left(
        &self,
        ids: &[RequestId],
        on: Day,
    ) -> Result<Option<(RequestId, i64)>, Error> {
        let mut fewest = None;
        for deadline in self.engine.store.deadlines(ids).await? {
            let left = standing(deadline.clone(), on)?.days_left;
            if deadline.answered_at.is_none() && fewest.is_none_or(|(_, least)| left < least) {
                fewest = Some((deadline.request, left));
            }
        }
        Ok(fewest)
    }
}

fn standing(deadline: Deadline, today: Day) -> Result<Standing, Error> {
    // the clock stands still: what was left then is left
    let now = deadline.paused_on.as_deref().map(day).transpose()?.unwrap_or(today);
    let days_left = day(&deadline.answer_by)?.days_since(now);
    let overdue = days_left < 0 && deadline.answered_at.is_none();
    Ok(Standing { deadline, days_left, overdue })
}
