//! `exeunt backup open`: a new home and a filled store, and what must be done before they are used.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use exeunt_app::backups::check::check;
use exeunt_app::backups::open::{Target, open};
use exeunt_app::home::Layout;
use exeunt_base::Secret;

use crate::commands::backup::{Opener, file, told, value};
use crate::door::{self, Door};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::settings::Settings;

/// Which, and with what.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
    #[command(flatten)]
    opener: Opener,
    /// The key file of the old home, which no backup holds; it is put where the settings want it
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// Opens it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let key = args.opener.key()?;
    // to its end first: nothing is made from half a backup
    let checked = check(file(&args.file)?, &key)?;
    let settings = match (door.named_settings(), checked.settings) {
        (Some(path), _) => Settings::read(path)?,
        (None, Some(text)) => Settings::parse(&text, &Layout::new(&door.home).settings())?,
        (None, None) => {
            return Err(Failure::Usage(String::from(
                "there are no settings in this backup; name their file with --settings",
            )));
        }
    };
    let layout = door.layout(&settings);
    let store = settings.place(&layout.store())?;
    let wanted =
        settings.unseal.key_file.as_ref().map_or_else(|| layout.key_file(), |path| settings.path(path));
    let operator = door::operator();
    let target = Target { layout, store, world: &*door.world, operator: &operator };
    let keeper = || {
        if let Some(given) = &args.key_file {
            put_key(given, &wanted)?;
        }
        door.keeper(&settings)
    };
    let (head, end) = open::<_, Failure>(file(&args.file)?, &key, target, keeper).await?;
    if door.json {
        let mut told = value(&head, &end);
        told["home"] = door.home.display().to_string().into();
        out::json(&told)?;
        return Ok(Exit::DONE);
    }
    out::text(&format!("a home in {} {}\n", door.home.display(), told(&head, &end)))?;
    out::remark(
        "It is an older one: what was done since the backup is not in it, and people who were erased since may be open again.\n\
         Before the service begins:\n\
         \x20 exeunt audit acknowledge-rollback --reason REASON   say that this is meant\n\
         \x20 exeunt ledger check                                 look for whoever was erased and is back in the sources\n\
         \x20 exeunt ledger replay                                erase them again\n\
         Rows that waited to be restored cannot be: their keys are in no backup. `exeunt purge` ends their requests.",
    );
    Ok(Exit::DONE)
}

fn put_key(given: &Path, wanted: &Path) -> Result<(), Failure> {
    let bytes = std::fs::read(given).map(Secret::new);
    let bytes = bytes.map_err(|source| Failure::file("read the key file", given, source))?;
    if wanted.exists() {
        return Ok(());
    }
    let refused = |source| Failure::file("write the key file", wanted, source);
    if let Some(folder) = wanted.parent() {
        std::fs::create_dir_all(folder).map_err(refused)?;
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(wanted).map_err(refused)?;
    file.write_all(bytes.expose()).and_then(|()| file.sync_all()).map_err(refused)
}
