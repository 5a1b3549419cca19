//! Which files of a home a backup holds. What does not stand here is not in it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use exeunt_base::OrganizationId;

use crate::backups::form::{CHECKPOINTS, HOME};
use crate::error::Error;
use crate::home::layout::Layout;

/// Files and folders of the home. `keys/unseal.salt` is no secret: it makes a passphrase into a key, which it is not.
const KEPT: [&str; 10] = [
    "exeunt.yaml",
    "keys/unseal.salt",
    "keys/ring/root.key",
    "keys/ring/root.next.key",
    "keys/ring/installation.key",
    "keys/ring/recovery.key",
    "keys/ring/standby.key",
    "keys/ring/standby.installation.key",
    "operators",
    "receipts",
];

/// Notes of work in other databases than the settings name.
const ELSEWHERE: &str = "elsewhere";

/// Sealed rows.
const VAULT: &str = "vault";

/// Where organizations' keys lie.
const ORGANIZATIONS: &str = "keys/ring/organizations/";

/// Whether a file in an organization's folder is a key of its own: the one in use, the next one, what its purpose keys hang on, or
/// what stands by for it. Keys of epochs are in a folder below.
fn is_own_key(name: &str) -> bool {
    let stands_by = || {
        let version = name.strip_prefix("standby-").and_then(|rest| rest.strip_suffix(".key"));
        version
            .is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
    };
    ["organization.key", "organization.next.key", "purposes.key"].contains(&name) || stands_by()
}

/// A file: its name in the backup, and where it lies.
pub(super) type Listed = (String, PathBuf);

/// All files, in the order of their names.
pub(super) fn listed(layout: &Layout, organizations: &[OrganizationId]) -> Result<Vec<Listed>, Error> {
    let mut found = Vec::new();
    for name in KEPT.into_iter().chain([ELSEWHERE]) {
        collect(&layout.home, &layout.home.join(name), &mut found, &|_| true)?;
    }
    for organization in organizations {
        // the organization's own keys, and none of its epochs'
        let own = |path: &Path| path.file_name().is_some_and(|name| is_own_key(&name.to_string_lossy()));
        let folder = layout.home.join(format!("{ORGANIZATIONS}{organization}"));
        collect(&layout.home, &folder, &mut found, &own)?;
        let path = layout.log_key(*organization);
        if path.exists() {
            found.push((format!("{CHECKPOINTS}{organization}/log.vkey"), path));
        }
    }
    // what is still being written is not in the vault yet
    let whole = |path: &Path| path.extension().is_some_and(|end| end == "blob");
    collect(&layout.home, &layout.home.join(VAULT), &mut found, &whole)?;
    Ok(found)
}

/// What tells whether a key was rotated: the files that a rotation writes.
pub(super) fn keys(layout: &Layout, organizations: &[OrganizationId]) -> Vec<Option<Vec<u8>>> {
    let ring = ["root.key", "root.next.key"].map(|name| layout.ring().join(name));
    let own = organizations.iter().flat_map(|organization| {
        let folder = layout.home.join(format!("{ORGANIZATIONS}{organization}"));
        ["organization.key", "organization.next.key", "purposes.key"].map(|name| folder.join(name))
    });
    ring.into_iter().chain(own).map(|path| fs::read(path).ok()).collect()
}

/// Where a file of a backup goes; none when its name is none that [`listed`] gives.
pub(super) fn place(layout: &Layout, name: &str) -> Option<PathBuf> {
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0']);
    if !name.split('/').all(plain) {
        return None;
    }
    if let Some(rest) = name.strip_prefix(CHECKPOINTS) {
        let organization: OrganizationId = rest.strip_suffix("/log.vkey")?.parse().ok()?;
        return Some(layout.log_key(organization));
    }
    let rest = name.strip_prefix(HOME)?;
    let under = |folder: &str| rest.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let key = rest
        .strip_prefix(ORGANIZATIONS)
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(id, name)| id.parse::<OrganizationId>().is_ok() && is_own_key(name));
    let known =
        KEPT.contains(&rest) || key || ["operators", "receipts", ELSEWHERE, VAULT].into_iter().any(under);
    known.then(|| layout.home.join(rest))
}

