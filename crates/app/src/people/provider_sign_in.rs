//! Signing in through an identity provider: begun here, shown there, and back with a code.
//!
//! Whoever may begin is anybody, so nothing is written down then: the browser keeps the attempt, sealed. An attempt that
//! comes back counts once. A user is known by the provider's own word for them, bound at the first time by the address that
//! the provider made sure of, and with a code of ours; a provider may stand in for our second factor later on, where whoever
//! administers the organization said so. Whatever goes wrong has one answer, at the next beat of a slow clock.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt_audit::kind::Kind;
use exeunt_base::{Personal, ProviderId, Secret, Timestamp, UserId, codec};
use exeunt_engine::sealing;
use exeunt_mail::Account;
use exeunt_oidc::{Attempt, Claims, Client, Known, Provider as Oidc, Returned as Answer};
use exeunt_outbound::Outbound;
use exeunt_store::identities::Provider;
use exeunt_store::users::User;

use crate::error::Error;
use crate::house::House;
use crate::office::Office;
use crate::people::attempts::Counted;
use crate::people::error::Error as Refused;
use crate::people::person::PURPOSE;
use crate::people::sessions::NewSession;
use crate::people::sign_in::until_beat;
use crate::people::token::Use;
use crate::people::{ATTEMPT_SECONDS, FRESH_SECONDS};

/// An attempt that was begun.
#[derive(Debug)]
pub struct Begun {
    /// Where to go.
    pub url: String,
    /// What the browser keeps, and nobody else may see.
    pub attempt: Secret<String>,
    /// Until when to be back.
    pub expires_at: Timestamp,
}

/// What a browser brings back.
#[derive(Debug)]
pub struct Returned {
    /// What it kept.
    pub attempt: Secret<String>,
    /// What the provider gave back of what it was given.
    pub state: Secret<String>,
    /// The provider's code.
    pub provider_code: Secret<String>,
    /// The provider's name for itself, where it says so.
    pub issuer: Option<String>,
    /// The code of our own second factor.
    pub code: Option<Secret<String>>,
    /// Where they come from.
    pub source: Personal,
}

/// Whether an attempt went to this provider. What another one sends back is no answer to it, wherever it arrives.
pub fn went_to(attempt: &Secret<String>, id: ProviderId) -> bool {
    parts(attempt).is_some_and(|(provider, _)| provider == id)
}

/// What it takes to speak to a provider.
struct Ready {
    secret: Option<Secret<String>>,
    redirect: String,
    known: Arc<Known>,
}

impl Ready {
    fn speak<'a>(&'a self, provider: &'a Provider, outbound: &'a Outbound) -> Oidc<'a> {
        let client = Client { id: &provider.client, secret: self.secret.as_ref(), redirect: &self.redirect };
        Oidc { issuer: &provider.issuer, client, known: &self.known, outbound }
    }
}

impl House {
    /// The office whose users a provider vouches for.
    pub async fn office_of_provider(&self, id: ProviderId) -> Result<&Office, Error> {
        self.office(self.store.provider(id).await?.organization)
    }

    /// The office that an attempt is for; none when it is no attempt.
    pub async fn office_of_attempt(&self, attempt: &Secret<String>) -> Result<&Office, Error> {
        let (id, _) = parts(attempt).ok_or(Refused::Provider)?;
        match self.office_of_provider(id).await {
            Err(error) if error.is_unknown() => Err(Refused::Provider.into()),
            other => other,
        }
    }
}

impl Office {
    /// Begins to sign somebody in.
    pub async fn begin_sign_in(&self, id: ProviderId, source: &Personal) -> Result<Begun, Error> {
        let provider = self.provider(id).await?;
        let counted = Counted::source(source.expose());
        self.guards.attempts.take(counted, self.now())?;
        let attempt = Attempt::new([self.chance(), self.chance(), self.chance()]);
        let ready = self.ready(&provider)?;
        let url = ready.speak(&provider, &self.outbound).send(&attempt, self.now()).await?;
        self.guards.attempts.give_back(counted, self.now());
        let expires_at = self.now().plus_seconds(ATTEMPT_SECONDS);
        Ok(Begun { url, attempt: self.seal_attempt(&provider, &attempt, expires_at)?, expires_at })
    }

