//! `exeunt package remove`.

use exeunt_base::PackageId;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out, remote};

/// Which.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Args {
    /// The package
    #[arg(value_parser = ids::id::<PackageId>("pkg"))]
    package: Option<PackageId>,
    /// All whose time has come
    #[arg(long)]
    expired: bool,
}

/// Removes.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let removed = match (door.way(Needs::Home).await?, args.package) {
        (Way::Here(office, actor), Some(id)) => {
            office.remove_package(&actor, id).await?;
            vec![id]
        }
        (Way::Here(office, actor), None) => office.remove_expired_packages(&actor).await?,
        (Way::There(remote), Some(id)) => {
            remote.remove_package(id).await?;
            vec![id]
        }
        // a service removes them by itself
        (Way::There(_), None) => return Err(remote::Error::NoForm.into()),
    };
    if door.json {
        out::json(&json!({ "removed": removed }))?;
    } else if removed.is_empty() {
        out::text("no package has expired")?;
    } else {
        let line = |id: &PackageId| format!("{id}: key and file are destroyed\n");
        out::text(&removed.iter().map(line).collect::<String>())?;
    }
    Ok(Exit::DONE)
}
