//! What never goes into an answer: secrets and numbers that would do harm in the wrong hands (CCPA regulations
//! § 7024(d)). The answer says that they are held, and of what kind they are.

/// Category keys and what to call them. The longest key that fits decides; a key fits itself and all below it.
const NEVER: &[(&str, &str)] = &[
    ("system.authentication", "data used to log in"),
    ("user.authorization.credentials", "log-in credentials"),
    ("user.authorization.password", "a password"),
    ("user.authorization.biometric", "biometric data used to log in"),
    ("user.authorizing.credentials", "log-in credentials"),
    ("user.authorizing.password", "a password"),
    ("user.credentials", "log-in credentials"),
    ("user.credentials.biometric_credentials", "biometric data used to log in"),
    ("user.credentials.password", "a password"),
    ("user.credentials.security_answer", "answers to security questions"),
    ("user.biometric", "biometric data"),
    ("user.biometric_health", "biometric data"),
    ("user.government_id", "a number issued by a government"),
    ("user.government_id.birth_certificate", "a birth certificate number"),
    ("user.government_id.drivers_license_number", "a driver's license number"),
    ("user.government_id.immigration", "an immigration number"),
    ("user.government_id.national_identification_number", "a national identification number"),
    ("user.government_id.passport_number", "a passport number"),
    ("user.government_id.vehicle_registration", "a vehicle registration number"),
    ("user.financial.account_number", "a financial account number"),
    ("user.financial.bank_account", "a bank account number"),
    ("user.financial.credit_card", "a payment card number"),
    ("user.payment.account_number", "a financial account number"),
    ("user.payment.credit_card", "a payment card number"),
    ("user.health_and_medical.insurance_beneficiary_id", "a health insurance number"),
    ("user.health_and_medical.record_id", "a medical identification number"),
];

/// What to call the data of this category when it is held but must not be shown; `None` when it may be shown.
pub fn withheld_kind(category: &str) -> Option<&'static str> {
    let category = category.trim();
    NEVER
        .iter()
        .filter(|(key, _)| {
            category.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
        .max_by_key(|(key, _)| key.len())
        .map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::withheld_kind;

    #[test]
    fn secrets_and_numbers_that_do_harm_are_withheld_and_named() {
        for (category, kind) in [
            ("user.authorization.password", Some("a password")),
            ("user.credentials.password", Some("a password")),
            ("user.government_id", Some("a number issued by a government")),
            ("user.government_id.passport_number", Some("a passport number")),
            ("user.government_id.something_new", Some("a number issued by a government")),
            ("user.financial.bank_account.iban", Some("a bank account number")),
            ("user.biometric.fingerprint", Some("biometric data")),
            ("user.authorization", None),
            ("user.financial", None),
            ("user.financial.account_number_hint", None),
            ("user.government_identity", None),
            ("user.contact.email", None),
            ("", None),
        ] {
            assert_eq!(withheld_kind(category), kind, "{category}");
        }
    }
}
