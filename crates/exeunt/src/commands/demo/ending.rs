//! How it ends: the window closes, a backup is restored, somebody meddles with the log.

use std::fs::File;
use std::io::BufReader;

use exeunt_app::audits::export::Form;
use exeunt_app::audits::verify::{verify_file, verify_receipt_text};
use exeunt_base::RequestId;
use exeunt_engine::purge::Options;

use crate::commands::demo::{Stage, write};
use crate::commands::{ledger, purge};
use crate::door::{Door, Needs};
use crate::failure::Failure;
use crate::out;
use crate::table::table;

/// Irreversible from here on.
pub(crate) async fn window_ends(stage: &mut Stage, request: RequestId) -> Result<(), Failure> {
    stage.story.chapter("The window ends")?;
    stage.story.say(
        "The demonstration sets its own clock forward by 15 days. Now keys are destroyed first, then the sealed rows, \
         then what the database itself left behind; then the engine looks again for every identifier in every table, \
         and only then says that she is gone. The ledger remembers her by a keyed digest that says nothing about her.",
    )?;
    stage.door.world.skip_days(15);
    stage.story.command("purge")?;
    let owner = stage.door.owner();
    let (purged, issued) = stage.office.purge(&stage.actor, request, Options::default(), &owner).await?;
    stage.story.show(&purge::told(request, &purged, &issued))?;
    let mine = issued.iter().find(|one| one.receipt == purged.receipt);
    let issued = mine.ok_or_else(|| Failure::Demo(String::from("there is no receipt")))?;
    stage.story.say(
        "The receipt is bound into a signed log. Anyone can check it offline, with nothing of ours but the public key:",
    )?;
    stage.story.command(&format!(
        "audit verify --receipt {} \\\n      --proof {} --key log.vkey",
        issued.file.display(),
        issued.proof.display()
    ))?;
    let read = |path: &std::path::Path| {
        std::fs::read_to_string(path).map_err(|source| Failure::file("read", path, source))
    };
    let key = &stage.office.log_key;
    let verified = verify_receipt_text(&read(&issued.file)?, &read(&issued.proof)?, key)?;
    write(&stage.dir.join("log.vkey"), format!("{key}\n").as_bytes())?;
    std::fs::copy(&issued.file, stage.dir.join("receipt.json"))?;
    std::fs::copy(&issued.proof, stage.dir.join("receipt.tlog-proof"))?;
    stage.story.show(&format!(
        "the receipt holds: {} for {}, entry {} of a log of {}",
        verified.receipt.right, verified.receipt.request, verified.index, verified.checkpoint.size
    ))
}

/// Whoever was erased stays erased.
pub(crate) async fn backup_is_restored(stage: &mut Stage) -> Result<(), Failure> {
    stage.story.chapter("Somebody restores a backup")?;
    stage.story.say("The backup of the first chapter still knows her. The ledger notices:")?;
    let backup = stage.dir.join("backup.db");
    stage.story.command(&format!("ledger check --at shop=sqlite:{}", backup.display()))?;
    let at = [(
        exeunt_base::Name::new("shop").map_err(|error| Failure::Demo(error.to_string()))?,
        format!("sqlite:{}", backup.display()),
    )];
    let door = Door::of(&stage.home(), stage.door.json).at(&at);
    let (office, actor) = door.office(Needs::Sources).await?;
    let checked = office.check_ledger(&actor).await?;
    if checked.back.len() != 1 {
        return Err(Failure::Demo(format!("{} people were noticed, not one", checked.back.len())));
    }
    stage.story.show(&ledger::told(&checked))
}

/// Nobody rewrites history unnoticed.
pub(crate) async fn log_is_tampered_with(stage: &mut Stage) -> Result<(), Failure> {
    stage.story.chapter("Somebody changes history")?;
    stage
        .story
        .say("The log holds who did what and when, and nothing about her. It is exported and verified:")?;
    let path = stage.dir.join("log.jsonl");
    stage.story.command(&format!(
        "audit export --to {0} && exeunt audit verify {0} --key log.vkey",
        path.display()
    ))?;
    let mut file = File::create(&path).map_err(|source| Failure::file("make", &path, source))?;
    stage.office.export_audit(&stage.actor, Form::JsonLines, &mut file).await?;
    let key = &stage.office.log_key;
    let open = |path: &std::path::Path| {
        File::open(path).map(BufReader::new).map_err(|source| Failure::file("open", path, source))
    };
    let report = verify_file(open(&path)?, &path, Some(key))?;
    stage.story.show(&format!(
        "the export is whole: {} of {}",
        out::plural(report.entries, "entry", "entries"),
        report.origin
    ))?;
    let mut bytes = std::fs::read(&path)?;
    let place = bytes
        .windows(13)
        .position(|window| window == b"plan.approved")
        .ok_or_else(|| Failure::Demo(String::from("the log knows of no approval")))?;
    bytes[place + 5] = b'A';
    let changed = stage.dir.join("log-changed.jsonl");
    write(&changed, &bytes)?;
    stage.story.say("Then a single letter of one entry is changed in a copy:")?;
    stage.story.command(&format!("audit verify {} --key log.vkey", changed.display()))?;
    match verify_file(open(&changed)?, &changed, Some(key)) {
        Ok(_) => Err(Failure::Demo(String::from("the changed log was taken for whole"))),
        Err(error) => stage.story.show(&format!("error[{}]: {error}", error.code())),
    }
}

/// Where everything is.
pub(crate) fn what_is_left(stage: &mut Stage) -> Result<(), Failure> {
    stage.story.chapter("Everything is left for you to look at")?;
    let line = |name: &str, what: &str| vec![stage.dir.join(name).display().to_string(), what.to_owned()];
    let rows = [
        line("package/index.html", "what she got; the same as JSON, CSV, XML and DOCX beside it"),
        line("plan.txt", "the plan, explained step by step; plan.json is what was approved"),
        line("receipt.json", "the receipt; receipt.tlog-proof and log.vkey prove it"),
        line("log.jsonl", "the log, whole; log-changed.jsonl is not"),
        line("shop.db", "the shop without her; backup.db still has her"),
        line("map.yaml", "the data map, commented"),
        line("home", "settings, keys, vault, control store"),
    ];
    stage.story.show(&table(&["file", "what it is"], &rows))?;
    let home = stage.home();
    stage.story.say(&format!(
        "It took {:.1} seconds. Go on with: exeunt --home {} request list",
        stage.story.seconds(),
        home.display()
    ))
}
