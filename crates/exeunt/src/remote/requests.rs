//! Requests of a service: taking them in, and what is told of them.

use exeunt_app::deadlines::Standing;
use exeunt_app::kept::show::{Afterwards, Left};
use exeunt_app::requests::details::Details;
use exeunt_app::requests::import::{Flaw, Imported};
use exeunt_app::requests::show::{self, Shown};
use exeunt_base::{HoldId, JobId, Personal, PlanId, ReceiptId, RequestId, Timestamp};
use exeunt_rights::Right;
use exeunt_store::deadlines::Deadline;
use exeunt_store::intakes::Intake;
use exeunt_store::kept::FollowUp;
use exeunt_store::receipts::Receipt;
use exeunt_store::requests::Request;
use exeunt_store::waits::Wait;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::remote::{Error, Remote, nobody};

/// A request as the API tells it.
#[derive(Deserialize)]
pub(super) struct Told {
    id: RequestId,
    right: String,
    state: String,
    received_at: Timestamp,
    entered_at: Timestamp,
    window_ends_at: Option<Timestamp>,
    held: bool,
    #[serde(default)]
    held_because: Option<String>,
    held_until: Option<Timestamp>,
    plan: Option<PlanId>,
    job: Option<JobId>,
    pub(super) deadline: Option<Clock>,
}

/// Its deadline.
#[derive(Deserialize)]
pub(super) struct Clock {
    regime: String,
    pack_version: u32,
    received_on: String,
    acknowledge_by: Option<String>,
    acknowledged_at: Option<Timestamp>,
    pub(super) answer_by: String,
    days_left: i64,
    overdue: bool,
    paused_on: Option<String>,
    pause_ground: Option<String>,
    paused_days: u32,
    extended_on: Option<String>,
    extension_reason: Option<String>,
    refusal_grounds: Vec<String>,
    answered_at: Option<Timestamp>,
}

/// And what hangs on it.
#[derive(Deserialize)]
struct Whole {
    #[serde(flatten)]
    request: Told,
    sealed_rows: u64,
    #[serde(default)]
    waits: Vec<Waiting>,
    receipts: Vec<ReceiptId>,
    channel: Option<String>,
    identity_level: Option<u8>,
    identity_how: Option<String>,
    #[serde(default)]
    ground: Option<String>,
    related: Vec<RequestId>,
    kept: Vec<Kept>,
    follow_ups: Vec<RequestId>,
    follows_up: Option<RequestId>,
    #[serde(default)]
    holds: Vec<HeldBy>,
}

#[derive(Deserialize)]
struct HeldBy {
    hold: HoldId,
    state: String,
    because: String,
}

#[derive(Deserialize)]
struct Waiting {
    model: String,
    rows: u64,
    #[serde(rename = "for")]
    awaited: RequestId,
    state: String,
}

#[derive(Deserialize)]
struct Kept {
    model: String,
    rows: u64,
    ends: Option<String>,
    followed: u64,
    trouble: Option<String>,
}

impl Told {
    fn request(&self) -> Request {
        let held = self.held.then(|| self.held_because.clone().unwrap_or_default());
        Request {
            id: self.id,
            organization: nobody(),
            kind: self.right.clone(),
            state: self.state.clone(),
            received_at: self.received_at,
            entered_at: self.entered_at,
            entered_by: None,
            identities: None,
            case_key: None,
            salt: None,
            window_ends_at: self.window_ends_at,
            held_because: held,
            held_until: self.held_until,
            tally: None,
            plan: self.plan,
            job: self.job,
            claimant: None,
        }
    }

    fn standing(&self) -> Option<Standing> {
        let clock = self.deadline.as_ref()?;
        let deadline = Deadline {
            request: self.id,
            organization: nobody(),
            regime: clock.regime.clone(),
            pack_version: clock.pack_version,
            received_on: clock.received_on.clone(),
            acknowledge_by: clock.acknowledge_by.clone(),
            acknowledged_at: clock.acknowledged_at,
            answer_by: clock.answer_by.clone(),
            paused_days: clock.paused_days,
            paused_on: clock.paused_on.clone(),
            pause_ground: clock.pause_ground.clone(),
            extended_on: clock.extended_on.clone(),
            extension_reason: clock.extension_reason.clone(),
            refusal_grounds: clock.refusal_grounds.clone(),
            answered_at: clock.answered_at,
            moves: 0,
        };
        Some(Standing { deadline, days_left: clock.days_left, overdue: clock.overdue })
    }
}

/// Where a request's person gets letters.
pub(crate) struct ToldContact<'a> {
    /// The address.
    pub(crate) email: &'a Personal,
    /// Their name.
    pub(crate) name: Option<&'a Personal>,
    /// Their language.
    pub(crate) language: Option<&'static str>,
}

