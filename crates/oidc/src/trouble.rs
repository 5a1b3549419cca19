//! What can go wrong. For whoever runs the machine: people who sign in are told one and the same thing for all of it.

/// Why nobody was vouched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The provider could not be called.
    #[error("could not ask the identity provider: {0}")]
    Call(#[from] exeunt_outbound::Trouble),
    /// What it says of itself cannot be used.
    #[error("the identity provider's description of itself cannot be used: {0}")]
    Directory(&'static str),
    /// Its keys cannot be used.
    #[error("the identity provider's keys cannot be used: {0}")]
    Keys(&'static str),
    /// It gave no token for the code.
    #[error("the identity provider took the code for none of ours: it answered {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The identity token is not to be believed.
    #[error("the identity token is not to be believed: {0}")]
    Token(#[from] Flaw),
}

impl Trouble {
    /// Whether the same again later can help without anybody acting.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Call(trouble) => trouble.is_passing(),
            Self::Refused { status } => *status >= 500,
            _ => false,
        }
    }
}

/// What is wrong with an identity token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Not three parts, or parts that cannot be read.
    #[error("it has not the form of one")]
    Form,
    /// An algorithm that is not taken: none, or one with a shared secret.
    #[error("its algorithm is not one that is taken")]
    Algorithm,
    /// No key of the provider's fits it.
    #[error("the provider has no key for it")]
    NoKey,
    /// The signature is not that key's.
    #[error("its signature is not the provider's")]
    Signature,
    /// Somebody else issued it.
    #[error("somebody else issued it")]
    Issuer,
    /// It is for somebody else.
    #[error("it is for another client")]
    Audience,
    /// Its time is over, or has not come.
    #[error("its time is over, or has not come")]
    Time,
    /// It answers another sign-in.
    #[error("it answers another sign-in")]
    Nonce,
    /// It does not say who it is about.
    #[error("it does not say who it is about")]
    Subject,
}
