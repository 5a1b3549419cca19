//! Packages: every row of a person, streamed from one snapshot of each source into one encrypted file.

mod once;
pub mod stream;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::BufWriter;

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, Cell, Name, PackageId, Personal, RequestId, Secret, hex};
use exeunt_package::{
    About, Encryption, Format, Identity, Recipient, Right, Scratch, Searched, Spec, TakenAt,
};
use exeunt_plan::document::Document;
use exeunt_source::Reader;
use exeunt_store::packages::Package;
use exeunt_vault::storage::Writing;

use crate::cabinet::Engine;
use crate::census::{Caps, Finder};
use crate::error::Error;
use crate::job::prepare::Confirmed;
use crate::people::Claimant;
use crate::progress::Watcher;
use crate::{failpoint, sealing};

/// What a package is to be.
pub struct Order {
    /// Formats wanted.
    pub formats: BTreeSet<Format>,
    /// Who else than this house can open it. With a passphrase, only whoever knows that.
    pub to: To,
    /// The letter, in plain words.
    pub answer: String,
    /// The information on processing, from the map.
    pub about: About,
    /// How the person is addressed.
    pub subject: Personal,
    /// What people confirmed over the guards.
    pub confirmed: Confirmed,
    /// The version of this program.
    pub version: String,
}

/// Who can open a package.
pub enum To {
    /// This house alone, with a key of the package's own.
    House,
    /// This house and these recipients.
    Recipients(Vec<Recipient>),
    /// Whoever knows the passphrase, and nobody else.
    Passphrase(Secret<String>),
}

/// A package that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its id.
    pub package: PackageId,
    /// Where it lies, for people.
    pub file: String,
    /// Rows by model, in the order shown.
    pub rows: Vec<(String, u64)>,
    /// Its size.
    pub bytes: u64,
    /// Whether every source could be read.
    pub complete: bool,
}

impl Engine {
    /// Answers an access or portability request: finds, reads, writes and records the package.
    pub async fn export(
        &self,
        id: RequestId,
        document: &Document,
        order: Order,
        watcher: &dyn Watcher,
        actor: Option<ActorId>,
    ) -> Result<Made, Error> {
        let request = self.store.request(id).await?;
        let known = self.open_known(&request)?;
        let salt = crate::cabinet::salt_of(&request)?;
        let mut claimants = vec![Claimant { number: 0, request: id, known, salt }];
        let catalogs = self.catalogs(document).await?;
        let mut readers = self.snapshots(document).await?;
        let taken = self.world.now();
        let caps = Caps {
            matches: order.confirmed.matches.unwrap_or(self.settings.matches_cap),
            rows: u64::MAX,
            identity_confirmed: order.confirmed.identity,
        };
        let mut finder = Finder::new(document, caps, HashSet::new());
        let mut nothing = |_: usize, _: &[u32], _: &[Cell]| Ok(());
        let starts = finder.starts();
        finder.run(&mut readers, &mut claimants, &starts, &mut nothing).await?;

        let package = self.new_package();
        let (encryption, key) = self.package_key(package, order.to)?;
        std::fs::create_dir_all(&self.settings.scratch).map_err(|error| cannot("make its folder", &error))?;
        let name = format!("{package}.age");
        let formats = order.formats.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        let spec = Spec {
            package,
            right: match document.right {
                exeunt_plan::document::Right::Portability => Right::Portability,
                _ => Right::Access,
            },
            formats: order.formats,
            made_at: taken,
            subject: order.subject,
            answer: Personal::new(order.answer),
            about: order.about,
            snapshots: document
                .catalogs
                .iter()
                .map(|(source, _)| TakenAt { source: source.to_string(), at: taken })
                .collect(),
            searched: searched(document, &claimants),
            tool_version: order.version,
        };
        let waiting = if document.right == exeunt_plan::document::Right::Access {
            self.waiting_rows(document, &claimants[0].known).await?
        } else {
            Vec::new()
        };
        let scratch = Scratch { dir: self.settings.scratch.clone(), chance: self.new_secret() };
        let mut attempt = [0; 8];
        self.world.chance(&mut attempt);
        let draft = self.packages.begin(&name, &hex::encode(&attempt))?;
        let written = stream::write(
            stream::Job { document, catalogs: &catalogs, finder: &finder, claimants: &claimants },
            &mut readers,
            waiting,
            stream::Out {
                file: BufWriter::with_capacity(1 << 20, Writing(draft)),
                spec,
                encryption,
                scratch,
            },
            watcher,
        )
        .await;
        drop(readers);
        let (summary, file) = written?;
        let Writing(draft) = file.into_inner().map_err(|error| Error::packing(error.into_error()))?;
        // durable under its own name, or not there
        tokio::task::spawn_blocking(move || draft.finish())
            .await
            .map_err(|_| Error::Package(String::from("its writer stopped")))??;
        failpoint::pass("before-settle");
        let rows: Vec<(String, u64)> =
            summary.models.iter().map(|model| (model.model.to_string(), model.rows)).collect();
        let total = rows.iter().map(|(_, rows)| rows).sum();
        let stored = Package {
            id: package,
            organization: self.organization,
            request: id,
            file: name.clone(),
            digest: summary.sha256.to_string(),
            bytes: summary.bytes,
            rows: total,
            key,
            made_at: taken,
            expires_at: taken.plus_days(i64::from(self.settings.package_days)),
            opened: 0,
            removed_at: None,
        };
        let salt = Secret::new(*claimants[0].salt.expose());
        let manifest = Commitment::new(&salt, "manifest", summary.manifest.to_string().as_bytes());
        let event = self
            .event(Kind::PackageMade, actor)
            .about(id)
            .about(package)
            .count("rows", total)
            .count("bytes", summary.bytes)
            .commit("manifest", manifest)
            .fact("complete", if summary.complete { "yes" } else { "no" })
            .fact("formats", formats);
        let mut change = self.store.begin().await?;
        change.add_package(&stored).await?;
        change.commit(self.organization, &[event]).await?;
        Ok(Made {
            package,
            file: self.packages.place(&name),
            rows,
            bytes: summary.bytes,
            complete: summary.complete,
        })
    }

