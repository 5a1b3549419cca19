//! `exeunt.yaml`: what an installation chose. Unknown keys are refused with their line; paths are relative to the file.

mod check;
mod delta;
mod law;
mod mail;
mod reference;
mod schema;
mod serve;
mod source;
mod store;
mod template;
mod work_hours;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use exeunt_datamap::suggest;
use exeunt_store::Place;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::failure::Failure;

pub(crate) use crate::settings::check::{Finding, check};
pub(crate) use crate::settings::delta::DeltaSettings;
pub(crate) use crate::settings::law::LawSettings;
pub(crate) use crate::settings::mail::MailSettings;
pub(crate) use crate::settings::reference::reference;
pub(crate) use crate::settings::schema::schema;
pub(crate) use crate::settings::serve::ServeSettings;
pub(crate) use crate::settings::source::{SourceKind, SourceSettings, from_variable};
pub(crate) use crate::settings::store::StoreSettings;
pub(crate) use crate::settings::template::{Fill, Kept, template};
pub(crate) use crate::settings::work_hours::SpanSettings;

/// The settings.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(title = "Settings of Exeunt")]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The organization's name, for letters.
    pub(crate) organization: String,
    /// Where it keeps its data.
    #[serde(default = "eu")]
    pub(crate) region: String,
    /// Days that erased rows can be restored; 0 to 90. With 0 the window ends at once, and `exeunt purge` can follow.
    #[serde(default = "fourteen")]
    #[schemars(range(max = 90))]
    pub(crate) window_days: u32,
    /// Days that purging and looking again may take when that window has ended; 0 to 30.
    #[serde(default = "two")]
    #[schemars(range(max = 30))]
    pub(crate) purge_days: u32,
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
    /// How the service is reached, and how much it does at once.
    #[serde(default)]
    pub(crate) serve: Option<ServeSettings>,
    /// The mail server, and who letters come from; absent: no letters are written.
    #[serde(default)]
    pub(crate) mail: Option<MailSettings>,
    /// Who keeps the unseal secret.
    #[serde(default)]
    pub(crate) unseal: Unseal,
    /// Files or folders of the data map.
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
    /// The databases, by the names the map gives them.
    #[serde(default)]
    pub(crate) sources: BTreeMap<String, SourceSettings>,
    /// The folder that relative paths start from.
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) base: PathBuf,
}

/// Who keeps the unseal secret: a key file, or a passphrase from one of three places.
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
}

