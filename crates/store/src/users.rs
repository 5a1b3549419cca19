//! Those who work here. Who they are comes sealed; by what they sign in is a keyed digest.

use exeunt_base::{OrganizationId, Timestamp, UserId};

use crate::change::Change;
use crate::connect::Store;
use crate::database::{Connection, Query, Row, made, query};
use crate::error::Error;
use crate::rows::{Reading, signed};

/// Asked to work here, and has not answered.
pub const INVITED: &str = "invited";
/// Can sign in.
pub const ACTIVE: &str = "active";
/// Cannot sign in any more, for good.
pub const DISABLED: &str = "disabled";

/// A user as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Where they work.
    pub organization: OrganizationId,
    /// Keyed digest of their e-mail address; none once disabled.
    pub login: Option<Vec<u8>>,
    /// Name and e-mail address, sealed.
    pub person: Vec<u8>,
    /// Their roles, parted by spaces.
    pub roles: String,
    /// [`INVITED`], [`ACTIVE`] or [`DISABLED`].
    pub state: String,
    /// The password's PHC string.
    pub password: Option<String>,
    /// The second factor's secret, sealed.
    pub totp: Option<Vec<u8>>,
    /// The last step of time whose code was used.
    pub totp_step: u64,
    /// Since when they are known.
    pub made_at: Timestamp,
    /// Since when they can sign in.
    pub joined_at: Option<Timestamp>,
    /// Since when they no longer can.
    pub disabled_at: Option<Timestamp>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({}, {}, {})", self.id, self.roles, self.state)
    }
}

impl User {
    /// Whether they can sign in.
    pub fn is_active(&self) -> bool {
        self.state == ACTIVE
    }
}

const COLUMNS: &str = "id, organization, login, person, roles, state, password, totp, totp_step, made_at, joined_at, \
                       disabled_at";
const READING: &str = "read a user";

fn read(row: &Row) -> Result<User, Error> {
    let reading = Reading { row, what: "user" };
    Ok(User {
        id: reading.id("id")?,
        organization: reading.id("organization")?,
        login: reading.get("login")?,
        person: reading.get("person")?,
        roles: reading.get("roles")?,
        state: reading.get("state")?,
        password: reading.get("password")?,
        totp: reading.get("totp")?,
        totp_step: reading.count("totp_step")?,
        made_at: reading.time("made_at")?,
        joined_at: reading.time_if_any("joined_at")?,
        disabled_at: reading.time_if_any("disabled_at")?,
    })
}

async fn by_id(connection: &mut Connection, id: UserId) -> Result<User, Error> {
    made(format!("SELECT {COLUMNS} FROM users WHERE id = $1"))
        .bind(id.to_string())
        .fetch_optional(connection)
        .await
        .map_err(Error::while_doing(READING))?
        .as_ref()
        .map(read)
        .ok_or_else(|| Error::NotFound { what: "user", id: id.to_string() })?
}

async fn by_login(connection: &mut Connection, login: &[u8]) -> Result<Option<User>, Error> {
    made(format!("SELECT {COLUMNS} FROM users WHERE login = $1"))
        .bind(login)
        .fetch_optional(connection)
        .await
        .map_err(Error::while_doing(READING))?
        .as_ref()
        .map(read)
        .transpose()
}

async fn all(connection: &mut Connection, organization: OrganizationId) -> Result<Vec<User>, Error> {
    let rows = made(format!("SELECT {COLUMNS} FROM users WHERE organization = $1 ORDER BY id"))
        .bind(organization.to_string())
        .fetch_all(connection)
        .await
        .map_err(Error::while_doing("read users"))?;
    rows.iter().map(read).collect()
}

