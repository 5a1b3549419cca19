//! `exeunt.yaml`: what an installation chose. Unknown keys are refused with their line; paths are relative to the file.

mod audit;
mod check;
mod delta;
mod law;
mod mail;
mod outbound;
mod reference;
mod residency;
mod schema;
mod serve;
mod source;
mod storage;
mod store;
mod subprocessors;
mod template;
mod token;
mod traces;
mod work_hours;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use exeunt_datamap::suggest;
use exeunt_plan::residency::Residency;
use exeunt_store::Place;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::failure::Failure;
use crate::settings::token::TokenSettings;

pub(crate) use crate::settings::audit::AuditSettings;
pub(crate) use crate::settings::check::{Finding, check};
pub(crate) use crate::settings::delta::DeltaSettings;
pub(crate) use crate::settings::law::LawSettings;
pub(crate) use crate::settings::mail::MailSettings;
pub(crate) use crate::settings::outbound::OutboundSettings;
pub(crate) use crate::settings::reference::reference;
pub(crate) use crate::settings::residency::{ResidencySettings, Words};
pub(crate) use crate::settings::schema::schema;
pub(crate) use crate::settings::serve::{ServeSettings, Switch};
pub(crate) use crate::settings::source::{SourceKind, SourceSettings, from_variable};
pub(crate) use crate::settings::storage::StorageSettings;
pub(crate) use crate::settings::store::StoreSettings;
pub(crate) use crate::settings::subprocessors::SubprocessorSettings;
pub(crate) use crate::settings::template::{Fill, Kept, template};
pub(crate) use crate::settings::traces::{Headers, TracesSettings};
pub(crate) use crate::settings::work_hours::SpanSettings;