impl Remote {
    /// Takes a request in.
    pub(crate) async fn submit_request(
        &self,
        right: Right,
        identifiers: &[(String, Personal)],
        received_at: Option<Timestamp>,
        contact: Option<ToldContact<'_>>,
        details: &Details,
    ) -> Result<RequestId, Error> {
        let shown = |text: &Option<Personal>| text.as_ref().map(|text| text.expose().to_owned());
        let one = |(kind, value): &(String, Personal)| json!({ "kind": kind, "value": value.expose() });
        let mut body = json!({
            "right": right.as_str(),
            "identifiers": identifiers.iter().map(one).collect::<Vec<_>>(),
            "channel": details.channel,
        });
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body[name] = value;
            }
        };
        add("received_at", received_at.map(|at| json!(at)));
        add("regime", details.regime.as_ref().map(|regime| json!(regime)));
        let identity = details.identity.as_ref();
        add("identity", identity.map(|(level, how)| json!({ "level": level, "how": how })));
        add("ground", details.ground.map(|ground| json!(ground.to_string())));
        add("statement", shown(&details.statement).map(Value::String));
        add("explained", shown(&details.explained).map(Value::String));
        add("complications", shown(&details.complications).map(Value::String));
        add(
            "contact",
            contact.map(|contact| {
                let mut told = json!({ "email": contact.email.expose() });
                if let Some(name) = contact.name {
                    told["name"] = json!(name.expose());
                }
                if let Some(language) = contact.language {
                    told["language"] = json!(language);
                }
                told
            }),
        );
        let told: Told = self.make("/requests", &body).await?;
        Ok(told.id)
    }

    /// The latest requests.
    pub(crate) async fn list_requests(&self, limit: u32) -> Result<Vec<Request>, Error> {
        let told: Vec<Told> = self.pages("/requests", limit).await?;
        Ok(told.iter().map(Told::request).collect())
    }

    /// One request.
    pub(crate) async fn request(&self, id: RequestId) -> Result<Request, Error> {
        Ok(self.get::<Told>(&format!("/requests/{id}")).await?.request())
    }

    /// One request with what hangs on it.
    pub(crate) async fn show_request(&self, id: RequestId) -> Result<Shown, Error> {
        let whole: Whole = self.get(&format!("/requests/{id}")).await?;
        let request = whole.request.request();
        let mut follow_ups = Vec::new();
        for follow_up in whole.follow_ups {
            let state = self.request(follow_up).await?.state;
            follow_ups.push(FollowUp { request: follow_up, origin: id, state, at: request.entered_at });
        }
        let receipt = |id: &ReceiptId| Receipt {
            id: *id,
            organization: nobody(),
            request: request.id,
            body: String::new(),
            entry: 0,
            at: request.entered_at,
        };
        let wait = |wait: &Waiting| Wait {
            request: request.id,
            awaited: wait.awaited,
            awaited_state: wait.state.clone(),
            model: wait.model.clone(),
            rows: wait.rows,
        };
        let left = whole.kept.into_iter().map(|kept| Left {
            model: kept.model,
            rows: kept.rows,
            ends: kept.ends,
            followed: kept.followed,
            trouble: kept.trouble,
        });
        let intake = whole.identity_level.map(|level| Intake {
            request: id,
            channel: whole.channel.clone().unwrap_or_default(),
            level,
            level_how: whole.identity_how.clone().unwrap_or_default(),
            ground: whole.ground.clone(),
            words: None,
        });
        Ok(Shown {
            sealed_rows: whole.sealed_rows,
            waits: whole.waits.iter().map(wait).collect(),
            receipts: whole.receipts.iter().map(receipt).collect(),
            standing: whole.request.standing(),
            intake,
            related: whole.related,
            holds: whole.holds.into_iter().map(|one| (one.hold, one.state, one.because)).collect(),
            afterwards: Afterwards { left: left.collect(), follow_ups, origin: whole.follows_up },
            next: show::next(&request, whole.sealed_rows > 0),
            request,
        })
    }

    /// Takes in a file of requests, or only checks it.
    pub(crate) async fn import_requests(&self, file: Vec<u8>, check: bool) -> Result<Taken, Error> {
        #[derive(Deserialize)]
        struct Came {
            requests: Vec<RequestId>,
            before: Option<RequestId>,
            checked: Option<u64>,
        }
        let path = if check { "/imports?check=true" } else { "/imports" };
        match self.send::<Came>(path, "text/csv", file).await {
            Ok(Came { before: Some(first), .. }) => Ok(Taken::Came(Imported::Before(first))),
            Ok(Came { checked: Some(count), .. }) => Ok(Taken::Checked(count)),
            Ok(Came { requests, .. }) => Ok(Taken::Came(Imported::Taken(requests))),
            Err(Error::Said { code, flaws, .. }) if code == "E0318" && !flaws.is_empty() => {
                Ok(Taken::Came(Imported::Flawed(flaws.iter().map(flaw).collect())))
            }
            Err(error) => Err(error),
        }
    }
}

/// What came of a file.
pub(crate) enum Taken {
    /// As the office says it.
    Came(Imported),
    /// It was only checked, and so many can be taken in.
    Checked(u64),
}

/// `line 3/email` and what is wrong there.
fn flaw((place, what): &(String, String)) -> Flaw {
    let (line, column) = place.split_once('/').unwrap_or((place, ""));
    let line = line.strip_prefix("line ").and_then(|number| number.parse().ok()).unwrap_or(0);
    Flaw { line, column: column.to_owned(), what: what.clone() }
}
