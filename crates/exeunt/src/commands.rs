//! The commands, one a file, in folders named for their nouns.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod complaint;
pub(crate) mod completions;
pub(crate) mod delta;
pub(crate) mod demo;
pub(crate) mod evidence;
pub(crate) mod hold;
pub(crate) mod init;
pub(crate) mod job;
pub(crate) mod key;
pub(crate) mod ledger;
pub(crate) mod letter;
pub(crate) mod map;
pub(crate) mod organization;
pub(crate) mod package;
pub(crate) mod plan;
pub(crate) mod proposal;
pub(crate) mod provider;
pub(crate) mod purge;
pub(crate) mod regime;
pub(crate) mod report;
pub(crate) mod request;
pub(crate) mod restore;
pub(crate) mod root_key;
pub(crate) mod serve;
pub(crate) mod settings;
pub(crate) mod setup_token;
pub(crate) mod source;
pub(crate) mod storage;
pub(crate) mod subprocessor;
pub(crate) mod suppression;
pub(crate) mod user;
pub(crate) mod webhook;
pub(crate) mod witness;
pub(crate) mod work;

use crate::cli::{Cli, Command};
use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::remote;

/// Does what was asked.
pub(crate) async fn run(cli: &Cli) -> Result<Exit, Failure> {
    let door = Door::new(cli)?;
    if door.remote.is_some() && !cli.command.has_remote_form() {
        return Err(remote::Error::NoForm.into());
    }
    match &cli.command {
        Command::Demo(args) => demo::run(&door, args).await,
        Command::Init(args) => init::run(&door, args).await,
        Command::Map(map) => map::run(door, map).await,
        Command::Regime(regime) => regime::run(&door, regime).await,
        Command::Report(report) => report::run(&door, report).await,
        Command::Request(request) => request::run(&door, request).await,
        Command::Plan(plan) => plan::run(&door, plan).await,
        Command::Job(job) => job::run(door, job).await,
        Command::Work(work) => work::run(&door, work).await,
        Command::Delta(delta) => delta::run(&door, delta).await,
        Command::Organization(organization) => organization::run(&door, organization).await,
        Command::Serve(args) => serve::run(&door, args).await,
        Command::Hold(hold) => hold::run(&door, hold).await,
        Command::Restore(args) => restore::run(&door.at(&args.place.at), args).await,
        Command::Purge(args) => purge::run(&door.at(&args.place.at), args).await,
        Command::Package(package) => package::run(&door, package).await,
        Command::Letter(letter) => letter::run(&door, letter).await,
        Command::Complaint(complaint) => complaint::run(&door, complaint).await,
        Command::Subprocessor(command) => subprocessor::run(&door, command).await,
        Command::Audit(audit) => audit::run(&door, audit).await,
        Command::Storage(storage) => storage::run(&door, storage),
        Command::Evidence(evidence) => evidence::run(&door, evidence).await,
        Command::Witness(witness) => witness::run(&door, witness).await,
        Command::Backup(backup) => backup::run(&door, backup).await,
        Command::RootKey(root_key) => root_key::run(&door, root_key).await,
        Command::Ledger(ledger) => ledger::run(door, ledger).await,
        Command::Suppression(suppression) => suppression::run(&door, suppression).await,
        Command::Source(source) => source::run(door, source).await,
        Command::Settings(settings) => settings::run(&door, settings),
        Command::SetupToken(args) => setup_token::run(&door, args).await,
        Command::Proposal(proposal) => proposal::run(&door, proposal).await,
        Command::User(user) => user::run(&door, user).await,
        Command::Provider(provider) => provider::run(&door, provider).await,
        Command::Webhook(webhook) => webhook::run(&door, webhook).await,
        Command::Key(key) => key::run(&door, key).await,
        Command::Completions(args) => completions::run(args),
    }
}
