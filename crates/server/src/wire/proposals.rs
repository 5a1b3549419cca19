//! What takes two people, over the wire.

use exeunt_base::Timestamp;
use exeunt_store::proposals::Proposal;
use serde::Serialize;
use utoipa::ToSchema;

/// What one person wants and another has to want too.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposalView {
    /// Its id.
    pub(crate) proposal: String,
    /// What is to be done: `approve_plan`, `exceed_cap`, `leave_rows`, `purge`, `release_hold`, `export_key`, `publish_map`.
    pub(crate) act: String,
    /// To what: an id, or nothing where it is about the house as a whole.
    pub(crate) subject: Option<String>,
    /// The same in words.
    pub(crate) what: String,
    /// Who wants it.
    pub(crate) by: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// Until when it counts.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// `open`, `confirmed`, `withdrawn`, or `spent` where it was done and counts once.
    pub(crate) state: String,
    /// Who confirmed or withdrew it.
    pub(crate) ended_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) ended_at: Option<Timestamp>,
}

impl From<&Proposal> for ProposalView {
    fn from(proposal: &Proposal) -> Self {
        Self {
            proposal: proposal.id.to_string(),
            act: proposal.act.clone(),
            subject: Some(proposal.subject.clone()).filter(|subject| !subject.is_empty()),
            what: proposal.what.clone(),
            by: proposal.by.to_string(),
            made_at: proposal.made_at,
            expires_at: proposal.expires_at,
            state: proposal.state.clone(),
            ended_by: proposal.ended_by.map(|by| by.to_string()),
            ended_at: proposal.ended_at,
        }
    }
}
