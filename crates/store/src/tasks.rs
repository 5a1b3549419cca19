//! Tasks: work that waits for a worker, leased with fencing, tried again later when it could not be done.

use exeunt_base::{ActorId, OrganizationId, TaskId, Timestamp};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// Nobody took it yet, or its time has not come.
pub const WAITING: &str = "waiting";
/// Somebody works on it, or a process died over it.
pub const RUNNING: &str = "running";
/// Done.
pub const DONE: &str = "done";
/// Given up.
pub const FAILED: &str = "failed";

/// A task as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Whose.
    pub organization: OrganizationId,
    /// What is to be done.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Where it stands.
    pub state: String,
    /// What was asked, sealed.
    pub wanted: Option<Vec<u8>>,
    /// Who asked; `None` for what became due.
    pub asked_by: Option<ActorId>,
    /// When.
    pub asked_at: Timestamp,
    /// Not before this.
    pub not_before: Timestamp,
    /// How often it was begun.
    pub tries: u64,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What came of it, or why it stopped: JSON.
    pub outcome: Option<String>,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Task({}, {} {}, {})", self.id, self.kind, self.subject, self.state)
    }
}

/// The right to work on a task, until it runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The task.
    pub task: TaskId,
    /// Its number.
    pub fence: u64,
}

const COLUMNS: &str = "id, organization, kind, subject, state, wanted, asked_by, asked_at, not_before, tries, ended_at, \
                       outcome";

fn read(row: &Row) -> Result<Task, Error> {
    let reading = Reading { row, what: "task" };
    Ok(Task {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        kind: reading.get("kind")?,
        subject: reading.get("subject")?,
        state: reading.get("state")?,
        wanted: reading.get("wanted")?,
        asked_by: reading.id_if_any("asked_by")?,
        asked_at: reading.time("asked_at")?,
        not_before: reading.time("not_before")?,
        tries: reading.count("tries")?,
        ended_at: reading.time_if_any("ended_at")?,
        outcome: reading.get("outcome")?,
    })
}

impl Change<'_> {
    /// Adds a task, unless the same is asked for already: then that one is given back instead.
    pub async fn add_task(&mut self, task: &Task) -> Result<Option<Task>, Error> {
        let doing = "add a task";
        let open = made(format!(
            "SELECT {COLUMNS} FROM tasks WHERE kind = $1 AND subject = $2 AND state IN ('waiting', 'running')"
        ))
        .bind(&task.kind)
        .bind(&task.subject)
        .fetch_optional(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        if let Some(row) = open {
            return read(&row).map(Some);
        }
        query(
            "INSERT INTO tasks (id, organization, kind, subject, state, wanted, asked_by, asked_at, not_before, ended_at, outcome)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(task.id.to_string())
        .bind(task.organization.to_string())
        .bind(&task.kind)
        .bind(&task.subject)
        .bind(&task.state)
        .bind(&task.wanted)
        .bind(task.asked_by.map(|actor| actor.to_string()))
        .bind(task.asked_at.as_micros())
        .bind(task.not_before.as_micros())
        .bind(task.ended_at.map(Timestamp::as_micros))
        .bind(&task.outcome)
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing(doing))?;
        Ok(None)
    }

    /// Takes the organization's task whose turn it is, unless as many are at work as may be: one that waited longest, or
    /// one whose worker let its lease run out. None of `except`, and its lease ends at the second of the times.
    pub async fn take_task(
        &mut self,
        organization: OrganizationId,
        owner: &str,
        most: Option<u32>,
        except: &[TaskId],
        (now, until): (Timestamp, Timestamp),
    ) -> Result<Option<(Task, Turn)>, Error> {
        let doing = "take a task";
        if let Some(most) = most {
            let row = query(
                "SELECT count(*) AS live FROM tasks WHERE state = 'running' AND organization = $1 AND lease_until > $2",
            )
            .bind(organization.to_string())
            .bind(now.as_micros())
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
            if (Reading { row: &row, what: "task" }).count("live")? >= u64::from(most) {
                return Ok(None);
            }
        }
        // whoever died comes first: somebody waits for it longest
        for condition in ["state = 'running' AND lease_until <= $2", "state = 'waiting' AND not_before <= $2"]
        {
            let text = format!(
                "SELECT {COLUMNS}, fence FROM tasks WHERE organization = $1 AND {condition}{} ORDER BY not_before, id LIMIT 1",
                but_for(3, except)
            );
            let taken = made(text).bind(organization.to_string()).bind(now.as_micros());
            let row = except
                .iter()
                .fold(taken, |query, id| query.bind(id.to_string()))
                .fetch_optional(&mut self.connection)
                .await
                .map_err(Error::while_doing(doing))?;
            let Some(row) = row else { continue };
            let mut task = read(&row)?;
            let fence = Reading { row: &row, what: "task" }.count("fence")? + 1;
            query(
                "UPDATE tasks SET state = 'running', lease_owner = $2, lease_until = $3, fence = $4, tries = tries + 1 WHERE id = $1",
            )
            .bind(task.id.to_string())
            .bind(owner)
            .bind(until.as_micros())
            .bind(signed(fence))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing(doing))?;
            task.state = RUNNING.to_owned();
            task.tries += 1;
            let turn = Turn { task: task.id, fence };
            return Ok(Some((task, turn)));
        }
        Ok(None)
    }

    /// Makes a turn last until then; refuses when it is no longer ours.
    pub async fn hold_turn(&mut self, turn: &Turn, until: Timestamp) -> Result<(), Error> {
        let done =
            query("UPDATE tasks SET lease_until = $3 WHERE id = $1 AND fence = $2 AND state = 'running'")
                .bind(turn.task.to_string())
                .bind(signed(turn.fence))
                .bind(until.as_micros())
                .execute(&mut self.connection)
                .await
                .map_err(Error::while_doing("renew a task's lease"))?;
        ours(done, turn)
    }

    /// Ends a task, done or failed; what was asked is destroyed.
    pub async fn end_task(
        &mut self,
        turn: &Turn,
        state: &str,
        outcome: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let done = query(
            "UPDATE tasks SET state = $3, outcome = $4, ended_at = $5, wanted = NULL, lease_owner = NULL, lease_until = 0
             WHERE id = $1 AND fence = $2 AND state = 'running'",
        )
        .bind(turn.task.to_string())
        .bind(signed(turn.fence))
        .bind(state)
        .bind(outcome)
        .bind(at.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("end a task"))?;
        ours(done, turn)
    }

    /// Puts a task back, to be tried again after `not_before`, with what stood in the way.
    pub async fn put_task_back(
        &mut self,
        turn: &Turn,
        outcome: Option<&str>,
        not_before: Timestamp,
    ) -> Result<(), Error> {
        let done = query(
            "UPDATE tasks SET state = 'waiting', outcome = $3, not_before = $4, lease_owner = NULL, lease_until = 0
             WHERE id = $1 AND fence = $2 AND state = 'running'",
        )
        .bind(turn.task.to_string())
        .bind(signed(turn.fence))
        .bind(outcome)
        .bind(not_before.as_micros())
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("put a task back"))?;
        ours(done, turn)
    }

    /// The same for one that could not even be tried: it does not count as a try.
    pub async fn put_task_aside(
        &mut self,
        turn: &Turn,
        outcome: Option<&str>,
        not_before: Timestamp,
    ) -> Result<(), Error> {
        query("UPDATE tasks SET tries = tries - 1 WHERE id = $1 AND fence = $2 AND state = 'running'")
            .bind(turn.task.to_string())
            .bind(signed(turn.fence))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("put a task aside"))?;
        self.put_task_back(turn, outcome, not_before).await
    }

    /// Forgets ended tasks older than this. Says how many.
    pub async fn forget_tasks(&mut self, before: Timestamp) -> Result<u64, Error> {
        query("DELETE FROM tasks WHERE ended_at < $1")
            .bind(before.as_micros())
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("forget ended tasks"))
    }
}