    /// Signs somebody in who came back. Says the same for whatever is wrong with it.
    pub async fn finish_sign_in(&self, returned: &Returned) -> Result<NewSession, Error> {
        let came_in = self.now();
        let counted = Counted::source(returned.source.expose());
        self.guards.attempts.take(counted, came_in)?;
        let done = self.taken_at_their_word(returned).await;
        let done = match done {
            Err(Error::People(Refused::Code | Refused::TooMany { .. })) => Err(Refused::Provider.into()),
            Err(Error::Provider(trouble)) if !trouble.is_passing() => {
                tracing::warn!(error = %trouble, "an identity provider vouched for nobody");
                Err(Refused::Provider.into())
            }
            other => other,
        };
        if matches!(done, Err(Error::People(Refused::Provider))) {
            self.engine.world.wait(until_beat(came_in, self.now())).await;
        } else {
            self.guards.attempts.give_back(counted, self.now());
        }
        done
    }

    async fn taken_at_their_word(&self, returned: &Returned) -> Result<NewSession, Error> {
        let (provider, attempt, expires_at) = self.open_attempt(&returned.attempt).await?;
        let (kept, given) = (attempt.state.expose().as_bytes(), returned.state.expose().as_bytes());
        if verify_slices_are_equal(kept, given).is_err() || expires_at <= self.now() {
            return Err(Refused::Provider.into());
        }
        // before anybody is asked: whatever comes of it, it came back
        let mut change = self.engine.store.begin().await?;
        let first = change.return_sign_in(digest(&SHA256, kept).as_ref(), expires_at).await?;
        change.commit_bookkeeping().await?;
        if !first {
            return Err(Refused::Provider.into());
        }
        let answer =
            Answer { code: &returned.provider_code, issuer: returned.issuer.as_deref(), now: self.now() };
        let ready = self.ready(&provider)?;
        let claims = ready.speak(&provider, &self.outbound).vouches(&attempt, &answer).await?;
        self.let_in(&provider, &claims, returned.code.as_ref()).await
    }

    /// Begins a session of whom the provider vouches for.
    async fn let_in(
        &self,
        provider: &Provider,
        claims: &Claims,
        code: Option<&Secret<String>>,
    ) -> Result<NewSession, Error> {
        let subject = self.subject_digest(provider.id, &claims.subject);
        let (user, bound) = self.user_behind(provider, &subject, claims).await?.ok_or(Refused::Provider)?;
        let shown = bound && stands_in(&provider.factors, claims);
        let step = match code {
            Some(code) => Some(self.check_code(&user, code).await?),
            None if shown => None,
            None => return Err(Refused::Provider.into()),
        };
        let now = self.now();
        let fresh_at = match (step, claims.shown_at) {
            (Some(_), _) => now,
            (None, Some(at)) => at.min(now),
            // nobody says when: not now
            (None, None) => now.plus_seconds(-FRESH_SECONDS),
        };
        let letter = self.letter_about_account(user.id, user.organization, Account::SignIn)?;
        let mut change = self.engine.store.begin().await?;
        let user = change.user(user.id).await?;
        change.provider(provider.id).await?;
        let still = change.bound_user(provider.id, &subject).await? == bound.then_some(user.id);
        if !user.is_active() || !still {
            return Err(Refused::Provider.into());
        }
        if let Some(step) = step
            && !change.use_step(user.id, step).await?
        {
            return Err(Refused::Provider.into());
        }
        let mut events = Vec::new();
        if !bound {
            // the provider knows this user by another word: somebody has to look at that first
            if !change.bind_user(provider.id, &subject, user.id, now).await? {
                tracing::warn!("an identity provider knows a user by another word than before");
                return Err(Refused::Provider.into());
            }
            events.push(self.event_of(Kind::UserBound, user.id, user.organization).about(provider.id));
        }
        let session = self.add_session_since(&mut change, &user, fresh_at).await?;
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        let event = self.event_of(Kind::UserSignedIn, user.id, user.organization).about(session.id);
        let by = if step.is_some() { "ours" } else { "theirs" };
        events.push(event.about(provider.id).fact("second-factor", by));
        change.commit(user.organization, &events).await?;
        Ok(session)
    }

    /// Whom the provider means, and whether it knew them before. Only who can sign in here anyway.
    async fn user_behind(
        &self,
        provider: &Provider,
        subject: &[u8],
        claims: &Claims,
    ) -> Result<Option<(User, bool)>, Error> {
        let mut change = self.engine.store.begin().await?;
        let bound: Option<UserId> = change.bound_user(provider.id, subject).await?;
        let found = match (bound, &claims.verified_email) {
            (Some(id), _) => Some(change.user(id).await?),
            (None, Some(email)) => change.user_by_login(&self.login_of(email)).await?,
            (None, None) => None,
        };
        change.rollback().await?;
        let here = |user: &User| user.is_active() && user.organization == provider.organization;
        Ok(found.filter(here).map(|user| (user, bound.is_some())))
    }

    /// What it takes to speak to a provider.
    fn ready(&self, provider: &Provider) -> Result<Ready, Error> {
        let (secret, redirect) = (self.secret_of(provider)?, self.redirect_of(provider.id)?);
        Ok(Ready { secret, redirect, known: self.known_providers.of(provider.id) })
    }

