//! Taking a request in: identifiers are refused where they would match nobody or everybody, and sealed at once.

use std::collections::BTreeSet;

use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, RequestId, Timestamp};
use exeunt_datamap::suggest;
use exeunt_engine::delta::Happened;
use exeunt_engine::letters::{To, right_of};
use exeunt_engine::people::Known;
use exeunt_engine::sealing;
use exeunt_mail::{Contact, Letter};
use exeunt_rights::Right;
use exeunt_rights::identity::{Identity, IdentityKind};
use exeunt_rights::state::RequestState;
use exeunt_store::intakes::Intake;
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::calls::Call;
use crate::error::Error;
use crate::office::Office;
use crate::requests::details::Details;
use crate::requests::intake::Taken;

/// Most identifiers one request may give.
const MOST: usize = 64;

/// What somebody asks for.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The right.
    pub right: Right,
    /// Kind and value of each identifier, as given.
    pub identifiers: Vec<(String, Personal)>,
    /// When the person asked; now, unless it came in earlier by mail or phone.
    pub received_at: Option<Timestamp>,
    /// How it came in, and what was written down then.
    pub details: Details,
    /// Where the person gets letters.
    pub contact: Option<Contact>,
}

impl Office {
    /// Takes a request in and says its id.
    ///
    /// A call of a name that was used before takes nothing in and says what the first one took in.
    pub async fn submit_request(
        &self,
        actor: &Actor,
        submission: Submission,
        call: Option<&Call>,
    ) -> Result<RequestId, Error> {
        self.allow(actor, Permission::SubmitRequests)?;
        let taken = self.taken(actor, submission)?;
        self.take_in(taken, call).await
    }

    /// Checks what somebody asks for and seals it; nothing is written down yet.
    pub(crate) fn taken(&self, actor: &Actor, submission: Submission) -> Result<Taken, Error> {
        let now = self.engine.world.now();
        let received_at = submission.received_at.unwrap_or(now);
        if received_at > now {
            return Err(Error::Usage(
                "E0801",
                String::from("a request cannot have been received in the future"),
            ));
        }
        let details = submission.details.checked()?;
        let accepted = accept(&submission.identifiers)?;
        self.known_to_the_map(&accepted)?;
        let known = Known { contact: submission.contact, ..Known::given(accepted) };
        let kinds = known.given.len() as u64;
        let mut request = Request {
            id: self.engine.new_request(),
            organization: self.organization.id,
            kind: submission.right.as_str().to_owned(),
            state: RequestState::Received.as_str().to_owned(),
            received_at,
            entered_at: now,
            entered_by: actor.id,
            identities: None,
            case_key: Some(self.chance().expose().to_vec()),
            salt: Some(self.chance().expose().to_vec()),
            window_ends_at: None,
            held_because: None,
            held_until: None,
            plan: None,
            job: None,
            claimant: None,
            tally: None,
        };
        request.identities = Some(self.engine.seal_known(&request, &known)?);
        let (deadline, pack) = self.new_deadline(request.id, received_at, details.regime.as_deref())?;
        let pack = (pack.pack.id.clone(), pack.pack.version, pack.body.clone());
        let (level, how) = details.level();
        let words = details.words();
        let intake = Intake {
            request: request.id,
            channel: details.channel().to_owned(),
            level,
            level_how: how.to_owned(),
            ground: details.ground.map(String::from),
            words: words.map(|words| self.engine.seal_words(&request, &words)).transpose()?,
        };
        let marks = self.marks(request.id, &known)?;
        let contact =
            known.contact.as_ref().map(|contact| self.mark_of_contact(&contact.email)).transpose()?;
        let contact = contact.map(|mark| (request.id, mark));
        let event = self
            .event(Kind::RequestSubmitted, actor)
            .about(request.id)
            .count("identifiers", kinds)
            .fact("right", submission.right.as_str())
            .fact("received", received_at)
            .fact("regime", &deadline.regime)
            .fact("answer_by", &deadline.answer_by)
            .fact("channel", &intake.channel)
            .count("identity_level", u64::from(level));
        let told = self.told_to_deltas(&request, Happened::Requested)?;
        let letter = match &known.contact {
            Some(contact) => {
                let due = Some(crate::letters::noon(crate::deadlines::day(&deadline.answer_by)?));
                let letter = Letter::Received { reference: request.id, right: right_of(&request), due };
                self.engine.letter(Some(request.id), &To::Person(contact.clone()), &letter, None)?
            }
            None => None,
        };
        Ok(Taken { request, deadline, pack, intake, marks, contact, told, letter, event })
    }

    /// Keyed digests of identifiers, by which requests of one person find each other. They never decide anything: whoever
    /// knows somebody's address could otherwise keep them from asking.
    fn marks(&self, request: RequestId, known: &Known) -> Result<Vec<(RequestId, [u8; 32])>, Error> {
        Ok(self.marks_of(&known.given)?.into_iter().map(|mark| (request, mark)).collect())
    }