/// The settings.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "Settings of Exeunt")]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The organization's name, for letters.
    pub(crate) organization: String,
    /// Where its data may be: one region or a list of them, such as `eu`, `eu-de`, `uk`, `us-ca`.
    #[serde(default = "eu")]
    pub(crate) region: Words,
    /// Days that erased rows can be restored; 0 to 90. With 0 the window ends at once, and `exeunt purge` can follow.
    #[serde(default = "fourteen")]
    #[schemars(range(max = 90))]
    pub(crate) window_days: u32,
    /// Days that purging and looking again may take when that window has ended; 0 to 30.
    #[serde(default = "two")]
    #[schemars(range(max = 30))]
    pub(crate) purge_days: u32,
    /// Days for which it is known whose a request was after it was answered; 1 to 1095. California counts requests of twelve months.
    #[serde(default = "year")]
    #[schemars(range(min = 1, max = 1095))]
    pub(crate) identities_days: u32,
    /// Days for which the suppression list knows who was erased, so that no import brings them back; 0 to 3650. With 0 it knows nobody.
    #[serde(default = "three_years")]
    #[schemars(range(max = 3650))]
    pub(crate) suppression_days: u32,
    /// Days for which it knows who objected to marketing; 1 to 36500.
    #[serde(default = "ten_years")]
    #[schemars(range(min = 1, max = 36500))]
    pub(crate) objection_days: u32,
    /// The law it answers to, and its days.
    #[serde(default)]
    pub(crate) law: LawSettings,
    /// Days a package lives; 1 to 90.
    #[serde(default = "seven")]
    #[schemars(range(min = 1, max = 90))]
    pub(crate) package_days: u32,
    /// Most rows one person may have before somebody must confirm.
    #[serde(default = "million")]
    #[schemars(range(min = 1))]
    pub(crate) row_cap: u64,
    /// Whether two different people are needed for what is most dangerous: erasing data of special categories, going over
    /// `row_cap` or `matches_cap`, purging early or with something left, releasing a hold, making shares of the root key.
    #[serde(default = "yes")]
    pub(crate) two_people: bool,
    /// Most rows of a subject model that one request may match before somebody must confirm.
    #[serde(default = "five")]
    #[schemars(range(min = 1))]
    pub(crate) matches_cap: u64,
    /// Most rows struck a second; absent: as fast as the source takes it.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub(crate) rows_per_second: Option<u32>,
    /// Most jobs at a time, each running one statement at a time; absent: any number.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub(crate) jobs_at_a_time: Option<u32>,
    /// Most rows struck in one transaction, for sources that must not be locked for long; absent: as many as fit a second.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub(crate) batch_rows: Option<u64>,
    /// Where the control store is; absent: in a file of the home.
    #[serde(default)]
    pub(crate) store: Option<StoreSettings>,
    /// Where blobs of the vault and packages are kept; absent: in folders of the home.
    #[serde(default)]
    pub(crate) storage: Option<StorageSettings>,
    /// How the service is reached, and how much it does at once.
    #[serde(default)]
    pub(crate) serve: Option<ServeSettings>,
    /// Where traces of what the service does are sent; absent: nowhere.
    #[serde(default)]
    pub(crate) traces: Option<TracesSettings>,
    /// The mail server, and who letters come from; absent: no letters are written.
    #[serde(default)]
    pub(crate) mail: Option<MailSettings>,
    /// How sub-processors are announced.
    #[serde(default)]
    pub(crate) subprocessors: SubprocessorSettings,
    /// Where this installation is; what is said here and in the map is held against `region`.
    #[serde(default)]
    pub(crate) residency: Option<ResidencySettings>,
    /// Who reads the log, and who watches it grow.
    #[serde(default)]
    pub(crate) audit: AuditSettings,
    /// What calls to addresses that its people write down may reach beside the internet.
    #[serde(default)]
    pub(crate) outbound: Option<OutboundSettings>,
    /// Who keeps the unseal secret.
    #[serde(default)]
    pub(crate) unseal: Unseal,
    /// Files or folders of the data map; absent: it is drafted and published in the console.
    #[serde(default)]
    pub(crate) map: OneOrMany,
    /// Where the log's checkpoints are kept; on another disk they also notice that this one was rolled back.
    #[serde(default)]
    pub(crate) checkpoints: Option<PathBuf>,
    /// Where packages are written.
    #[serde(default)]
    pub(crate) packages: Option<PathBuf>,
    /// Settings files of further organizations of this home.
    #[serde(default)]
    pub(crate) organizations: Vec<PathBuf>,
    /// Whether further databases are connected in the console, by whoever may: PostgreSQL servers, and SQLite files in the folder
    /// `sources` of the home. `on` when nobody says and the home has one organization, `off` otherwise.
    #[serde(default)]
    pub(crate) sources_in_console: Option<Switch>,
    /// The databases, by the names the map gives them.
    #[serde(default)]
    pub(crate) sources: BTreeMap<String, SourceSettings>,
    /// The folder that relative paths start from.
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) base: PathBuf,
}

/// Who keeps the unseal secret: a key file, a passphrase from one of three places, or a token that holds the root key itself.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unseal {
    /// Another place for the key file than `keys/unseal.key`.
    #[serde(default)]
    pub(crate) key_file: Option<PathBuf>,
    /// A variable that holds the passphrase.
    #[serde(default)]
    pub(crate) passphrase_env: Option<String>,
    /// A file that holds the passphrase.
    #[serde(default)]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Ask for the passphrase.
    #[serde(default)]
    pub(crate) passphrase_prompt: bool,
    /// A token that holds the root key.
    #[serde(default)]
    pub(crate) token: Option<TokenSettings>,
}

impl Unseal {
    fn ways(&self) -> usize {
        usize::from(self.key_file.is_some())
            + usize::from(self.passphrase_env.is_some())
            + usize::from(self.passphrase_file.is_some())
            + usize::from(self.passphrase_prompt)
            + usize::from(self.token.is_some())
    }

    fn is_given(&self) -> bool {
        self.ways() > 0
    }
}

/// One path or a list of them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(from = "Paths")]
pub(crate) struct OneOrMany(pub(crate) Vec<PathBuf>);

