//! The map as it is read when the time of kept rows is over: they are what is looked for, by their keys, and nobody else's.

use std::collections::BTreeSet;

use exeunt_base::ModelRef;

use crate::model::{Action, DataMap, IdentityKind, KeepFrom, KeepMode, Model, RelationKind, Then};

/// How kinds of identifier begin that are keys of kept rows. No person has one, and nobody may ask by one.
pub const PREFIX: &str = "kept_";

/// The kind by which kept rows of a model are looked for; none where its name would make too long a word. No two models
/// share one.
pub fn kind_of(at: &ModelRef) -> Option<IdentityKind> {
    // an escaped name never has two `_` side by side
    IdentityKind::new(&format!("{PREFIX}{}__{}", escaped(at.source.as_str()), escaped(at.model.as_str())))
}

/// Lower-case letters and digits as they are, everything else as `_` and its number.
fn escaped(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("_{byte:02x}"));
        }
    }
    out
}

impl DataMap {
    /// The same map where rows of the models of these kinds are all that is looked for, each by its key, and meet what the
    /// law says comes at the end of its time. The law itself stays in force: rows whose time is not over are kept still.
    pub fn for_kept_rows(&self, kinds: &BTreeSet<IdentityKind>) -> Self {
        let mut map = self.clone();
        let wanted = |at: &ModelRef, model: &Model| {
            let kind = kind_of(at).filter(|kind| kinds.contains(kind))?;
            (model.keep.is_some() && model.key.len() == 1).then_some(kind)
        };
        let due: BTreeSet<ModelRef> =
            self.models().filter(|(at, model)| wanted(at, model).is_some()).map(|(at, _)| at).collect();
        for source in map.sources.values_mut() {
            for (name, model) in &mut source.models {
                let at = ModelRef { source: source.name.clone(), model: name.clone() };
                let kind = wanted(&at, model);
                model.subject = None;
                if let (Some(kind), [key]) = (kind, model.key.as_slice()) {
                    model.subject = Some([(kind, key.clone())].into());
                    turn(model, &due);
                }
            }
        }
        map
    }
}

fn turn(model: &mut Model, due: &BTreeSet<ModelRef>) {
    let Some(keep) = &mut model.keep else { return };
    // what was kept minimized is so already
    keep.mode = KeepMode::Verbatim;
    model.on_erase = match &keep.then {
        Then::Delete => Action::Delete,
        Then::Anonymize(methods) => Action::Anonymize(methods.clone()),
    };
    model.on_anonymize = None;
    let from_request = keep.from == KeepFrom::Request;
    if from_request {
        // the day is that of the request that left the row, which no column tells: whoever looks for it has reckoned
        model.keep = None;
    }
    if let (Action::Anonymize(_), [key]) = (&model.on_erase, model.key.as_slice())
        && let Some(field) = model.fields.get_mut(key)
    {
        // the row stays, and its key with it: to see it again tells nothing
        field.search = false;
    }
    // whose rows these were no longer matters, but for rows that go together
    model.relations.retain(|relation| {
        relation.kind != RelationKind::OwnedBy || due.contains(&relation.to) && !from_request
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use exeunt_base::{ModelRef, Name};

    use super::kind_of;
    use crate::model::Action;
    use crate::parse::parse;

    const MAP: &str = "
source: shop
models:
  customers:
    table: customers
    key: [id]
    subject: { email: email }
    fields: { email: { category: user.contact.email } }
    on_erase: delete
  orders:
    table: orders
    key: [id]
    relations: [{ to: customers, by: customer_id, as: owned_by }]
    fields: { placed_on: { category: user.behavior }, note: { category: user.content } }
    on_erase: keep
    keep: { for: 8y, from: placed_on, starting: end_of_year, because: tax, then: { anonymize: { note: null } } }
";

    fn at(model: &str) -> ModelRef {
        ModelRef { source: Name::new("shop").unwrap(), model: Name::new(model).unwrap() }
    }

    #[test]
    fn kinds_are_words_and_no_two_models_share_one() {
        assert_eq!(kind_of(&at("orders")).unwrap().as_str(), "kept_shop__orders");
        assert_eq!(kind_of(&at("order_items")).unwrap().as_str(), "kept_shop__order_5fitems");
        assert_ne!(kind_of(&at("a_b")), kind_of(&at("a.b")));
        assert_eq!(kind_of(&at(&"x".repeat(60))), None);
    }

    #[test]
    fn kept_rows_are_all_that_is_looked_for_and_meet_the_end_of_their_time() {
        let map = parse(&[(String::from("shop.yaml"), MAP.to_owned())]).unwrap();
        let kind = kind_of(&at("orders")).unwrap();
        let turned = map.for_kept_rows(&BTreeSet::from([kind.clone()]));
        assert_eq!(turned.subjects().map(|(at, _)| at.to_string()).collect::<Vec<_>>(), ["shop.orders"]);
        let orders = turned.model(&at("orders")).unwrap();
        assert_eq!(orders.subject.as_ref().unwrap()[&kind].as_str(), "id");
        assert!(matches!(orders.on_erase, Action::Anonymize(_)) && orders.relations.is_empty());
        assert_eq!(orders.keep.as_ref().map(|keep| keep.because.as_str()), Some("tax"), "the law stays");
        assert_eq!(map.for_kept_rows(&BTreeSet::new()).subjects().count(), 0);
    }
}
