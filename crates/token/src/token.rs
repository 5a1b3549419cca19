//! One token: logging in, finding the home's keys, and having it wrap and unwrap.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::context::Pkcs11 as Calls;
use cryptoki::error::{Error as Trouble, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use exeunt_base::Secret;
use exeunt_vault::{Error, Token};

use crate::module::Module;
use crate::place::Place;
use crate::trouble::{self, told};

const NONCE: usize = 12;
const TAG_BITS: u64 = 128;

/// What everything wrapped in a token is bound to, before its own context.
const DOMAIN: &[u8] = b"exeunt token wrap v1";

/// A token that we may log in to.
pub struct Pkcs11 {
    place: Place,
    pin: Secret<String>,
    state: Mutex<State>,
}

/// What is known of it for now.
#[derive(Default)]
struct State {
    open: Option<Open>,
    /// Why the PIN is not tried again.
    refused: Option<String>,
}

/// The session goes before the module it is of.
struct Open {
    session: Session,
    keys: BTreeMap<u128, ObjectHandle>,
    _module: Module,
}

impl Pkcs11 {
    /// Logs in. A wrong PIN is an error at once, and is not tried again.
    pub fn open(place: Place, pin: Secret<String>) -> Result<Self, Error> {
        let token = Self { place, pin, state: Mutex::default() };
        token.opened(&mut token.state())?;
        Ok(token)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session, logged in; a new one where there is none.
    fn opened<'a>(&self, state: &'a mut State) -> Result<&'a mut Open, Error> {
        const DOING: &str = "logging in";
        if let Some(why) = &state.refused {
            return Err(Error::TokenRefused { doing: DOING.to_owned(), why: why.clone() });
        }
        if state.open.is_none() {
            let module = Module::load(&self.place.module)?;
            let slot = self.slot(&module.calls)?;
            let about = module.calls.get_token_info(slot).map_err(|error| told(DOING, &error))?;
            if about.user_pin_locked() {
                return Err(refuse(state, trouble::LOCKED));
            }
            if about.user_pin_final_try() {
                return Err(refuse(
                    state,
                    "one more wrong PIN would lock it, so a program does not try: log in once with the token's own tools",
                ));
            }
            let session = module.calls.open_rw_session(slot).map_err(|error| told(DOING, &error))?;
            let pin = AuthPin::new(self.pin.expose().as_str().into());
            match session.login(UserType::User, Some(&pin)) {
                // whoever has another session in this process is logged in for all
                Ok(()) | Err(Trouble::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
                Err(error) => {
                    let error_told = told(DOING, &error);
                    if trouble::is_of_pin(&error)
                        && let Error::TokenRefused { why, .. } = &error_told
                    {
                        state.refused = Some(why.clone());
                    }
                    return Err(error_told);
                }
            }
            state.open = Some(Open { session, keys: BTreeMap::new(), _module: module });
        }
        Ok(state.open.as_mut().expect("it was opened above, or was there"))
    }

    /// The slot the token is in.
    fn slot(&self, calls: &Calls) -> Result<Slot, Error> {
        const DOING: &str = "looking for it";
        let Place { token, serial, .. } = &self.place;
        let mut found = Vec::new();
        for slot in calls.get_slots_with_token().map_err(|error| told(DOING, &error))? {
            // one that cannot be asked is not ours, or is not there
            let Ok(about) = calls.get_token_info(slot) else { continue };
            let same = about.label().trim_end() == token
                && serial.as_ref().is_none_or(|serial| about.serial_number().trim_end() == serial);
            if same && about.token_initialized() {
                found.push(slot);
            }
        }
        match found.as_slice() {
            [slot] => Ok(*slot),
            [] => Err(Error::TokenGone {
                doing: DOING.to_owned(),
                why: format!("there is no token `{token}` at the module; look whether it is plugged in"),
            }),
            _ => Err(Error::TokenRefused {
                doing: DOING.to_owned(),
                why: format!("several tokens are called `{token}`: say which by its `serial`"),
            }),
        }
    }

    /// Does something in the session; once more in a new one where the token was away in between.
    fn with<T>(&self, doing: &str, work: impl Fn(&Self, &mut Open) -> Result<T, Failed>) -> Result<T, Error> {
        let mut state = self.state();
        let first = work(self, self.opened(&mut state)?);
        let again = match first {
            Err(Failed::Token(error)) if trouble::is_of_session(&error) => {
                state.open = None;
                work(self, self.opened(&mut state)?)
            }
            done => done,
        };
        again.map_err(|failed| match failed {
            Failed::Token(error) => {
                // whatever it was, the next one begins anew
                state.open = None;
                told(doing, &error)
            }
            Failed::Ours(error) => error,
        })
    }

    /// The key of a version, which must be one that cannot leave the token.
    fn key(&self, open: &mut Open, version: u128) -> Result<ObjectHandle, Failed> {
        if let Some(key) = open.keys.get(&version) {
            return Ok(*key);
        }
        let key = match self.find(open, version)?.as_slice() {
            [key] => *key,
            [] => return Err(Failed::Ours(Error::Missing { what: self.named(version) })),
            _ => {
                return Err(Failed::Ours(Error::TokenRefused {
                    doing: String::from("looking for the root key"),
                    why: format!("there are several of {}", self.named(version)),
                }));
            }
        };
        let asked = [AttributeType::Sensitive, AttributeType::Extractable, AttributeType::NeverExtractable];
        let found = open.session.get_attributes(key, &asked)?;
        let stays = found.contains(&Attribute::Sensitive(true))
            && found.contains(&Attribute::Extractable(false))
            && found.contains(&Attribute::NeverExtractable(true));
        if !stays {
            return Err(Failed::Ours(Error::TokenRefused {
                doing: String::from("using the root key"),
                why: format!(
                    "{} could leave the token, or came from outside: let Exeunt make another one",
                    self.named(version)
                ),
            }));
        }
        open.keys.insert(version, key);
        Ok(key)
    }

    fn find(&self, open: &Open, version: u128) -> Result<Vec<ObjectHandle>, Trouble> {
        open.session.find_objects(&[
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::Token(true),
            Attribute::Label(self.place.key.clone().into_bytes()),
            Attribute::Id(version.to_be_bytes().to_vec()),
        ])
    }

    fn named(&self, version: u128) -> String {
        format!("key `{}` of version {version} in the token `{}`", self.place.key, self.place.token)
    }

    /// Whether it wraps and unwraps at all just now.
    fn works(&self, open: &mut Open, key: ObjectHandle) -> Result<(), Trouble> {
        let mut nonce = [0; NONCE];
        open.session.generate_random_slice(&mut nonce)?;
        let probe = encrypt(&open.session, key, nonce, b"probe", &[7; 32])?;
        decrypt(&open.session, key, nonce, b"probe", &probe).map(|_| ())
    }
}

impl Token for Pkcs11 {
    fn make(&self, version: u128) -> Result<(), Error> {
        self.with("making a root key", |token, open| {
            if !token.find(open, version)?.is_empty() {
                let what = format!("{}: name another key, or destroy that one", token.named(version));
                return Err(Failed::Ours(Error::Exists { what }));
            }
            open.session.generate_key(
                &Mechanism::AesKeyGen,
                &[
                    Attribute::Class(ObjectClass::SECRET_KEY),
                    Attribute::KeyType(KeyType::AES),
                    Attribute::ValueLen(32.into()),
                    Attribute::Token(true),
                    Attribute::Private(true),
                    Attribute::Sensitive(true),
                    Attribute::Extractable(false),
                    Attribute::Modifiable(false),
                    Attribute::Encrypt(true),
                    Attribute::Decrypt(true),
                    Attribute::Wrap(false),
                    Attribute::Unwrap(false),
                    Attribute::Label(token.place.key.clone().into_bytes()),
                    Attribute::Id(version.to_be_bytes().to_vec()),
                ],
            )?;
            let key = token.key(open, version)?;
            Ok(token.works(open, key)?)
        })
    }

    fn has(&self, version: u128) -> Result<bool, Error> {
        self.with("looking for a root key", |token, open| Ok(!token.find(open, version)?.is_empty()))
    }

    fn wrap(
        &self,
        version: u128,
        key: &Secret<[u8; 32]>,
        context: &[u8],
        chance: &Secret<[u8; 32]>,
    ) -> Result<Vec<u8>, Error> {
        let nonce = *chance.expose().first_chunk::<NONCE>().expect("32 bytes begin with 12");
        self.with("wrapping a key", |token, open| {
            let by = token.key(open, version)?;
            let sealed = encrypt(&open.session, by, nonce, context, key.expose())?;
            Ok([nonce.as_slice(), &sealed].concat())
        })
    }

    fn unwrap(&self, version: u128, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; 32]>, Error> {
        let wrong = || Error::WrongKey { what: self.named(version) };
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or_else(wrong)?;
        self.with("unwrapping a key", |token, open| {
            let by = token.key(open, version)?;
            match decrypt(&open.session, by, *nonce, context, sealed) {
                Ok(plain) => {
                    let plain = Secret::new(plain);
                    let key = <[u8; 32]>::try_from(plain.expose().as_slice());
                    key.map(Secret::new).map_err(|_| Failed::Ours(wrong()))
                }
                Err(error) if trouble::may_be_wrong_key(&error) => {
                    // the same words are used for other trouble: what works otherwise says that it is the bytes
                    token.works(open, by)?;
                    Err(Failed::Ours(wrong()))
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    fn destroy(&self, version: u128) -> Result<bool, Error> {
        self.with("destroying a root key", |token, open| {
            let found = token.find(open, version)?;
            for key in &found {
                open.session.destroy_object(*key)?;
            }
            open.keys.remove(&version);
            Ok(!found.is_empty())
        })
    }
}

impl fmt::Debug for Pkcs11 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pkcs11({})", self.place.token)
    }
}

/// The token's trouble, which a new session may end, or ours, which it does not.
enum Failed {
    Token(Trouble),
    Ours(Error),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self::Token(trouble)
    }
}

fn refuse(state: &mut State, why: &str) -> Error {
    state.refused = Some(why.to_owned());
    Error::TokenRefused { doing: String::from("logging in"), why: why.to_owned() }
}

fn encrypt(
    session: &Session,
    key: ObjectHandle,
    mut nonce: [u8; NONCE],
    context: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, Trouble> {
    let bound = [DOMAIN, context].concat();
    let params = GcmParams::new(&mut nonce, &bound, TAG_BITS.into())?;
    session.encrypt(&Mechanism::AesGcm(params), key, plain)
}

fn decrypt(
    session: &Session,
    key: ObjectHandle,
    mut nonce: [u8; NONCE],
    context: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, Trouble> {
    let bound = [DOMAIN, context].concat();
    let params = GcmParams::new(&mut nonce, &bound, TAG_BITS.into())?;
    session.decrypt(&Mechanism::AesGcm(params), key, sealed)
}
