//! What comes next for a request: a button for whoever may, and for everybody else who does it.

use exeunt_app::access::Permission;
use exeunt_app::requests::show::Shown;
use exeunt_rights::Pack;

use crate::console::door::Visitor;
use crate::console::request::{place, said};

/// The next step.
pub(crate) struct Step {
    /// What comes next, as a sentence.
    pub(crate) says: String,
    /// The button and where it leads, for whoever may.
    pub(crate) button: Option<(&'static str, String)>,
}

/// What comes next.
pub(super) fn next(by: &Visitor, shown: &Shown, pack: Option<&Pack>) -> Option<Step> {
    let request = &shown.request;
    let id = request.id;
    let erases = said::erases(&request.kind);
    let step = |says: &str, needs: Permission, button: &'static str, href: String| {
        let button = by.may(needs).then_some((button, href));
        let says = match &button {
            Some(_) => says.to_owned(),
            None => format!("{says} Somebody who may does that."),
        };
        Some(Step { says, button })
    };
    let said = |says: &str| Some(Step { says: says.to_owned(), button: None });
    if shown.standing.as_ref().is_some_and(|standing| standing.deadline.paused_on.is_some()) {
        let says = "The clock stands still until what is waited for is here.";
        return step(
            says,
            Permission::DecideRequests,
            "Let the clock run on",
            format!("{}#act-resume", place(id, "")),
        );
    }
    let least = pack.zip(request.kind.parse().ok()).map(|(pack, right)| pack.identity.least(right, false));
    let level = shown.intake.as_ref().map_or(0, |intake| intake.level);
    let unknown = least.is_some_and(|least| level < least);
    let planned = place(id, "plan");
    match (request.state.as_str(), request.job.is_some()) {
        ("received" | "awaiting_approval", _) if unknown => {
            let says = format!(
                "Who asks is known at level {level}; this law wants level {} before anything is approved.",
                least.unwrap_or_default()
            );
            step(
                &says,
                Permission::IdentifyRequests,
                "Establish who asks",
                format!("{}#act-identify", place(id, "")),
            )
        }
        ("received", _) if !erases => step(
            "The package that answers it is to be made.",
            Permission::MakePackages,
            "Make the package",
            place(id, "package"),
        ),
        ("received", _) => step(
            "A plan says exactly what will be erased. Making it changes nothing.",
            Permission::MakePlans,
            "Make the plan",
            planned,
        ),
        ("awaiting_approval", _) if !erases => step(
            "The package that answers it is to be made.",
            Permission::MakePackages,
            "Make the package",
            place(id, "package"),
        ),
        ("awaiting_approval", _) => step(
            "The plan waits to be read and approved.",
            Permission::ApprovePlans,
            "Read and approve the plan",
            planned,
        ),
        ("approved", _) if !erases => step(
            "The package that answers it is to be made.",
            Permission::MakePackages,
            "Make the package",
            place(id, "package"),
        ),
        ("approved", false) => step(
            "The plan is approved. Nothing runs until somebody starts it.",
            Permission::RunJobs,
            "Start the erasure",
            place(id, "run"),
        ),
        ("approved", true) => {
            step("Its job is at work.", Permission::ReadJobs, "Follow the job", place(id, "run"))
        }
        ("ready" | "delivered", _) => {
            step("The package was made.", Permission::ReadPackages, "See the package", place(id, "package"))
        }
        ("hidden" | "partly_restored", _) if request.held_because.is_some() => {
            let says = "It is on hold: nothing is erased for good until two people release it.";
            step(says, Permission::HoldRequests, "Release it", format!("{}#act-release", place(id, "")))
        }
        ("hidden" | "partly_restored", _) => {
            let says = "The person's data is hidden from everybody. Until the window ends it can come back; then it is erased by itself.";
            step(says, Permission::Restore, "See what waits", place(id, "recovery"))
        }
        ("purging", _) => step(
            "It is being erased for good.",
            Permission::ReadRequests,
            "See what waits",
            place(id, "recovery"),
        ),
        ("completed" | "completed_with_exceptions" | "no_data", _) => step(
            "It is finished. The receipt proves it.",
            Permission::ReadAudit,
            "See the evidence",
            place(id, "evidence"),
        ),
        ("cannot_identify", _) => step(
            "It ended because nobody could tell who asked.",
            Permission::IdentifyRequests,
            "Take it up again",
            format!("{}#act-reopen", place(id, "")),
        ),
        ("restored", _) => said("Everything was brought back. Nothing is left to do."),
        ("refused", _) => said("It was refused. Nothing is left to do."),
        ("withdrawn", _) => said("The person took it back. Nothing is left to do."),
        _ => None,
    }
}
