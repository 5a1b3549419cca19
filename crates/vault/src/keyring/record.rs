//! One key in one file: what it is for, the wrapped key, a checksum that tells damage from a wrong key. Version 1.
//!
//! ```text
//! "EXEUNTKY" | version u16 | role u8 | 0 | organization 16 | id 16 | from i64 | until i64    = the context
//! length u16 | wrapped key | SHA-256 of all before
//! ```
//! Numbers are little-endian. The context is bound into the wrapping, so no field can be changed without the key.

use std::path::Path;

use crate::crypt;
use crate::error::Error;
use crate::files;

const MAGIC: &[u8; 8] = b"EXEUNTKY";
const VERSION: u16 = 1;
const CONTEXT: usize = 8 + 2 + 2 + 16 + 16 + 8 + 8;

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one above all.
    Root,
    /// An organization's.
    Organization,
    /// An epoch's.
    Epoch,
    /// What the installation's own purpose keys are derived from, once it is no longer the root key that was first.
    Installation,
    /// A root key that is in a token: what is wrapped is chance, which the right key opens.
    Token,
    /// What the root key in a token can be replaced by, when it is lost.
    Standby,
    /// What an organization's purpose keys are derived from, once its key is no longer the one that was first.
    Purposes,
}

impl Role {
    const ALL: [(Self, u8); 7] = [
        (Self::Root, 1),
        (Self::Organization, 2),
        (Self::Epoch, 3),
        (Self::Installation, 4),
        (Self::Token, 5),
        (Self::Standby, 6),
        (Self::Purposes, 7),
    ];

    fn tag(self) -> u8 {
        match self {
            Self::Root => 1,
            Self::Organization => 2,
            Self::Epoch => 3,
            Self::Installation => 4,
            Self::Token => 5,
            Self::Standby => 6,
            Self::Purposes => 7,
        }
    }
}

/// A key file's content. The key in it is wrapped, so nothing here is secret.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) role: Role,
    pub(crate) organization: [u8; 16],
    pub(crate) id: [u8; 16],
    pub(crate) from: i64,
    pub(crate) until: i64,
    pub(crate) wrapped: Vec<u8>,
}

impl Record {
    pub(crate) fn new(role: Role) -> Self {
        Self { role, organization: [0; 16], id: [0; 16], from: 0, until: 0, wrapped: Vec::new() }
    }

    /// What the wrapping binds.
    pub(crate) fn context(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(CONTEXT);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&[self.role.tag(), 0]);
        out.extend_from_slice(&self.organization);
        out.extend_from_slice(&self.id);
        out.extend_from_slice(&self.from.to_le_bytes());
        out.extend_from_slice(&self.until.to_le_bytes());
        out
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.context();
        let length = u16::try_from(self.wrapped.len()).expect("keepers wrap 32 bytes into less than 64 KiB");
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&self.wrapped);
        let check = crypt::sha256(&[&out]);
        out.extend_from_slice(&check);
        out
    }

    /// Reads and checks a file; `None` when there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Error> {
        let Some(bytes) = files::read(path, 1 << 17)? else { return Ok(None) };
        let what = || format!("key `{}`", path.display());
        let damaged = |why| Error::Damaged { what: what(), why };
        let cut = || Error::Truncated { what: what() };
        if bytes.iter().zip(MAGIC).any(|(found, wanted)| found != wanted) {
            return Err(damaged("it is not a key file of ours"));
        }
        let (context, rest) = bytes.split_at_checked(CONTEXT).ok_or_else(cut)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let (wrapped, check) =
            rest.split_at_checked(usize::from(u16::from_le_bytes(*length))).ok_or_else(cut)?;
        match check.len() {
            0..32 => return Err(cut()),
            32 => {}
            _ => return Err(damaged("something was appended")),
        }
        if !crypt::same(&crypt::sha256(&[&bytes[..bytes.len() - 32]]), check) {
            return Err(damaged("its checksum does not fit"));
        }
        let mut fields = Fields(&context[MAGIC.len()..]);
        let version = u16::from_le_bytes(fields.take());
        if version != VERSION {
            return Err(Error::Version { what: what(), found: version });
        }
        let [role, _] = fields.take();
        let role = Role::ALL
            .into_iter()
            .find(|(_, tag)| *tag == role)
            .ok_or_else(|| damaged("its role is unknown"))?
            .0;
        Ok(Some(Self {
            role,
            organization: fields.take(),
            id: fields.take(),
            from: i64::from_le_bytes(fields.take()),
            until: i64::from_le_bytes(fields.take()),
            wrapped: wrapped.to_vec(),
        }))
    }

    pub(crate) fn expect_role(self, path: &Path, role: Role) -> Result<Self, Error> {
        if self.role == role {
            return Ok(self);
        }
        Err(Error::Damaged {
            what: format!("key `{}`", path.display()),
            why: "it is the key of something else",
        })
    }
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (value, rest) =
            self.0.split_first_chunk().expect("the context has exactly the length of its fields");
        self.0 = rest;
        *value
    }
}