    fn subject_digest(&self, provider: ProviderId, subject: &Personal) -> [u8; 32] {
        let key = self.engine.keyring.installation_key("identities");
        sealing::mac(&key, &[&provider.to_bytes(), subject.expose().as_bytes()])
    }

    fn seal_attempt(
        &self,
        provider: &Provider,
        attempt: &Attempt,
        expires_at: Timestamp,
    ) -> Result<Secret<String>, Error> {
        let mut plain = vec![1];
        for text in [&attempt.state, &attempt.nonce, &attempt.verifier] {
            codec::put_bytes(&mut plain, text.expose().as_bytes());
        }
        codec::put_bytes(&mut plain, &expires_at.as_micros().to_be_bytes());
        let (organization, context, plain) =
            (provider.organization, context(provider.id), Secret::new(plain));
        let sealed = self.engine.keyring.seal_for(
            organization,
            PURPOSE,
            context.as_bytes(),
            &plain,
            &self.chance(),
        )?;
        let letters = URL_SAFE_NO_PAD.encode([&provider.id.to_bytes()[..], &sealed].concat());
        Ok(Secret::new(format!("{}{letters}", Use::SignIn.prefix())))
    }

    async fn open_attempt(&self, attempt: &Secret<String>) -> Result<(Provider, Attempt, Timestamp), Error> {
        let (id, sealed) = parts(attempt).ok_or(Refused::Provider)?;
        let provider = match self.provider(id).await {
            Err(error) if error.is_unknown() => return Err(Refused::Provider.into()),
            other => other?,
        };
        let (organization, context) = (provider.organization, context(id));
        let plain = match self.engine.keyring.open_for(organization, PURPOSE, context.as_bytes(), &sealed) {
            Err(exeunt_vault::Error::WrongKey { .. }) => return Err(Refused::Provider.into()),
            other => other?,
        };
        let (attempt, expires_at) = read(plain.expose()).ok_or(Refused::Provider)?;
        Ok((provider, attempt, expires_at))
    }
}

/// Whether the provider said that it asked for a second factor, in a way that counts here.
fn stands_in(factors: &str, claims: &Claims) -> bool {
    factors.split_whitespace().any(|word| match word.split_once(':') {
        Some(("amr", method)) => claims.methods.iter().any(|said| said == method),
        Some(("acr", context)) => claims.context.as_deref() == Some(context),
        _ => false,
    })
}

fn context(id: ProviderId) -> String {
    format!("{id} sign-in")
}

/// The provider that an attempt is for, and what only we can read.
fn parts(attempt: &Secret<String>) -> Option<(ProviderId, Vec<u8>)> {
    let letters = attempt.expose().strip_prefix(Use::SignIn.prefix())?;
    let bytes = URL_SAFE_NO_PAD.decode(letters).ok()?;
    let (id, sealed) = bytes.split_first_chunk::<16>()?;
    Some((ProviderId::from_bytes(*id), sealed.to_vec()))
}

fn read(plain: &[u8]) -> Option<(Attempt, Timestamp)> {
    let mut rest = plain.strip_prefix(&[1])?;
    let mut text = || Some(Secret::new(String::from_utf8(codec::take_bytes(&mut rest).ok()?.to_vec()).ok()?));
    let attempt = Attempt { state: text()?, nonce: text()?, verifier: text()? };
    let expires_at = codec::take_bytes(&mut rest).ok()?.try_into().ok()?;
    Some((attempt, Timestamp::from_micros(i64::from_be_bytes(expires_at))))
}

#[cfg(test)]
mod tests {
    use exeunt_base::Personal;
    use exeunt_oidc::Claims;

    use super::stands_in;

    #[test]
    fn a_provider_stands_in_for_the_second_factor_only_in_the_words_it_was_trusted_for() {
        let claims = |methods: &[&str], context: Option<&str>| Claims {
            subject: Personal::new(String::from("1")),
            verified_email: None,
            methods: methods.iter().map(|word| (*word).to_owned()).collect(),
            context: context.map(str::to_owned),
            shown_at: None,
        };
        let all = claims(&["pwd", "otp", "mfa"], Some("urn:high"));
        assert!(!stands_in("", &all), "nobody said so");
        assert!(stands_in("amr:otp", &all) && stands_in("amr:hwk acr:urn:high", &all));
        assert!(!stands_in("amr:hwk", &all) && !stands_in("acr:urn:higher", &all));
        assert!(!stands_in("amr:otp", &claims(&["pwd"], None)) && !stands_in("acr:otp", &all));
    }
}
