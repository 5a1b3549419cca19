//! How an organization shows itself on its portal, and whether it is open. It is shut until somebody opens it.

use exeunt_audit::kind::Kind;
use exeunt_base::Personal;
use exeunt_mail::{Contact, Language};
use exeunt_store::portals::Portal;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::portal::color::Color;

/// Longest name and line.
const LONGEST: usize = 100;
/// Longest postal address.
const POST: usize = 300;

/// The color of whoever chose none.
pub const COLOR: &str = "#0b5c5e";

/// A field that is not what it should be, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Which.
    pub field: &'static str,
    /// Why.
    pub why: &'static str,
}

impl Office {
    /// How the organization shows itself; a proposal, shut, where nobody ever said.
    pub async fn portal(&self, actor: &Actor) -> Result<Portal, Error> {
        self.allow(actor, Permission::ManagePortal)?;
        let kept = self.engine.store.portal(self.organization.id).await?;
        Ok(kept.unwrap_or_else(|| Portal {
            organization: self.organization.id,
            word: word_of(&self.organization.name),
            opened: false,
            name: self.organization.name.clone(),
            color: COLOR.to_owned(),
            languages: codes(&Language::ALL),
            email: String::new(),
            phone: String::new(),
            post: String::new(),
            notice: String::new(),
            changed_at: self.now(),
        }))
    }

    /// What keeps a portal shut whatever is chosen: mail that is not sent, or an address that nobody knows.
    pub fn portal_lacks(&self) -> Option<Error> {
        self.can_mail_links().err()
    }

    /// Keeps how it shows itself. Gives what is wrong with it instead, where something is.
    pub async fn set_portal(&self, actor: &Actor, wanted: Portal) -> Result<Result<(), Flaw>, Error> {
        self.allow(actor, Permission::ManagePortal)?;
        let portal = match checked(wanted) {
            Ok(portal) => portal,
            Err(flaw) => return Ok(Err(flaw)),
        };
        if portal.opened {
            self.can_mail_links()?;
        }
        let portal = Portal { organization: self.organization.id, changed_at: self.now(), ..portal };
        let event = self
            .event(Kind::PortalChanged, actor)
            .fact("open", portal.opened)
            .fact("color", portal.color.trim_start_matches('#'))
            .fact("languages", portal.languages.replace(' ', "."));
        let mut change = self.engine.store.begin().await?;
        if !change.set_portal(&portal).await? {
            change.rollback().await?;
            let why = "Another organization of this installation has this word. Choose another.";
            return Ok(Err(Flaw { field: "word", why }));
        }
        change.commit(self.organization.id, &[event]).await?;
        Ok(Ok(()))
    }
}

/// The languages a portal offers; the first is the usual one.
pub fn languages(portal: &Portal) -> Vec<Language> {
    let known: Vec<Language> = portal.languages.split(' ').filter_map(Language::from_code).collect();
    if known.is_empty() { vec![Language::English] } else { known }
}

/// Languages as they are kept.
pub fn codes(languages: &[Language]) -> String {
    languages.iter().map(|language| language.as_str()).collect::<Vec<_>>().join(" ")
}

fn checked(wanted: Portal) -> Result<Portal, Flaw> {
    let flaw = |field, why| Err(Flaw { field, why });
    let line = |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(char::is_control);
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let Portal { word, name, color, languages, email, phone, post, notice, .. } = &wanted;
    let ends = word.starts_with('-') || word.ends_with('-');
    if !(2..=40).contains(&word.len()) || !word.bytes().all(letters) || ends {
        return flaw("word", "The word is 2 to 40 lower-case letters, digits and hyphens.");
    }
    if name.trim().is_empty() || !line(name, LONGEST) {
        return flaw("name", "The name is one line of 1 to 100 characters.");
    }
    if color.parse::<Color>().is_err() {
        return flaw("color", "A color is a number sign and six digits from 0 to f, such as #0b5c5e.");
    }
    if languages.split(' ').all(|code| Language::from_code(code).is_none()) {
        return flaw("languages", "Choose at least one language.");
    }
    if !email.is_empty() && Contact::new(&Personal::new(email.clone()), None, Language::English).is_err() {
        return flaw("email", "This is not an e-mail address.");
    }
    let phones = |letter: char| letter.is_ascii_digit() || "+ ()-./".contains(letter);
    if phone.chars().count() > LONGEST || !phone.chars().all(phones) {
        return flaw("phone", "A phone number has digits, spaces and + ( ) - . / alone.");
    }
    let controls = |letter: char| letter.is_control() && letter != '\n';
    if post.chars().count() > POST || post.chars().any(controls) {
        return flaw("post", "The postal address is at most 300 characters.");
    }
    let spaces = |letter: char| letter.is_whitespace() || letter.is_control() || "\"<>".contains(letter);
    if !notice.is_empty()
        && (!notice.starts_with("https://") || notice.len() > 500 || notice.contains(spaces))
    {
        return flaw("notice", "This is an address that begins with https://.");
    }
    Ok(wanted)
}

/// A word for addresses, from a name.
fn word_of(name: &str) -> String {
    let mut word = String::new();
    for letter in name.chars() {
        match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9') => word.push(letter),
            _ if !word.is_empty() && !word.ends_with('-') => word.push('-'),
            _ => {}
        }
    }
    word.truncate(40);
    let word = word.trim_matches('-');
    if word.len() < 2 { String::from("privacy") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::word_of;

    #[test]
    fn a_name_becomes_a_word_for_addresses() {
        for (name, word) in [
            ("Acme", "acme"),
            ("Müller & Söhne GmbH", "m-ller-s-hne-gmbh"),
            ("日本", "privacy"),
            (" A/S ", "a-s"),
        ] {
            assert_eq!(word_of(name), word);
        }
    }
}
