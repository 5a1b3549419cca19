//! The command line: global options and the tree of commands. `docs/cli.md` tells the same for people.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::commands;

/// What every exit code means, at the end of `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done                              5  a source cannot be reached or does not let us in
  1  something nobody foresaw          6  it is not there
  2  asked wrongly, or bad settings    7  tampered with: it does not verify
  3  refused by a guard; often it      8  stopped between two batches; the same command goes on
     can be confirmed                  9  rows wait for review
  4  findings to mend first           10  no room left

Data goes to standard output, everything else to standard error. Identifiers are read from a file or standard input
with --identify-file, so that they stay out of the shell's history.";

/// Privacy rights that are really carried out: give me my data, forget me.
#[derive(Debug, Parser)]
#[command(name = "exeunt", version, after_help = EXIT_CODES, max_term_width = 110)]
pub(crate) struct Cli {
    /// The home folder [default: $EXEUNT_HOME, else .exeunt]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// The settings file [default: $EXEUNT_SETTINGS, else exeunt.yaml in the home]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// The organization, where the home has several [default: the one it was made for]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) organization: Option<String>,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Ask a running service instead of a home on this machine [default: $EXEUNT_SERVER]
    #[arg(long, global = true, value_name = "URL", conflicts_with_all = ["home", "settings", "organization"])]
    pub(crate) server: Option<String>,
    /// The file with the API key for it [default: $EXEUNT_API_KEY_FILE, else the key itself in $EXEUNT_API_KEY]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) server_key_file: Option<PathBuf>,
    /// An authority that its certificate may be of, beside those of this machine [default: $EXEUNT_SERVER_CA]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) server_ca: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A shop with 20,000 customers and the whole story, everything left on disk to look at
    Demo(commands::demo::Args),
    /// Make a home: keys, vault, control store, organization, settings
    Init(commands::init::Args),
    /// The data map: check it, write a first one, draw it
    #[command(subcommand)]
    Map(commands::map::Map),
    /// Requests: somebody asks for a right
    #[command(subcommand)]
    Request(commands::request::Request),
    /// Regimes: laws as data, with their clocks and grounds
    #[command(subcommand)]
    Regime(commands::regime::Regime),
    /// Plans: what will be done, read before it is approved
    #[command(subcommand)]
    Plan(commands::plan::Plan),
    /// Jobs: a plan being carried out
    #[command(subcommand)]
    Job(commands::job::Job),
    /// Holds: what must not be destroyed for now, beyond one request
    #[command(subcommand)]
    Hold(commands::hold::Hold),
    /// Bring erased rows back, within the window
    Restore(commands::restore::Args),
    /// Destroy for ever what the window kept, look again, issue the receipt
    Purge(commands::purge::Args),
    /// Packages: the answer to access and portability
    #[command(subcommand)]
    Package(commands::package::Package),
    /// Letters: what people were told by e-mail
    #[command(subcommand)]
    Letter(commands::letter::Letter),
    /// Complaints, and requests that were stopped by the link in a letter
    #[command(subcommand)]
    Complaint(commands::complaint::Complaint),
    /// Sub-processors: who handles data for the organization, and who is told before
    #[command(subcommand)]
    Subprocessor(commands::subprocessor::Subprocessor),
    /// The log: verify it offline, export it, prove an entry
    #[command(subcommand)]
    Audit(commands::audit::Audit),
    /// Evidence packs: what was done, in one archive that anybody checks offline
    #[command(subcommand)]
    Evidence(commands::evidence::Evidence),
    /// A witness: watch other people's logs grow, and sign what you saw
    #[command(subcommand)]
    Witness(commands::witness::Witness),
    /// Reports: figures of a period, the record of processing
    #[command(subcommand)]
    Report(commands::report::Report),
    /// The storage of sealed rows and packages: folders of the home, or a bucket
    #[command(subcommand)]
    Storage(commands::storage::Storage),
    /// Backups: everything needed to begin again elsewhere, in one encrypted file
    #[command(subcommand)]
    Backup(commands::backup::Backup),
    /// The root key: shares by which it is found again when the unseal secret is lost
    #[command(subcommand)]
    RootKey(commands::root_key::RootKey),
    /// The ledger: who was erased stays erased
    #[command(subcommand)]
    Ledger(commands::ledger::Ledger),
    /// The suppression list: who must not come back by an import, or be written to
    #[command(subcommand)]
    Suppression(commands::suppression::Suppression),
    /// Sources: can they be reached, and with which rights
    #[command(subcommand)]
    Source(commands::source::Source),
    /// Pause work at a source; stop everything that destroys
    #[command(subcommand)]
    Work(commands::work::Work),
    /// Proposals: what takes two people
    #[command(subcommand)]
    Proposal(commands::proposal::Proposal),
    /// Delta tables: who is to be left out, told in the company's own databases
    #[command(subcommand)]
    Delta(commands::delta::Delta),
    /// Organizations of this home
    #[command(subcommand)]
    Organization(commands::organization::Organization),
    /// Answer calls over HTTP and carry work out in the background
    Serve(commands::serve::Args),
    /// Settings: what there is to choose, and whether what was chosen can work
    #[command(subcommand)]
    Settings(commands::settings::Settings),
    /// The one-time token by which somebody makes themselves the first administrator; prints it, once
    SetupToken(commands::setup_token::Args),
    /// Users: who works here, and as what
    #[command(subcommand)]
    User(commands::user::User),
    /// Identity providers: whose word lets users sign in
    #[command(subcommand)]
    Provider(commands::provider::Provider),
    /// Webhooks: addresses that are told what happens to requests
    #[command(subcommand)]
    Webhook(commands::webhook::Webhook),
    /// API keys: programs that act with part of a user's powers
    #[command(subcommand)]
    Key(commands::key::Key),
    /// Completions for a shell, to be written where the shell looks for them
    Completions(commands::completions::Args),
}

impl Command {
    /// Whether there is anything of it that a running service could be asked. What it cannot be asked of that is refused by the
    /// door; these would make or run a home here without anybody noticing.
    pub(crate) fn has_remote_form(&self) -> bool {
        !matches!(
            self,
            Self::Demo(_)
                | Self::Init(_)
                | Self::Serve(_)
                | Self::SetupToken(_)
                | Self::Backup(_)
                | Self::RootKey(_)
                | Self::Storage(_)
                | Self::Organization(_)
        )
    }
}
