//! `exeunt demo`: one person's data asked for, erased, brought back, erased again, gone for good, and all of it proven.

mod ending;
mod people;
mod shop;
mod story;

use std::path::{Path, PathBuf};

use exeunt_app::home::{Layout, create};
use exeunt_app::{Actor, Office, maps};
use exeunt_engine::world::secret_bytes;
use exeunt_store::Place;
use exeunt_vault::KeyFile;

use crate::commands::demo::story::Story;
use crate::commands::{serve, setup_token};
use crate::door::{self, Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::settings::{Fill, template};
use crate::table::table;

/// Where.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to leave everything in, which must not exist
    #[arg(long, value_name = "DIR", default_value = "exeunt-demo")]
    dir: PathBuf,
    /// Then serve this home, until you stop it
    #[arg(long)]
    serve: bool,
}

/// Everything the story is played with.
struct Stage {
    dir: PathBuf,
    door: Door,
    office: Office,
    actor: Actor,
    story: Story,
}

impl Stage {
    fn shop(&self) -> PathBuf {
        self.dir.join("shop.db")
    }

    fn home(&self) -> PathBuf {
        self.dir.join("home")
    }
}

/// Tells the story.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    if args.dir.exists() {
        return Err(Failure::App(exeunt_app::Error::Refused(
            "E0804",
            format!(
                "`{}` exists already, and the demonstration overwrites nothing; name another folder with --dir",
                args.dir.display()
            ),
        )));
    }
    let mut story = Story::new();
    std::fs::create_dir_all(&args.dir)
        .map_err(|source| Failure::file("make the folder", &args.dir, source))?;
    shop_is_made(&mut story, &args.dir)?;
    let mut stage = home_is_made(story, &args.dir, door.json).await?;
    people::asks_for_her_data(&mut stage).await?;
    let erased = people::asks_to_be_forgotten(&mut stage).await?;
    people::changes_her_mind(&mut stage, &erased).await?;
    let request = people::asks_again(&mut stage).await?;
    ending::window_ends(&mut stage, request).await?;
    ending::backup_is_restored(&mut stage).await?;
    ending::log_is_tampered_with(&mut stage).await?;
    ending::what_is_left(&mut stage)?;
    if args.serve { served(&stage).await } else { Ok(Exit::DONE) }
}

/// Serves the home, by the clock that everybody else has.
async fn served(stage: &Stage) -> Result<Exit, Failure> {
    let door = Door::of(&stage.home(), stage.door.json);
    out::text("\nThe token by which you make yourself the first administrator:\n")?;
    setup_token::run(&door, &setup_token::Args {}).await?;
    out::text("\n")?;
    serve::run(&door, &serve::Args::default()).await
}

fn shop_is_made(story: &mut Story, dir: &Path) -> Result<(), Failure> {
    story.chapter("A shop")?;
    story.say(
        "An online bookshop with 20,000 customers, in SQLite. People share homes, write to each other, vote on \
         comments, and have invoices that the law wants kept. Everybody in it is made up.",
    )?;
    let path = dir.join("shop.db");
    shop::make(&path)?;
    let rows: Vec<Vec<String>> =
        shop::counts(&path)?.into_iter().map(|(name, rows)| vec![name, out::grouped(rows)]).collect();
    out::text("\n")?;
    story.show(&table(&["table", "rows"], &rows))?;
    shop::copy(&path, &dir.join("backup.db"))?;
    story.say("A backup of it is made now. It will come up again.")
}

async fn home_is_made(mut story: Story, dir: &Path, json: bool) -> Result<Stage, Failure> {
    story.chapter("A home and a map")?;
    story.say(
        "A home holds settings, keys, a vault and a log. The data map says where people's data lives and what \
         erasure does to it; the check holds it against the live schema and would fail in CI if they disagreed.",
    )?;
    story.command("init --source shop=sqlite:shop.db && exeunt map check")?;
    let home = dir.join("home");
    let door = Door::of(&home, json);
    let layout = Layout::new(&home);
    let store = Place::File(layout.store());
    create::prepare(&layout, &store).await?;
    let keeper = KeyFile::create(&layout.key_file(), &secret_bytes(&*door.world))?;
    create::create(&layout, &store, &keeper, "Exampletown Books Ltd", &door::operator(), &*door.world)
        .await?;
    let settings = template(&Fill {
        organization: "Exampletown Books Ltd",
        region: "eu",
        passphrase: None,
        store: None,
        store_schema: None,
        store_password_file: None,
        map: Some("../map.yaml"),
        sources: &[(String::from("shop"), String::from("sqlite:../shop.db"))],
    })?;
    write(&layout.settings(), settings.as_bytes())?;
    write(&dir.join("map.yaml"), shop::MAP.as_bytes())?;
    let (office, actor) = door.office(Needs::Sources).await?;
    let read = maps::read::read(&office.maps)?;
    let findings = maps::check::check(&read.map, &office.engine.sources, door.today(), None).await?;
    let mut answer: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    answer.push_str(&format!("{}: ", out::plural(read.map.models().count() as u64, "model", "models")));
    if exeunt_plan::map::check::has_errors(&findings) {
        story.show(&answer)?;
        return Err(Failure::Demo(String::from("the map and the shop disagree")));
    }
    answer.push_str("the map and the live schema agree");
    story.show(&answer)?;
    Ok(Stage { dir: dir.to_owned(), door, office, actor, story })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|source| Failure::file("write", path, source))
}
