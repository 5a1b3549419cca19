//! The settings file that `exeunt init` writes: everything there is, with its meaning and default.

use crate::failure::Failure;
use crate::settings::source::{SourceKind, SourceSettings};

/// What is filled in.
#[derive(Debug)]
pub(crate) struct Fill<'a> {
    pub(crate) organization: &'a str,
    pub(crate) region: &'a str,
    /// A line under `unseal:` when a passphrase opens the home.
    pub(crate) passphrase: Option<String>,
    /// The control store, when it is on a server.
    pub(crate) store: Option<Kept>,
    /// The schema it has there.
    pub(crate) store_schema: Option<&'a str>,
    /// The file with the password for it.
    pub(crate) store_password_file: Option<&'a str>,
    /// The file or folder of the data map; none where the console keeps it.
    pub(crate) map: Option<&'a str>,
    /// Name and address.
    pub(crate) sources: &'a [(String, String)],
}

/// Where the address of the control store stands.
#[derive(Debug)]
pub(crate) enum Kept {
    /// Here.
    Url(String),
    /// In a variable of this name.
    Variable(String),
}

/// The text.
pub(crate) fn template(fill: &Fill<'_>) -> Result<String, Failure> {
    let Fill { organization, region, passphrase, map, sources, .. } = fill;
    let (organization, region) = (quoted(organization), quoted(region));
    let map = map.map_or_else(
        || {
            String::from(
                "# Where people's data lives. No file is named under `map:`, so the map is drafted and published in the console.\n\
                 # map: map.yaml",
            )
        },
        |map| {
            format!(
                "# Where people's data lives: files or folders, best kept in git. `exeunt map discover` writes a first one.\n\
                 map: {}",
                quoted(map)
            )
        },
    );
    let unseal = match passphrase {
        Some(line) => format!("unseal:\n  {line}\n"),
        None => String::from(
            "# unseal: { key_file: /run/secrets/exeunt.key }   # or passphrase_env, passphrase_file, passphrase_prompt: true\n",
        ),
    };
    let store = store(fill);
    let mut listed = String::new();
    for (name, address) in *sources {
        listed.push_str(&source(name, address));
    }
    if listed.is_empty() {
        listed.push_str(
            "  # shop: { kind: sqlite, path: ../shop.db }\n  \
             # crm: { kind: postgres, host: db.internal, database: crm, user: exeunt, password_file: crm.password }\n",
        );
        listed.insert_str(0, "sources: {}\n");
    } else {
        listed.insert_str(0, "sources:\n");
    }
    Ok(format!(
        "\
# Settings of this home. Paths are relative to this file. `exeunt settings reference` tells all there is.
organization: {organization}
region: {region}

window_days: 14            # days that erased rows can be restored
package_days: 7            # days a package lives
row_cap: 1000000           # rows of one person above which somebody must confirm
matches_cap: 5             # people one request may match before somebody must confirm
# rows_per_second: 20000   # slow down for the source's sake
# jobs_at_a_time: 2        # each runs one statement at a time
# batch_rows: 5000         # shorter transactions, for the source's sake
# organizations: [other.yaml]   # settings of further organizations of this home
# serve: {{ listen: 127.0.0.1:8420, tasks_at_a_time: 2 }}   # what `exeunt serve` does
# mail: {{ host: mail.internal, user: exeunt, password_file: mail.password, from: privacy@example.com }}   # letters to people
# residency: {{ storage: eu-de, workers: eu-de }}   # where this installation is; then the map says where each source is
# checkpoints: /mnt/other-disk/exeunt   # outside this disk they also notice when it is rolled back

{unseal}
{store}
{map}

# The databases, by the names the map gives them. Addresses and credentials never stand in the map. More are connected in the console,
# unless you say otherwise.
# sources_in_console: off
{listed}"
    ))
}

fn store(fill: &Fill<'_>) -> String {
    let address = match &fill.store {
        None => {
            return String::from(
                "# The control store is a file here (control.db); for several machines, a PostgreSQL database of its own.\n\
                 # store: { kind: postgres, host: db.internal, database: exeunt, user: exeunt, password_file: store.password }\n",
            );
        }
        Some(Kept::Url(url)) => format!("url: {}", quoted(url)),
        Some(Kept::Variable(name)) => format!("url_env: {}", quoted(name)),
    };
    let mut text = format!("# Where Exeunt's own memory is kept.\nstore:\n  kind: postgres\n  {address}\n");
    if let Some(path) = fill.store_password_file {
        text.push_str(&format!("  password_file: {}\n", quoted(path)));
    }
    if let Some(schema) = fill.store_schema {
        text.push_str(&format!("  schema: {}\n", quoted(schema)));
    }
    text
}

fn source(name: &str, address: &str) -> String {
    let name = quoted(name);
    let settings = SourceSettings::from_address(address);
    match (settings.kind, &settings.path) {
        (SourceKind::Sqlite, Some(path)) => {
            format!("  {name}: {{ kind: sqlite, path: {} }}\n", quoted(&path.display().to_string()))
        }
        _ => format!("  {name}: {{ kind: postgres, url: {} }}\n", quoted(address)),
    }
}

/// A YAML scalar that is a plain word where it may be, else in double quotes as JSON writes it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ');
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '.'));
    let reserved =
        matches!(text.to_ascii_lowercase().as_str(), "null" | "true" | "false" | "yes" | "no" | "on" | "off");
    if first
        && text.chars().all(plain)
        && !text.ends_with(' ')
        && !reserved
        && !text.starts_with("...")
        && !text.starts_with("---")
    {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}
