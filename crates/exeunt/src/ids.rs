//! Ids on the command line. What is not one is not repeated: it may be somebody's address, put in the wrong place.

use std::str::FromStr;

use exeunt_base::{JobId, PlanId, RequestId};

/// What a job can be named by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    /// Itself.
    Job(JobId),
    /// The plan it carries out.
    Plan(PlanId),
    /// A request it answers.
    Request(RequestId),
}

impl FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let job = text.parse().map(Self::Job).ok();
        let plan = || text.parse().map(Self::Plan).ok();
        let request = || text.parse().map(Self::Request).ok();
        job.or_else(plan)
            .or_else(request)
            .ok_or_else(|| String::from("an id such as job_…, pln_… or req_… is needed here"))
    }
}

/// Reads an id for clap without quoting what was given.
pub(crate) fn id<T: FromStr>(
    prefix: &'static str,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync {
    move |text| text.parse().map_err(|_| format!("an id such as {prefix}_… is needed here"))
}
