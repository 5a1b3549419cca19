//! `exeunt init`: makes a home and says what to do next.

mod by_settings;

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use exeunt_app::home::{Layout, create};
use exeunt_base::Name;
use exeunt_engine::world::secret_bytes;
use exeunt_vault::{Keeper, KeyFile, Passphrase};
use serde_json::json;

use crate::door::{self, Door};
use crate::failure::{Exit, Failure};
use crate::settings::{Fill, Kept, Settings, template};
use crate::sources;
use crate::{out, passphrase};

pub(crate) use crate::commands::init::by_settings::new_keeper;

/// What the home is to be like. With --settings, what the settings say.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The organization's name, as it stands in letters [default: My organization]
    #[arg(long, value_name = "NAME")]
    organization: Option<String>,
    /// Where the organization keeps its data
    #[arg(long, value_name = "REGION", default_value = "eu")]
    region: String,
    /// A database, by the name the map gives it: shop=sqlite:shop.db, crm=postgresql://user@host/crm
    #[arg(long = "source", value_name = "NAME=ADDRESS", value_parser = sources::address)]
    sources: Vec<(Name, String)>,
    /// Keep the control store in this PostgreSQL database instead of a file: postgresql://user@host/exeunt
    #[arg(long, value_name = "ADDRESS", group = "kept", value_parser = server)]
    store: Option<String>,
    /// Keep the control store in the PostgreSQL database whose address is in this variable
    #[arg(long, value_name = "NAME", group = "kept")]
    store_env: Option<String>,
    /// The file that holds the password for the control store, and nothing else
    #[arg(long, value_name = "FILE", requires = "kept")]
    store_password_file: Option<PathBuf>,
    /// The schema the control store has for itself [default: public]
    #[arg(long, value_name = "NAME", requires = "kept")]
    store_schema: Option<String>,
    /// The data map's file or folder
    #[arg(long, value_name = "PATH", default_value = "map.yaml")]
    map: PathBuf,
    /// Name no file: the data map is drafted and published in the console
    #[arg(long, conflicts_with = "map")]
    map_in_console: bool,
    /// Open the home with a passphrase from this file instead of a key file
    #[arg(long, value_name = "FILE", group = "phrase")]
    passphrase_file: Option<PathBuf>,
    /// Open the home with a passphrase from this variable
    #[arg(long, value_name = "NAME", group = "phrase")]
    passphrase_env: Option<String>,
    /// Open the home with a passphrase that is asked for each time
    #[arg(long, group = "phrase")]
    passphrase: bool,
}

