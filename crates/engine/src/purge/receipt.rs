//! The receipt: what was done for a request, bound to the log, written only after the engine looked again.

use std::collections::BTreeMap;

use exeunt_audit::event::Actor;
use exeunt_audit::kind::Kind;
use exeunt_audit::receipt::{
    Destruction, Digest, Done, LookAgain, Receipt, Residue as Left, Scrub, Times, Vaulted, When,
};
use exeunt_base::{ActorId, ModelRef, Name, ReceiptId, hex};
use exeunt_source::Residue;
use exeunt_store::jobs::Lease;
use exeunt_store::plans::Plan;
use exeunt_store::requests::Request;

use crate::cabinet::Engine;
use crate::delta::Happened;
use crate::error::Error;
use crate::purge::look::Seen;
use crate::purge::tally::Tally;
use crate::states;

impl Engine {
    /// Writes the receipt and closes the request; with it goes what was known of the person.
    #[expect(clippy::too_many_arguments, reason = "each is one part of what the receipt tells")]
    pub(crate) async fn issue_receipt(
        &self,
        request: &Request,
        plan: &Plan,
        tally: &Tally,
        residue: &[(Name, Residue)],
        seen: &Seen,
        epoch_gone: bool,
        end: &str,
        lease: &Lease,
        actor: Option<ActorId>,
    ) -> Result<ReceiptId, Error> {
        let now = self.world.now();
        let job = self.store.job(request.job.ok_or(Error::NothingThere(request.id))?).await?;
        let epochs = self.keyring.epochs(self.organization)?;
        // the key lives until the last window that was opened in its days has ended
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        let window = i64::from(document.window_days);
        let epoch_due =
            epochs.iter().find(|info| info.epoch == job.epoch).map(|info| info.until.plus_days(window));
        let shredded = |what, count, when| Destruction { what, count, when };
        let receipt = Receipt {
            receipt: self.new_receipt(),
            organization: self.organization,
            request: request.id,
            right: request.kind.clone(),
            plan: plan.id,
            plan_digest: digest(&plan.digest)?,
            census_digest: job.census_digest.as_deref().map(digest).transpose()?,
            done: done(tally)?,
            held: held(tally)?,
            vault: vec![
                shredded(Vaulted::RequestSalt, 1, When::Done(now)),
                shredded(Vaulted::Segments, tally.lines.len() as u64, When::Done(now)),
                shredded(
                    Vaulted::EpochKey,
                    1,
                    match epoch_due {
                        Some(until) if !epoch_gone => When::Due(until.max(now)),
                        _ => When::Done(now),
                    },
                ),
            ],
            scrubs: residue
                .iter()
                .map(|(source, residue)| Scrub {
                    source: source.clone(),
                    done: residue.done.clone(),
                    left: residue
                        .left
                        .iter()
                        .map(|left| Left {
                            place: left.place.clone(),
                            note: left.note.clone(),
                            until: left.until,
                        })
                        .collect(),
                })
                .collect(),
            look_again: seen.at.map(|at| LookAgain {
                at,
                identifiers: seen.identifiers,
                places: seen.places,
                found: seen.found.len() as u64,
            }),
            times: Times {
                received: request.received_at,
                approved: plan.approved.map(|(_, at)| at),
                settled: job.settled_at,
                purged: Some(now),
                issued: now,
            },
        };
        let damaged = |error: exeunt_audit::receipt::Error| Error::Damaged {
            what: "a receipt",
            why: error.to_string(),
        };
        let body = receipt.to_json().map_err(damaged)?;
        let by = actor.map_or(Actor::System, Actor::Known);
        let issued = receipt.issued_by(by).map_err(damaged)?;
        let mut finished = self
            .event(Kind::PurgeFinished, actor)
            .about(request.id)
            .count("rows", tally.rows())
            .count("found", seen.found.len() as u64);
        let told = match self.tells_deltas() {
            true => Some((self.plan_of(request).await?.1, self.open_known(request)?)),
            false => None,
        };
        let mut change = self.change_under(lease).await?;
        // the receipt's own entry comes first: its index is what the proof names
        change.add_receipt(receipt.receipt, self.organization, request.id, &body, now).await?;
        change.move_request(request.id, &[states::PURGING], end).await?;
        change.note_answered(request.id, now).await?;
        let mut listed_until = None;
        // in the change after which nobody can say any more whose it was
        if !tally.asked_back {
            let known = self.open_known(request)?;
            let entered = self.suppress_erased(&mut change, request, &document, &known).await?;
            if entered > 0 {
                finished = finished.count("suppressed", entered);
                listed_until = Some(self.listed_until());
            }
        }
        let clean = seen.found.is_empty() && seen.failed.is_empty();
        if clean {
            self.write_that_finished(
                &mut change,
                request,
                &document,
                tally,
                residue,
                end,
                receipt.receipt,
                listed_until,
            )
            .await?;
        } else {
            change.shred_letters_about(request.id).await?;
        }
        if let Some((document, known)) = &told {
            let who = [(request.id, Some(known))];
            self.tell_deltas(&mut change, Happened::Purged, document, &who).await?;
        }
        change.destroy_identities(request.id).await?;
        change.commit(self.organization, &[issued, finished]).await?;
        self.store.flush_destroyed().await?;
        Ok(receipt.receipt)
    }
}

fn digest(text: &str) -> Result<Digest, Error> {
    hex::decode(text)
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .map(Digest)
        .ok_or_else(|| Error::Damaged { what: "a digest", why: String::from("it is not 32 bytes") })
}

/// What holds keep, by model.
fn held(tally: &Tally) -> Result<Vec<Done>, Error> {
    let mut models: BTreeMap<ModelRef, u64> = BTreeMap::new();
    for line in &tally.held {
        let model = line.model.split_once('.').and_then(|(source, model)| {
            Some(ModelRef { source: Name::new(source).ok()?, model: Name::new(model).ok()? })
        });
        let model = model.ok_or_else(|| Error::Damaged {
            what: "a tally",
            why: format!("`{}` is no model", line.model),
        })?;
        *models.entry(model).or_default() += line.rows;
    }
    let word = |rows| BTreeMap::from([(String::from("held"), rows)]);
    Ok(models.into_iter().map(|(model, rows)| Done { model, rows: word(rows) }).collect())
}

fn done(tally: &Tally) -> Result<Vec<Done>, Error> {
    let mut models: BTreeMap<&str, (ModelRef, BTreeMap<String, u64>)> = BTreeMap::new();
    for line in tally.lines.iter().filter(|line| line.action != "veil" && line.action != "ghost") {
        let name = line.model.strip_prefix(&format!("{}.", line.source.as_str())).unwrap_or(&line.model);
        let model =
            Name::new(name).map_err(|error| Error::Damaged { what: "a tally", why: error.to_string() })?;
        let entry = models
            .entry(&line.model)
            .or_insert_with(|| (ModelRef { source: line.source.clone(), model }, BTreeMap::new()));
        let word = match line.action.as_str() {
            "delete" => "deleted",
            "anonymize" => "anonymized",
            "detach" => "detached",
            "clear" => "cleared",
            "repoint" => "repointed",
            other => other,
        };
        *entry.1.entry(word.to_owned()).or_default() += line.rows;
    }
    Ok(models.into_values().map(|(model, rows)| Done { model, rows }).collect())
}