/// One path or a list of them.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
enum Paths {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

impl From<Paths> for OneOrMany {
    fn from(paths: Paths) -> Self {
        Self(match paths {
            Paths::One(path) => vec![path],
            Paths::Many(paths) => paths,
        })
    }
}

impl Settings {
    /// Reads a settings file.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Failure::file("read the settings", path, source))?;
        Self::parse(&text, path)
    }

    /// Reads the settings of a further organization. What belongs to the home as a whole is refused there.
    pub(crate) fn read_other(path: &Path) -> Result<Self, Failure> {
        let settings = Self::read(path)?;
        for (key, there) in [
            ("store", settings.store.is_some()),
            ("storage", settings.storage.is_some()),
            ("serve", settings.serve.is_some()),
            ("traces", settings.traces.is_some()),
            ("checkpoints", settings.checkpoints.is_some()),
            ("packages", settings.packages.is_some()),
            ("organizations", !settings.organizations.is_empty()),
            ("unseal", settings.unseal.is_given()),
            ("residency", settings.residency.is_some()),
        ] {
            if there {
                return Err(Failure::Settings(format!(
                    "{}: `{key}` belongs to the home as a whole, not to one of its organizations; put it into the home's \
                     own settings",
                    path.display()
                )));
            }
        }
        Ok(settings)
    }

    /// Reads settings from their text. `path` is named in errors, and relative paths start from its folder.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, Failure> {
        let at = |line: u64, what: &str| Failure::Settings(format!("{}:{line}: {what}", path.display()));
        let mut settings: Self = serde_saphyr::from_str(text).map_err(|error| {
            let line = error.location().map_or(1, |place| place.line());
            let key = text.lines().nth(usize::try_from(line).unwrap_or(1).saturating_sub(1)).and_then(key_of);
            at(line, &advised(&plain(&error), key))
        })?;
        settings.base = path.parent().unwrap_or(Path::new("")).to_owned();
        let line_of = |key: &str| {
            let found = text.lines().position(|line| line.trim_start().starts_with(&format!("{key}:")));
            found.map_or(1, |line| line as u64 + 1)
        };
        if settings.organization.trim().is_empty() || settings.organization.chars().any(char::is_control) {
            return Err(at(line_of("organization"), "`organization` is a name of one line"));
        }
        match settings.region.read() {
            Ok(allowed) if allowed.is_empty() => {
                return Err(at(line_of("region"), "`region` names at least one region"));
            }
            Ok(_) => {}
            Err(bad) => return Err(at(line_of("region"), &format!("`region`: {bad}"))),
        }
        if let Some(residency) = &settings.residency {
            residency.check().map_err(|(key, what)| at(line_of(key), &format!("`{key}`: {what}")))?;
        }
        if settings.window_days > 90 {
            return Err(at(line_of("window_days"), "`window_days` is 0 to 90: the law does not wait longer"));
        }
        if settings.subprocessors.notice_days > 365 {
            return Err(at(line_of("notice_days"), "`notice_days` is 0 to 365"));
        }
        if settings.purge_days > 30 {
            return Err(at(line_of("purge_days"), "`purge_days` is 0 to 30"));
        }
        if !(1..=1095).contains(&settings.identities_days) {
            return Err(at(line_of("identities_days"), "`identities_days` is 1 to 1095"));
        }
        if settings.suppression_days > 3_650 {
            return Err(at(line_of("suppression_days"), "`suppression_days` is 0 to 3650"));
        }
        if !(1..=36_500).contains(&settings.objection_days) {
            return Err(at(line_of("objection_days"), "`objection_days` is 1 to 36500"));
        }
        if !(1..=90).contains(&settings.package_days) {
            return Err(at(line_of("package_days"), "`package_days` is 1 to 90"));
        }
        for (key, zero) in [
            ("row_cap", settings.row_cap == 0),
            ("matches_cap", settings.matches_cap == 0),
            ("rows_per_second", settings.rows_per_second == Some(0)),
            ("jobs_at_a_time", settings.jobs_at_a_time == Some(0)),
            ("batch_rows", settings.batch_rows == Some(0)),
        ] {
            if zero {
                return Err(at(line_of(key), &format!("`{key}` is at least 1")));
            }
        }
        if let Some(serve) = &settings.serve {
            serve.check().map_err(|(key, what)| at(line_of(key), what))?;
        }
        if let Some(traces) = &settings.traces {
            traces.check().map_err(|what| at(line_of("traces"), &what))?;
        }
        if let Some(mail) = &settings.mail {
            mail.check().map_err(|what| at(line_of("mail"), &what))?;
        }
        settings.audit.publication().map_err(|what| at(line_of("audit"), &what))?;
        if let Some(outbound) = &settings.outbound {
            outbound.check().map_err(|what| at(line_of("outbound"), &what))?;
        }
        if settings.unseal.ways() > 1 {
            return Err(at(line_of("unseal"), "`unseal` names more than one keeper; keep one"));
        }
        if let Some(token) = &settings.unseal.token {
            token.check().map_err(|what| at(line_of("token"), what))?;
        }
        if let Some(store) = &settings.store {
            store.check().map_err(|what| at(line_of("store"), what))?;
        }
        if let Some(storage) = &settings.storage {
            storage.check().map_err(|what| at(line_of("storage"), &what))?;
        }
        for (name, source) in &settings.sources {
            source.check(name).map_err(|what| at(line_of(name), &what))?;
        }
        Ok(settings)
    }

    /// Where the control store is; `file` is where a home has it by itself.
    pub(crate) fn place(&self, file: &Path) -> Result<Place, Failure> {
        match &self.store {
            None => Ok(Place::File(file.to_owned())),
            Some(store) => {
                store.place(&self.base).map_err(|why| Failure::Settings(format!("the control store: {why}")))
            }
        }
    }

    /// Where its data may be, and where the installation is that these are the settings of, or `home`.
    pub(crate) fn residency(&self, home: &Self) -> Result<Residency, Failure> {
        let said = home.residency.clone().unwrap_or_default();
        said.of(&self.region, home.store.is_some()).map_err(Failure::Settings)
    }

    /// A path as the settings mean it.
    pub(crate) fn path(&self, given: &Path) -> PathBuf {
        let mut path = PathBuf::new();
        for part in self.base.join(given).components() {
            // `home/../map.yaml` reads badly in every error
            let up = part == Component::ParentDir;
            if up && matches!(path.components().next_back(), Some(Component::Normal(_))) && !path.is_symlink()
            {
                path.pop();
            } else {
                path.push(part);
            }
        }
        path
    }
}

