//! By which way the rows of a piece can be found together, which can cost a source less than looking for each key.
//!
//! The census alone says which rows go. The way is only how a source comes to them: what it misses is looked for by key,
//! and what it finds beside the census ends the batch before anything is committed.

use exeunt_plan::document::{AnchorFrom, RowSet};
use exeunt_source::Way;

use crate::batch::Piece;
use crate::census::anchors::{Found, anchors_of};
use crate::census::find::starts_inside;
use crate::error::Error;
use crate::job::Work;

impl Work<'_> {
    /// The way to a piece's rows, if there is one that can be worth it: a single one, from people known to this job,
    /// and a piece that is a good part of what it leads to.
    pub(crate) fn way(&self, piece: &Piece) -> Result<Option<Way>, Error> {
        let unit = &self.units[piece.unit as usize];
        let set = &self.document.sets[unit.set];
        let total = self.census.sets[set.number].total;
        let large = piece.rows() >= self.engine.settings.way_rows && piece.rows() * 3 >= total;
        let goes = matches!(unit.work, crate::units::Work::Delete { .. });
        let able = self.engine.source(&unit.source)?.abilities().deletes_along_ways;
        if !able || !goes || !large || self.off_the_ways || !self.leads_to(set) {
            return Ok(None);
        }
        let mut people = Found::default();
        for claimant in &self.claimants {
            for (set, row) in &claimant.known.subjects {
                people.add(*set, claimant.number, row.clone());
            }
        }
        let anchors = anchors_of(set, &self.document.sets, &self.claimants, &|other| people.of(other))?;
        let starts: usize = anchors.iter().map(|anchor| anchor.rows.len()).sum();
        let worth_it = starts > 0 && starts as u64 <= piece.rows();
        Ok(worth_it.then(|| Way { selection: set.selection.clone(), anchors }))
    }

    /// Whether a set has one way, which starts from people, and leads to no rows that another step takes.
    fn leads_to(&self, set: &RowSet) -> bool {
        let from_people = |from: &AnchorFrom| match from {
            AnchorFrom::Identity { .. } => true,
            AnchorFrom::Set { set, .. } => self.document.sets[*set].subject,
        };
        set.selection.branches.len() == 1
            && set.yields_to.is_empty()
            && !starts_inside(self.document, set)
            && set.anchors.iter().all(from_people)
    }
}