    /// The key of a package. No key, no package: there is no plain one.
    fn package_key(&self, package: PackageId, to: To) -> Result<(Encryption, Option<Vec<u8>>), Error> {
        let more = match to {
            To::Passphrase(passphrase) => {
                return Ok((Encryption::passphrase(passphrase)?, None));
            }
            To::Recipients(recipients) => recipients,
            To::House => Vec::new(),
        };
        let secret = self.new_secret();
        let own = Identity::from_chance(&secret);
        let purpose = self.keyring.purpose_key(self.organization, "packages")?;
        let mut nonce = [0; 12];
        self.world.chance(&mut nonce);
        let key = sealing::seal(&purpose, &package.to_string(), nonce, secret.expose());
        let all = more.into_iter().chain([own.recipient()]);
        Ok((Encryption::to(all)?, Some(key)))
    }

    /// The house's own key to a package, while it lives.
    pub fn package_identity(&self, package: &Package) -> Result<Identity, Error> {
        let sealed = package.key.as_deref().ok_or_else(|| {
            Error::Refused(
                "E0605",
                format!(
                    "package `{}` has no key here: it expired, or only its passphrase opens it",
                    package.id
                ),
            )
        })?;
        let purpose = self.keyring.purpose_key(self.organization, "packages")?;
        let secret = sealing::open(&purpose, &package.id.to_string(), sealed)
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or_else(|| Error::Damaged {
                what: "a package's key",
                why: String::from("wrong key, or not the same bytes"),
            })?;
        Ok(Identity::from_chance(&Secret::new(secret)))
    }

    /// Destroys a package: its key first, then the file.
    pub async fn remove_package(&self, id: PackageId, actor: Option<ActorId>) -> Result<(), Error> {
        let package = self.store.package(id).await?;
        let event = self.event(Kind::PackageRemoved, actor).about(id).about(package.request);
        let mut change = self.store.begin().await?;
        change.remove_package(id, self.world.now()).await?;
        change.revoke_links_of(id, self.world.now()).await?;
        change.commit(self.organization, &[event]).await?;
        self.store.flush_destroyed().await?;
        self.packages.delete(&package.file)?;
        Ok(())
    }
}

/// Which systems were searched, with which kinds of identifier.
fn searched(document: &Document, claimants: &[Claimant]) -> Vec<Searched> {
    let kinds: BTreeSet<String> = claimants
        .iter()
        .flat_map(|claimant| claimant.known.identifiers())
        .map(|(kind, _)| kind.to_owned())
        .collect();
    let systems: BTreeSet<&Name> = document.sets.iter().map(|set| &set.model.source).collect();
    systems
        .into_iter()
        .map(|system| Searched { system: system.to_string(), identifiers: kinds.iter().cloned().collect() })
        .collect()
}

pub(crate) fn cannot(doing: &str, error: &std::io::Error) -> Error {
    Error::Package(format!("could not {doing}: {}", error.kind()))
}

/// Readers by source.
pub(crate) type Readers = BTreeMap<Name, Box<dyn Reader>>;
