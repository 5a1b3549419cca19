//! `exeunt package list`.

use exeunt_store::packages::Package;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Lists.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let way = door.way(Needs::Home).await?;
    let packages = match &way {
        Way::Here(office, actor) => office.list_packages(actor).await?,
        Way::There(remote) => remote.list_packages().await?,
    };
    if door.json {
        // where a service keeps its files is its own affair
        let file = |package: &Package| match &way {
            Way::Here(office, _) => Some(office.engine.packages.place(&package.file)),
            Way::There(_) => None,
        };
        let one = |package: &Package| {
            json!({
                "package": package.id,
                "request": package.request,
                "file": file(package),
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
