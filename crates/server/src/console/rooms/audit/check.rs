//! Checking the log now, and saying in words what that found and what it means.

use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::audits::check::Checked;

use crate::console::form::Sent;
use crate::console::frame::shown;
use crate::console::rooms::audit::list::again;
use crate::console::trouble::{Trouble, sentence};
use crate::console::words::badge::Badge;
use crate::console::words::number::{counted, grouped};

/// One thing that was checked.
pub(super) struct Finding {
    pub(super) what: &'static str,
    pub(super) state: Badge,
    pub(super) says: String,
}

/// What a check found.
pub(super) struct Told {
    /// All of it in one sentence.
    pub(super) says: String,
    pub(super) good: bool,
    pub(super) findings: Vec<Finding>,
    pub(super) root: String,
}

/// Checks it. Nothing is changed by that; witnesses are asked to sign the head.
pub(crate) async fn verify(sent: Sent) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.allow(&by.actor, Permission::ReadAudit)?;
    let checked = by.office.check_log(&by.actor).await?;
    Ok(shown(&again(&by, &fields, None, Some(&checked)).await?))
}

/// The same in words.
pub(super) fn told(checked: &Checked) -> Told {
    let mut findings = Vec::new();
    let good = |is: bool| if is { Badge::HOLDS } else { Badge::BROKEN };
    let size = checked.head.checkpoint.size;
    findings.push(Finding {
        what: "Entries",
        state: good(checked.entries.is_ok()),
        says: match &checked.entries {
            Ok(whole) => format!(
                "All {} are exactly what was signed: nothing was changed, taken out or put in between.",
                counted(whole.entries, "entry", "entries")
            ),
            Err(error) => sentence(&error.to_string()),
        },
    });
    findings.push(Finding {
        what: "Checkpoint kept outside",
        state: good(checked.kept.is_ok()),
        says: match &checked.kept {
            Ok(()) => String::from("The log only grew since it was kept: the database was not taken back."),
            Err(error) => sentence(&error.to_string()),
        },
    });
    let (signed, many) = (checked.head.signed(), checked.witnesses);
    let says = match (many, checked.head.quorum) {
        (0, _) => String::from(
            "The settings name no witness, so nobody outside vouches that everybody is shown this log. Keep an export elsewhere, or name witnesses.",
        ),
        (_, true) => {
            format!("{signed} of {many} signed, which is enough: nobody can be shown another log up to here.")
        }
        (_, false) => format!(
            "{signed} of {many} signed, which is not enough. The log may be whole; but nobody outside vouches for its latest entries yet. It is asked again by itself."
        ),
    };
    findings.push(Finding {
        what: "Witnesses",
        state: match (many, checked.head.quorum) {
            (0, _) => Badge::NONE_NAMED,
            (_, enough) => good(enough),
        },
        says,
    });
    let whole = checked.entries.is_ok() && checked.kept.is_ok();
    Told {
        says: match (whole, many) {
            (true, 0) => format!("All {} entries are in the log, and nothing is missing.", grouped(size)),
            (true, _) => format!(
                "All {} entries are in the log, and nothing is missing. {signed} of {many} witnesses signed.",
                grouped(size)
            ),
            (false, _) => String::from(
                "The log cannot be believed as it stands. Stop what destroys, keep an export, and compare it with one made earlier.",
            ),
        },
        good: whole && (many == 0 || checked.head.quorum),
        findings,
        root: checked.head.checkpoint.root.to_string(),
    }
}
