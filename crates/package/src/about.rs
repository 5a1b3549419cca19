//! What the person is told about the processing: the parts of Art. 15(1) and (2) GDPR.

use crate::error::Error;

/// The information part, composed by the caller from the data map for this one person. Each entry of a list is one
/// statement in plain words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Whether data is processed at all.
    pub confirmation: Vec<String>,
    /// Who is responsible, and how to reach them.
    pub controller: Vec<String>,
    /// What the data is used for, and on what ground.
    pub purposes: Vec<String>,
    /// What kinds of data.
    pub categories: Vec<String>,
    /// Who was told: by name, or by kind with the reason why no name can be given.
    pub recipients: Vec<String>,
    /// How long it is kept, or what decides that.
    pub retention: Vec<String>,
    /// What the person may ask for.
    pub rights: Vec<String>,
    /// Where to complain.
    pub complaint: Vec<String>,
    /// Where the data came from.
    pub source: Vec<String>,
    /// Decisions made by machines alone, or that there are none.
    pub automated_decisions: Vec<String>,
    /// Transfers to other countries and their safeguards, or that there are none.
    pub transfers: Vec<String>,
}

/// One part: its key in JSON and XML, its heading for people, its statements.
pub(crate) struct Part<'a> {
    pub(crate) key: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) statements: &'a [String],
}

impl About {
    /// The parts in the order a letter tells them.
    pub(crate) fn parts(&self) -> [Part<'_>; 11] {
        let part = |key, heading, statements| Part { key, heading, statements };
        [
            part("confirmation", "Do we hold data about you?", &self.confirmation),
            part("purposes", "What we use it for", &self.purposes),
            part("categories", "What kinds of data", &self.categories),
            part("recipients", "Who has received it", &self.recipients),
            part("retention", "How long we keep it", &self.retention),
            part("source", "Where it came from", &self.source),
            part("automated_decisions", "Decisions made by machines", &self.automated_decisions),
            part("transfers", "Transfers to other countries", &self.transfers),
            part("rights", "Your rights", &self.rights),
            part("complaint", "Where you can complain", &self.complaint),
            part("controller", "Who is responsible", &self.controller),
        ]
    }

    /// Refuses an information part in which something is left unsaid.
    pub(crate) fn check_complete(&self) -> Result<(), Error> {
        let said = |part: &Part<'_>| part.statements.iter().any(|statement| !statement.trim().is_empty());
        match self.parts().iter().find(|part| !said(part)) {
            Some(part) => Err(Error::Unsaid { part: part.key }),
            None => Ok(()),
        }
    }
}
