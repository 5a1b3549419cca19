//! Choosing a password and a second factor, by a one-time token. What is shown first follows from the token, so that a page
//! may be opened any number of times and nothing has to be remembered in between.

use exeunt_base::{OrganizationId, Personal, Secret};
use exeunt_engine::sealing;
use exeunt_store::tokens::{INVITATION, SETUP, Token};

use crate::error::Error;
use crate::office::Office;
use crate::people::error::Error as Refused;
use crate::people::person::Person;
use crate::people::token::{self, Use};
use crate::people::totp::{self, SECRET_BYTES};

/// What an authenticator shows as the one who issued a code.
const ISSUER: &str = "Exeunt";

/// The second factor that a token leads to.
#[derive(Debug)]
pub struct Enrollment {
    /// The secret as people type it.
    pub secret: Secret<String>,
    /// The same for a QR code.
    pub uri: Secret<String>,
    /// Who was invited; nobody yet when it is for the first administrator.
    pub person: Option<Person>,
}

/// What somebody chose who joins.
#[derive(Debug)]
pub struct Chosen {
    /// The one-time token.
    pub token: Secret<String>,
    /// The password.
    pub password: Secret<String>,
    /// A code of the second factor that [`Office::show_enrollment`] showed.
    pub code: Secret<String>,
}

/// What was checked and is to be kept.
pub(crate) struct Checked {
    pub(crate) password: String,
    pub(crate) secret: Secret<Vec<u8>>,
    pub(crate) step: u64,
}

impl Office {
    /// Shows the second factor that an invitation or a setup token leads to. Uses nothing up.
    pub async fn show_enrollment(&self, token: &Secret<String>) -> Result<Enrollment, Error> {
        let row = match self.find_token(token, INVITATION).await? {
            Some(row) => row,
            None => self.find_token(token, SETUP).await?.ok_or(Refused::Token)?,
        };
        let person = match row.user {
            Some(user) => Some(self.person_of(&self.engine.store.user(user).await?)?),
            None => None,
        };
        let secret = self.enrolled_secret(row.organization, token)?;
        let fallback = Personal::new(String::from("administrator"));
        let account = person.as_ref().map_or(&fallback, |person| &person.email);
        Ok(Enrollment {
            secret: totp::base32(secret.expose()),
            uri: totp::uri(secret.expose(), ISSUER, account.expose()),
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
    pub(crate) async fn check_chosen(
        &self,
        organization: OrganizationId,
        person: &Person,
        chosen: &Chosen,
    ) -> Result<Checked, Error> {
        self.check_password(organization, person, &chosen.password).await?;
        let secret = self.enrolled_secret(organization, &chosen.token)?;
        let step =
            totp::step_of_code(secret.expose(), chosen.code.expose(), self.now(), 0).ok_or(Refused::Code)?;
        let password = self.guards.hasher.hash(&chosen.password, self.password_salt()).await?;
        Ok(Checked { password, secret, step })
    }

    pub(crate) fn password_salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        self.engine.world.chance(&mut salt);
        salt
    }

    fn enrolled_secret(
        &self,
        organization: OrganizationId,
        token: &Secret<String>,
    ) -> Result<Secret<Vec<u8>>, Error> {
        let key = self.engine.keyring.purpose_key(organization, "enrollment")?;
        let mac = Secret::new(sealing::mac(&key, &[token.expose().as_bytes()]));
        Ok(Secret::new(mac.expose()[..SECRET_BYTES].to_vec()))
    }
}
