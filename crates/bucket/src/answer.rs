//! What an answer means: go on, try again, or tell somebody what to mend.

use std::io;

use exeunt_vault::Error;

use crate::xml;

/// An answer, whole.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the call was sent before: what it asks for may have been done by that.
    pub(crate) again: bool,
}

impl Answer {
    /// A header; its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(called, _)| called == name).map(|(_, value)| value.as_str())
    }

    /// The service's own word for what went wrong; empty where it gives none.
    pub(crate) fn code(&self) -> String {
        let told = xml::read(&self.body).filter(|told| told.root == "Error").unwrap_or_default();
        told.word("Code").chars().filter(char::is_ascii_alphanumeric).take(48).collect()
    }

    /// Whether the same again may work without anybody acting.
    pub(crate) fn is_passing(&self) -> bool {
        match self.status {
            408 | 429 | 500 | 502 | 503 | 504 => true,
            400 => ["RequestTimeout", "BadDigest", "IncompleteBody"].contains(&self.code().as_str()),
            409 => ["OperationAborted", "ConditionalRequestConflict"].contains(&self.code().as_str()),
            // completing an upload may fail after its answer has begun
            200 => ["InternalError", "SlowDown", "ServiceUnavailable"].contains(&self.code().as_str()),
            _ => false,
        }
    }

    /// Whether it is the keys that are not believed: others may have been put in their place.
    pub(crate) fn refuses_keys(&self) -> bool {
        let codes = [
            "ExpiredToken",
            "InvalidToken",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "TokenRefreshRequired",
        ];
        [400, 401, 403].contains(&self.status) && codes.contains(&self.code().as_str())
    }

    /// How it is told in a few words.
    pub(crate) fn told(&self) -> String {
        match self.code() {
            code if code.is_empty() => format!("it answered {}", self.status),
            code => format!("it answered {} ({code})", self.status),
        }
    }

    /// The error that it is, where it is none that the caller waits for.
    pub(crate) fn into_error(self, doing: &str, bucket: &str) -> Error {
        let doing = doing.to_owned();
        let not_let_in = |why: String| Error::NotLetIn { doing: doing.clone(), why };
        let code = self.code();
        match code.as_str() {
            "RequestTimeTooSkewed" | "RequestExpired" => not_let_in(format!(
                "this machine's clock differs too much from its own{}; set the clock ({code})",
                self.header("date").map(|date| format!(", which says {}", shown(date))).unwrap_or_default()
            )),
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "InvalidToken"
            | "AuthFailure"
            | "InvalidClientTokenId"
            | "TokenRefreshRequired" => not_let_in(format!(
                "the access key is not accepted; check id, secret and token where the settings say they are ({code})"
            )),
            "NoSuchBucket" => not_let_in(format!(
                "there is no bucket `{bucket}`; make it, or mend `bucket` or `endpoint` in the settings ({code})"
            )),
            "PermanentRedirect"
            | "TemporaryRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException" => {
                let told = xml::read(&self.body).unwrap_or_default();
                let there = [told.word("Region"), self.header("x-amz-bucket-region").unwrap_or_default()]
                    .into_iter()
                    .find(|region| !region.is_empty())
                    .map(|region| format!(", which is in `{}`", shown(region)));
                not_let_in(format!(
                    "`region` or `endpoint` in the settings are not those of the bucket{} ({code})",
                    there.unwrap_or_default()
                ))
            }
            "QuotaExceeded" | "XMinioStorageFull" | "EntityTooLarge" => full(doing),
            _ if self.status == 507 => full(doing),
            _ if self.status == 401 || self.status == 403 => not_let_in(format!(
                "the access key may not do this; docs/operate.md lists what it must be allowed ({})",
                self.told()
            )),
            _ if (300..400).contains(&self.status) => not_let_in(format!(
                "it leads elsewhere, which is not followed; mend `endpoint` or `region` ({})",
                self.told()
            )),
            _ if self.is_passing() || self.status >= 500 => Error::Unreachable { doing, why: self.told() },
            _ => not_let_in(self.told()),
        }
    }
}

fn full(doing: String) -> Error {
    Error::Full { doing, source: io::ErrorKind::QuotaExceeded.into() }
}

/// A few words of the service's, without what could confuse a terminal.
fn shown(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || " ,:-+".contains(*c)).take(48).collect()
}

#[cfg(test)]
mod tests {
    use exeunt_base::FaultKind;

    use super::Answer;

    fn answer(status: u16, code: &str) -> Answer {
        let body = format!("<Error><Code>{code}</Code><Region>eu-west-3</Region></Error>").into_bytes();
        Answer { status, body, ..Answer::default() }
    }

    #[test]
    fn what_passes_is_told_from_what_somebody_must_mend() {
        for (status, code, passing, kind, words) in [
            (503, "SlowDown", true, FaultKind::Unreachable, "503 (SlowDown)"),
            (500, "InternalError", true, FaultKind::Unreachable, "500"),
            (200, "InternalError", true, FaultKind::Unreachable, "200"),
            (409, "ConditionalRequestConflict", true, FaultKind::Unreachable, "409"),
            (403, "RequestTimeTooSkewed", false, FaultKind::Denied, "set the clock"),
            (403, "SignatureDoesNotMatch", false, FaultKind::Denied, "access key is not accepted"),
            (403, "AccessDenied", false, FaultKind::Denied, "may not do this"),
            (404, "NoSuchBucket", false, FaultKind::Denied, "there is no bucket `vaults`"),
            (301, "PermanentRedirect", false, FaultKind::Denied, "which is in `eu-west-3`"),
            (400, "InvalidRequest", false, FaultKind::Denied, "400 (InvalidRequest)"),
            (403, "QuotaExceeded", false, FaultKind::Full, "no room left"),
        ] {
            let answer = answer(status, code);
            assert_eq!(answer.is_passing(), passing, "{code}");
            let error = answer.into_error("reading", "vaults");
            assert_eq!(error.kind(), kind, "{code}");
            assert!(error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn words_of_the_service_are_shown_as_letters_alone() {
        let strange = answer(400, "Bad\u{1b}[31m&lt;x&gt;").into_error("reading", "b").to_string();
        assert!(strange.contains("(Bad31mx)"), "{strange}");
    }
}