    /// A keyed digest of where letters go, apart from those of identifiers: an office that writes for many is not one person.
    pub(crate) fn mark_of_contact(&self, email: &Personal) -> Result<[u8; 32], Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, "request marks")?;
        Ok(sealing::mac(&key, &[b"letters go to", email.expose().trim().to_lowercase().as_bytes()]))
    }

    /// The same of identifiers alone.
    pub(crate) fn marks_of(&self, given: &[(String, Personal)]) -> Result<Vec<[u8; 32]>, Error> {
        let key = self.engine.keyring.purpose_key(self.organization.id, "request marks")?;
        let mark = |(kind, value): &(String, Personal)| {
            let identity = Identity::new(IdentityKind::from_word(kind), value.expose()).ok()?;
            let normal = identity.normal().expose().as_bytes();
            Some(sealing::mac(&key, &[kind.as_bytes(), normal]))
        };
        Ok(given.iter().filter_map(mark).collect())
    }
}

impl Office {
    /// Kinds of identifiers by which the data map finds people, by name; none where the map cannot be read.
    pub fn kinds_of_identifiers(&self) -> Vec<String> {
        let Ok(read) = self.map() else { return Vec::new() };
        let mut kinds = BTreeSet::new();
        for (_, model) in read.map.models() {
            kinds.extend(model.subject.iter().flatten().map(|(kind, _)| kind.to_string()));
        }
        kinds.into_iter().collect()
    }

    /// The models of the data map, by name; none where the map cannot be read.
    pub fn names_of_models(&self) -> Vec<String> {
        let Ok(read) = self.map() else { return Vec::new() };
        read.map.models().map(|(name, _)| name.to_string()).collect()
    }

    /// Refuses kinds of identifiers that the map does not know: nobody would be found by them. Without a map that can be
    /// read there is nothing to ask, and the request is taken in; its plan will say what is wrong with the map.
    pub(crate) fn known_to_the_map(&self, identifiers: &[(String, Personal)]) -> Result<(), Error> {
        let kinds = self.kinds_of_identifiers();
        for (place, (kind, _)) in identifiers.iter().enumerate() {
            if !kinds.is_empty() && !kinds.contains(kind) {
                let near = suggest::did_you_mean(kind, kinds.iter().map(String::as_str));
                let it = near.map_or_else(|| String::from("it"), |near| format!("{near} It"));
                let known: Vec<&str> = kinds.iter().map(String::as_str).collect();
                return Err(Error::Usage(
                    "E0302",
                    format!(
                        "the data map knows no identifier of kind `{}` (the {} given); {it} knows {}",
                        suggest::shown(kind),
                        ordinal(place + 1),
                        known.join(", ")
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// Checks identifiers, each for itself; says which one is wrong by its place, never by its value.
pub(crate) fn accept(identifiers: &[(String, Personal)]) -> Result<Vec<(String, Personal)>, Error> {
    if identifiers.is_empty() {
        return Err(Error::Usage(
            "E0301",
            String::from("a request needs at least one identifier, such as `email` or `customer_id`"),
        ));
    }
    if identifiers.len() > MOST {
        return Err(Error::Usage("E0301", format!("a request takes at most {MOST} identifiers")));
    }
    let mut accepted: Vec<(String, Personal)> = Vec::new();
    for (place, (kind, value)) in identifiers.iter().enumerate() {
        if kind.starts_with(exeunt_datamap::kept::PREFIX) {
            return Err(Error::Usage(
                "E0322",
                format!(
                    "the {} identifier is of a kind that begins with `{}`: those name rows and no person, and nobody asks by them",
                    ordinal(place + 1),
                    exeunt_datamap::kept::PREFIX
                ),
            ));
        }
        if exeunt_datamap::model::IdentityKind::new(kind).is_none() {
            return Err(Error::Usage(
                "E0301",
                format!(
                    "the {} identifier has no kind that a map could name: a kind is a word such as `email`, `phone` or \
                 `customer_id`, of lower-case letters, digits and `_`",
                    ordinal(place + 1)
                ),
            ));
        }
        let refused = |source| Error::Identifier { kind: kind.clone(), place: ordinal(place + 1), source };
        let identity = Identity::new(IdentityKind::from_word(kind), value.expose()).map_err(refused)?;
        let entry = (kind.clone(), identity.given().clone());
        if !accepted.contains(&entry) {
            accepted.push(entry);
        }
    }
    Ok(accepted)
}

pub(crate) fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use exeunt_base::Personal;

    use super::{accept, ordinal};

    fn given(list: &[(&str, &str)]) -> Vec<(String, Personal)> {
        list.iter().map(|(kind, value)| ((*kind).into(), Personal::new((*value).into()))).collect()
    }

    #[test]
    fn identifiers_that_match_nobody_or_everybody_are_refused_without_being_quoted() {
        for bad in ["", " ", "NULL", "%", "*", "canary%", "canary"] {
            let error = accept(&given(&[("customer_id", "7"), ("email", bad)])).expect_err("refused");
            let text = format!("{error}: {}", std::error::Error::source(&error).expect("a reason"));
            assert!(text.contains("the 2nd given") && !text.contains("canary"), "{text}");
        }
        for kind in ["", "E-Mail", "e mail", "1st", "käse"] {
            assert!(accept(&given(&[(kind, "7")])).is_err(), "{kind}");
        }
        assert!(accept(&[]).is_err());
        assert!(accept(&given(&[("customer_id", "7"); 65])).is_err());
    }

    #[test]
    fn an_identifier_given_twice_counts_once() {
        assert_eq!(
            accept(&given(&[("email", "a@b.test"), ("email", " a@b.test ")])).map(|all| all.len()).ok(),
            Some(1)
        );
        assert_eq!((ordinal(1), ordinal(12), ordinal(23)), ("1st".into(), "12th".into(), "23rd".into()));
    }
}
