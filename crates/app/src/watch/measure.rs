//! The counts of the whole house. No actor of an organization may see them: they tell of all organizations at once, and are
//! shown to whoever holds the [`WatchToken`](crate::watch::WatchToken) alone.

use exeunt_base::Timestamp;
use exeunt_store::gauges::Gauges;

use crate::error::Error;
use crate::house::House;

/// What was measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// When.
    pub at: Timestamp,
    /// Organizations that this process knows.
    pub organizations: u64,
    /// What the control store holds.
    pub gauges: Gauges,
    /// When a head of a log was last kept outside the store; the oldest of all organizations.
    pub checkpoint: Option<Timestamp>,
    /// Witnesses of all logs by how they stand: `signed`, `failing`, `not_asked`.
    pub witnesses: [(&'static str, u64); 3],
    /// When a witness last signed; of the one where that is longest ago.
    pub witnessed: Option<Timestamp>,
    /// What is kept no longer than for a time, by class: since when the oldest has been there, and whether that is too long.
    pub kept: Vec<(&'static str, Option<Timestamp>, bool)>,
}

impl House {
    /// Measures.
    pub async fn measure(&self) -> Result<Measured, Error> {
        let gauges = self.store.gauges().await?;
        let kept = |office: &crate::Office| {
            let path = office.layout.log_head(office.organization.id);
            let changed = std::fs::metadata(path).and_then(|about| about.modified()).ok()?;
            let since = changed.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some(Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?))
        };
        let (mut signed, mut failing, mut not_asked, mut witnessed) = (0, 0, 0, None);
        for office in self.offices().filter(|office| !office.publication.witnesses.is_empty()) {
            let known = self.store.witnesses(office.organization.id).await?;
            for witness in &office.publication.witnesses {
                let stands = known.iter().find(|one| one.witness == witness.word());
                match stands.map(|one| one.trouble.is_some()) {
                    Some(true) => failing += 1,
                    Some(false) => signed += 1,
                    None => not_asked += 1,
                }
                let at = stands.and_then(|one| one.signed_at);
                witnessed = witnessed.into_iter().chain(at).min();
            }
        }
        let mut classes: Vec<(&'static str, Option<Timestamp>, bool)> = Vec::new();
        for office in self.offices() {
            for one in office.retained().await?.into_iter().filter(|one| one.limit.is_some()) {
                let word = one.kept.class.as_str();
                match classes.iter_mut().find(|(known, ..)| *known == word) {
                    Some((_, oldest, overdue)) => {
                        *oldest = (*oldest).into_iter().chain(one.kept.oldest).min();
                        *overdue |= one.overdue;
                    }
                    None => classes.push((word, one.kept.oldest, one.overdue)),
                }
            }
        }
        Ok(Measured {
            kept: classes,
            witnesses: [("signed", signed), ("failing", failing), ("not_asked", not_asked)],
            witnessed,
            at: self.world.now(),
            organizations: self.offices().count() as u64,
            gauges,
            checkpoint: self.offices().filter_map(kept).min(),
        })
    }
}