impl Change<'_> {
    /// Adds a user. Whether somebody signs in by the same address is to be asked before, in the same change.
    pub async fn add_user(&mut self, user: &User) -> Result<(), Error> {
        query(
            "INSERT INTO users (id, organization, login, person, roles, state, password, totp, totp_step, made_at, joined_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(user.id.to_string())
        .bind(user.organization.to_string())
        .bind(&user.login)
        .bind(user.person.as_slice())
        .bind(&user.roles)
        .bind(&user.state)
        .bind(&user.password)
        .bind(&user.totp)
        .bind(signed(user.totp_step))
        .bind(user.made_at.as_micros())
        .bind(user.joined_at.map(Timestamp::as_micros))
        .execute(&mut self.connection)
        .await
        .map_err(Error::while_doing("add a user"))?;
        Ok(())
    }

    /// One user, as they are within this change.
    pub async fn user(&mut self, id: UserId) -> Result<User, Error> {
        by_id(&mut self.connection, id).await
    }

    /// Who signs in by this digest, as they are within this change.
    pub async fn user_by_login(&mut self, login: &[u8]) -> Result<Option<User>, Error> {
        by_login(&mut self.connection, login).await
    }

    /// Lets somebody invited sign in from now on.
    pub async fn activate_user(
        &mut self,
        id: UserId,
        password: &str,
        totp: &[u8],
        totp_step: u64,
        at: Timestamp,
    ) -> Result<(), Error> {
        let update = query(
            "UPDATE users SET state = 'active', password = $2, totp = $3, totp_step = $4, joined_at = $5
             WHERE id = $1 AND state = 'invited'",
        );
        self.update(
            update
                .bind(id.to_string())
                .bind(password)
                .bind(totp)
                .bind(signed(totp_step))
                .bind(at.as_micros()),
            id,
            INVITED,
        )
        .await
    }

    /// Gives an active user another password.
    pub async fn set_password(&mut self, id: UserId, password: &str) -> Result<(), Error> {
        let update = query("UPDATE users SET password = $2 WHERE id = $1 AND state = 'active'");
        self.update(update.bind(id.to_string()).bind(password), id, ACTIVE).await
    }

    /// Gives a user other roles.
    pub async fn set_roles(&mut self, id: UserId, roles: &str) -> Result<(), Error> {
        let update = query("UPDATE users SET roles = $2 WHERE id = $1 AND state <> 'disabled'");
        self.update(update.bind(id.to_string()).bind(roles), id, "not disabled").await
    }

    /// Ends a user's account for good: password, second factor and digest of the address are destroyed.
    pub async fn disable_user(&mut self, id: UserId, at: Timestamp) -> Result<(), Error> {
        let update = query(
            "UPDATE users SET state = 'disabled', login = NULL, password = NULL, totp = NULL, disabled_at = $2
             WHERE id = $1 AND state <> 'disabled'",
        );
        self.update(update.bind(id.to_string()).bind(at.as_micros()), id, "not disabled").await
    }

    /// Marks a code's step of time as used; false when it, or a later one, was used before.
    pub async fn use_step(&mut self, id: UserId, step: u64) -> Result<bool, Error> {
        let changed = query("UPDATE users SET totp_step = $2 WHERE id = $1 AND totp_step < $2")
            .bind(id.to_string())
            .bind(signed(step))
            .execute(&mut self.connection)
            .await
            .map_err(Error::while_doing("use a code"))?;
        Ok(changed == 1)
    }

    /// An organization's users, as they are within this change.
    pub async fn users(&mut self, organization: OrganizationId) -> Result<Vec<User>, Error> {
        all(&mut self.connection, organization).await
    }

    async fn update(&mut self, update: Query, id: UserId, wanted: &str) -> Result<(), Error> {
        let changed =
            update.execute(&mut self.connection).await.map_err(Error::while_doing("change a user"))?;
        if changed == 1 {
            return Ok(());
        }
        let found = self.user(id).await?.state;
        Err(Error::State { what: "user", id: id.to_string(), found, wanted: wanted.to_owned() })
    }
}

impl Store {
    /// One user.
    pub async fn user(&self, id: UserId) -> Result<User, Error> {
        by_id(&mut *self.reader().await, id).await
    }

    /// Who signs in by this digest.
    pub async fn user_by_login(&self, login: &[u8]) -> Result<Option<User>, Error> {
        by_login(&mut *self.reader().await, login).await
    }

    /// An organization's users, oldest first.
    pub async fn users(&self, organization: OrganizationId) -> Result<Vec<User>, Error> {
        all(&mut *self.reader().await, organization).await
    }
}
