//! Triggers: what fires when rows change must be seen by the plan or decided by somebody.

use exeunt_base::Name;
use exeunt_datamap::model::{Model, TriggerEffect};
use exeunt_datamap::suggest::did_you_mean;
use exeunt_source::catalog::{Table, Trigger, TriggerWrite, Verb, Writes};

use crate::map::check::Check;
use crate::map::finding::Severity;

const ERROR: Severity = Severity::Error;
const WARNING: Severity = Severity::Warning;
const INFO: Severity = Severity::Info;

impl Check<'_> {
    pub(super) fn triggers(&mut self) {
        for (name, model, table) in self.bound() {
            for (decided, decision) in &model.triggers {
                if table.triggers.iter().all(|trigger| trigger.name != *decided) {
                    let place = format!("{name}.{decided}");
                    let fix = did_you_mean(
                        decided.as_str(),
                        table.triggers.iter().map(|trigger| trigger.name.as_str()),
                    )
                    .unwrap_or_else(|| String::from("take it out of `triggers:`"));
                    let what = format!("the table `{}` has no trigger `{decided}`", table.name);
                    self.put((WARNING, "trigger-missing"), Some(&decision.span), &place, what, fix);
                }
            }
            if self.erased.contains_key(&self.at(name)) {
                table
                    .triggers
                    .iter()
                    .filter(|trigger| trigger.enabled)
                    .for_each(|trigger| self.trigger(name, model, table, trigger));
            }
        }
    }

    fn trigger(&mut self, name: &Name, model: &Model, table: &Table, trigger: &Trigger) {
        let place = format!("{name}.{}", trigger.name);
        if let Some(decision) = model.triggers.get(&trigger.name) {
            if decision.effect == TriggerEffect::Log {
                let what = "the trigger writes a log that may keep copies of personal data";
                self.put(
                    (WARNING, "trigger-log"),
                    Some(&decision.span),
                    &place,
                    what,
                    "map the log table, or see that it is pruned",
                );
            }
            return;
        }
        // Restoring a row fires INSERT triggers, so those count as well, but erase nothing.
        let severity = if trigger.on.delete || trigger.on.update { ERROR } else { WARNING };
        let fix = format!(
            "read the trigger and add `triggers: {{ {}: {{ effect: counter | local | log | none, because: \"…\" }} }}`",
            trigger.name
        );
        match &trigger.writes {
            Writes::Unknown(why) => {
                let what = format!("what the trigger writes could not be told ({why})");
                self.put((severity, "trigger-unknown"), Some(&model.span), &place, what, fix);
            }
            Writes::Known(writes) => {
                for write in writes.iter().filter(|write| write.table != table.name) {
                    self.write(&place, model, write, severity, &fix);
                }
            }
        }
    }

    fn write(&mut self, place: &str, model: &Model, write: &TriggerWrite, severity: Severity, fix: &str) {
        let inside = self.mapped.contains_key(&write.table);
        let outside = if inside { "" } else { ", which is not in the map" };
        let verb = match write.verb {
            Verb::Count => {
                let what = format!("the trigger keeps a count in `{}`{outside}", write.table);
                self.put((INFO, "trigger-counter"), Some(&model.span), place, what, "");
                return;
            }
            Verb::Insert => "inserts into",
            Verb::Update => "updates",
            Verb::Delete => "deletes from",
        };
        let what = format!("the trigger {verb} `{}`{outside}, behind the plan's back", write.table);
        self.put((severity, "trigger-undecided"), Some(&model.span), place, what, fix.to_owned());
    }
}
