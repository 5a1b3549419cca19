//! What the rules are shown: of a request that is there, and of one that is being typed in. What a person wrote is opened for the
//! machine alone; nobody reads it by that, and nothing of it comes out but whether a rule speaks.

use exeunt_base::{Personal, RequestId, Timestamp};
use exeunt_engine::people::Known;
use exeunt_rights::identity::{Identity, IdentityKind};
use exeunt_rights::search::RESTORED;
use exeunt_rights::{Day, RequestState};
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::deadlines::day;
use crate::error::Error;
use crate::office::Office;
use crate::requests::details::Words;
use crate::requests::submit::accept;
use crate::signals::{Signal, rules};

/// Most other requests that are looked at.
const MOST: u32 = 50;

/// The part of the cap on one person's rows that is *very many*.
const PART_OF_CAP: u64 = 100;

/// A request as it is being typed in: of it, what rules look at.
#[derive(Debug, Default)]
pub struct Draft {
    /// Kind and value of each identifier.
    pub identifiers: Vec<(String, Personal)>,
    /// Where letters would go.
    pub letters_to: Option<Personal>,
    /// The way it came in.
    pub channel: String,
    /// How it was established who asks.
    pub how: String,
    /// What was written or pasted.
    pub texts: Vec<Personal>,
}

impl Office {
    /// What to look at twice before a request goes on. Nothing of one that is over.
    pub async fn signals_of(&self, actor: &Actor, id: RequestId) -> Result<Vec<Signal>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        let request = self.request(id).await?;
        let state = request.state.as_str();
        if state == RESTORED[0] || state.parse::<RequestState>().is_ok_and(|state| state.is_end()) {
            return Ok(Vec::new());
        }
        let store = &self.engine.store;
        // whose it is may be destroyed already, and then nothing about the person is left to compare; what is damaged is told by
        // whatever needs it, and a page that only hints stays whole
        let known = self.engine.open_known(&request).unwrap_or_default();
        let intake = store.intakes(&[id]).await?.pop();
        let words = intake.as_ref().and_then(|intake| intake.words.as_deref());
        let words = words.and_then(|sealed| self.engine.open_words(&request, sealed).ok());
        let words: Words = words.and_then(|plain| serde_json::from_slice(&plain).ok()).unwrap_or_default();
        let texts: Vec<&str> =
            [&words.statement, &words.complications].into_iter().flatten().map(String::as_str).collect();
        let others = store.related_requests(self.organization.id, id, MOST).await?;
        let this = store.any_stopped(&[id]).await?;
        let rows = store.claims_of(id).await?.iter().map(|(_, rows)| rows).sum();
        let mut found = vec![
            rules::stopped(this, store.any_stopped(&others).await?),
            rules::pressure(&texts),
            intake.and_then(|intake| rules::agent_without_proof(&intake.channel, &intake.level_how)),
            rules::many_rows(rows, very_many(self.policy.row_cap)),
        ];
        let letters_to = known.contact.as_ref().map(|contact| &contact.email);
        found.extend(self.of_person(&known, letters_to, &others, Some(&request)).await?);
        Ok(in_order(found))
    }

    /// The same of a request that is being typed in. It tells of requests alone, never whether the person is known.
    pub async fn signals_of_draft(&self, actor: &Actor, draft: &Draft) -> Result<Vec<Signal>, Error> {
        self.allow(actor, Permission::SubmitRequests)?;
        let texts: Vec<&str> = draft.texts.iter().map(Personal::expose).collect();
        // what is typed wrongly is told at its field
        let known = Known::given(accept(&draft.identifiers).unwrap_or_default());
        let marks = self.marks_of(&known.given)?;
        let others = match marks.as_slice() {
            [] => Vec::new(),
            marks => self.engine.store.marked_requests(self.organization.id, marks, MOST).await?,
        };
        let mut found = vec![
            rules::stopped(false, self.engine.store.any_stopped(&others).await?),
            rules::pressure(&texts),
            rules::agent_without_proof(&draft.channel, &draft.how),
        ];
        found.extend(self.of_person(&known, draft.letters_to.as_ref(), &others, None).await?);
        Ok(in_order(found))
    }

    /// The day the law would give for a request that was received on a day, to be told to whoever is pressed.
    pub fn deadline_if_received(&self, actor: &Actor, regime: &str, received: Day) -> Result<Day, Error> {
        self.allow(actor, Permission::SubmitRequests)?;
        let law = &self.policy.law;
        let kept = law.in_force(Some(regime))?;
        day(&kept.pack.deadlines(received, &law.calendar, 0).answer.to_string())
    }

    async fn of_person(
        &self,
        known: &Known,
        letters_to: Option<&Personal>,
        others: &[RequestId],
        this: Option<&Request>,
    ) -> Result<Vec<Option<Signal>>, Error> {
        let store = &self.engine.store;
        let at = this.map_or_else(|| self.engine.world.now(), |request| request.entered_at);
        let near = |request: &&Request| is_near(request.entered_at, at);
        let of_one = store.requests_named(others).await?;
        let mut found = vec![rules::many_requests(of_one.iter().filter(near).count())];
        let Some(letters_to) = letters_to else { return Ok(found) };
        let given = addresses(known.given.iter().map(|(kind, value)| (kind, value)));
        let on_file = addresses(known.learned.iter().map(|(_, kind, value)| (kind, value)));
        let address = normal(letters_to);
        found.push(rules::other_address(Some(&address), &given, &on_file));
        let mark = self.mark_of_contact(letters_to)?;
        let before = of_one.iter().filter(|request| request.entered_at < at).map(|request| request.id);
        let before = store.contact_marks(&before.collect::<Vec<_>>()).await?;
        found.push(rules::new_address(&before, Some(&mark)));
        let mut same = store.requests_of_contact(self.organization.id, &mark, MOST).await?;
        same.retain(|id| !others.contains(id) && this.is_none_or(|request| request.id != *id));
        let of_others = store.requests_named(&same).await?.iter().filter(near).count();
        found.push(rules::many_people(of_others));
        Ok(found)
    }
}

/// How many rows are *very many*; where nothing is, no number is above it.
pub(crate) fn very_many(row_cap: u64) -> u64 {
    match row_cap / PART_OF_CAP {
        0 => u64::MAX,
        most => most,
    }
}

/// Whether two requests came in within the days in which they are many.
fn is_near(one: Timestamp, other: Timestamp) -> bool {
    one >= other.plus_days(-rules::DAYS) && one <= other.plus_days(rules::DAYS)
}

/// The e-mail addresses among identifiers, as they are compared.
fn addresses<'a>(identifiers: impl Iterator<Item = (&'a String, &'a Personal)>) -> Vec<String> {
    let emails = identifiers.filter(|(kind, _)| IdentityKind::from_word(kind) == IdentityKind::Email);
    emails.map(|(_, value)| normal(value)).collect()
}

fn normal(email: &Personal) -> String {
    match Identity::new(IdentityKind::Email, email.expose()) {
        Ok(identity) => identity.normal().expose().to_owned(),
        Err(_) => email.expose().trim().to_lowercase(),
    }
}

/// The gravest first, as [`crate::signals::WORDS`] has them.
fn in_order(found: Vec<Option<Signal>>) -> Vec<Signal> {
    let mut found: Vec<Signal> = found.into_iter().flatten().collect();
    found.sort_by_key(|signal| crate::signals::WORDS.iter().position(|word| *word == signal.word));
    found
}
