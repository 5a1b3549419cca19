//! The pictures of the guide: screenshots that the journeys through the console left, copied to where the guide shows them.

use std::path::Path;

use anyhow::{Context, Result, bail};

/// What a journey's check is called, and the picture it becomes.
const PICTURES: &[(&str, &str)] = &[
    ("today-busy", "today"),
    ("requests-many", "requests"),
    ("request-fresh", "request"),
    ("request-plan-counted", "plan"),
    ("request-approve", "approve"),
    ("request-run-done", "run"),
    ("request-recovery", "recovery"),
    ("request-evidence", "evidence"),
    ("request-new-proposed", "new-request"),
    ("customer", "customer"),
    ("map", "map"),
    ("map-proposals", "proposals"),
    ("map-test", "test-person"),
    ("audit-verified", "audit"),
    ("reports", "reports"),
    ("portal-status-hidden", "portal"),
    ("settings", "settings"),
    ("settings-people", "people"),
    ("suppression-checked", "suppression"),
];

/// Where journeys leave them.
const SCREENS: &str = "target/screens";
/// Where the guide has them.
const GUIDE: &str = "docs/guide/pictures";

/// Copies all of them, or says which journey was not travelled.
pub(crate) fn renew() -> Result<()> {
    std::fs::create_dir_all(GUIDE).with_context(|| format!("could not make {GUIDE}"))?;
    for (screen, picture) in PICTURES {
        let from = Path::new(SCREENS).join(format!("{screen}-window.png"));
        if !from.exists() {
            bail!("there is no {}; `cargo test -p exeunt --test browser` takes it", from.display());
        }
        let to = Path::new(GUIDE).join(format!("{picture}.png"));
        std::fs::copy(&from, &to).with_context(|| format!("could not write {}", to.display()))?;
    }
    println!("{} pictures in {GUIDE}", PICTURES.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::PICTURES;

    #[test]
    fn the_guide_shows_exactly_the_pictures_that_are_taken() {
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide");
        let mut shown = BTreeSet::new();
        for page in std::fs::read_dir(&guide).unwrap() {
            let page = page.unwrap().path();
            if page.extension().is_some_and(|kind| kind == "md") {
                let text = std::fs::read_to_string(&page).unwrap();
                let pictures = text.split("(pictures/").skip(1).filter_map(|rest| rest.split(".png)").next());
                shown.extend(pictures.map(str::to_owned));
            }
        }
        let taken: BTreeSet<String> = PICTURES.iter().map(|(_, picture)| (*picture).to_owned()).collect();
        assert_eq!(shown, taken);
        for picture in &taken {
            assert!(guide.join("pictures").join(format!("{picture}.png")).exists(), "{picture}");
        }
    }
}
