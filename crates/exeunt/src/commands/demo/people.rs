//! What the person asks for, and what happens.

use exeunt_app::packages::make::Wanted;
use exeunt_app::requests::details::Details;
use exeunt_app::requests::submit::Submission;
use exeunt_base::{Personal, RequestId};
use exeunt_engine::export::To;
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::job::run::Control;
use exeunt_engine::progress::Nobody;
use exeunt_engine::restore::Choice;
use exeunt_engine::states;
use exeunt_package::Format;
use exeunt_rights::Right;

use crate::commands::demo::{Stage, shop, write};
use crate::commands::{job, package, plan, restore};
use crate::failure::Failure;
use crate::out;

/// A finished erasure, and the shop before it.
pub(crate) struct Erased {
    request: RequestId,
    before: String,
}

async fn submit(stage: &Stage, right: Right, kind: &str, value: &str) -> Result<RequestId, Failure> {
    let identifiers = vec![(kind.to_owned(), Personal::new(value.to_owned()))];
    let submission =
        Submission { right, identifiers, received_at: None, contact: None, details: Details::default() };
    Ok(stage.office.submit_request(&stage.actor, submission, None).await?)
}

/// Give me my data.
pub(crate) async fn asks_for_her_data(stage: &mut Stage) -> Result<(), Failure> {
    stage.story.chapter("\u{201c}What do you know about me?\u{201d}")?;
    stage.story.say(
        "A customer asks for her data. All she gives is her e-mail address; it is sealed at once and appears in no \
         log. The answer is one encrypted file: data as JSON, CSV, XML, DOCX and HTML, a letter, and the information \
         the GDPR asks for. What others wrote to her is in it, without their IP addresses.",
    )?;
    stage.story.command("request submit --right access --identify-file - && exeunt package make REQUEST")?;
    let id = submit(stage, Right::Access, "email", shop::EMAIL).await?;
    let wanted = Wanted {
        formats: Format::ALL.into_iter().collect(),
        to: To::House,
        confirmed: Confirmed::default(),
        deliver: false,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let answered = stage.office.make_package(&stage.actor, id, wanted, &Nobody).await?;
    stage.story.show(&package::made(&answered))?;
    let folder = stage.dir.join("package");
    stage.story.command(&format!("package open {} --to {}", answered.made.package, folder.display()))?;
    let opened = stage.office.open_package(&stage.actor, answered.made.package, None, &folder).await?;
    stage.story.show(&package::opened(&opened, &folder))
}

/// Forget me.
pub(crate) async fn asks_to_be_forgotten(stage: &mut Stage) -> Result<Erased, Failure> {
    stage.story.chapter("\u{201c}Forget me.\u{201d}")?;
    stage.story.say(
        "Now she asks to be erased. First comes a plan: a document that says what will be done to which rows and why. \
         Nothing is touched yet. A dry run carries the steps out and rolls them back.",
    )?;
    stage
        .story
        .command("request submit --right erasure --identify-file - && exeunt plan make REQUEST --dry-run")?;
    let request = submit(stage, Right::Erasure, "email", shop::EMAIL).await?;
    let made = stage.office.make_plan(&stage.actor, &[request]).await?;
    let shown = stage.office.show_plan(&stage.actor, made.id).await?;
    let document = shown.plan.document();
    let preview =
        stage.office.dry_run_plan(&stage.actor, document, &shown.requests, Confirmed::default()).await?;
    let told = plan::told(&shown, Some(&preview), false);
    stage.story.show(&told)?;
    stage.story.show(&plan::rehearsed(&preview))?;
    write(&stage.dir.join("plan.txt"), out::safe(&plan::told(&shown, Some(&preview), true)).as_bytes())?;
    write(&stage.dir.join("plan.json"), format!("{}\n", shown.stored.document).as_bytes())?;
    stage.story.say(
        "An officer reads it and approves exactly this digest. If the map or the schema changed in between, the job \
         would refuse to run.",
    )?;
    stage.story.command(&format!(
        "plan approve {} --digest {} && exeunt job run {0}",
        made.id,
        &made.digest[..12]
    ))?;
    let before = shop::digest(&stage.shop())?;
    let held = shop::places(&stage.shop(), shop::EMAIL)?;
    stage.office.approve_plan(&stage.actor, made.id, &made.digest).await?;
    let job = stage.office.start_job(&stage.actor, made.id).await?;
    let control = Control::default();
    let status = stage.office.run_job(&stage.actor, job, &stage.door.owner(), &control, &Nobody).await?;
    stage.story.show(&job::told(&status))?;
    let places = |places: &std::collections::BTreeMap<String, u64>| {
        let listed: Vec<String> = places.iter().map(|(table, rows)| format!("{table} ({rows})")).collect();
        if listed.is_empty() { String::from("nowhere") } else { listed.join(", ") }
    };
    let now = shop::places(&stage.shop(), shop::EMAIL)?;
    let name = shop::places(&stage.shop(), "Ada Lovelace")?;
    stage.story.say("Every row was sealed in the vault before it was touched. Is she gone? The shop's own database, asked directly:")?;
    out::text("\n")?;
    stage.story.show(&format!(
        "her address stood in   {}\nher address stands in  {}\nher name stands in     {}",
        places(&held),
        places(&now),
        places(&name)
    ))?;
    if !now.is_empty() {
        return Err(Failure::Demo(String::from("her address is still in the shop")));
    }
    stage.story.say("Her name is left on invoices of the last ten years, because the law says so, and the plan said so first.")?;
    Ok(Erased { request, before })
}

/// Undo.
pub(crate) async fn changes_her_mind(stage: &mut Stage, erased: &Erased) -> Result<(), Failure> {
    stage.story.chapter("\u{201c}Wait.\u{201d}")?;
    stage.story.say("She changes her mind. For 14 days everything can be brought back, exactly.")?;
    stage.story.command(&format!("restore {}", erased.request))?;
    let owner = stage.door.owner();
    let restored = stage.office.restore(&stage.actor, erased.request, &Choice::Whole, &owner).await?;
    stage.story.show(&restore::told(erased.request, states::RESTORED, &restored))?;
    let after = shop::digest(&stage.shop())?;
    stage.story.say("A digest over every row of every table, before the erasure and now:")?;
    out::text("\n")?;
    stage.story.show(&format!("before  {}\nnow     {after}", erased.before))?;
    if after != erased.before {
        return Err(Failure::Demo(String::from("the restored shop is not the shop of before")));
    }
    Ok(())
}

/// And again.
pub(crate) async fn asks_again(stage: &mut Stage) -> Result<RequestId, Failure> {
    stage.story.chapter("\u{201c}Forget me, then.\u{201d}")?;
    stage.story.say("She asks once more, this time with her customer number. Same plan, same job.")?;
    let request = submit(stage, Right::Erasure, "customer_id", &shop::ADA.to_string()).await?;
    let made = stage.office.make_plan(&stage.actor, &[request]).await?;
    stage.office.approve_plan(&stage.actor, made.id, &made.digest).await?;
    let job = stage.office.start_job(&stage.actor, made.id).await?;
    stage.story.command(&format!("job run {request}"))?;
    let control = Control::default();
    let status = stage.office.run_job(&stage.actor, job, &stage.door.owner(), &control, &Nobody).await?;
    let rows: u64 = status.units.iter().filter(|unit| unit.action != "veil").map(|unit| unit.done).sum();
    stage.story.show(&format!(
        "{job} is {}, {}",
        status.job.state,
        out::plural(rows, "change", "changes")
    ))?;
    Ok(request)
}