fn collect(
    home: &Path,
    path: &Path,
    found: &mut Vec<Listed>,
    wanted: &dyn Fn(&Path) -> bool,
) -> Result<(), Error> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(Error::file("look at", path, source)),
    };
    if about.is_dir() {
        let mut inside = Vec::new();
        for entry in fs::read_dir(path).map_err(|source| Error::file("list", path, source))? {
            inside.push(entry.map_err(|source| Error::file("list", path, source))?.path());
        }
        inside.sort();
        return inside.iter().try_for_each(|path| collect(home, path, found, wanted));
    }
    if about.is_file() && wanted(path) {
        let name = path.strip_prefix(home).unwrap_or(path).to_string_lossy();
        found.push((format!("{HOME}{name}"), path.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::place;
    use crate::home::layout::Layout;

    #[test]
    fn neither_the_unseal_secret_nor_keys_of_epochs_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::new(dir.path());
        let organization = "org_01040g2081040g2081040g2081";
        let ring = format!("keys/ring/organizations/{organization}");
        for (name, listed) in [
            ("exeunt.yaml", true),
            ("control.db", false),
            ("control.db-wal", false),
            ("keys/unseal.key", false),
            ("keys/unseal.salt", true),
            ("keys/ring/root.key", true),
            (&format!("{ring}/organization.key"), true),
            (&format!("{ring}/purposes.key"), true),
            (&format!("{ring}/standby-0.key"), true),
            (&format!("{ring}/standby-.key"), false),
            (&format!("{ring}/lock"), false),
            (&format!("{ring}/epochs/epo_01mcc5rm00d1rp54hy82jmxrx8.key"), false),
            ("vault/ab/blb_1.blob", true),
            ("vault/ab/blb_1.0102.part", false),
            ("packages/pkg_1.age", false),
            ("receipts/rcp_1.json", true),
            ("operators/uid-0", true),
            (&format!("checkpoints/{organization}/checkpoint"), false),
            (&format!("checkpoints/{organization}/log.vkey"), true),
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, name).unwrap();
            let found = super::listed(&layout, &[organization.parse().unwrap()]).unwrap();
            let found = found.iter().find(|(_, at)| *at == path);
            assert_eq!(found.is_some(), listed, "{name}");
            if let Some((named, at)) = found {
                assert_eq!(
                    place(&layout, named).as_deref(),
                    Some(at.as_path()),
                    "{name} goes back to its place"
                );
            }
        }
    }

    #[test]
    fn a_backup_puts_files_where_it_takes_them_from_and_nowhere_else() {
        let layout = Layout::new(Path::new("/h"));
        let of = |name: &str| place(&layout, name).map(|path| path.display().to_string());
        let organization = "org_01040g2081040g2081040g2081";
        assert_eq!(of("home/vault/ab/x.blob").as_deref(), Some("/h/vault/ab/x.blob"));
        assert_eq!(of("home/keys/ring/root.key").as_deref(), Some("/h/keys/ring/root.key"));
        let key = format!("home/keys/ring/organizations/{organization}/organization.key");
        assert!(of(&key).is_some());
        let public = of(&format!("checkpoints/{organization}/log.vkey"));
        assert_eq!(public, Some(format!("/h/checkpoints/{organization}/log.vkey")));
        for wrong in [
            "home/../etc/passwd",
            "home/vault/../../x",
            "/etc/passwd",
            "home//vault/x",
            "home/keys/unseal.key",
            "home/control.db",
            &format!("home/keys/ring/organizations/{organization}/epochs/epo_1.key"),
            &format!("checkpoints/{organization}/checkpoint"),
            "checkpoints/../log.vkey",
            "vault/x.blob",
            "",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