/// The parser's words without the piece of the file it would quote: a setting may be a secret.
fn plain(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    // the place is told by us
    match text.find(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// The setting on a line.
fn key_of(line: &str) -> Option<&str> {
    line.trim_start().split(':').next().filter(|key| schema::keys().iter().any(|known| known == key))
}

/// Adds what was probably meant.
fn advised(text: &str, key: Option<&str>) -> String {
    // the parser names its own type and not the setting
    if let Some(key) = key
        && ["invalid u", "invalid i"].iter().any(|start| text.starts_with(start))
    {
        return format!("`{key}` is a whole number, from 0 on");
    }
    match text.split('`').nth(1) {
        Some(word) if text.contains("unknown field") => {
            let keys = schema::keys();
            let near = suggest::did_you_mean(word, keys.iter().map(String::as_str));
            let advice =
                near.unwrap_or_else(|| String::from("`exeunt settings reference` lists those there are"));
            format!("unknown field `{}`; {advice}", suggest::shown(word))
        }
        _ => text.to_owned(),
    }
}

fn eu() -> Words {
    Words::one("eu")
}

fn yes() -> bool {
    true
}

fn fourteen() -> u32 {
    14
}

fn two() -> u32 {
    2
}

fn year() -> u32 {
    365
}

fn three_years() -> u32 {
    1_095
}

fn ten_years() -> u32 {
    3_650
}

fn seven() -> u32 {
    7
}

fn million() -> u64 {
    1_000_000
}

fn five() -> u64 {
    5
}

#[cfg(test)]
mod tests;
