//! `exeunt package list`.

use exeunt_store::packages::Package;
use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Lists.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    let packages = office.list_packages(&actor).await?;
    if door.json {
        let one = |package: &Package| {
            json!({
                "package": package.id,
                "request": package.request,
                "file": office.layout.packages.join(&package.file).display().to_string(),
                "sha256": package.digest,
                "bytes": package.bytes,
                "rows": package.rows,
                "made_at": package.made_at,
                "expires_at": package.expires_at,
                "opened": package.opened,
                "removed_at": package.removed_at,
            })
        };
        out::json(&json!({ "packages": packages.iter().map(one).collect::<Vec<_>>() }))?;
    } else if packages.is_empty() {
        out::text("no packages yet; answer a request with `exeunt package make`")?;
    } else {
        let line = |package: &Package| {
            let life = match package.removed_at {
                Some(at) => format!("removed {}", out::time(at)),
                None => format!("until {}", out::time(package.expires_at)),
            };
            vec![
                package.id.to_string(),
                package.request.to_string(),
                out::grouped(package.rows),
                out::grouped(package.bytes),
                life,
            ]
        };
        let rows: Vec<Vec<String>> = packages.iter().map(line).collect();
        out::text(&table(&["package", "request", "rows", "bytes", "life"], &rows))?;
    }
    Ok(Exit::DONE)
}