/// Leaves tasks out, whose places begin at this number.
fn but_for(first: usize, except: &[TaskId]) -> String {
    if except.is_empty() {
        return String::new();
    }
    let places: Vec<String> = (first..).take(except.len()).map(|number| format!("${number}")).collect();
    format!(" AND id NOT IN ({})", places.join(", "))
}

fn ours(done: u64, turn: &Turn) -> Result<(), Error> {
    if done == 1 { Ok(()) } else { Err(Error::LeaseLost { job: turn.task.to_string() }) }
}

impl Store {
    /// One task.
    pub async fn task(&self, id: TaskId) -> Result<Task, Error> {
        let mut connection = self.reader().await;
        let row = made(format!("SELECT {COLUMNS} FROM tasks WHERE id = $1"))
            .bind(id.to_string())
            .fetch_optional(&mut connection)
            .await
            .map_err(Error::while_doing("read a task"))?
            .ok_or_else(|| Error::NotFound { what: "task", id: id.to_string() })?;
        read(&row)
    }

    /// The tasks about something, newest first.
    pub async fn tasks_about(&self, subject: &str) -> Result<Vec<Task>, Error> {
        let mut connection = self.reader().await;
        let rows = made(format!("SELECT {COLUMNS} FROM tasks WHERE subject = $1 ORDER BY id DESC"))
            .bind(subject)
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read tasks"))?;
        rows.iter().map(read).collect()
    }

    /// How many of an organization's tasks somebody works on right now.
    pub async fn live_tasks(&self, organization: OrganizationId, now: Timestamp) -> Result<u64, Error> {
        let mut connection = self.reader().await;
        let row = query(
            "SELECT count(*) AS live FROM tasks WHERE state = 'running' AND organization = $1 AND lease_until > $2",
        )
        .bind(organization.to_string())
        .bind(now.as_micros())
        .fetch_one(&mut connection)
        .await
        .map_err(Error::while_doing("count running tasks"))?;
        Reading { row: &row, what: "task" }.count("live")
    }

    /// Organizations that have a task whose turn it is, and when the oldest of each became due.
    pub async fn backlog(&self, now: Timestamp) -> Result<Vec<(OrganizationId, Timestamp)>, Error> {
        self.backlog_but_for(&[], now).await
    }

    /// The same without some tasks.
    pub async fn backlog_but_for(
        &self,
        except: &[TaskId],
        now: Timestamp,
    ) -> Result<Vec<(OrganizationId, Timestamp)>, Error> {
        let mut connection = self.reader().await;
        let backlog = made(format!(
            "SELECT organization, min(not_before) AS since FROM tasks
             WHERE ((state = 'waiting' AND not_before <= $1) OR (state = 'running' AND lease_until <= $1)){}
             GROUP BY organization ORDER BY organization",
            but_for(2, except)
        ))
        .bind(now.as_micros());
        let rows = except
            .iter()
            .fold(backlog, |query, id| query.bind(id.to_string()))
            .fetch_all(&mut connection)
            .await
            .map_err(Error::while_doing("read the backlog"))?;
        rows.iter()
            .map(|row| {
                let reading = Reading { row, what: "task" };
                Ok((reading.id("organization")?, reading.time("since")?))
            })
            .collect()
    }
}
