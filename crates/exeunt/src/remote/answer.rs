//! What a service answers when it does not do what it was asked, and what stands in the way of asking: told as the same
//! trouble is told here, with the same exit codes.

use exeunt_app::Class;
use exeunt_outbound::{Answer, Trouble};
use serde::Deserialize;

/// Longest words of a service that are shown.
const WORDS: usize = 8_000;

/// Why a service could not be asked, or said no.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A command that needs a home.
    #[error(
        "this command has no remote form: it works on a home of this machine; give it there, without --server and \
         $EXEUNT_SERVER, or name the home with --home"
    )]
    NoForm,
    /// Address, key or authority.
    #[error("{0}")]
    Options(String),
    /// No way there.
    #[error("could not ask the service: {}", told(.0))]
    Trouble(Trouble),
    /// Not what a service of this kind answers.
    #[error(
        "could not read what `{host}` answered (status {status}); is it a service of Exeunt, and of this release?"
    )]
    Unreadable {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// No.
    #[error("{words}")]
    Said {
        /// The code of what stands in the way.
        code: String,
        /// Its class.
        class: Class,
        /// Why, and what to do.
        words: String,
        /// What exactly is wrong: where, and what.
        flaws: Vec<(String, String)>,
    },
}

/// In the words of whoever gave the options.
fn told(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Tls { host } => format!(
            "could not agree on TLS with `{host}`; is its certificate one that this machine trusts, and for this host? \
             --server-ca names an authority of one's own"
        ),
        Trouble::Inside { host } => {
            format!(
                "`{host}` is not called: it leads to this machine or nowhere; this machine is http://127.0.0.1:PORT"
            )
        }
        other => other.to_string(),
    }
}

impl Error {
    /// Its code.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::NoForm => "E0947",
            Self::Options(_) => "E0948",
            Self::Trouble(_) => "E0949",
            Self::Unreadable { .. } => "E0990",
            Self::Said { code, .. } => code,
        }
    }

    /// Its class, as the same trouble has it here.
    pub(crate) fn class(&self) -> Class {
        match self {
            Self::NoForm | Self::Options(_) => Class::Usage,
            Self::Trouble(_) => Class::Unreachable,
            Self::Unreadable { .. } => Class::Internal,
            Self::Said { class, .. } => *class,
        }
    }

    /// What an answer says that is no yes.
    pub(super) fn of(host: &str, answer: &Answer) -> Self {
        #[derive(Deserialize)]
        struct Problem {
            detail: String,
            code: String,
            #[serde(default)]
            errors: Vec<Flaw>,
        }
        #[derive(Deserialize)]
        struct Flaw {
            pointer: String,
            detail: String,
        }
        let problem = match serde_json::from_slice::<Problem>(&answer.body) {
            Ok(problem) if is_code(&problem.code) => problem,
            _ => return Self::Unreadable { host: host.to_owned(), status: answer.status },
        };
        let class = class(answer.status, &problem.code);
        let mut words = problem.detail;
        if problem.code != "E0318" {
            for flaw in &problem.errors {
                words.push_str(&format!("; {}: {}", flaw.pointer, flaw.detail));
            }
        }
        let words = words.chars().take(WORDS).collect();
        let flaws = problem.errors.into_iter().map(|flaw| (flaw.pointer, flaw.detail)).collect();
        Self::Said { code: problem.code, class, words, flaws }
    }

    /// What a task ended with that failed.
    pub(super) fn of_task(code: Option<&str>, words: Option<&str>) -> Self {
        let code = code.filter(|code| is_code(code)).unwrap_or("E0990").to_owned();
        let class = of_code(&code).unwrap_or(Class::Refused);
        let words = words.unwrap_or("the service could not do it, and does not say why").to_owned();
        Self::Said { code, class, words, flaws: Vec::new() }
    }
}

fn is_code(text: &str) -> bool {
    text.len() == 5 && text.starts_with("E0") && text.bytes().skip(1).all(|byte| byte.is_ascii_digit())
}

/// Codes whose class their status does not tell.
fn of_code(code: &str) -> Option<Class> {
    Some(match code {
        "E0101" | "E0102" | "E0306" | "E0318" => Class::Findings,
        "E0401" => Class::Stopped,
        "E0201" | "E0202" | "E0203" => Class::Unreachable,
        "E0506" | "E0602" | "E0701" | "E0702" | "E0703" | "E0704" | "E0811" => Class::Tampered,
        _ => return None,
    })
}

fn class(status: u16, code: &str) -> Class {
    if let Some(class) = of_code(code) {
        return class;
    }
    match status {
        400 | 413 | 415 | 422 => Class::Usage,
        401 => Class::Unauthenticated,
        403 => Class::Denied,
        404 | 410 => Class::Missing,
        409 | 412 => Class::Refused,
        429 => Class::Busy,
        503 => Class::Unreachable,
        507 => Class::Full,
        _ => Class::Internal,
    }
}

#[cfg(test)]
mod tests {
    use exeunt_app::Class;
    use exeunt_outbound::Answer;

    use super::Error;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, kind: None, retry_after: None, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn what_a_service_says_has_the_code_and_class_it_has_here() {
        for (status, code, class) in [
            (409, "E0312", Class::Refused),
            (422, "E0801", Class::Usage),
            (422, "E0306", Class::Findings),
            (403, "E0901", Class::Denied),
            (404, "E0905", Class::Missing),
            (412, "E0989", Class::Refused),
            (503, "E0401", Class::Stopped),
            (503, "E0964", Class::Unreachable),
        ] {
            let body = format!("{{\"detail\":\"no\",\"code\":\"{code}\"}}");
            let error = Error::of("host", &answer(status, &body));
            assert_eq!((error.code(), error.class()), (code, class));
            assert_eq!(error.to_string(), "no");
        }
    }

    #[test]
    fn what_no_service_would_say_is_not_believed() {
        for body in
            ["", "<html>", "{\"detail\":\"x\",\"code\":\"canary\"}", "{\"detail\":\"x\",\"code\":\"E09é\"}"]
        {
            let error = Error::of("host", &answer(502, body));
            assert_eq!((error.code(), error.class()), ("E0990", Class::Internal));
            assert!(!error.to_string().contains("canary"));
        }
    }
}
