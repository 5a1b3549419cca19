//! What can go wrong with a call. Nothing the other side said, and of the address the host alone.

use crate::address::BadAddress;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It is not called at all.
    #[error("an address is not called: {0}")]
    Address(#[from] BadAddress),
    /// The name is nobody's, or nobody could be asked.
    #[error("could not find out where `{host}` is")]
    Unresolved {
        /// The host.
        host: String,
    },
    /// One of its addresses leads where nobody calls.
    #[error(
        "`{host}` is not called: it leads to this machine, a private network or nowhere; what is meant to be inside is \
         named by the operator under `outbound: internal:`"
    )]
    Inside {
        /// The host.
        host: String,
    },
    /// Nobody answers there.
    #[error("could not reach `{host}`")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// The certificate is not trusted, or not the host's.
    #[error(
        "could not agree on TLS with `{host}`; is its certificate one that this machine trusts, and for this host? \
         `outbound: ca_file:` names an authority of one's own"
    )]
    Tls {
        /// The host.
        host: String,
    },
    /// It took too long.
    #[error("`{host}` took too long to answer")]
    TimedOut {
        /// The host.
        host: String,
    },
    /// More than we take.
    #[error("`{host}` answered with more than is taken")]
    TooLarge {
        /// The host.
        host: String,
    },
    /// It sends us elsewhere.
    #[error("`{host}` redirects to elsewhere, which is not followed; give the address it leads to")]
    Redirected {
        /// The host.
        host: String,
    },
    /// The answer is packed though nobody asked for it.
    #[error("`{host}` answered in a compressed form, which was not asked for")]
    Packed {
        /// The host.
        host: String,
    },
    /// It does not speak HTTP, or broke off.
    #[error("`{host}` hung up, or does not speak HTTP")]
    Broken {
        /// The host.
        host: String,
    },
}

impl Trouble {
    /// Whether the same again later can help without anybody acting.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unresolved { .. } | Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Broken { .. }
        )
    }
}
