//! Who calls: a session's token or an API key in the header `Authorization`. From it come the organization and what they may;
//! never from the call.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use exeunt_app::people::sessions::SignedIn;
use exeunt_app::{Actor, Office};
use exeunt_base::{Personal, Secret};

use crate::problem::Problem;
use crate::service::Service;
use crate::{call, conditional};

/// What stands in front of a session's token.
const SESSION: &str = "exs_";

/// Somebody known, and the office of their organization.
pub(crate) struct Caller {
    /// Who.
    pub(crate) actor: Actor,
    /// Where.
    pub(crate) office: Office,
    /// Their session; a program has none.
    pub(crate) session: Option<SignedIn>,
    /// What they showed.
    pub(crate) token: Secret<String>,
}

impl Caller {
    /// Refuses a person whose second factor was shown too long ago for a dangerous act. A program has the scope or not.
    pub(crate) fn must_be_fresh(&self) -> Result<(), Problem> {
        let Some(session) = &self.session else { return Ok(()) };
        session
            .require_fresh(self.office.engine.world.now())
            .map_err(|error| exeunt_app::Error::from(error).into())
    }
}

impl FromRequestParts<Service> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or_else(Problem::unknown_caller)?;
        let mut caller = Self::of(service, token).await?;
        if let Some(store) = conditional::store(parts, &caller.office.engine.store)? {
            caller.office.engine.store = store;
        }
        Ok(caller)
    }
}

impl Caller {
    /// Whoever holds this token, as they are known at this moment.
    pub(crate) async fn of(service: &Service, token: Secret<String>) -> Result<Self, Problem> {
        // tokens are looked up before anybody knows the organization: any office finds them
        let any = service.house.own();
        let (actor, session) = if token.expose().starts_with(SESSION) {
            let session = any.actor_of_session(&token).await?;
            (session.actor, Some(session))
        } else {
            (any.actor_of_api_key(&token).await?, None)
        };
        if let Some(id) = actor.id {
            call::known(id);
        }
        let office = service.house.office(actor.organization)?.clone();
        office.look_at_map().await?;
        Ok(Self { actor, office, session, token })
    }
}

/// The token of the header `Authorization`, when there is one and no more.
pub(crate) fn bearer(parts: &Parts) -> Option<Secret<String>> {
    let mut all = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(one), None) = (all.next(), all.next()) else { return None };
    let (scheme, token) = one.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim().to_owned()))
}

/// Where a call comes from, for slowing guessers down. What a proxy claims is believed where the settings name it.
pub(crate) struct From(pub(crate) Personal);

impl FromRequestParts<Service> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let caller = peer.map(|ConnectInfo(peer)| service.proxies.caller(peer.ip(), &parts.headers));
        Ok(Self(Personal::new(caller.map(place).unwrap_or_default())))
    }
}

/// One place: whoever has one address of version 6 has the 2^64 beside it.
fn place(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn neighbors_of_version_six_are_one_place() {
        let of = |text: &str| place(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }
}
