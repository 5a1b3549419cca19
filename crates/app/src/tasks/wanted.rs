//! What a task is to do, as it is sealed into the store.

use std::collections::BTreeSet;

use exeunt_base::Secret;
use exeunt_engine::export::To;
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice;
use exeunt_package::Format;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::packages::make;

/// What is to be done. The subject, a job, a request or an organization, stands beside it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Count what a plan would touch.
    CountPlan(Confirmed),
    /// Execute a plan's statements and roll them back.
    RehearsePlan(Confirmed),
    /// Carry a job out.
    RunJob(Confirmed),
    /// Try a job's flagged rows again.
    RetryReviews,
    /// Leave a job's flagged rows as they are, for this reason.
    SkipReviews(String),
    /// Bring a request's rows back.
    Restore(Choice),
    /// Destroy a request's rows for ever, look again, issue the receipt.
    Purge(Options),
    /// The same for every request of the organization whose window has ended: each source cleans up once for all.
    PurgeDue,
    /// Make the package that answers a request.
    MakePackage(PackageWanted),
    /// Push what waits into the delta tables.
    PushDeltas,
    /// Look at rows that stayed by law, and have those erased whose time is over.
    FollowKept,
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

impl Wanted {
    /// Whether both ask for the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        matches!((serde_json::to_vec(self), serde_json::to_vec(other)), (Ok(one), Ok(another)) if one == another)
    }

    /// Whether somebody only wants to look: they wait for it, and can simply ask again. Nothing is lost when it fails.
    pub(crate) fn is_look(kind: &str) -> bool {
        [COUNT_PLAN, REHEARSE_PLAN].contains(&kind)
    }

    /// The word for it in the store and at every door.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CountPlan(_) => COUNT_PLAN,
            Self::RehearsePlan(_) => REHEARSE_PLAN,
            Self::RunJob(_) => RUN_JOB,
            Self::RetryReviews => RETRY_REVIEWS,
            Self::SkipReviews(_) => SKIP_REVIEWS,
            Self::Restore(_) => RESTORE,
            Self::Purge(_) => PURGE,
            Self::PurgeDue => PURGE_DUE,
            Self::MakePackage(_) => MAKE_PACKAGE,
            Self::PushDeltas => PUSH_DELTAS,
            Self::FollowKept => FOLLOW_KEPT,
        }
    }
}

/// Counting what a plan would touch.
pub const COUNT_PLAN: &str = "count_plan";
/// Executing a plan's statements and rolling them back.
pub const REHEARSE_PLAN: &str = "rehearse_plan";
/// Carrying a job out.
pub const RUN_JOB: &str = "run_job";
/// Trying flagged rows again.
pub const RETRY_REVIEWS: &str = "retry_reviews";
/// Leaving flagged rows as they are.
pub const SKIP_REVIEWS: &str = "skip_reviews";
/// Bringing rows back.
pub const RESTORE: &str = "restore";
/// Destroying rows for ever.
pub const PURGE: &str = "purge";
/// Destroying for ever what is due.
pub const PURGE_DUE: &str = "purge_due";
/// Making a package.
pub const MAKE_PACKAGE: &str = "make_package";
/// Pushing into delta tables.
pub const PUSH_DELTAS: &str = "push_deltas";
/// Looking at rows that stayed by law.
pub const FOLLOW_KEPT: &str = "follow_kept";

/// A package as asked for.
#[derive(Clone, Serialize, Deserialize)]
pub struct PackageWanted {
    /// Forms.
    pub formats: Vec<String>,
    /// Keys (`age1…`) that open it beside this house's.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// Only whoever knows this opens it.
    #[serde(default)]
    pub passphrase: Option<String>,
    /// What people confirmed over the guards.
    #[serde(default)]
    pub confirmed: Confirmed,
    /// A link to it is mailed to the person as soon as it is made.
    #[serde(default)]
    pub deliver: bool,
}

impl PackageWanted {
    /// As the package room wants it. Refuses what it could not do.
    pub fn read(&self) -> Result<make::Wanted, Error> {
        let usage = |why: String| Error::Usage("E0801", why);
        let mut formats = BTreeSet::new();
        for word in &self.formats {
            let format: Format = word
                .parse()
                .map_err(|_| usage(String::from("known formats are json, csv, xml, docx and html")))?;
            formats.insert(format);
        }
        if formats.is_empty() {
            return Err(usage(String::from("name at least one format: json, csv, xml, docx or html")));
        }
        let to = match (&self.passphrase, self.recipients.as_slice()) {
            (Some(_), [_, ..]) => {
                return Err(usage(String::from("a package is for recipients or for a passphrase, not both")));
            }
            (Some(phrase), []) if phrase.chars().count() < SHORTEST => {
                return Err(usage(format!("a package's passphrase has at least {SHORTEST} characters")));
            }
            (Some(phrase), []) => To::Passphrase(Secret::new(phrase.clone())),
            (None, []) => To::House,
            (None, keys) => {
                let keys: Result<Vec<_>, exeunt_package::BadKey> =
                    keys.iter().map(|key| key.parse()).collect();
                To::Recipients(keys?)
            }
        };
        Ok(make::Wanted {
            formats,
            to,
            confirmed: self.confirmed,
            deliver: self.deliver,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}

/// Fewest characters of a package's passphrase.
const SHORTEST: usize = 12;
