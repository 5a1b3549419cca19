//! What a token's words mean for whoever must decide: gone, refused, or not the key.

use cryptoki::error::{Error as Trouble, RvError};
use exeunt_vault::Error;

/// Whether a new session may help.
pub(crate) fn is_of_session(trouble: &Trouble) -> bool {
    matches!(
        trouble,
        Trouble::Pkcs11(
            RvError::SessionHandleInvalid
                | RvError::SessionClosed
                | RvError::UserNotLoggedIn
                | RvError::KeyHandleInvalid
                | RvError::ObjectHandleInvalid
                | RvError::DeviceRemoved
                | RvError::TokenNotPresent
                | RvError::OperationActive
                | RvError::CryptokiNotInitialized,
            _
        )
    )
}

/// Whether the token says that bytes are not what its key wrapped. Some say no more than that something failed.
pub(crate) fn may_be_wrong_key(trouble: &Trouble) -> bool {
    matches!(
        trouble,
        Trouble::Pkcs11(
            RvError::EncryptedDataInvalid
                | RvError::EncryptedDataLenRange
                | RvError::DataInvalid
                | RvError::DataLenRange
                | RvError::GeneralError
                | RvError::FunctionFailed
                | RvError::ArgumentsBad
                | RvError::SignatureInvalid,
            _
        )
    )
}

/// Whether the PIN is not to be tried again.
pub(crate) fn is_of_pin(trouble: &Trouble) -> bool {
    matches!(
        trouble,
        Trouble::Pkcs11(
            RvError::PinIncorrect
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinExpired
                | RvError::PinLocked
                | RvError::UserPinNotInitialized,
            _
        )
    )
}

/// As an error of the vault's.
pub(crate) fn told(doing: &str, trouble: &Trouble) -> Error {
    let doing = doing.to_owned();
    let refused = |why: &str| Error::TokenRefused { doing: doing.clone(), why: why.to_owned() };
    match trouble {
        Trouble::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _) => refused(
            "the PIN is wrong; it was tried once, and is not tried again before this process is started anew, so that the \
             token does not lock it",
        ),
        Trouble::Pkcs11(RvError::PinLocked, _) => refused(LOCKED),
        Trouble::Pkcs11(RvError::PinExpired, _) => {
            refused("the PIN has expired: set another one with the token's own tools")
        }
        Trouble::Pkcs11(RvError::UserPinNotInitialized, _) => {
            refused("the token has no PIN yet: set one with its own tools")
        }
        Trouble::Pkcs11(RvError::MechanismInvalid | RvError::MechanismParamInvalid, _) => {
            refused("it does not know AES-256 in GCM mode, which Exeunt needs")
        }
        Trouble::Pkcs11(
            word @ (RvError::KeyFunctionNotPermitted
            | RvError::KeyTypeInconsistent
            | RvError::KeySizeRange
            | RvError::TokenWriteProtected
            | RvError::SessionReadOnly
            | RvError::TemplateInconsistent
            | RvError::AttributeValueInvalid
            | RvError::AttributeReadOnly
            | RvError::UserNotLoggedIn),
            _,
        ) => refused(&format!("it says {word:?}")),
        Trouble::Pkcs11(word, _) => Error::TokenGone { doing, why: format!("it says {word:?}") },
        other => Error::TokenGone { doing, why: other.to_string() },
    }
}

/// What is said of a PIN that is locked.
pub(crate) const LOCKED: &str = "the PIN is locked after too many wrong ones: unlock it with the token's own tools, as its security officer";

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;
    use cryptoki::error::{Error as Trouble, RvError};
    use exeunt_base::FaultKind;

    use super::{is_of_pin, is_of_session, told};

    #[test]
    fn a_locked_or_wrong_pin_is_refused_for_good_and_a_token_that_is_away_is_not() {
        let of = |word, function| Trouble::Pkcs11(word, function);
        for word in [RvError::PinIncorrect, RvError::PinLocked, RvError::PinExpired] {
            let trouble = of(word, Function::Login);
            assert!(is_of_pin(&trouble) && !is_of_session(&trouble));
            assert_eq!(told("logging in", &trouble).kind(), FaultKind::Denied);
        }
        assert!(told("logging in", &of(RvError::PinLocked, Function::Login)).to_string().contains("unlock"));
        for word in [RvError::DeviceRemoved, RvError::TokenNotPresent, RvError::DeviceError] {
            assert_eq!(told("wrapping", &of(word, Function::Encrypt)).kind(), FaultKind::Unreachable);
        }
    }
}