impl Unseal {
    fn ways(&self) -> usize {
        usize::from(self.key_file.is_some())
            + usize::from(self.passphrase_env.is_some())
            + usize::from(self.passphrase_file.is_some())
            + usize::from(self.passphrase_prompt)
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
            ("serve", settings.serve.is_some()),
            ("checkpoints", settings.checkpoints.is_some()),
            ("packages", settings.packages.is_some()),
            ("organizations", !settings.organizations.is_empty()),
            ("unseal", settings.unseal.is_given()),
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
        if settings.window_days > 90 {
            return Err(at(line_of("window_days"), "`window_days` is 0 to 90: the law does not wait longer"));
        }
        if settings.purge_days > 30 {
            return Err(at(line_of("purge_days"), "`purge_days` is 0 to 30"));
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
        if let Some(mail) = &settings.mail {
            mail.check().map_err(|what| at(line_of("mail"), &what))?;
        }
        if settings.unseal.ways() > 1 {
            return Err(at(line_of("unseal"), "`unseal` names more than one keeper; keep one"));
        }
        if let Some(store) = &settings.store {
            store.check().map_err(|what| at(line_of("store"), what))?;
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

fn eu() -> String {
    String::from("eu")
}

fn fourteen() -> u32 {
    14
}

fn two() -> u32 {
    2
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
mod tests {
    use std::path::Path;

    use super::{Fill, Kept, Settings, template};

    #[track_caller]
    fn error(text: &str) -> String {
        Settings::parse(text, Path::new("home/exeunt.yaml")).expect_err("refused").to_string()
    }

    #[test]
    fn mistakes_are_told_with_their_line_and_what_was_meant() {
        assert_eq!(
            error("organization: Ltd\nwidow_days: 3\n"),
            "home/exeunt.yaml:2: unknown field `widow_days`; did you mean `window_days`?"
        );
        for wrong in ["-1", "many", "99999999999999999999"] {
            assert_eq!(
                error(&format!("organization: Ltd\nwindow_days: {wrong}\n")),
                "home/exeunt.yaml:2: `window_days` is a whole number, from 0 on"
            );
        }
        for (text, part) in [
            ("", ":1:"),
            ("region: eu\n", "organization"),
            ("organization: Ltd\nwindow_days: 91\n", ":2: `window_days` is 0 to 90"),
            ("organization: Ltd\nwindow_days: soon\n", ":2:"),
            ("organization: Ltd\nwindow_days: -1\n", ":2:"),
            ("organization: Ltd\nrow_cap: 0\n", ":2: `row_cap`"),
            ("organization: Ltd\nunseal: { key_file: a, passphrase_prompt: true }\n", ":2: `unseal`"),
            ("organization: Ltd\nstore: { kind: postgres }\n", ":2: `store` needs `url`"),
            ("organization: Ltd\nstore: { kind: postgres, host: a, connections: 0 }\n", ":2: `connections`"),
            ("organization: Ltd\nstore: { kind: postgres, host: a, shema: b }\n", "`schema`"),
            ("organization: Ltd\nstore: { kind: mysql, host: a }\n", "mysql"),
            ("organization: Ltd\nmail: { host: mail.test }\n", "from"),
            (
                "organization: Ltd\nmail: { host: mail.test, from: nobody }\n",
                ":2: `from` and `name` of `mail`",
            ),
            (
                "organization: Ltd\nmail: { host: mail.test, from: a@b.test, tls: none }\n",
                ":2: `mail`: without TLS",
            ),
            ("organization: Ltd\nmail: { host: mail.test, from: a@b.test, user: u }\n", "`password_env`"),
            (
                "organization: Ltd\nmail: { host: m.test, from: a@b.test, password_env: P }\n",
                "needs a `user`",
            ),
            ("organization: Ltd\nmail: { host: m.test, from: a@b.test, langage: de }\n", "`language`"),
            ("organization: Ltd\nserve:\n  public_url: privacy.test\n", ":3: `public_url`"),
            ("organization: Ltd\nsources:\n  shop: { kind: mysql }\n", "mysql"),
            ("organization: Ltd\nsources:\n  shop: { kind: sqlite }\n", "`path`"),
            ("organization: Ltd\nsources:\n  shop: { kind: sqlite, path: a, host: b }\n", "`host`"),
            ("organization: Ltd\nsources:\n  shop: { kind: postgres }\n", "`url`"),
            ("organization: Ltd\norganization: Inc\n", "organization"),
            ("organization: Ltd\nserve:\n  tasks_at_a_time: 65\n", ":3: `tasks_at_a_time`"),
            ("organization: Ltd\nserve:\n  metrics: on\n", ":3: `metrics: on` needs"),
            ("organization: Ltd\nserve:\n  metrics_token_file: a\n  metrics_token_env: b\n", ":4: the token"),
            ("organization: Ltd\nserve: { metrics: maybe }\n", "maybe"),
            ("organization: Ltd\nserve: { lisen: a }\n", "`listen`"),
            ("organization: [\n", ":"),
        ] {
            let error = error(text);
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }

    #[test]
    fn no_secret_is_quoted() {
        let text = "organization: Ltd\nsources:\n  shop:\n    kind: postgres\n    url: postgresql://u:canary@h/d\n    bogus: 1\n";
        assert!(!error(text).contains("canary"), "{}", error(text));
        let good = text.replace("    bogus: 1\n", "");
        let read = Settings::parse(&good, Path::new("x")).expect("settings");
        assert!(!format!("{read:?}").contains("canary"));
    }

    #[test]
    fn a_token_to_watch_with_is_wanted_only_where_it_is_on_and_is_none_that_can_be_guessed() {
        let dir = tempfile::tempdir().expect("a directory");
        let of = |serve: &str| {
            let text = format!("organization: Ltd\nserve: {{ {serve} }}\n");
            let read = Settings::parse(&text, &dir.path().join("exeunt.yaml")).expect("settings");
            read.serve.expect("there").watcher(&read.base)
        };
        std::fs::write(dir.path().join("short"), "hunter2").expect("written");
        std::fs::write(dir.path().join("good"), "012345678901234567890123\n").expect("written");
        assert!(of("metrics: off, metrics_token_file: nowhere").expect("off").is_none());
        assert!(of("metrics: on, metrics_token_file: good").expect("on").is_some());
        let short = of("metrics: on, metrics_token_file: short").expect_err("refused").to_string();
        assert!(short.contains("`metrics_token_file`") && !short.contains("hunter2"), "{short}");
        assert!(of("metrics: on, metrics_token_file: nowhere").is_err());
        assert!(of("metrics: on, metrics_token_env: NO_SUCH_VARIABLE").is_err());
    }

    #[test]
    fn the_words_of_transport_security_are_those_that_are_read() {
        let words = &super::schema()["$defs"]["SourceSettings"]["properties"]["sslmode"];
        let words: Vec<String> = words.to_string().split('"').map(str::to_owned).collect();
        for word in ["disable", "require", "verify-ca", "verify-full", "insecure"] {
            assert!(words.iter().any(|known| known == word), "{word}");
            let text = format!("organization: L\nstore: {{ kind: postgres, host: h, sslmode: {word} }}\n");
            Settings::parse(&text, Path::new("x")).expect(word);
        }
    }

    #[test]
    fn the_template_reads_back() {
        let fill = Fill {
            organization: "Ada's \"Shop\": #1",
            region: "eu",
            passphrase: None,
            store: Some(Kept::Url("postgresql://exeunt@db.internal/exeunt".into())),
            store_schema: Some("privacy"),
            store_password_file: None,
            map: "../map.yaml",
            sources: &[("shop".into(), "sqlite:../shop.db".into())],
        };
        let read = Settings::parse(&template(&fill).expect("a template"), Path::new("x/exeunt.yaml"))
            .expect("settings");
        assert_eq!(read.organization, "Ada's \"Shop\": #1");
        assert_eq!(read.path(&read.map.0[0]), Path::new("map.yaml"));
        assert_eq!(read.sources.len(), 1);
        let place = read.place(Path::new("control.db")).expect("a place");
        assert_eq!(place.to_string(), "PostgreSQL at db.internal:5432, database `exeunt`, schema `privacy`");
    }
}