/// Makes the home.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    if let Some(path) = door.named_settings() {
        return by_settings::run(door, args, path).await;
    }
    let layout = Layout::new(&door.home);
    if layout.settings().exists() {
        return Err(exeunt_app::Error::HomeExists(layout.home).into());
    }
    let organization = args.organization.as_deref().unwrap_or("My organization");
    let here = std::env::current_dir()?;
    let absolute = |path: &str| here.join(path).display().to_string();
    let listed: Vec<(String, String)> = args
        .sources
        .iter()
        .map(|(name, address)| {
            let file = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:"));
            let remote = address.starts_with("postgres://") || address.starts_with("postgresql://");
            let address = if remote {
                address.clone()
            } else {
                format!("sqlite:{}", absolute(file.unwrap_or(address)))
            };
            (name.as_str().to_owned(), address)
        })
        .collect();
    let phrase_file = args.passphrase_file.as_ref().map(|path| here.join(path));
    let line = match (&phrase_file, &args.passphrase_env, args.passphrase) {
        (Some(path), ..) => {
            Some(format!("passphrase_file: {}", serde_json::Value::from(path.display().to_string())))
        }
        (_, Some(name), _) => Some(format!("passphrase_env: {}", serde_json::Value::from(name.as_str()))),
        (_, _, true) => Some(String::from("passphrase_prompt: true")),
        _ => None,
    };
    let store_password_file =
        args.store_password_file.as_ref().map(|path| here.join(path).display().to_string());
    let map = here.join(&args.map).display().to_string();
    let text = template(&Fill {
        organization,
        region: &args.region,
        passphrase: line,
        store: match (&args.store, &args.store_env) {
            (Some(url), _) => Some(Kept::Url(url.clone())),
            (_, Some(name)) => Some(Kept::Variable(name.clone())),
            _ => None,
        },
        store_schema: args.store_schema.as_deref(),
        store_password_file: store_password_file.as_deref(),
        map: (!args.map_in_console).then_some(map.as_str()),
        sources: &listed,
    })?;
    // what was asked for must hold before anything is made
    let store = Settings::parse(&text, &layout.settings())?.place(&layout.store())?;
    let phrase = match (&phrase_file, &args.passphrase_env, args.passphrase) {
        (Some(path), ..) => Some(passphrase::from_file(path)?),
        (_, Some(name), _) => Some(passphrase::from_variable(name)?),
        (_, _, true) => {
            let first = passphrase::ask("a passphrase for this home")?;
            if *passphrase::ask("once more")?.expose() != *first.expose() {
                return Err(Failure::Passphrase(String::from(
                    "the two passphrases differ; nothing was made",
                )));
            }
            Some(first)
        }
        _ => None,
    };
    create::prepare(&layout, &store).await?;
    let keeper: Box<dyn Keeper> = match phrase {
        Some(phrase) => {
            Box::new(Passphrase::create(&layout.passphrase_salt(), &phrase, &secret_bytes(&*door.world))?)
        }
        None => Box::new(KeyFile::create(&layout.key_file(), &secret_bytes(&*door.world))?),
    };
    let operator = door::operator();
    let created = create::create(&layout, &store, &*keeper, organization, &operator, &*door.world).await?;
    let path = layout.settings();
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| Failure::file("write the settings", &path, source))?;
    if door.json {
        out::json(&json!({
            "home": layout.home.display().to_string(),
            "organization": created.organization,
            "settings": path.display().to_string(),
            "log_key": created.log_key.to_string(),
        }))?;
        return Ok(Exit::DONE);
    }
    out::text(&told(&layout, &created, args))?;
    Ok(Exit::DONE)
}

/// An address of a server.
fn server(text: &str) -> Result<String, String> {
    if text.starts_with("postgresql://") || text.starts_with("postgres://") {
        return Ok(text.to_owned());
    }
    Err("an address such as postgresql://user@host/exeunt is needed here".into())
}

fn told(layout: &Layout, created: &create::Created, args: &Args) -> String {
    let home = layout.home.display();
    let guard = match (&args.passphrase_file, &args.passphrase_env, args.passphrase) {
        (None, None, false) => format!(
            "The key file {} opens everything here: keep a copy of it elsewhere,\nand keep it out of the backups of this folder.",
            layout.key_file().display()
        ),
        _ => {
            String::from("The passphrase opens everything here, and is written down nowhere: do not lose it.")
        }
    };
    let source = args.sources.first().map_or("shop", |(name, _)| name.as_str());
    if args.map_in_console {
        return format!(
            "Made a home for {} in {home}.

{guard}

Anyone can check its log and receipts with this public key; publish it:
  {}

Next:
  exeunt serve
  exeunt setup-token        # lets the first person in, who finds everything else in the console
",
            args.organization.as_deref().unwrap_or("My organization"),
            created.log_key,
        );
    }
    let first = if args.sources.is_empty() {
        format!("  name your databases under `sources:` in {}\n  ", layout.settings().display())
    } else {
        String::from("  ")
    };
    format!(
        "Made a home for {} in {home}.

{guard}

Anyone can check its log and receipts with this public key; publish it:
  {}

Next:
{first}exeunt source check
  exeunt map discover --source {source} > {map}
  exeunt map check
  exeunt request submit --right access --identify-file -
",
        args.organization.as_deref().unwrap_or("My organization"),
        created.log_key,
        map = args.map.display(),
    )
}
