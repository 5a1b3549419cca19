//! How many references find their row, along relations that no foreign key of the database backs: asked when somebody holds the
//! map against the databases, remembered until the next time.

use std::collections::BTreeMap;
use std::sync::Arc;

use exeunt_base::{Fault, FaultKind, Name, Timestamp};
use exeunt_datamap::DataMap;
use exeunt_plan::map::Finding;
use exeunt_plan::map::joins::{self, Join, Question, Rate};
use exeunt_source::{Catalog, Source};

/// Most relations of one source that are asked about at a time.
const MOST: usize = 200;

/// After so many looks that took too long, a source is left in peace.
const PATIENCE: usize = 3;

/// What samples came to.
#[derive(Debug, Clone, Default)]
pub struct Joins {
    /// What was found against the map.
    pub findings: Vec<Finding>,
    /// By relation.
    pub rates: BTreeMap<Join, Rate>,
}

/// What samples came to, and when.
#[derive(Debug, Clone)]
pub struct Remembered {
    /// When they were taken.
    pub at: Timestamp,
    /// By relation.
    pub rates: BTreeMap<Join, Rate>,
}

/// Asks the databases. What cannot be asked is said, and is no error: it is only good to know.
pub async fn sample(
    map: &DataMap,
    sources: &BTreeMap<Name, Arc<dyn Source>>,
    catalogs: &BTreeMap<Name, Catalog>,
) -> Joins {
    let mut joins = Joins::default();
    for (name, questions) in joins::questions(map, catalogs) {
        let Some(source) = sources.get(&name) else { continue };
        let mut slow = 0;
        for (place, question) in questions.iter().enumerate() {
            let fault = if slow >= PATIENCE || place >= MOST {
                joins.findings.push(joins::unasked(question, if slow >= PATIENCE { SLOW } else { MANY }));
                continue;
            } else {
                match ask(source, question).await {
                    Ok(rate) => {
                        joins.findings.extend(joins::judge(question, rate));
                        joins.rates.insert(question.join.clone(), rate);
                        continue;
                    }
                    Err(fault) => fault,
                }
            };
            slow += usize::from(matches!(fault.kind, FaultKind::Contended | FaultKind::Cancelled));
            joins.findings.push(joins::unasked(question, &fault.to_string()));
        }
    }
    joins
}

const SLOW: &str = "other looks at this source took too long";
const MANY: &str = "so many relations of one source are not looked at together";

/// A state of its own for each question: none holds the source up for long.
async fn ask(source: &Arc<dyn Source>, question: &Question) -> Result<Rate, Fault> {
    Ok(source.snapshot().await?.sample(&question.sample).await?.into())
}
