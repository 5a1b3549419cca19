//! A letter as a mail server takes it: headers and both texts, in the forms of RFC 5322 and MIME. Written again it has the
//! same bytes: its Message-ID is the letter's own, so that whoever gets it twice can tell.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use exeunt_base::{LetterId, Personal, Timestamp};
use lettre::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use crate::contact::{BadContact, Contact};
use crate::text::{Text, line};

/// Who letters come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From(Mailbox);

impl From {
    /// An address, and the name shown beside it.
    pub fn new(address: &str, name: &str) -> Result<Self, BadContact> {
        let checked = Contact::new(&Personal::new(address.to_owned()), None, Default::default())?;
        let address: Address = checked.email.expose().parse().map_err(|_| BadContact::Address)?;
        let name = name.trim();
        if name.chars().any(char::is_control) {
            return Err(BadContact::Name);
        }
        Ok(Self(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address)))
    }

    pub(crate) fn address(&self) -> &Address {
        &self.0.email
    }
}

/// A letter ready to be handed over. Cannot be printed.
pub struct Envelope {
    pub(crate) to: Address,
    pub(crate) bytes: Vec<u8>,
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Envelope({} bytes)", self.bytes.len())
    }
}

impl Envelope {
    /// Puts a text into an envelope. `written_at` is when the letter was written, not when it is sent.
    pub fn new(
        letter: LetterId,
        written_at: Timestamp,
        from: &From,
        to: &Contact,
        text: &Text,
    ) -> Result<Self, BadContact> {
        let address: Address = to.email.expose().parse().map_err(|_| BadContact::Address)?;
        // the library gives up on a name with a line break in it
        let name = to.name.as_ref().map(|name| line(name.expose()));
        let multipart = MultiPart::alternative()
            .boundary(format!("=_{letter}"))
            .singlepart(SinglePart::plain(text.plain.clone()))
            .singlepart(SinglePart::html(text.html.clone()));
        let message = Message::builder()
            .from(from.0.clone())
            .to(Mailbox::new(name, address.clone()))
            .date(system_time(written_at))
            .message_id(Some(format!("<{letter}@{}>", from.address().domain())))
            .subject(text.subject.clone())
            .header(Automatic)
            .multipart(multipart)
            .map_err(|_| BadContact::Address)?;
        let mut bytes = message.formatted();
        // what ends a letter on its way brings a line break of its own
        if bytes.ends_with(b"\r\n") {
            bytes.truncate(bytes.len() - 2);
        }
        Ok(Self { to: address, bytes })
    }

    /// What the server is given.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(at.as_micros() / 1_000_000).unwrap_or(0))
}

/// `Auto-Submitted` (RFC 3834): no machine should answer.
#[derive(Debug, Clone)]
struct Automatic;

impl Header for Automatic {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), String::from("auto-generated"))
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::{LetterId, Personal, RequestId, Timestamp};

    use super::{Envelope, From};
    use crate::contact::Contact;
    use crate::language::Language;
    use crate::letter::{Letter, Right};
    use crate::text::Text;

    fn at() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn envelope(name: &str, organization: &str) -> String {
        let reference = RequestId::new(at(), [7; 10]);
        let letter = Letter::Received { reference, right: Right::Erasure, due: None };
        let to = Contact {
            email: Personal::new(String::from("ada@example.test")),
            name: Some(Personal::new(name.to_owned())),
            language: Language::German,
        };
        let text = Text::of(&letter, to.language, organization, to.name.as_ref());
        let from = From::new("privacy@acme.test", "Acme").unwrap();
        let made = Envelope::new(LetterId::new(at(), [1; 10]), at(), &from, &to, &text).unwrap();
        String::from_utf8(made.bytes).unwrap()
    }

    /// Headers alone, with folded lines put together.
    fn headers(mail: &str) -> Vec<String> {
        let head = mail.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        head.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn it_is_plain_text_and_html_with_nothing_attached_and_the_same_each_time() {
        let mail = envelope("Ada Lovelace", "Acme");
        assert_eq!(mail, envelope("Ada Lovelace", "Acme"));
        assert!(mail.is_ascii());
        assert_eq!(mail.matches("Content-Type: text/plain; charset=utf-8").count(), 1, "{mail}");
        assert_eq!(mail.matches("Content-Type: text/html; charset=utf-8").count(), 1);
        assert_eq!(mail.matches("Content-Type:").count(), 3, "and the one that holds both");
        assert!(!mail.contains("Content-Disposition"));
        let headers = headers(&mail);
        let id = LetterId::new(at(), [1; 10]);
        for wanted in [
            "From: Acme <privacy@acme.test>",
            "Auto-Submitted: auto-generated",
            &format!("Message-ID: <{id}@acme.test>"),
        ] {
            assert!(headers.iter().any(|header| header == wanted), "{wanted}: {headers:?}");
        }
        assert!(
            headers.iter().any(|header| header.starts_with("Date: Sun, 22 Nov 2026 12:00:00")),
            "{headers:?}"
        );
    }

    #[test]
    fn no_value_makes_a_header_of_its_own() {
        let evil = "Ada\r\nBcc: eve@example.test\r\n\r\n<b>";
        for name in [
            evil,
            "Ada\nBcc: eve@example.test",
            "\"Ada\" <eve@example.test>",
            "Ada\\\"",
            "Ada\u{2028}Bcc: x",
            "=?utf-8?q?Ada=0ABcc:_x?=",
        ] {
            let mail = envelope(name, evil);
            let headers = headers(&mail);
            let known = [
                "From",
                "To",
                "Date",
                "Message-ID",
                "Subject",
                "Auto-Submitted",
                "MIME-Version",
                "Content-Type",
            ];
            for header in &headers {
                let name = header.split(':').next().unwrap();
                assert!(known.contains(&name), "{header}");
            }
            assert_eq!(headers.len(), known.len(), "{headers:?}");
            let to = headers.iter().find(|header| header.starts_with("To: ")).unwrap();
            assert!(to.ends_with("<ada@example.test>"), "{to}");
        }
    }
}
