//! Choosing a password and a second factor, by a one-time token. Each look makes another second factor and hands it out sealed
//! as well; the answer brings it back. So nothing has to be remembered in between, and whoever only saw the token knows
//! nothing of the second factor that somebody else chooses with it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exeunt_base::{OrganizationId, Personal, Secret, hex};
use exeunt_store::tokens::{INVITATION, SETUP, Token};

use crate::error::Error;
use crate::office::Office;
use crate::people::error::Error as Refused;
use crate::people::person::Person;
use crate::people::token::{self, Use};
use crate::people::totp::{self, SECRET_BYTES};

/// What an authenticator shows as the one who issued a code.
const ISSUER: &str = "Exeunt";

/// The purpose of the key that seals a second factor on its way out and back.
const PURPOSE: &str = "enrollment";

/// A second factor for whoever holds a token.
#[derive(Debug)]
pub struct Enrollment {
    /// The secret as people type it.
    pub secret: Secret<String>,
    /// The same for a QR code.
    pub uri: Secret<String>,
    /// The same sealed, to be given back with the answer.
    pub sealed: Secret<String>,
    /// Who was invited; nobody yet when it is for the first administrator.
    pub person: Option<Person>,
}

/// What somebody chose who joins.
#[derive(Debug)]
pub struct Joining {
    /// The one-time token.
    pub token: Secret<String>,
    /// The second factor, sealed, as [`Office::show_enrollment`] gave it.
    pub enrollment: Secret<String>,
    /// The password.
    pub password: Secret<String>,
    /// A code of that second factor.
    pub code: Secret<String>,
}

/// What was checked and is to be kept.
pub(crate) struct Checked {
    pub(crate) password: String,
    pub(crate) secret: Secret<Vec<u8>>,
    pub(crate) step: u64,
}

impl Office {
    /// Makes a second factor for the holder of an invitation or a setup token. Uses nothing up, and keeps nothing.
    pub async fn show_enrollment(&self, token: &Secret<String>) -> Result<Enrollment, Error> {
        let row = match self.find_token(token, INVITATION).await? {
            Some(row) => row,
            None => self.find_token(token, SETUP).await?.ok_or(Refused::Token)?,
        };
        let person = match row.user {
            Some(user) => Some(self.person_of(&self.engine.store.user(user).await?)?),
            None => None,
        };
        let mut bytes = vec![0; SECRET_BYTES];
        self.engine.world.chance(&mut bytes);
        let secret = Secret::new(bytes);
        let sealed = self.engine.keyring.seal_for(
            row.organization,
            PURPOSE,
            hex::encode(&row.hash).as_bytes(),
            &secret,
            &self.chance(),
        )?;
        let fallback = Personal::new(String::from("administrator"));
        let account = person.as_ref().map_or(&fallback, |person| &person.email);
        Ok(Enrollment {
            secret: totp::base32(secret.expose()),
            uri: totp::uri(secret.expose(), ISSUER, account.expose()),
            sealed: Secret::new(URL_SAFE_NO_PAD.encode(sealed)),
            person,
        })
    }

    /// A token that counts now.
    pub(crate) async fn find_token(
        &self,
        token: &Secret<String>,
        purpose: &str,
    ) -> Result<Option<Token>, Error> {
        let Some(hash) = token::hash_of(Use::OneTime, token.expose()) else { return Ok(None) };
        Ok(self.engine.store.token(&hash, purpose, self.now()).await?)
    }

    /// Checks password and code of somebody who joins, and makes of them what is kept.
    pub(crate) async fn check_joining(
        &self,
        organization: OrganizationId,
        person: &Person,
        joining: &Joining,
    ) -> Result<Checked, Error> {
        self.check_password(organization, person, &joining.password).await?;
        let secret = self.enrolled_secret(organization, joining)?;
        let step =
            totp::step_of_code(secret.expose(), joining.code.expose(), self.now(), 0).ok_or(Refused::Code)?;
        let password = self.guards.hasher.hash(&joining.password, self.password_salt()).await?;
        Ok(Checked { password, secret, step })
    }

    pub(crate) fn password_salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        self.engine.world.chance(&mut salt);
        salt
    }

    /// The second factor that was handed out sealed for this very token.
    fn enrolled_secret(
        &self,
        organization: OrganizationId,
        joining: &Joining,
    ) -> Result<Secret<Vec<u8>>, Error> {
        let hash = token::hash_of(Use::OneTime, joining.token.expose()).ok_or(Refused::Token)?;
        let sealed = URL_SAFE_NO_PAD.decode(joining.enrollment.expose()).map_err(|_| Refused::Token)?;
        let context = hex::encode(&hash);
        match self.engine.keyring.open_for(organization, PURPOSE, context.as_bytes(), &sealed) {
            Err(exeunt_vault::Error::WrongKey { .. }) => Err(Refused::Token.into()),
            other => Ok(other?),
        }
    }
}
